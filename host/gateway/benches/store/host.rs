//! A host of this benchmark: the engine and the gateway's database, with the components linked natively or in wasmtime,
//! with the commits that statements share or one for each, and with a count of what the store is asked.
//!
//! It keeps the gateway's order of things, without its loops, its TLS and its log.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::Response;
use callback_verifier::Verifier;
use chargetap::client;
use chargetap::faults::Faults;
use chargetap::sqlite::Sqlite;
use chargetap_contract::callback::{Capability, Rejection, Request, Verified};
use chargetap_contract::receipt::{Document, Format, MeasurementVerdict, Page, Problem, Rendered};
use chargetap_contract::screen::{Message, Quote};
use chargetap_contract::session::{Decision, Event, Policy, Refusal};
use chargetap_engine::config::{Config, PAYTER};
use chargetap_engine::http::{self, BODY_LIMIT, ProviderRequest, ProviderResponse, SendError};
use chargetap_engine::platform::{
    Bundles, ComponentFault, Components, Database, DatabaseError, Metric, Platform, Row,
    StationAnswer, StationLink, StationOrder, Value, Work,
};
use chargetap_engine::{Gateway, Secrets};
use chargetap_plugins::{Plugins, Trust};
use tokio::net::TcpListener;

use crate::process::{API_KEY, CALLBACK_KEY, webhook_secret};

/// How many statements share a commit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commits {
    Shared,
    OneEach,
}

/// The engine on this host.
pub(crate) type BenchGateway<C> = Gateway<Host<C>>;

pub(crate) struct Host<C> {
    components: C,
    database: Sqlite,
    /// Held by the only statement that may write, where each has a commit of its own.
    write: Option<tokio::sync::Mutex<()>>,
    pub(crate) trips: Trips,
    /// How long each callback of the terminals' provider took.
    pub(crate) callbacks: Mutex<Vec<Duration>>,
    client: reqwest::Client,
    started: Instant,
    /// How far its clocks are ahead, in milliseconds: what it would have to wait for passes at once.
    ahead: AtomicU64,
}

impl<C> Host<C> {
    /// Let time pass.
    pub(crate) fn pass(&self, time: Duration) {
        let time = time.as_millis().try_into().unwrap();
        self.ahead.fetch_add(time, Ordering::SeqCst);
    }
}

/// How often the store was asked.
#[derive(Default)]
pub(crate) struct Trips {
    reads: AtomicU64,
    writes: AtomicU64,
}

impl Trips {
    /// How many statements read, and how many wrote, since this was last asked.
    pub(crate) fn take(&self) -> (u64, u64) {
        let take = |count: &AtomicU64| count.swap(0, Ordering::SeqCst);
        (take(&self.reads), take(&self.writes))
    }
}

/// Open the database of a folder by a configuration, with clocks that are so far ahead.
pub(crate) async fn open<C: Components + Send + Sync + 'static>(
    folder: &Path,
    configuration: &str,
    load: impl FnOnce(Keys) -> C,
    commits: Commits,
    ahead: Duration,
) -> Arc<BenchGateway<C>> {
    let config = Config::parse(configuration).unwrap();
    let host = Host {
        components: load(keys(&config)),
        database: Sqlite::open(&folder.join("chargetap.db"), Arc::new(Faults::default())).unwrap(),
        write: (commits == Commits::OneEach).then(Default::default),
        trips: Trips::default(),
        callbacks: Mutex::default(),
        client: client::client().unwrap(),
        started: Instant::now(),
        ahead: AtomicU64::new(ahead.as_millis().try_into().unwrap()),
    };
    let secrets = Secrets {
        payter_key: API_KEY.into(),
        card_key: Some(CALLBACK_KEY.into()),
    };
    let gateway = Gateway::open(host, config, secrets).await.unwrap();
    gateway.recover().await.unwrap();
    Arc::new(gateway)
}

/// Serve the provider's callbacks, as the gateway does.
pub(crate) async fn serve<C: Components + Send + Sync + 'static>(
    gateway: Arc<BenchGateway<C>>,
    address: SocketAddr,
) {
    let listener = TcpListener::bind(address).await.unwrap();
    let router = Router::new().fallback(handle::<C>).with_state(gateway);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
}

async fn handle<C: Components + Send + Sync + 'static>(
    State(gateway): State<Arc<BenchGateway<C>>>,
    request: axum::extract::Request,
) -> Response {
    let (head, body) = request.into_parts();
    let source = head.headers.get("x-forwarded-for");
    let source = source.and_then(|it| Some(it.to_str().ok()?.to_owned()));
    let request = http::Request::from_head(head, source);
    let handled = tokio::spawn(async move {
        let body = to_bytes(body, BODY_LIMIT).await.unwrap().to_vec();
        let is_card = request.path.starts_with("/callbacks/payter/");
        let began = Instant::now();
        let response = gateway.handle(request, body).await;
        if is_card {
            let mut callbacks = gateway.platform().callbacks.lock().unwrap();
            callbacks.push(began.elapsed());
        }
        response
    });
    handled.await.unwrap().into_http().map(Body::from)
}

/// The endpoints of callbacks with their keys.
type Keys = Vec<chargetap_plugins::EndpointKeys>;

