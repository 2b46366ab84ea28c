//! The central system's side of OCPP 1.6J, 2.0.1 and 2.1: stations connect here, tell what they do, and are told
//! to start and stop.
//!
//! What a station tells is answered only after [`StationEvents`] took it in. A station repeats what
//! was not answered, so nothing is lost if the process dies between the two, and everything may
//! arrive more than once. The messages of one station are taken in one after the other, in the order
//! of arrival, also when it connects anew while the last message of its old connection is still
//! being taken in.
//!
//! A station whose identity is not configured is held pending: see `pending`.
//!
//! Messages are read leniently: see the crate `chargetap-ocpp`. What was odd is counted.

mod configuration;
mod connection;
#[cfg(test)]
pub(crate) mod fake;
mod handshake;
mod masking;
mod messages;
mod oddities;
mod operations;
mod pending;
mod proofs;
mod recent;
mod refusals;
mod relay;
mod socket;
#[cfg(test)]
mod tests;
mod upstream;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chargetap_engine::config::Upstream;
use chargetap_engine::platform::{PendingStation, StationAnswer};
use chargetap_engine::{
    EvseTariff, RecordedAccess, ReportOutcome, StationSetup, TransactionAnswer, remote_start_number,
};
use chargetap_ocpp::message::{Answer, Request, TransactionResponse};
use chargetap_ocpp::report::{Boot, Plugs, Readings, Start, Status, Stop, TransactionEvent};
use secrecy::SecretString;
use thiserror::Error;
use tokio::sync::{mpsc, oneshot, watch};

use self::connection::Order;
use self::oddities::OddityCounts;
use self::pending::Pending;
use self::proofs::Proofs;
use self::recent::Recent;
use self::refusals::Refusals;

pub(crate) use self::handshake::intercept;

/// How often a station is to send a heartbeat, in seconds.
const HEARTBEAT_INTERVAL_S: u32 = 300;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// A station's answer to a remote start or stop, and to what people have it do.
    pub answer: Duration,
    /// Writing one message to a station's socket.
    pub send: Duration,
    /// The time between two pings.
    pub ping: Duration,
    /// Silence, pongs included, after which a connection counts as dead whose station answers pings.
    pub silence: Duration,
    /// The same where the station does not: it lacks several heartbeats by then.
    pub silence_without_pongs: Duration,
    /// How long a station has to boot and to tell its connectors' status after it connected.
    pub introduction: Duration,
    /// The answer of a central system above to a call of a station about one of our transactions.
    pub above: Duration,
    /// A station's answer to a question about its settings. Starts and stops wait for no more than this.
    pub setting: Duration,
    /// The time until a connector's status that could not be stored is told again.
    pub status: Duration,
    /// How often the tariffs of a station that shows them are looked at.
    pub tariffs: Duration,
    /// How often it is looked whether a station that is held pending may connect.
    pub pending: Duration,
}

