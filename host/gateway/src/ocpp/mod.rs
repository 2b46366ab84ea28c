//! The central system's side of OCPP 1.6J: stations connect here, tell what they do, and are told
//! to start and stop.
//!
//! What a station tells is answered only after [`StationEvents`] took it in. A station repeats what
//! was not answered, so nothing is lost if the process dies between the two, and everything may
//! arrive more than once. The messages of one station are taken in one after the other, in the order
//! of arrival, also when it connects anew while the last message of its old connection is still
//! being taken in.
//!
//! Messages are read strictly: fields that OCPP 1.6 does not know are a formation violation.

mod connection;
mod date_time;
#[cfg(test)]
pub(crate) mod fake;
mod frame;
mod handshake;
mod messages;
mod meter;
mod payload;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::any;
use chargetap_contract::session::{MeterReading, Stopped};
use chargetap_engine::Vehicle;
use secrecy::SecretString;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};

use self::connection::Order;
use self::payload::RemoteRequest;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// A station's answer to a remote start or stop.
    pub answer: Duration,
    /// Writing one message to a station's socket.
    pub send: Duration,
    /// The time between two pings.
    pub ping: Duration,
    /// Silence, pongs included, after which a connection counts as dead.
    pub silence: Duration,
}

impl Timeouts {
    const DEFAULT: Self = Self {
        answer: Duration::from_secs(30),
        send: Duration::from_secs(10),
        ping: Duration::from_secs(30),
        silence: Duration::from_secs(75),
    };
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What was told cannot be stored now. The station is answered with an error and repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the event cannot be stored now")]
pub struct Unavailable;

/// Takes in what stations tell. Everything may be told more than once, and must then have the same
/// effect and the same answer.
pub trait StationEvents: Send + Sync + 'static {
    /// A vehicle came to a connector, or left it.
    fn has(
        &self,
        station: &str,
        connector: u32,
        vehicle: Vehicle,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send;

    /// A transaction began under a token. Returns its id, which must not be 0, or nothing if the
    /// token is none of ours; the station then ends the transaction.
    fn started(
        &self,
        station: &str,
        connector: u32,
        id_tag: &str,
        reading: MeterReading,
    ) -> impl Future<Output = Result<Option<i32>, Unavailable>> + Send;

    /// The register of a running transaction was read.
    fn metered(
        &self,
        station: &str,
        transaction: i32,
        reading: MeterReading,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send;

    /// A meter signed values of a transaction. What belongs to its end comes before that.
    fn signed(
        &self,
        station: &str,
        transaction: i32,
        packets: Vec<String>,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send;

    /// A transaction ended.
    fn stopped(
        &self,
        station: &str,
        transaction: i32,
        stopped: Stopped,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send;
}

/// How a remote start or stop ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteAnswer {
    /// The station does it.
    Accepted,
    /// The station does not do it.
    Rejected,
    /// The station was not connected, so it was never asked.
    NotConnected,
    /// The station was asked and did not answer in time, or not before its connection ended. It may
    /// do it or not.
    Unknown,
}

/// All stations of one central system.
pub struct Stations<E>(Arc<Shared<E>>);

impl<E> Clone for Stations<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The connection of a station.
struct Link {
    orders: mpsc::Sender<Order>,
    since: Instant,
}

impl Link {
    fn new(orders: mpsc::Sender<Order>) -> Self {
        Self {
            orders,
            since: Instant::now(),
        }
    }
}

struct Shared<E> {
    events: E,
    passwords: BTreeMap<String, SecretString>,
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    timeouts: Timeouts,
    links: Mutex<HashMap<String, Link>>,
}

impl<E: StationEvents> Stations<E> {
    /// A central system for the stations with these identities and passwords. `clock` gives the
    /// current time in Unix milliseconds.
    pub fn new(
        events: E,
        passwords: BTreeMap<String, SecretString>,
        clock: impl Fn() -> u64 + Send + Sync + 'static,
        timeouts: Timeouts,
    ) -> Self {
        Self(Arc::new(Shared {
            events,
            passwords,
            clock: Box::new(clock),
            timeouts,
            links: Mutex::default(),
        }))
    }

    /// The route `/ocpp/{identity}`, at which stations connect.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/ocpp/{identity}", any(handshake::connect::<E>))
            .with_state(self.clone())
    }

    /// Whether the station is connected now.
    pub fn is_connected(&self, station: &str) -> bool {
        self.connected_for(station).is_some()
    }

    /// For how long the station has been connected; `None` if it is not.
    pub fn connected_for(&self, station: &str) -> Option<Duration> {
        let links = self.0.links();
        Some(links.get(station)?.since.elapsed())
    }

    /// Asks a station to begin a transaction under a token of at most 20 characters.
    pub async fn remote_start(&self, station: &str, connector: u32, id_tag: &str) -> RemoteAnswer {
        let start = RemoteRequest::StartTransaction {
            connector_id: connector,
            id_tag: id_tag.to_owned(),
        };
        self.ask(station, start).await
    }

    /// Asks a station to end a transaction.
    pub async fn remote_stop(&self, station: &str, transaction: i32) -> RemoteAnswer {
        let stop = RemoteRequest::StopTransaction {
            transaction_id: transaction,
        };
        self.ask(station, stop).await
    }

    async fn ask(&self, station: &str, request: RemoteRequest) -> RemoteAnswer {
        let link = self.0.links().get(station).map(|link| link.orders.clone());
        let Some(link) = link else {
            return RemoteAnswer::NotConnected;
        };
        let (answer, answered) = oneshot::channel();
        if link.send(Order::Ask(request, answer)).await.is_err() {
            return RemoteAnswer::NotConnected;
        }
        answered.await.unwrap_or(RemoteAnswer::Unknown)
    }
}

impl<E> Shared<E> {
    /// Every change of the map is a single call, so it is whole even after a panic elsewhere.
    fn links(&self) -> MutexGuard<'_, HashMap<String, Link>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