fn keys(config: &Config) -> Keys {
    let endpoints = config.callback_endpoints.iter().map(|it| {
        let secret = match it.endpoint.id.as_str() {
            PAYTER => CALLBACK_KEY.to_owned(),
            _ => webhook_secret(),
        };
        let keys = it.keys.iter();
        let keys = keys.map(|key| (key.info.clone(), secret.clone().into()));
        (it.endpoint.clone(), keys.collect())
    });
    endpoints.collect()
}

/// The components in wasmtime.
pub(crate) fn plugins(keys: Keys) -> Plugins {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components");
    let cache = folder.with_file_name("components-cache");
    Plugins::load(&folder, &Trust::Unsigned, &cache, keys).unwrap()
}

/// The components linked into this program.
pub(crate) struct Linked(Verifier);

impl Linked {
    pub(crate) fn load(keys: Keys) -> Self {
        use secrecy::ExposeSecret as _;
        let endpoints = keys.into_iter().map(|(endpoint, keys)| {
            let keys = keys.into_iter();
            let keys = keys.map(|(key, secret)| (key, secret.expose_secret().as_bytes().to_vec()));
            (endpoint, keys.collect())
        });
        Self(Verifier::load(endpoints.collect()).unwrap())
    }
}

impl Components for Linked {
    fn mint(
        &self,
        endpoint: &str,
        capability: &Capability,
    ) -> Result<Option<String>, ComponentFault> {
        Ok(self.0.mint(endpoint, capability))
    }

    fn verify(
        &self,
        request: &Request,
    ) -> Result<Result<Vec<Verified>, Rejection>, ComponentFault> {
        Ok(self.0.verify(request))
    }

    fn claimed_terminal(&self, capability: &str) -> Result<Option<String>, ComponentFault> {
        Ok(Verifier::claimed_terminal(capability))
    }

    fn step(
        &self,
        policy: &Policy,
        state: Option<&[u8]>,
        event: &Event,
        now: u64,
    ) -> Result<Result<Decision, Refusal>, ComponentFault> {
        Ok(session_orchestrator::step(
            policy,
            state,
            event.clone(),
            now,
        ))
    }

    fn offer(&self, policy: &Policy, hold: u64, now: u64) -> Result<Quote, ComponentFault> {
        Ok(session_orchestrator::offer(policy, hold, now))
    }

    fn render(
        &self,
        document: &Document,
        format: Format,
        locale: &str,
    ) -> Result<Result<Rendered, Problem>, ComponentFault> {
        Ok(receipt_generator::render(document, format, locale))
    }

    fn form(&self, page: &Page, locale: &str) -> Result<Result<Rendered, Problem>, ComponentFault> {
        Ok(receipt_generator::form(page, locale))
    }

    fn screen_text(
        &self,
        message: &Message,
        locale: &str,
    ) -> Result<Result<String, Problem>, ComponentFault> {
        Ok(receipt_generator::screen_text(message, locale))
    }

    fn check_measurement(
        &self,
        packets: &[String],
        public_key: Option<&str>,
    ) -> Result<MeasurementVerdict, ComponentFault> {
        Ok(receipt_generator::check_measurement(packets, public_key))
    }
}

impl<C> Bundles for Host<C> {}

impl<C: Send + Sync> Database for Host<C> {
    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        if statement.trim_start().starts_with("SELECT") {
            self.trips.reads.fetch_add(1, Ordering::SeqCst);
            return self.database.query(statement, parameters).await;
        }
        self.trips.writes.fetch_add(1, Ordering::SeqCst);
        let _alone = match &self.write {
            Some(write) => Some(write.lock().await),
            None => None,
        };
        self.database.query(statement, parameters).await
    }
}

impl<C: Components + Send + Sync + 'static> Platform for Host<C> {
    type Components = C;

    fn components(&self) -> &C {
        &self.components
    }

    fn now(&self) -> u64 {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = u64::try_from(since.unwrap().as_millis()).unwrap();
        now + self.ahead.load(Ordering::SeqCst)
    }

    fn elapsed(&self) -> u64 {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap();
        elapsed + self.ahead.load(Ordering::SeqCst)
    }

    fn random(&self) -> [u8; 16] {
        rand::random()
    }

    fn count(&self, _: Metric, _: &str) {}

    fn notify(&self, _: Work<'_>) {}

    async fn send(
        &self,
        request: ProviderRequest,
        timeout_ms: u64,
    ) -> Result<ProviderResponse, SendError> {
        let mut sending = self
            .client
            .request(request.method, request.url)
            .timeout(Duration::from_millis(timeout_ms));
        for (name, value) in request.headers {
            sending = sending.header(name, value);
        }
        if let Some(body) = request.body {
            sending = sending
                .header("content-type", "application/json")
                .body(body);
        }
        let lost = |error: reqwest::Error| SendError::Lost(error.to_string());
        let response = sending.send().await.map_err(lost)?;
        Ok(ProviderResponse {
            status: response.status().as_u16(),
            body: response.bytes().await.map_err(lost)?.to_vec(),
        })
    }

    async fn order(&self, _: &str, _: StationOrder) -> StationAnswer {
        StationAnswer::Accepted
    }

    async fn station_connected_for(&self, _: &str) -> Option<u64> {
        Some(self.elapsed())
    }

    async fn station_link(&self, _: &str) -> StationLink {
        StationLink::default()
    }
}
