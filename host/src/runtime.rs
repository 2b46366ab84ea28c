//! The engine's runtime on a machine of our own: clock, chance, sockets, database, components; and
//! the loops that keep it going.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chargetap_contract::callback::{Capability, KeyInfo, Rejection, Request, Verified};
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::session::{Decision, Event, MeterReading, Policy, Refusal, Stopped};
use chargetap_engine::config::{CallbackKey, Config};
use chargetap_engine::http::{Answer, Method, Outgoing, SendError};
use chargetap_engine::platform::{
    Count, DatabaseError, Platform, PluginFault, Row, StationAnswer, Value,
};
use chargetap_engine::{EngineError, Gateway, Secrets, Vehicle};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use secrecy::SecretString;
use tokio::sync::{Notify, Semaphore};
use tokio::time::MissedTickBehavior;

use crate::client::client;
use crate::components::{Components, LoadError};
use crate::database::{Database, OpenError};
use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::ocpp::{RemoteAnswer, StationEvents, Stations, Timeouts, Unavailable};
use crate::secrets::{self, SecretError};

/// How often deadlines are looked at.
const TICK: Duration = Duration::from_millis(250);
/// How often the terminals are looked at when nothing happens.
const TEND: Duration = Duration::from_secs(5);
/// How often it is looked whether an alert is to be delivered.
const DELIVER: Duration = Duration::from_secs(1);
/// How long a burst of changes may last before the terminals are looked at.
const TEND_AFTER_CHANGE: Duration = Duration::from_millis(50);
/// How long a start or stop may take, with its time in the queue: less than the engine gives a
/// command.
const STATION_ORDER: Duration = Duration::from_secs(60);
/// The largest answer of the payment provider that is read, in bytes.
const ANSWER_LIMIT: usize = 1024 * 1024;
/// How many commands may be under way at once.
const EXECUTIONS: usize = 64;

/// The engine on this host.
pub type NativeGateway = Gateway<Native>;

/// What the engine is given on this host.
pub struct Native {
    components: Components,
    database: Database,
    http: reqwest::Client,
    stations: Stations<Reports>,
    faults: Arc<Faults>,
    pub(crate) metrics: Metrics,
    /// Commands are waiting.
    commands: Notify,
    /// Terminals at which something happened.
    changed: Mutex<BTreeSet<String>>,
    /// There are some.
    terminals: Notify,
}

