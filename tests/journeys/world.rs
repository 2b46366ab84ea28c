//! The world of a journey: provider, station, gateway, and the person with the card.

mod disk;
#[cfg(feature = "failover")]
mod ensemble;
mod fleet;
pub(crate) mod load;
#[cfg(feature = "peers")]
mod proxy;
mod receipts;
mod setup;
mod store;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chargetap_simulators::payter::{PayterArgs, PayterSimulator};
use chargetap_simulators::station::StationSimulator;
use rand::rngs::SmallRng;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use disk::Disk;
pub(crate) use disk::{DiskFault, DiskSetup};
#[cfg(feature = "failover")]
pub(crate) use ensemble::Ensemble;
pub(crate) use fleet::{Answer, now};
#[cfg(feature = "peers")]
pub(crate) use postgres_cluster::Cluster;
#[cfg(feature = "peers")]
pub(crate) use proxy::Proxy;
pub(crate) use setup::{CUSTOMER, Kept, Setup};
use setup::{start_gateway, start_station, terminal, write_configuration};

/// The terminal and the station of the first place.
pub(crate) const TERMINAL: &str = "P66-0001";
pub(crate) const STATION: &str = "CT-1";
pub(crate) const API_KEY: &str = "journey-api-key";
pub(crate) const CALLBACK_KEY: &str = "journey-callback-key-of-more-than-32-bytes";
pub(crate) const WEBHOOK_KEY: &str = "It's a Secret to Everybody";
/// The database of the gateway's configuration.
const DATABASE: &str = "chargetap.db";
/// Where the gateway writes the bootstrap token.
pub(crate) const TOKEN_FILE: &str = "chargetap.db.bootstrap-token";
/// Where it writes that if the database is on a server.
const TOKEN_FILE_OF_SERVER: &str = "chargetap.bootstrap-token";
pub(crate) const PASSWORD: &str = "journey-station-password";

/// Long enough for a slow machine; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(180);
const POLL: Duration = Duration::from_millis(20);

pub(crate) struct World {
    folder: tempfile::TempDir,
    payter: PayterSimulator,
    /// Those of the places, in their order.
    stations: Vec<StationSimulator>,
    disk: Option<Disk>,
    gateway: Gateway,
    log: Log,
    address: String,
    client: reqwest::Client,
    /// The bootstrap token.
    token: String,
    /// The address of the database, if it is not a file.
    server: Option<String>,
}

/// Another gateway on the same database. It ends with this value.
pub(crate) struct SecondGateway {
    /// Where it listens.
    pub(crate) address: String,
    pub(crate) log: Log,
    gateway: Gateway,
    folder: tempfile::TempDir,
}

impl SecondGateway {
    /// Kill it, and start it again.
    pub(crate) async fn crash(&mut self) {
        assert_eq!(
            self.gateway.0.try_wait().unwrap(),
            None,
            "it ended by itself"
        );
        self.gateway.0.kill().unwrap();
        self.gateway.0.wait().unwrap();
        let (gateway, _) = start_gateway(self.folder.path(), &[], None, &self.log).await;
        self.gateway = gateway;
    }
}

/// Every line that a gateway of this world logged.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// What each line says.
    pub(crate) fn messages(&self) -> Vec<String> {
        self.values("message")
    }

    /// The value of `field` in every line that has it.
    pub(crate) fn values(&self, field: &str) -> Vec<String> {
        let of = |line: &String| {
            let line: Value = serde_json::from_str(line).ok()?;
            Some(line["fields"][field].as_str()?.to_owned())
        };
        self.lines().iter().filter_map(of).collect()
    }
}

struct Gateway(Child);

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The folder that `cargo xtask build` puts the components in.
pub(crate) fn components() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components");
    assert!(
        folder.join("callback-verifier.wasm").is_file(),
        "the components are not built: run `cargo xtask build`, or all with `cargo xtask test`"
    );
    folder
}

/// An address of this machine at which nobody listens.
pub(crate) fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

