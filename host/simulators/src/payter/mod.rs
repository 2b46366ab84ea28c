//! A simulated Payter Cloud Payment Service with its terminals, over plain HTTP.
//!
//! It has the calls by which an integrator arms a reader, makes a hold, captures or voids it and
//! reads back what is open. It has neither the `card` long poll, nor screens, nor the account-wide
//! webhook.
//!
//! Where the vendor's public documentation is silent, this is the simulator's own choice:
//!
//! - a declined authorisation is answered 403 `{"error":"DECLINED"}`. A client should take every
//!   4xx answer to `authorize` but 408, 409 and 429 for a refusal;
//! - a session's callbacks go to the URL for which the reader was armed when its hold was made;
//! - the status codes of other errors, all with a body `{"error":"CODE"}`.

mod api;
mod callbacks;
mod control;
mod faults;
mod ledger;
mod provider;
mod screen;

pub(super) use callbacks::plain_http_client;
pub use faults::{Call, CallFault};

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use clap::Args;
use secrecy::SecretString;
use thiserror::Error;
use tokio::task::JoinSet;

use self::provider::Provider;
use super::{announce, serve, unix_ms};

/// How the simulated provider is set up.
#[derive(Debug, Clone, Args)]
pub struct PayterArgs {
    /// Where to serve the provider's API and the control API
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The key that callers must present
    #[arg(long)]
    pub api_key: SecretString,
    /// The serial number of a terminal; may be repeated
    #[arg(long = "terminal", value_name = "SERIAL", required = true)]
    pub terminals: Vec<String>,
    /// The currency of all terminals
    #[arg(long, default_value = "EUR")]
    pub currency: String,
    /// Make the next N calls fail, as `CALL=KIND[:N]`; may be repeated
    #[arg(long = "fault", value_name = "CALL=KIND[:N]")]
    pub faults: Vec<CallFault>,
}

/// The simulator could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is not free, or not this machine's.
    #[error("cannot listen")]
    Listen(#[from] io::Error),
    /// There is no client for the callbacks.
    #[error("cannot set up the client for callbacks")]
    Client(#[from] reqwest::Error),
    /// That client's TLS cannot be set up.
    #[error("cannot set up TLS")]
    Tls(#[from] rustls::Error),
}

/// Runs the simulated provider until the process is stopped. The first line on standard output is
/// `listening on http://…`.
///
/// # Errors
///
/// If it cannot start, or if standard output is closed.
pub async fn run(args: PayterArgs) -> anyhow::Result<()> {
    let simulator = PayterSimulator::start(args).await?;
    announce(simulator.base_url()).await?;
    Ok(())
}

/// A running provider. It ends when dropped.
#[derive(Debug)]
pub struct PayterSimulator {
    base_url: String,
    _tasks: JoinSet<()>,
}

impl PayterSimulator {
    /// Starts a provider in this process.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the address cannot be bound or there is no client for callbacks.
    pub async fn start(args: PayterArgs) -> Result<Self, StartError> {
        let mut provider = Provider::new(args.terminals, args.currency, unix_ms());
        for fault in args.faults {
            provider.faults.add(fault);
        }
        let simulation = Arc::new(Simulation {
            provider: Mutex::new(provider),
            api_key: args.api_key,
            client: plain_http_client()?,
        });
        let router = api::router(simulation.clone()).merge(control::router(simulation));
        let mut tasks = JoinSet::new();
        let address = serve(args.listen, router, &mut tasks).await?;
        Ok(Self {
            base_url: format!("http://{address}"),
            _tasks: tasks,
        })
    }

    /// Where it serves, such as `http://127.0.0.1:40001`, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

/// What the handlers share.
#[derive(Debug)]
struct Simulation {
    provider: Mutex<Provider>,
    api_key: SecretString,
    client: reqwest::Client,
}