impl Timeouts {
    const DEFAULT: Self = Self {
        answer: Duration::from_secs(30),
        send: Duration::from_secs(10),
        ping: Duration::from_secs(30),
        silence: Duration::from_secs(75),
        introduction: Duration::from_secs(5),
        above: Duration::from_secs(10),
        setting: Duration::from_secs(5),
        status: Duration::from_secs(10),
        tariffs: Duration::from_secs(30),
        pending: Duration::from_secs(5),
        silence_without_pongs: Duration::from_secs(3 * HEARTBEAT_INTERVAL_S as u64),
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
    /// A station connected. What it told before may have changed.
    fn connected(&self, station: &str) -> impl Future<Output = Result<(), Unavailable>> + Send;

    /// A station's connection ended, and there is no newer one.
    fn disconnected(&self, station: &str);

    /// What the record of a station says of its access. Nothing if there is none that does: then it may connect if it
    /// is one of those that [`Stations`] was made with.
    fn access(
        &self,
        station: &str,
    ) -> impl Future<Output = Result<Option<RecordedAccess>, Unavailable>> + Send;

    /// The other stations that may connect.
    fn stations(&self) -> Vec<String>;

    /// What its terminals ask of it.
    fn setup(
        &self,
        station: &str,
    ) -> impl Future<Output = Result<StationSetup, Unavailable>> + Send;

    /// What its EVSEs cost at which drivers can pay, for the station to show.
    fn tariffs(
        &self,
        station: &str,
    ) -> impl Future<Output = Result<Vec<EvseTariff>, Unavailable>> + Send;

    /// A station started.
    fn booted(
        &self,
        station: &str,
        boot: &Boot,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send;

    /// The status of a connector, or of the station as a whole.
    fn status(
        &self,
        station: &str,
        status: &Status,
    ) -> impl Future<Output = Result<(), Unavailable>> + Send;

    /// Whether a token may charge at this station.
    fn authorizes(
        &self,
        station: &str,
        token: &str,
    ) -> impl Future<Output = Result<bool, Unavailable>> + Send;

    /// A transaction began. One that is not accepted is to be stopped by the station.
    fn started(
        &self,
        station: &str,
        start: &Start,
    ) -> impl Future<Output = Result<TransactionAnswer, Unavailable>> + Send;

    /// The register of a running transaction was read, or its meter signed values.
    fn read(
        &self,
        station: &str,
        readings: &Readings,
    ) -> impl Future<Output = Result<ReportOutcome, Unavailable>> + Send;

    /// A transaction ended.
    fn stopped(
        &self,
        station: &str,
        stop: &Stop,
    ) -> impl Future<Output = Result<ReportOutcome, Unavailable>> + Send;

    /// Something happened to a transaction (2.x).
    fn transaction(
        &self,
        station: &str,
        event: &TransactionEvent,
    ) -> impl Future<Output = Result<TransactionResponse, Unavailable>> + Send;

    /// The station is to know the transaction of this number by an id that a central system above gave it. It does not
    /// if another transaction that runs there is known by it.
    fn named(
        &self,
        station: &str,
        number: i64,
        name: &str,
    ) -> impl Future<Output = Result<bool, Unavailable>> + Send;
}

/// A station of the configuration, which may connect.
#[derive(Debug)]
pub struct StationAccess {
    /// Its password, if it must show one.
    pub password: Option<SecretString>,
    /// Whether it must show a client certificate whose common name is its identity.
    pub client_certificate: bool,
}

/// All stations of one central system.
pub struct Stations<E>(Arc<Shared<E>>);

impl<E> Clone for Stations<E> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// How a call to a station ended.
#[derive(Clone, Debug, PartialEq)]
enum Outcome {
    /// The station was not connected, so it was never called.
    NotConnected,
    /// It did not answer in time, or not before its connection ended.
    Unanswered,
    Answered(Answer),
}

/// The connection of a station.
struct Link {
    orders: mpsc::Sender<Order>,
    since: Instant,
    /// It is on the list only for a newer one to wait until its last message is taken in.
    has_ended: bool,
}

impl Link {
    fn new(orders: mpsc::Sender<Order>) -> Self {
        Self {
            orders,
            since: Instant::now(),
            has_ended: false,
        }
    }
}

/// The connection of a station, unless it has ended.
fn connected<'a>(links: &'a HashMap<String, Link>, station: &str) -> Option<&'a Link> {
    links.get(station).filter(|link| !link.has_ended)
}

struct Shared<E> {
    events: E,
    stations: BTreeMap<String, StationAccess>,
    upstream: Option<Upstream>,
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    timeouts: Timeouts,
    oddities: OddityCounts,
    recent: Recent,
    /// What the connectors of EVSEs said last, by station (2.x).
    plugs: Mutex<HashMap<String, Plugs>>,
    refusals: Refusals,
    pending: Arc<Pending>,
    proofs: Proofs,
    links: Mutex<HashMap<String, Link>>,
    /// Whether stations may be connected.
    is_open: watch::Sender<bool>,
}

impl<E: StationEvents> Stations<E> {
    /// A central system for the stations with these identities, perhaps below another one. `clock` gives the current
    /// time in Unix milliseconds.
    pub fn new(
        events: E,
        stations: BTreeMap<String, StationAccess>,
        upstream: Option<Upstream>,
        clock: impl Fn() -> u64 + Send + Sync + 'static,
        timeouts: Timeouts,
    ) -> Self {
        Self(Arc::new(Shared {
            events,
            stations,
            upstream,
            clock: Box::new(clock),
            timeouts,
            oddities: OddityCounts::default(),
            recent: Recent::default(),
            plugs: Mutex::default(),
            refusals: Refusals::default(),
            pending: Arc::default(),
            proofs: Proofs::new(),
            links: Mutex::default(),
            is_open: watch::Sender::new(true),
        }))
    }

