//! The world around the Spin application: provider, bridge, driver, and passing time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chargetap_engine::BOOTSTRAP_TOKEN;
use chargetap_fleet::example::{EXAMPLE_CONFIG, ExampleCustomer, ExampleSite, Onboarding};
use chargetap_fleet::model::Model;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::processor::Processor;
use chargetap_fleet::terminal::Origin;
use chargetap_simulators::payter::{PayterArgs, PayterSimulator};
use serde_json::{Value, json};
use spin_host::{Settings, Spin};
use tokio::net::TcpListener;

use crate::manifest;
use crate::outside::{Callback, Order, Outside};
#[cfg(feature = "peers")]
use postgres_cluster::Cluster;

pub const API_KEY: &str = "spin-api-key";
pub const CALLBACK_KEY: &str = "spin-callback-key-of-more-than-32-bytes";
/// The station's, which the application does not know.
pub const PASSWORD: &str = "spin-station-password";
pub const BRIDGE_TOKEN: &str = "spin-bridge-token-of-more-than-32-characters";

/// Nothing waits this long when all is well.
pub const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

pub struct World {
    pub spin: Spin,
    payter: PayterSimulator,
    pub outside: Outside,
    client: reqwest::Client,
    /// The bootstrap token of an operator.
    token: String,
    /// Whether the test lets time pass. Otherwise the bridge does.
    is_ticked: bool,
    folder: tempfile::TempDir,
    /// Where the store is, if it is not in Spin's own database.
    #[cfg(feature = "peers")]
    server: Option<Cluster>,
}

/// The name of the store's database on a server.
#[cfg(feature = "peers")]
const DATABASE: &str = "spin";

pub fn terminal(number: usize) -> String {
    format!("P66-{number:04}")
}

pub fn station(number: usize) -> String {
    format!("CT-{number}")
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}", self.spin.log());
        }
    }
}

impl World {
    /// A world with so many terminals, each beside a station of the same number, and all waiting
    /// for a card.
    pub async fn new(terminals: usize) -> Self {
        Self::starting(terminals, "tap").await
    }

    /// The same, with this value of the terminals' `start`.
    pub async fn starting(terminals: usize, start: &str) -> Self {
        let world = Self::build(terminals, start, None, "").await;
        world.tick().await;
        world
    }

    /// A world with one terminal, whose bridge is at this address and lets time pass.
    pub async fn with_bridge(address: &str) -> Self {
        let mut world = Self::build(1, "tap", Some(address), "").await;
        world.is_ticked = false;
        world
    }

    /// The same with the store on a server.
    #[cfg(feature = "peers")]
    pub async fn with_bridge_on(address: &str, server: Cluster) -> Self {
        let database = server.database(DATABASE);
        let mut world = Self::build(1, "tap", Some(address), &database).await;
        world.is_ticked = false;
        world.server = Some(server);
        world
    }

