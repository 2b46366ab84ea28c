//! A simulated central system that stands above the gateway, as the one that a customer has already.
//!
//! Every station may connect, with any password: at any path, whose last segment is its identity, in OCPP
//! 1.6, 2.0.1 or 2.1. Whatever a station calls is answered; the central system itself calls nothing. No
//! token is known to it.
//!
//! It keeps what it was told of transactions, and shows it over the control API.

mod calls;
mod link;
mod records;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use clap::Args;
use tokio::task::JoinSet;

use self::records::Records;
use super::{announce, lock, serve, unix_ms};

/// How the simulated central system is set up.
#[derive(Debug, Clone, Args)]
pub struct CentralSystemArgs {
    /// Where stations connect, at any path that ends with their identity, and where to serve the control API
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Accept every token; otherwise every token is refused as Invalid, for none is known
    #[arg(long)]
    pub accept_tokens: bool,
}

/// Runs the simulated central system until the process is told to stop. The first line on standard output
/// is `listening on http://…`.
///
/// # Errors
///
/// If it cannot listen, or if standard output is closed.
pub async fn run(args: CentralSystemArgs) -> anyhow::Result<()> {
    let simulator = CentralSystemSimulator::start(args).await?;
    announce(&format!("http://{}", simulator.address())).await?;
    Ok(())
}

/// A running central system. It ends when dropped.
#[derive(Debug)]
pub struct CentralSystemSimulator {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl CentralSystemSimulator {
    /// Starts a central system in this process.
    ///
    /// # Errors
    ///
    /// If the address is not free, or not this machine's.
    pub async fn start(args: CentralSystemArgs) -> io::Result<Self> {
        let records = Records::new(args.accept_tokens);
        let router = link::router(Arc::new(Mutex::new(records)));
        let mut tasks = JoinSet::new();
        let address = serve(args.listen, router, &mut tasks).await?;
        Ok(Self {
            address,
            _tasks: tasks,
        })
    }

    /// Where it serves: WebSockets of stations, and the control API over HTTP.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
