//! The engine's platform on the native host: clock, random numbers, sockets, database, components.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chargetap_engine::Gateway;
use chargetap_engine::http::{ProviderRequest, ProviderResponse, SendError};
use chargetap_engine::platform::{
    Bundles, Busy, Database, DatabaseError, Dialect, LoadedBundle, Metric, PendingStation,
    Platform, Purpose, Row, StationAnswer, StationLink, StationOrder, Value, Work,
};
use chargetap_fleet::api::{BundledComponent, Problem};
use chargetap_fleet::bundle::StandbyBundle;
use chargetap_ocpp::report::Status;
use chargetap_plugins::Plugins;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use tokio::sync::Notify;

use crate::bundles::SwappablePlugins;
use crate::client;
use crate::database::StoreDatabase;
use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::ocpp::Stations;
use crate::peers::Peers;
use crate::station_reports::Reports;
use crate::tls::Tls;
use crate::turns::Turns;

/// The engine on this host.
pub type NativeGateway = Gateway<Native>;

/// The engine's platform on this host.
pub struct Native {
    plugins: SwappablePlugins,
    turns: Turns,
    database: StoreDatabase,
    http: reqwest::Client,
    stations: Stations<Reports>,
    tls: Option<Arc<Tls>>,
    peers: Option<Peers>,
    faults: Arc<Faults>,
    metrics: Metrics,
    /// Commands are waiting in the outbox.
    outbox: Notify,
    /// Terminals at which something happened.
    changed: Mutex<BTreeSet<String>>,
    /// Notified when `changed` gets one.
    terminals: Notify,
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Milliseconds since some moment. The time in which the machine was suspended counts.
pub(crate) fn elapsed() -> u64 {
    let elapsed = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let elapsed = Duration::try_from(elapsed).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

impl Native {
    pub(crate) fn new(
        plugins: SwappablePlugins,
        database: StoreDatabase,
        http: reqwest::Client,
        stations: Stations<Reports>,
        tls: Option<Arc<Tls>>,
        peers: Option<Peers>,
        faults: Arc<Faults>,
    ) -> Self {
        Self {
            plugins,
            turns: Turns::new(),
            database,
            http,
            stations,
            metrics: Metrics::new(tls.as_deref()),
            tls,
            peers,
            faults,
            outbox: Notify::new(),
            changed: Mutex::default(),
            terminals: Notify::new(),
        }
    }

    /// The connected stations.
    pub fn stations(&self) -> &Stations<Reports> {
        &self.stations
    }

    /// A station told the status of a connector, or of itself as a whole.
    pub(crate) fn station_status(&self, station: &str, status: &Status) {
        self.metrics.set_status(station, status);
    }

    /// This process among those that share the database, if several can.
    pub(crate) fn peers(&self) -> Option<&Peers> {
        self.peers.as_ref()
    }

    /// Whether this process does what only one does.
    pub(crate) fn leads(&self) -> bool {
        self.peers.as_ref().is_none_or(Peers::leads)
    }

    /// Whether this process may claim commands: others do not take it for dead.
    pub(crate) fn is_alive(&self) -> bool {
        self.peers.as_ref().is_none_or(Peers::is_alive)
    }

    /// This process ends.
    pub(crate) async fn leave(&self) {
        if let Some(peers) = &self.peers
            && let Err(error) = peers.leave().await
        {
            tracing::warn!(%error, "other processes take over only after some seconds");
        }
    }

    /// TLS at the gateway's port, unless it is plain.
    pub(crate) fn tls(&self) -> Option<&Arc<Tls>> {
        self.tls.as_ref()
    }

    /// The metrics in OpenMetrics' text format.
    pub(crate) fn metrics(&self) -> String {
        self.metrics.set_stations(&self.stations);
        self.metrics.text()
    }

    /// Wait until commands are waiting.
    pub(crate) async fn outbox_notified(&self) {
        self.outbox.notified().await;
    }

    /// Wait until something happened at a terminal.
    pub(crate) async fn terminals_notified(&self) {
        self.terminals.notified().await;
    }

    /// The terminals at which something happened since the last call.
    pub(crate) fn take_changed_terminals(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.lock_changed())
    }

    /// The other processes, one of which may hold this station's connection.
    fn peers_unless_connected(&self, station: &str) -> Option<&Peers> {
        let peers = self.peers.as_ref();
        peers.filter(|_| !self.stations.is_connected(station))
    }

    /// Every change of the set is a single call, so it is whole even after a panic elsewhere.
    fn lock_changed(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bundles for Native {
    fn bundled_components(&self) -> Result<Vec<BundledComponent>, Problem> {
        Ok(tokio::task::block_in_place(|| {
            self.plugins.bundled_components()
        }))
    }

    fn load_bundle(&self, standby: StandbyBundle) -> Result<Box<dyn LoadedBundle>, Problem> {
        tokio::task::block_in_place(|| self.plugins.load(standby))
    }
}

impl Platform for Native {
    type Components = Plugins;

    fn components(&self) -> &Plugins {
        self.plugins.plugins()
    }

    async fn call<T: Send>(
        &self,
        purpose: Purpose,
        work: impl FnOnce(&Plugins) -> T + Send,
    ) -> Result<T, Busy> {
        if self.faults.hold_pages && purpose == Purpose::Page {
            return self.turns.hold_page().await;
        }
        let turn = self.turns.run(purpose, || work(self.components()));
        turn.await
    }

    fn now(&self) -> u64 {
        now().saturating_add(self.faults.clock_ahead)
    }

    fn elapsed(&self) -> u64 {
        elapsed()
    }

    fn random(&self) -> [u8; 16] {
        rand::random()
    }

    fn count(&self, metric: Metric, label: &str) {
        self.metrics.count(metric, label);
    }

    fn notify(&self, work: Work<'_>) {
        match work {
            Work::Outbox => {
                self.outbox.notify_one();
                if !self.leads() {
                    // Some commands are for the process that leads.
                    self.terminals.notify_one();
                }
            }
            Work::Terminal(serial) => {
                self.lock_changed().insert(serial.to_owned());
                self.terminals.notify_one();
            }
        }
    }

    async fn send(
        &self,
        request: ProviderRequest,
        timeout_ms: u64,
    ) -> Result<ProviderResponse, SendError> {
        let mut sending = self
            .http
            .request(request.method, request.url)
            .timeout(Duration::from_millis(timeout_ms));
        for (name, value) in request.headers {
            let mut value = HeaderValue::try_from(value)
                .map_err(|_| SendError::NotSent(format!("{name} cannot stand in a header")))?;
            value.set_sensitive(true);
            sending = sending.header(name, value);
        }
        if let Some(body) = request.body {
            sending = sending.header(CONTENT_TYPE, "application/json").body(body);
        }
        self.faults.crash_point();
        let response = client::receive(sending).await;
        self.faults.crash_point();
        response
    }

    async fn order(&self, station: &str, order: StationOrder) -> StationAnswer {
        self.faults.crash_point();
        let elsewhere = match self.peers_unless_connected(station) {
            Some(peers) => peers.order(self, station, &order).await,
            None => None,
        };
        let answer = match elsewhere {
            Some(answer) => answer,
            None => self.stations.order(station, order).await,
        };
        self.faults.crash_point();
        answer
    }

    async fn station_connected_for(&self, station: &str) -> Option<u64> {
        match self.peers_unless_connected(station) {
            Some(peers) => peers.know(self, station, "connected-for").await.flatten(),
            None => self.stations.connected_for(station),
        }
    }

    async fn station_link(&self, station: &str) -> StationLink {
        let elsewhere = match self.peers_unless_connected(station) {
            Some(peers) => peers.know(self, station, "link").await,
            None => None,
        };
        elsewhere.unwrap_or_else(|| self.stations.link(station))
    }

    async fn pending_stations(&self) -> Vec<PendingStation> {
        self.stations.pending()
    }
}

impl Database for Native {
    fn dialect(&self) -> Dialect {
        self.database.dialect()
    }

    fn process(&self) -> Option<&str> {
        self.peers.as_ref().map(Peers::id)
    }

    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.database.query(statement, parameters).await
    }

    fn commits_per_minute(&self) -> Option<u64> {
        Some(self.database.commits_per_minute())
    }
}