    async fn build(terminals: usize, start: &str, bridge: Option<&str>, database: &str) -> Self {
        let payter = PayterSimulator::start(PayterArgs {
            listen: ([127, 0, 0, 1], 0).into(),
            api_key: API_KEY.into(),
            terminals: (1..=terminals).map(terminal).collect(),
            currency: "EUR".into(),
            faults: Vec::new(),
        })
        .await
        .unwrap();
        let outside = Outside::start().await;
        let folder = tempfile::tempdir().unwrap();
        let configuration = configuration(terminals, start, outside.url(), payter.base_url());
        std::fs::write(folder.path().join("station.key"), PASSWORD).unwrap();
        std::fs::write(folder.path().join("chargetap.toml"), configuration).unwrap();
        let variables = [
            ("payter_api_key", API_KEY),
            ("callback_key", CALLBACK_KEY),
            ("bridge_token", BRIDGE_TOKEN),
            ("bridge_url", bridge.unwrap_or(outside.url())),
            ("public_url", outside.url()),
            ("payter_url", payter.base_url()),
            ("database_url", database),
        ];
        let settings = Settings {
            files: folder.path().to_owned(),
            variables: variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut world = Self {
            spin: Spin::start(manifest::application(), settings, listener).unwrap(),
            payter,
            outside,
            client: chargetap::client::client().unwrap(),
            token: String::new(),
            is_ticked: true,
            folder,
            #[cfg(feature = "peers")]
            server: None,
        };
        world.tick().await;
        world.onboard(terminals).await;
        world
    }

    /// Commission every terminal, as an operator who has the bootstrap token.
    async fn onboard(&mut self, terminals: usize) {
        let log = self.spin.log();
        let token = log
            .lines()
            .find_map(|line| line.strip_prefix(BOOTSTRAP_TOKEN));
        token
            .expect("the bootstrap token is printed")
            .clone_into(&mut self.token);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let at = Moment::from_millis(since.as_millis().try_into().unwrap());
        let stations: Vec<String> = (1..=terminals).map(station).collect();
        let connectors: &[u32] = &[1];
        let stations: Vec<_> = stations
            .iter()
            .map(|station| (station.as_str(), connectors))
            .collect();
        let site = ExampleSite::torget(&stations);
        let customer = ExampleCustomer { sites: &[site], at };
        let mut steps = customer.steps();
        for (number, (station, connectors)) in (1..).zip(&stations) {
            let terminal = Onboarding {
                serial: &terminal(number),
                site: site.key,
                model: Model::P66,
                origin: Origin::FactoryFitted,
                processor: Processor::Platform,
                station,
                connectors,
                charging: None,
                at,
            };
            steps.extend(terminal.steps());
        }
        for step in steps {
            let url = format!("{}{}", self.spin.url(), step.path);
            let method = step.method.name().parse().unwrap();
            let mut request = self.client.request(method, url).bearer_auth(&self.token);
            if let Some(body) = step.body {
                request = request.header("content-type", "application/json");
                request = request.body(body.to_string());
            }
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            assert!(
                status < 300,
                "{}: {status} {}",
                step.what,
                answer.text().await.unwrap()
            );
        }
    }

    /// Let time pass for the application.
    pub async fn tick(&self) {
        let (status, body) = self.post("/tick", Some(BRIDGE_TOKEN), "").await;
        assert_eq!(status, 200, "{body}");
    }

    /// The folder with the configuration.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What an operator is answered to `GET /api/v1{path}`.
    pub async fn operator_sees(&self, path: &str) -> Value {
        let url = format!("{}/api/v1{path}", self.spin.url());
        let request = self.client.get(url).bearer_auth(&self.token);
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// Let time pass until something holds.
    pub async fn until<F: Future<Output = bool>>(&self, holds: impl Fn() -> F) {
        let waiting = async {
            while !holds().await {
                match self.is_ticked {
                    true => self.tick().await,
                    false => tokio::time::sleep(POLL).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    }

    /// Let time pass until the terminal waits for a card, and no command can still disturb it.
    pub async fn until_armed(&self, terminal: &str) {
        let url = format!("{}/terminals/{terminal}", self.payter.base_url());
        let key = format!("CPS apikey=\"{API_KEY}\"");
        self.until(async || {
            if self.rows("command WHERE status <> 'done'") > 0 {
                return false;
            }
            let request = self.client.get(&url).header("authorization", &key);
            let state = request.send().await.unwrap().text().await.unwrap();
            state.contains("READING")
        })
        .await;
    }

    /// A driver shows a card. The callback is not delivered yet.
    pub async fn tap(&self, terminal: &str, card: &str) -> Callback {
        let tap = json!({
            "terminal": terminal,
            "card_id": card,
            "aid": "A0000000041010",
            "masked_pan": "************4242",
        });
        self.control("tap", &tap).await;
        self.outside.card_callback().await
    }

    /// Deliver a callback, and return how it is answered.
    pub async fn deliver(&self, callback: &Callback) -> u16 {
        self.post(&callback.path, None, &callback.body).await.0
    }

    /// The next order that the bridge is given.
    pub async fn order(&self) -> Order {
        tokio::time::timeout(PATIENCE, self.outside.order())
            .await
            .unwrap()
    }

    /// The bridge tells something of a station, under this token.
    pub async fn tell(&self, station: &str, token: &str, event: &Value) -> (u16, String) {
        let path = format!("/stations/{station}/events");
        self.post(&path, Some(token), &event.to_string()).await
    }

    /// The bridge tells something of the first station. Returns what it is answered.
    pub async fn told(&self, event: &Value) -> Value {
        let (status, body) = self.tell("CT-1", BRIDGE_TOKEN, event).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    }

    pub async fn post(&self, path: &str, bearer: Option<&str>, body: &str) -> (u16, String) {
        self.sending(path, bearer, body).await
    }

    /// A `POST` that can be sent at the same time as others.
    pub fn sending(
        &self,
        path: &str,
        bearer: Option<&str>,
        body: &str,
    ) -> impl Future<Output = (u16, String)> + Send + use<> {
        let mut request = self.client.post(format!("{}{path}", self.spin.url()));
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let request = request.body(body.to_owned());
        async {
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        }
    }

    pub async fn get(&self, path: &str, accept: &str) -> reqwest::Response {
        let request = self.client.get(format!("{}{path}", self.spin.url()));
        request.header("accept", accept).send().await.unwrap()
    }

    /// The text that a terminal shows.
    pub async fn shown(&self, terminal: &str) -> String {
        let url = format!("{}/control/screens/{terminal}", self.payter.base_url());
        let screen = self.client.get(url).send().await.unwrap();
        let screen: Value = serde_json::from_slice(&screen.bytes().await.unwrap()).unwrap();
        screen["text"].as_str().unwrap().to_owned()
    }

    /// Make the provider fail.
    pub async fn fault(&self, call: &str, kind: &str) {
        let fault = json!({ "call": call, "kind": kind });
        self.control("faults", &fault).await;
    }

    /// The provider's totals: held, captured and released, in cents.
    pub async fn totals(&self) -> [u64; 3] {
        let url = format!("{}/control/ledger", self.payter.base_url());
        let ledger = self.client.get(url).send().await.unwrap();
        let ledger: Value = serde_json::from_slice(&ledger.bytes().await.unwrap()).unwrap();
        ["held", "captured", "released"].map(|sum| ledger["totals"][sum].as_u64().unwrap())
    }

    async fn control(&self, path: &str, body: &Value) {
        let url = format!("{}/control/{path}", self.payter.base_url());
        let request = self.client.post(url);
        let request = request.header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
    }

    /// How many rows a table of the store has, or how many of them a condition selects.
    pub fn rows(&self, table: &str) -> u32 {
        let count = format!("SELECT count(*) FROM {table}");
        #[cfg(feature = "peers")]
        if let Some(server) = &self.server {
            return server.ask(DATABASE, &count).parse().unwrap();
        }
        let database = self.spin.database();
        database.query_row(&count, [], |row| row.get(0)).unwrap()
    }

    /// How many sessions there are in each phase.
    pub fn phases(&self) -> BTreeMap<String, u32> {
        let database = self.spin.database();
        let mut phases = database
            .prepare("SELECT phase, count(*) FROM session GROUP BY phase")
            .unwrap();
        let phases = phases.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
        phases.unwrap().collect::<Result<_, _>>().unwrap()
    }

    /// The id of the only receipt.
    pub fn receipt(&self) -> String {
        let database = self.spin.database();
        database
            .query_row("SELECT id FROM paper", [], |row| row.get(0))
            .unwrap()
    }
}

fn configuration(terminals: usize, start: &str, public_url: &str, payter_url: &str) -> String {
    let mut text = format!(
        "[gateway]\npublic_url = \"{public_url}\"\n\
         [payter]\nurl = \"{payter_url}\"\napi_key = {{ env = \"PAYTER_API_KEY\" }}\n\
         [[callback_keys]]\nid = \"k1\"\nsecret = {{ env = \"CALLBACK_KEY\" }}\n\
         {EXAMPLE_CONFIG}"
    );
    for number in 1..=terminals {
        let (terminal, station) = (terminal(number), station(number));
        write!(
            text,
            "[[stations]]\nid = \"{station}\"\npassword = {{ file = \"station.key\" }}\n\
             [[terminals]]\nserial = \"{terminal}\"\nmodel = \"p66\"\nevses = [{{ station = \"{station}\", connector = 1 }}]\n\
             start = \"{start}\"\ntariff = \"standard\"\nhold = \"50.00\"\n"
        )
        .unwrap();
    }
    text
}