    /// How often each station did not keep to OCPP, by kind.
    pub(crate) fn oddities(&self) -> Vec<(String, &'static str, u64)> {
        self.0.oddities.list()
    }

    /// Every station that may connect or is connected, and whether it is.
    pub(crate) fn connections(&self) -> Vec<(String, bool)> {
        let mut stations: BTreeSet<String> = self.0.stations.keys().cloned().collect();
        stations.extend(self.0.events.stations());
        let links = self.0.links();
        stations.extend(links.keys().cloned());
        let is_connected = |station: &String| connected(&links, station).is_some();
        let stations = stations.into_iter();
        stations
            .map(|station| {
                let is_connected = is_connected(&station);
                (station, is_connected)
            })
            .collect()
    }

    /// The stations of unknown identities that are held pending.
    pub(crate) fn pending(&self) -> Vec<PendingStation> {
        self.0.pending.list()
    }

    /// Whether the station is connected now.
    pub fn is_connected(&self, station: &str) -> bool {
        self.connected_for(station).is_some()
    }

    /// For how long the station has been connected, in milliseconds; `None` if it is not.
    pub fn connected_for(&self, station: &str) -> Option<u64> {
        let links = self.0.links();
        let duration = connected(&links, station)?.since.elapsed();
        Some(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
    }

    /// Let stations connect from now on; or let none, and close every connection. Whether that is a change.
    pub(crate) fn set_open(&self, is_open: bool) -> bool {
        let is_changed = |before: &mut bool| std::mem::replace(before, is_open) != is_open;
        self.0.is_open.send_if_modified(is_changed)
    }

    /// Close the connection of a station that has a newer one elsewhere.
    pub(crate) async fn let_go(&self, station: &str) {
        if let Some(orders) = self.0.orders(station) {
            // Fails if it has ended meanwhile.
            let _ = orders.send(Order::Close).await;
        }
    }

    /// Asks a station to begin a transaction under a token of at most 20 characters.
    pub async fn remote_start(&self, station: &str, connector: u32, id_tag: &str) -> StationAnswer {
        let start = Request::Start {
            connector,
            token: id_tag.to_owned(),
            remote_start: remote_start_number(id_tag),
        };
        self.ask(station, start).await
    }

    /// Asks a station to end a transaction of this number, and of this id of the station's own.
    pub async fn remote_stop(
        &self,
        station: &str,
        number: i64,
        name: Option<&str>,
    ) -> StationAnswer {
        // The gateway's number may be another transaction's there.
        if self.0.upstream.is_some() && name.is_none() {
            return StationAnswer::Rejected;
        }
        let stop = Request::Stop {
            number,
            name: name.map(str::to_owned),
        };
        self.ask(station, stop).await
    }

    async fn ask(&self, station: &str, request: Request) -> StationAnswer {
        let patience = self.0.timeouts.answer;
        match self.0.call(station, request, patience).await {
            Outcome::NotConnected => StationAnswer::NotConnected,
            Outcome::Unanswered => StationAnswer::Unknown,
            Outcome::Answered(answer) => StationAnswer::from(&answer),
        }
    }
}

impl<E> Shared<E> {
    /// Calls a station, which is given this long to answer.
    async fn call(&self, station: &str, request: Request, patience: Duration) -> Outcome {
        let Some(orders) = self.orders(station) else {
            return Outcome::NotConnected;
        };
        let (outcome, known) = oneshot::channel();
        let order = Order::Call {
            request,
            patience,
            outcome,
        };
        if orders.send(order).await.is_err() {
            return Outcome::NotConnected;
        }
        known.await.unwrap_or(Outcome::Unanswered)
    }

    /// Where the calls of a station go, if it is connected.
    fn orders(&self, station: &str) -> Option<mpsc::Sender<Order>> {
        let links = self.links();
        Some(connected(&links, station)?.orders.clone())
    }

    /// What the connectors of a station's EVSEs said last. Every change leaves it whole, also after a panic elsewhere.
    fn with_plugs<T>(&self, station: &str, change: impl FnOnce(&mut Plugs) -> T) -> T {
        let mut plugs = self.plugs.lock().unwrap_or_else(PoisonError::into_inner);
        change(plugs.entry(station.to_owned()).or_default())
    }

    /// Every change of the map is a single call, so it is whole even after a panic elsewhere.
    fn links(&self) -> MutexGuard<'_, HashMap<String, Link>> {
        self.links.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