impl World {
    pub(crate) async fn new(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let payter = PayterSimulator::start(PayterArgs {
            listen: ([127, 0, 0, 1], 0).into(),
            api_key: API_KEY.into(),
            terminals: (1..=setup.places).map(terminal).collect(),
            currency: "EUR".into(),
            faults: setup
                .payter_faults
                .iter()
                .map(|fault| fault.parse().unwrap())
                .collect(),
        })
        .await
        .unwrap();
        // The gateway is restarted at the same address, so it cannot choose one itself.
        let address = free_address();
        write_configuration(folder.path(), &address, payter.base_url(), &setup);
        let log = Log::default();
        if let Some(kept) = &setup.kept {
            let database = rusqlite::Connection::open(folder.path().join(DATABASE));
            database.unwrap().execute_batch(kept.sql).unwrap();
        }
        let database = folder.path().canonicalize().unwrap().join(DATABASE);
        let disk = setup.disk.map(|disk| Disk::new(&database, disk));
        let started = start_gateway(folder.path(), &[], disk.as_ref(), &log);
        let (gateway, printed) = started.await;
        let token = match &setup.kept {
            Some(kept) => kept.token,
            None => {
                let file = match setup.server {
                    None => TOKEN_FILE,
                    Some(_) => TOKEN_FILE_OF_SERVER,
                };
                assert!(printed[0].ends_with(file), "{printed:?}");
                assert!(!printed.concat().contains("ctp_"), "the token is printed");
                &std::fs::read_to_string(folder.path().join(file)).unwrap()
            }
        };
        let token = token.trim_end().to_owned();
        let client = chargetap::client::client().unwrap();
        let mut world = Self {
            folder,
            payter,
            stations: Vec::new(),
            disk,
            gateway,
            log,
            address,
            client,
            token,
            server: setup.server.clone(),
        };
        if setup.onboarded {
            world.onboard(&setup).await;
        }
        // The gateway's faults begin once the terminal is commissioned.
        if !setup.gateway.is_empty() {
            world.stop_gateway();
            world.start_gateway(&setup.gateway).await;
        }
        if setup.simulated_station {
            for place in 1..=setup.places {
                let station = start_station(&world.address, &setup, place).await;
                world.stations.push(station);
            }
        }
        world
    }

    /// A world in which a slow session charges, for as long as nobody ends it.
    pub(crate) async fn charging(setup: Setup) -> Self {
        let world = Self::new(Setup {
            unplug_after: None,
            power: 1_000,
            ..setup
        })
        .await;
        world.tap("card-1").await;
        world
            .until("energy flows", async || world.metered_live().await > 0)
            .await;
        world
    }

    /// Start another gateway on the same database, which the provider does not know.
    pub(crate) async fn second_gateway(&self) -> SecondGateway {
        self.other_gateway("", "").await
    }