/// The gateway cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A secret is missing.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// A component cannot be used.
    #[error(transparent)]
    Component(#[from] LoadError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The engine cannot go on from what the journal holds.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be started: {0}")]
    Http(#[from] reqwest::Error),
}

fn read_keys(
    keys: &[CallbackKey],
    folder: &Path,
) -> Result<Vec<(KeyInfo, SecretString)>, SecretError> {
    let read = |key: &CallbackKey| Ok((key.info.clone(), secrets::read(&key.secret, folder)?));
    keys.iter().map(read).collect()
}

/// Start the gateway that a configuration describes. Its relative paths are taken from `folder`.
///
/// # Errors
/// What is missing or unusable, by name.
pub async fn start(
    config: Config,
    folder: &Path,
    faults: Faults,
) -> Result<Arc<NativeGateway>, StartError> {
    let faults = Arc::new(faults);
    let secret = |source| secrets::read(source, folder);
    let endpoints = config
        .callback_endpoints
        .iter()
        .map(|it| Ok((it.endpoint.clone(), read_keys(&it.keys, folder)?)))
        .collect::<Result<_, SecretError>>()?;
    let passwords = config
        .stations
        .iter()
        .map(|(id, station)| Ok((id.clone(), secret(&station.password)?)))
        .collect::<Result<_, SecretError>>()?;
    let secrets = Secrets {
        payter_key: secret(&config.payter_api_key)?,
    };

    let server = &config.server;
    let components = Components::load(
        &folder.join(&server.components),
        &folder.join(&server.cache),
        endpoints,
    )?;
    let database = Database::open(&folder.join(&server.database), faults.clone())?;
    let reports = Reports::default();
    let native = Native {
        components,
        database,
        http: client()?,
        stations: Stations::new(reports.clone(), passwords, now, Timeouts::default()),
        faults,
        metrics: Metrics::new(),
        commands: Notify::new(),
        changed: Mutex::default(),
        terminals: Notify::new(),
    };
    let gateway = Arc::new(Gateway::open(native, config, secrets).await?);
    gateway.recover().await?;
    // Nobody else sets it, so it is empty.
    let _ = reports.0.set(Arc::downgrade(&gateway));
    tokio::spawn(execute_commands(gateway.clone()));
    tokio::spawn(reach_deadlines(gateway.clone()));
    tokio::spawn(tend_readers(gateway.clone()));
    tokio::spawn(tend_changed_readers(gateway.clone()));
    tokio::spawn(deliver_alerts(gateway.clone()));
    Ok(gateway)
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

impl Native {
    /// Every change of the set is a single call, so it is whole even after a panic elsewhere.
    fn changed(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The stations' side.
    pub fn stations(&self) -> &Stations<Reports> {
        &self.stations
    }
}

impl Platform for Native {
    fn now(&self) -> u64 {
        now().saturating_add(self.faults.clock_ahead)
    }

    fn random(&self) -> [u8; 16] {
        rand::random()
    }

    fn count(&self, what: Count, label: &str) {
        self.metrics.count(what, label);
    }

    fn wake(&self) {
        self.commands.notify_one();
    }

    fn look_at(&self, terminal: &str) {
        self.changed().insert(terminal.to_owned());
        self.terminals.notify_one();
    }

    async fn send(&self, request: Outgoing, timeout_ms: u64) -> Result<Answer, SendError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Put => reqwest::Method::PUT,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut sending = self
            .http
            .request(method, request.url)
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
        let answer = receive(sending).await;
        self.faults.crash_point();
        answer
    }

    async fn start_charging(&self, station: &str, connector: u32, id_tag: &str) -> StationAnswer {
        self.faults.crash_point();
        let asked = self.stations.remote_start(station, connector, id_tag);
        let answer = in_time(asked).await;
        self.faults.crash_point();
        answer.into()
    }

    async fn stop_charging(&self, station: &str, transaction: i32) -> StationAnswer {
        self.faults.crash_point();
        let answer = in_time(self.stations.remote_stop(station, transaction)).await;
        self.faults.crash_point();
        answer.into()
    }

    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.database.query(statement, parameters).await
    }

    fn mint(&self, capability: &Capability) -> Result<String, PluginFault> {
        self.components.mint(capability)
    }

    fn verify(&self, request: &Request) -> Result<Result<Vec<Verified>, Rejection>, PluginFault> {
        self.components.verify(request)
    }

    fn claimed_terminal(&self, capability: &str) -> Result<Option<String>, PluginFault> {
        self.components.claimed_terminal(capability)
    }

    fn step(
        &self,
        policy: &Policy,
        state: Option<&[u8]>,
        event: &Event,
        now: u64,
    ) -> Result<Result<Decision, Refusal>, PluginFault> {
        self.components.step(policy, state, event, now)
    }

    fn offer(&self, policy: &Policy, hold: u64, now: u64) -> Result<String, PluginFault> {
        self.components.offer(policy, hold, now)
    }

    fn render(
        &self,
        document: &Document,
        format: Format,
        locale: &str,
    ) -> Result<Result<Rendered, Problem>, PluginFault> {
        self.components.render(document, format, locale)
    }

    fn form(&self, page: &Page, locale: &str) -> Result<Result<Rendered, Problem>, PluginFault> {
        self.components.form(page, locale)
    }

    fn check_measurement(
        &self,
        packets: &[String],
        public_key: Option<&str>,
    ) -> Result<MeasurementVerdict, PluginFault> {
        self.components.check_measurement(packets, public_key)
    }
}

/// Whoever no longer waits for a station's answer does not want the order passed on any more.
async fn in_time(asked: impl Future<Output = RemoteAnswer>) -> RemoteAnswer {
    tokio::time::timeout(STATION_ORDER, asked)
        .await
        .unwrap_or(RemoteAnswer::Unknown)
}

async fn receive(request: reqwest::RequestBuilder) -> Result<Answer, SendError> {
    // An error's text must not repeat the URL: it may be a capability.
    let lost = |error: reqwest::Error| SendError::Lost(error.without_url().to_string());
    let mut response = request.send().await.map_err(|error| {
        if error.is_connect() || error.is_builder() {
            SendError::NotSent(error.without_url().to_string())
        } else {
            lost(error)
        }
    })?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_LIMIT {
            return Err(SendError::Lost("the answer is too large".into()));
        }
    }
    Ok(Answer { status, body })
}

