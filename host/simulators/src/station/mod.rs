//! A simulated charging station that speaks OCPP 1.6, 2.0.1 or 2.1, in JSON over a WebSocket.
//!
//! It starts and stops on remote request, counts energy while a transaction runs, keeps what it has
//! to tell about transactions until the central system answered it, and goes on charging while it is
//! offline. A driver plugs in and unplugs over the control API, or by itself as the arguments say.
//!
//! Its timestamps are real time; a time scale only makes the energy flow faster.
//!
//! What it does is the same in every version of OCPP. How that is written and read is in `messages`.

mod charge_point;
mod connector;
mod control;
mod link;
mod messages;
mod outbox;
mod register;
mod tariffs;
mod transaction;
mod version;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use thiserror::Error;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::http::uri::InvalidUri;

use self::charge_point::{Behaviour, ChargePoint};
use self::link::Central;
pub(crate) use self::transaction::TransactionId;
pub use self::version::Version;
use super::{Fault, announce, lock, serve, unix_ms};

/// How finely the station sees time pass.
const TICK: Duration = Duration::from_millis(20);

/// How the simulated station is set up.
#[derive(Debug, Clone, Args)]
pub struct StationArgs {
    /// The central system, such as ws://127.0.0.1:8080/ocpp; the identity is appended to its path
    #[arg(long)]
    pub url: String,
    /// The station's identity, of characters that need no escaping in a URL
    #[arg(long)]
    pub identity: String,
    /// The station's password
    #[arg(long)]
    pub password: SecretString,
    /// The version of OCPP that the station speaks
    #[arg(long, value_enum, value_name = "VERSION", default_value_t = Version::V1_6)]
    pub ocpp: Version,
    /// How many connectors the station has
    #[arg(long, default_value_t = 1)]
    pub connectors: u32,
    /// The power at which every vehicle charges, in W
    #[arg(long, default_value_t = 50_000)]
    pub power: u64,
    /// How many seconds' worth of energy flows per second
    #[arg(long, default_value_t = 1)]
    pub time_scale: u64,
    /// The time between two meter values of a transaction, in ms
    #[arg(long, default_value_t = 1_000)]
    pub meter_interval_ms: u64,
    /// Plug a vehicle in so many ms after a remote start
    #[arg(long)]
    pub plug_in_after_ms: Option<u64>,
    /// Unplug the vehicle once it took so many Wh
    #[arg(long, value_name = "WH")]
    pub unplug_after: Option<u64>,
    /// Fail on the next N occasions, as `KIND[:N]`; may be repeated
    #[arg(long = "fault", value_name = "KIND[:N]")]
    pub faults: Vec<Fault>,
    /// Where to serve the control API
    #[arg(long, default_value = "127.0.0.1:0")]
    pub control: SocketAddr,
}

/// The simulator could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The control address is not free, or not this machine's.
    #[error("cannot listen")]
    Listen(#[from] io::Error),
    /// The central system's URL with the station's identity is not a URL.
    #[error("the URL with the identity is not a URL")]
    Url(#[from] InvalidUri),
}

/// Runs the simulated station until the process is told to stop. The first line on standard output
/// is `listening on http://…`, its control API.
///
/// # Errors
///
/// If it cannot start, or if standard output is closed.
pub async fn run(args: StationArgs) -> anyhow::Result<()> {
    let simulator = StationSimulator::start(args).await?;
    announce(simulator.control_url()).await?;
    Ok(())
}

/// A running station. It ends when dropped.
#[derive(Debug)]
pub struct StationSimulator {
    control_url: String,
    _tasks: JoinSet<()>,
}

impl StationSimulator {
    /// Starts a station in this process. It connects in the background, as often as it has to.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the control address cannot be bound or the URL is none.
    pub async fn start(args: StationArgs) -> Result<Self, StartError> {
        let url: Uri = format!("{}/{}", args.url.trim_end_matches('/'), args.identity).parse()?;
        let behaviour = Behaviour {
            connectors: args.connectors,
            watts: args.power.saturating_mul(args.time_scale),
            sample_interval: args.meter_interval_ms,
            plug_in_after: args.plug_in_after_ms,
            unplug_after: args.unplug_after,
        };
        let mut station = ChargePoint::new(args.ocpp, behaviour);
        for fault in args.faults {
            station.faults.add(fault);
        }
        let station = Arc::new(Mutex::new(station));
        let central = Central {
            version: args.ocpp,
            url,
            identity: args.identity,
            password: args.password,
        };
        let mut tasks = JoinSet::new();
        let router = control::router(station.clone());
        let address = serve(args.control, router, &mut tasks).await?;
        tasks.spawn(pass_time(station.clone()));
        tasks.spawn(async move { link::keep_connected(&central, &station).await });
        Ok(Self {
            control_url: format!("http://{address}"),
            _tasks: tasks,
        })
    }

    /// Where the control API is, such as `http://127.0.0.1:40002`, without a slash at the end.
    pub fn control_url(&self) -> &str {
        &self.control_url
    }
}

async fn pass_time(station: Arc<Mutex<ChargePoint>>) {
    let mut ticks = tokio::time::interval(TICK);
    loop {
        ticks.tick().await;
        lock(&station).tick(unix_ms());
    }
}