    /// The same, with another text in place of one of the configuration.
    pub(crate) async fn other_gateway(&self, from: &str, to: &str) -> SecondGateway {
        let folder = tempfile::tempdir().unwrap();
        for entry in std::fs::read_dir(self.folder()).unwrap() {
            let path = entry.unwrap().path();
            std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
        let address = free_address();
        let configuration = folder.path().join("chargetap.toml");
        let text = std::fs::read_to_string(&configuration).unwrap();
        let listen = |address: &str| format!("listen = \"{address}\"");
        let text = text.replace(&listen(&self.address), &listen(&address));
        assert!(text.contains(from), "{text}");
        let text = text.replace(from, to);
        std::fs::write(configuration, text).unwrap();
        let log = Log::default();
        let (gateway, _) = start_gateway(folder.path(), &[], None, &log).await;
        SecondGateway {
            address,
            log,
            gateway,
            folder,
        }
    }

    /// From now on, the gateway is the one at this address.
    pub(crate) fn turn_to(&mut self, address: &str) {
        address.clone_into(&mut self.address);
    }

    /// Start the station, which connects to this address.
    pub(crate) async fn start_station_at(&mut self, address: &str, setup: &Setup) {
        self.stations.push(start_station(address, setup, 1).await);
    }

    async fn start_gateway(&mut self, arguments: &[String]) {
        let disk = self.disk.as_ref();
        let started = start_gateway(self.folder.path(), arguments, disk, &self.log);
        let (gateway, printed) = started.await;
        let is_issued = printed
            .iter()
            .any(|line| line.ends_with(".bootstrap-token"));
        assert!(!is_issued, "the bootstrap token is issued once");
        self.gateway = gateway;
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    /// Where the gateway listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where the payment provider is.
    pub(crate) fn payter_url(&self) -> &str {
        self.payter.base_url()
    }

    /// How the gateway ended, if it did.
    pub(crate) fn gateway_ended(&mut self) -> Option<ExitStatus> {
        self.gateway.0.try_wait().unwrap()
    }

    /// Replace a text in the configuration; it counts from the next start.
    pub(crate) fn configure(&self, from: &str, to: &str) {
        let path = self.folder().join("chargetap.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Start the gateway again with its clock ahead by so many days.
    pub(crate) async fn restart_gateway_ahead(&mut self, days: u32) {
        let ahead = ["--clock-ahead".into(), days.to_string()];
        self.start_gateway(&ahead).await;
    }

    /// Start the gateway again so that it ends at this crash point.
    pub(crate) async fn restart_gateway_to_crash(&mut self, at: u64) {
        self.start_gateway(&["--crash-at".into(), at.to_string()])
            .await;
    }

    /// Start the gateway again, without its faults.
    pub(crate) async fn restart_gateway(&mut self) {
        self.start_gateway(&[]).await;
    }

    /// Show a card once. Returns whether the terminal was armed.
    pub(crate) async fn tap_once(&self, card: &str) -> bool {
        self.tap_once_at(TERMINAL, card).await
    }

    async fn tap_once_at(&self, terminal: &str, card: &str) -> bool {
        let tap = json!({
            "terminal": terminal, "card_id": card,
            "masked_pan": "************1234", "aid": "A0000000031010",
        });
        let status = self.control("tap", &tap).await;
        assert!(
            status == 200 || status == 409,
            "the tap was answered {status}"
        );
        status == 200
    }

    /// Show a card as soon as the terminal is armed.
    pub(crate) async fn tap(&self, card: &str) {
        self.until("the terminal is armed", async || self.tap_once(card).await)
            .await;
    }

    /// The same at another terminal.
    pub(crate) async fn tap_at(&self, terminal: &str, card: &str) {
        self.until("the terminal is armed", async || {
            self.tap_once_at(terminal, card).await
        })
        .await;
    }

    /// What the terminal shows: a text, and the labels of what can be chosen.
    pub(crate) async fn screen(&self) -> (String, Vec<String>) {
        let screen = self.screen_state().await;
        let labels = screen["choices"].as_array().unwrap().iter();
        (
            screen["text"].as_str().unwrap().to_owned(),
            labels
                .map(|choice| choice["label"].as_str().unwrap().to_owned())
                .collect(),
        )
    }

    /// Wait until the terminal shows this text.
    pub(crate) async fn shows(&self, text: &str) {
        self.until(text, async || self.screen().await.0.contains(text))
            .await;
    }

    /// The same of another terminal.
    pub(crate) async fn shows_at(&self, terminal: &str, text: &str) {
        let shown = async || self.screen_state_of(terminal).await["text"].clone();
        self.until(text, async || {
            shown().await.as_str().unwrap().contains(text)
        })
        .await;
    }

    /// Everything about the terminal's screen.
    pub(crate) async fn screen_state(&self) -> Value {
        self.screen_state_of(TERMINAL).await
    }

    async fn screen_state_of(&self, terminal: &str) -> Value {
        let url = format!("{}/control/screens/{terminal}", self.payter.base_url());
        self.json(&url).await
    }

    /// Touch the item with this label as soon as the screen has it.
    pub(crate) async fn touch(&self, label: &str) {
        let touch = json!({"terminal": TERMINAL, "label": label});
        self.until(label, async || self.control("touch", &touch).await == 200)
            .await;
    }

    /// Plug a vehicle in, or unplug it.
    pub(crate) async fn cable(&self, what: &str, connector: u32) {
        let url = self.stations[0].control_url();
        let status = self
            .post(
                &format!("{url}/control/{what}"),
                &json!({"connector": connector}),
            )
            .await;
        assert!((200..300).contains(&status), "{what}: {status}");
    }

    /// Make a hold at the provider that the gateway did not ask for.
    pub(crate) async fn hold(&self, card: &str) {
        let hold = json!({"terminal": TERMINAL, "card_id": card, "amount": 5_000});
        assert_eq!(self.control("holds", &hold).await, 200);
    }

    /// Void the only hold at the provider, as somebody else would.
    pub(crate) async fn void_elsewhere(&self) {
        let ledger = self.ledger().await;
        let payment = ledger["sessions"][0]["session"].as_str().unwrap();
        let base = self.payter.base_url();
        let url = format!("{base}/terminals/{TERMINAL}/sessions/{payment}/cancel");
        let request = self.client.post(url).header("authorization", payter_key());
        let status = request.send().await.unwrap().status().as_u16();
        assert_eq!(status, 200);
    }

    async fn control(&self, what: &str, body: &Value) -> u16 {
        let url = format!("{}/control/{what}", self.payter.base_url());
        self.post(&url, body).await
    }

    async fn post(&self, url: &str, body: &Value) -> u16 {
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .body(body.to_string());
        request.send().await.unwrap().status().as_u16()
    }

    pub(crate) async fn ledger(&self) -> Value {
        self.json(&format!("{}/control/ledger", self.payter.base_url()))
            .await
    }

    pub(crate) async fn station(&self) -> Value {
        match self.stations.first() {
            Some(station) => self.state_of(station).await,
            None => Value::Null,
        }
    }

    async fn state_of(&self, station: &StationSimulator) -> Value {
        let url = format!("{}/control/state", station.control_url());
        self.json(&url).await
    }

    /// Wait until the ledger has `count` sessions and none is open, and return them.
    pub(crate) async fn closed_sessions(&self, count: usize) -> Vec<Value> {
        let mut sessions = Vec::new();
        self.until("all holds are closed", async || {
            sessions = self.ledger().await["sessions"].as_array().unwrap().clone();
            sessions.len() == count && sessions.iter().all(|session| session["state"] != "open")
        })
        .await;
        sessions
    }

    /// Wait until one of `count` holds is closed.
    pub(crate) async fn closed_one(&self, count: usize) {
        self.until("a hold is closed", async || {
            let sessions = self.ledger().await["sessions"].as_array().unwrap().clone();
            let open = sessions.iter().filter(|session| session["state"] == "open");
            sessions.len() == count && open.count() == count - 1
        })
        .await;
    }

    /// Take the terminal off the network, or back.
    pub(crate) async fn terminal_online(&self, online: bool) {
        let what = format!("terminals/{TERMINAL}");
        let status = self.control(&what, &json!({"online": online})).await;
        assert_eq!(status, 204);
    }

    /// The energy of the transaction that runs, in Wh.
    pub(crate) async fn metered_live(&self) -> u64 {
        let state = self.station().await;
        let start = state["transactions"][0]["meter_start"].as_u64();
        let now = state["connectors"][0]["meter_wh"].as_u64();
        start.zip(now).map_or(0, |(start, now)| now - start)
    }

    /// The energy of all transactions that the station recorded, in Wh.
    pub(crate) async fn metered_energy(&self) -> u64 {
        let state = self.station().await;
        let energy = |transaction: &Value| {
            transaction["meter_stop"].as_u64().unwrap()
                - transaction["meter_start"].as_u64().unwrap()
        };
        state["transactions"]
            .as_array()
            .unwrap()
            .iter()
            .map(energy)
            .sum()
    }

    pub(crate) async fn metrics(&self) -> String {
        let request = self.client.get(self.url("/metrics"));
        request.send().await.unwrap().text().await.unwrap()
    }

    pub(crate) async fn metric(&self, line: &str) -> u64 {
        let text = self.metrics().await;
        let value = text.lines().find_map(|found| found.strip_prefix(line));
        value.map_or(0, |value| value.trim().parse().unwrap())
    }

    /// Stop the gateway as `kill -9` does.
    pub(crate) fn stop_gateway(&mut self) {
        self.gateway.0.kill().unwrap();
        self.gateway.0.wait().unwrap();
    }

    /// Stop the gateway as a power cut does: what its disk has not synced may be lost.
    pub(crate) fn lose_power(&mut self, random: &mut SmallRng) {
        self.stop_gateway();
        self.disk.as_mut().unwrap().lose_power(random);
    }

    /// Let nothing be written to the database, or mend that.
    pub(crate) fn set_disk_fault(&self, fault: DiskFault, is_there: bool) {
        self.disk.as_ref().unwrap().set_fault(fault, is_there);
    }

    /// Whether the gateway is there and ready.
    pub(crate) async fn is_ready(&self) -> bool {
        let answer = self.client.get(self.url("/readyz")).send().await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }

    /// Send the gateway a signal.
    pub(crate) fn signal_gateway(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.gateway.0), signal).unwrap();
    }

    /// Do something to a session as the operator. Returns the status.
    pub(crate) async fn operate(&self, session: &str, verb: &str, body: Option<Value>) -> u16 {
        let path = format!("/api/v1/sessions/{session}/{verb}");
        self.call("POST", &path, body).await.status
    }

    pub(crate) async fn until(&self, what: &str, condition: impl AsyncFnMut() -> bool) {
        let explain = async || {
            let ledger = self.ledger().await;
            let station = self.station().await;
            let log = self.log.lines().join("\n");
            format!("ledger: {ledger:#}\nstation: {station:#}\nlog:\n{log}")
        };
        wait(what, (PATIENCE, POLL), condition, explain).await;
    }

    pub(crate) async fn json(&self, url: &str) -> Value {
        let request = self.client.get(url).header("accept", "application/json");
        json_of(request).await
    }
}

/// Wait until something is so, looking every now and then. If that takes too long, fail with an explanation.
async fn wait(
    what: &str,
    (patience, pause): (Duration, Duration),
    mut condition: impl AsyncFnMut() -> bool,
    explain: impl AsyncFnOnce() -> String,
) {
    let deadline = Instant::now() + patience;
    while !condition().await {
        if Instant::now() > deadline {
            panic!("not in time: {what}\n{}", explain().await);
        }
        tokio::time::sleep(pause).await;
    }
}

/// What a request is answered, which is good.
async fn json_of(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.unwrap().error_for_status().unwrap();
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// What Payter's API asks callers for.
fn payter_key() -> String {
    format!("CPS apikey=\"{API_KEY}\"")
}

/// What the driver pays for this energy, in cents: (kWh x 0.49 + 0.25) x 1.25, rounded half up.
pub(crate) fn price(energy: u64) -> u64 {
    (energy * 49 * 125 + 25 * 1_000 * 125 + 50_000) / 100_000
}