impl From<RemoteAnswer> for StationAnswer {
    fn from(answer: RemoteAnswer) -> Self {
        match answer {
            RemoteAnswer::Accepted => Self::Accepted,
            RemoteAnswer::Rejected => Self::Rejected,
            RemoteAnswer::NotConnected => Self::NotConnected,
            RemoteAnswer::Unknown => Self::Unknown,
        }
    }
}

/// Hands the stations' reports to the gateway, once there is one.
#[derive(Clone, Debug, Default)]
pub struct Reports(Arc<OnceLock<Weak<NativeGateway>>>);

impl Reports {
    fn gateway(&self) -> Result<Arc<NativeGateway>, Unavailable> {
        self.0.get().and_then(Weak::upgrade).ok_or(Unavailable)
    }
}

fn unavailable(error: EngineError) -> Unavailable {
    tracing::error!(%error, "a station's report could not be stored");
    Unavailable
}

impl StationEvents for Reports {
    async fn has(
        &self,
        station: &str,
        connector: u32,
        vehicle: Vehicle,
    ) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_has(station, connector, vehicle)
            .await
            .map_err(unavailable)
    }

    async fn started(
        &self,
        station: &str,
        connector: u32,
        id_tag: &str,
        reading: MeterReading,
    ) -> Result<Option<i32>, Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_started(station, connector, id_tag, reading)
            .await
            .map_err(unavailable)
    }

    async fn metered(
        &self,
        station: &str,
        transaction: i32,
        reading: MeterReading,
    ) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_metered(station, transaction, reading)
            .await
            .map_err(unavailable)
    }

    async fn signed(
        &self,
        station: &str,
        transaction: i32,
        packets: Vec<String>,
    ) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_signed(station, transaction, &packets)
            .await
            .map_err(unavailable)
    }

    async fn stopped(
        &self,
        station: &str,
        transaction: i32,
        stopped: Stopped,
    ) -> Result<(), Unavailable> {
        let gateway = self.gateway()?;
        gateway
            .station_stopped(station, transaction, stopped)
            .await
            .map_err(unavailable)
    }
}

/// Execute commands as they come, several at once.
async fn execute_commands(gateway: Arc<NativeGateway>) {
    let places = Arc::new(Semaphore::new(EXECUTIONS));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else {
            return;
        };
        match gateway.claim().await {
            Ok(Some(execution)) => {
                let gateway = gateway.clone();
                tokio::spawn(async move {
                    if let Err(error) = gateway.execute(execution).await {
                        tracing::error!(%error, "a command's outcome could not be stored");
                    }
                    drop(place);
                });
            }
            waiting => {
                if let Err(error) = waiting {
                    tracing::error!(%error, "commands cannot be claimed");
                }
                // Without a wake, look again: another place may have freed a command.
                let woken = gateway.platform().commands.notified();
                let _ = tokio::time::timeout(TEND, woken).await;
            }
        }
    }
}

async fn reach_deadlines(gateway: Arc<NativeGateway>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = gateway.tick().await {
            tracing::error!(%error, "deadlines cannot be looked at");
        }
    }
}

/// Alerts to whoever wants them.
async fn deliver_alerts(gateway: Arc<NativeGateway>) {
    let mut rounds = tokio::time::interval(DELIVER);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        loop {
            match gateway.deliver().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(%error, "alerts cannot be delivered");
                    break;
                }
            }
        }
    }
}

/// All terminals regularly.
async fn tend_readers(gateway: Arc<NativeGateway>) {
    let mut rounds = tokio::time::interval(TEND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        gateway.tend_readers().await;
    }
}

/// One terminal soon after something happened there. One that does not answer keeps no other waiting.
async fn tend_changed_readers(gateway: Arc<NativeGateway>) {
    loop {
        gateway.platform().terminals.notified().await;
        tokio::time::sleep(TEND_AFTER_CHANGE).await;
        let changed = std::mem::take(&mut *gateway.platform().changed());
        for terminal in changed {
            let gateway = gateway.clone();
            tokio::spawn(async move { gateway.tend_reader(&terminal).await });
        }
    }
}
