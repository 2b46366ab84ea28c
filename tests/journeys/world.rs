//! The world of a journey: provider, station, gateway, and the person with the card.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chargetap::simulate::payter::{PayterArgs, PayterSimulator};
use chargetap::simulate::station::{StationArgs, StationSimulator};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

pub(crate) const TERMINAL: &str = "P66-0001";
pub(crate) const STATION: &str = "CT-1";
pub(crate) const API_KEY: &str = "journey-api-key";
pub(crate) const CALLBACK_KEY: &str = "journey-callback-key-of-more-than-32-bytes";
pub(crate) const OPERATOR_TOKEN: &str = "journey-operator-token";
pub(crate) const WEBHOOK_KEY: &str = "It's a Secret to Everybody";
pub(crate) const PASSWORD: &str = "journey-station-password";

const ONE_EVSE: &str = r#"evses = [{ station = "CT-1", connector = 1 }]
        hold = "50.00""#;

/// How many connectors the station has; most journeys use the first.
const CONNECTORS: u32 = 2;

/// Long enough for a slow machine; nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// What differs between journeys.
pub(crate) struct Setup {
    pub(crate) payter_faults: Vec<&'static str>,
    pub(crate) station_faults: Vec<&'static str>,
    /// Whether the station is a simulated one, and not one that the test brings.
    pub(crate) simulated_station: bool,
    /// What a vehicle draws, in watts.
    pub(crate) power: u64,
    /// Plug in so many milliseconds after a remote start; never if absent.
    pub(crate) plug_in_after_ms: Option<u64>,
    /// Unplug after this energy; never if absent.
    pub(crate) unplug_after: Option<u64>,
    pub(crate) plug_in_timeout_s: u64,
    /// How sessions begin at the terminal.
    pub(crate) terminal: &'static str,
    /// More of the station's configuration.
    pub(crate) station: &'static str,
    /// More of the provider's configuration.
    pub(crate) provider: &'static str,
    /// Further arguments of the gateway.
    pub(crate) gateway: Vec<String>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            payter_faults: Vec::new(),
            station_faults: Vec::new(),
            simulated_station: true,
            power: 50_000,
            plug_in_after_ms: Some(50),
            unplug_after: Some(7_000),
            plug_in_timeout_s: 60,
            terminal: ONE_EVSE,
            station: "",
            provider: "",
            gateway: Vec::new(),
        }
    }
}

pub(crate) struct World {
    folder: tempfile::TempDir,
    payter: PayterSimulator,
    station: Option<StationSimulator>,
    gateway: Gateway,
    log: Log,
    address: String,
    client: reqwest::Client,
}

/// Every line that a gateway of this world logged.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/components");
    assert!(
        folder.join("callback-verifier.wasm").is_file(),
        "the components are not built: run `cargo xtask build`, or all with `cargo xtask test`"
    );
    folder
}

impl World {
    pub(crate) async fn new(setup: Setup) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let payter = PayterSimulator::start(PayterArgs {
            listen: ([127, 0, 0, 1], 0).into(),
            api_key: API_KEY.into(),
            terminals: vec![TERMINAL.into()],
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
        let address = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .to_string();
        write_configuration(folder.path(), &address, payter.base_url(), &setup);
        let log = Log::default();
        let gateway = start_gateway(folder.path(), &setup.gateway, &log).await;
        let station = match setup.simulated_station {
            true => Some(start_station(&address, &setup).await),
            false => None,
        };
        let client = chargetap::client::client().unwrap();
        Self {
            folder,
            payter,
            station,
            gateway,
            log,
            address,
            client,
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn log(&self) -> &Log {
        &self.log
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Why the gateway ended, if it did.
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

    /// Start the gateway again, without its faults.
    pub(crate) async fn restart_gateway(&mut self) {
        self.gateway = start_gateway(self.folder.path(), &[], &self.log).await;
    }

    /// Show a card once; whether the terminal was reading.
    pub(crate) async fn tap_once(&self, card: &str) -> bool {
        let tap = json!({
            "terminal": TERMINAL, "card_id": card,
            "masked_pan": "************1234", "aid": "A0000000031010",
        });
        let status = self.control("tap", &tap).await;
        assert!(
            status == 200 || status == 409,
            "the tap was answered {status}"
        );
        status == 200
    }

    /// Show a card as soon as the terminal reads.
    pub(crate) async fn tap(&self, card: &str) {
        self.until("the terminal reads", async || self.tap_once(card).await)
            .await;
    }

    /// What the terminal shows: a text, and the labels of what can be chosen.
    pub(crate) async fn screen(&self) -> (String, Vec<String>) {
        let url = format!("{}/control/screens/{TERMINAL}", self.payter.base_url());
        let screen = self.json(&url).await;
        let labels = screen["choices"].as_array().unwrap().iter();
        (
            screen["text"].as_str().unwrap().to_owned(),
            labels
                .map(|choice| choice["label"].as_str().unwrap().to_owned())
                .collect(),
        )
    }

    /// Touch the item with this label as soon as the screen has it.
    pub(crate) async fn touch(&self, label: &str) {
        let touch = json!({"terminal": TERMINAL, "label": label});
        self.until(label, async || self.control("touch", &touch).await == 200)
            .await;
    }

    /// Plug a vehicle in, or unplug it.
    pub(crate) async fn cable(&self, what: &str, connector: u32) {
        let url = self.station.as_ref().unwrap().control_url();
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
        let Some(station) = &self.station else {
            return Value::Null;
        };
        self.json(&format!("{}/control/state", station.control_url()))
            .await
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

    /// Wait until `count` receipts are issued, and return their JSON in that order.
    pub(crate) async fn receipts(&self, count: usize) -> Vec<Value> {
        let mut links = Vec::new();
        self.until("the receipts are issued", async || {
            links = self.log.values("link");
            links.dedup();
            links.len() >= count
        })
        .await;
        assert_eq!(links.len(), count, "receipts: {links:?}");
        let mut receipts = Vec::new();
        for link in links {
            receipts.push(self.json(&link).await);
        }
        receipts
    }

    /// Where something can be read: the status, the headers and the body.
    pub(crate) async fn get(&self, url: &str, accept: &str) -> (u16, HeaderMap, Vec<u8>) {
        read(self.client.get(url).header("accept", accept)).await
    }

    /// Send a form as a browser does.
    pub(crate) async fn submit(
        &self,
        url: &str,
        fields: &[(&str, &str)],
    ) -> (u16, HeaderMap, Vec<u8>) {
        read(self.form(url, fields)).await
    }

    fn form(&self, url: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish())
    }

    /// What the QR code on the terminal's screen says.
    pub(crate) async fn qr_code(&self) -> Option<String> {
        let url = format!("{}/control/screens/{TERMINAL}", self.payter.base_url());
        Some(self.json(&url).await["qr_code"].as_str()?.to_owned())
    }

    /// The receipt of a session that captured something, if one is issued and the gateway is
    /// there to show it.
    pub(crate) async fn receipt_of_capture(&self) -> Option<Value> {
        self.receipt_of_kind("charge").await
    }

    /// The first receipt of a kind, if one is issued and the gateway is there to show it.
    pub(crate) async fn receipt_of_kind(&self, kind: &str) -> Option<Value> {
        for link in self.log.values("link") {
            let request = self.client.get(&link).header("accept", "application/json");
            let answer = request.send().await.ok()?;
            let receipt: Value = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
            if receipt["kind"] == kind {
                return Some(receipt);
            }
        }
        None
    }

    /// Send a form; nobody may be there to answer.
    pub(crate) async fn try_submit(&self, url: &str, fields: &[(&str, &str)]) {
        drop(self.form(url, fields).send().await);
    }

    /// Put a refund on record; nobody may be there to answer.
    pub(crate) async fn try_refund(&self, session: &str, reference: &str, amount: u64) {
        let url = self.url(&format!("/api/v1/sessions/{session}/refunds"));
        let request = self.client.post(url);
        let request = request.header("authorization", format!("Bearer {OPERATOR_TOKEN}"));
        let body = json!({"reference": reference, "amount": amount}).to_string();
        drop(request.body(body).send().await);
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

    pub(crate) fn stored_events(&self) -> usize {
        self.count("SELECT count(*) FROM event")
    }

    pub(crate) fn sessions_in_journal(&self) -> usize {
        self.count("SELECT count(*) FROM session")
    }

    /// Make what was reported so many days older.
    pub(crate) fn age_reports(&self, days: i64) {
        let statement = "UPDATE report SET at = at - ?1 * 86400000";
        self.journal().execute(statement, [days]).unwrap();
    }

    /// How many deliveries could be recognised if they were repeated.
    pub(crate) fn known_reports(&self) -> usize {
        self.count("SELECT count(*) FROM report WHERE dedupe IS NOT NULL")
    }

    /// Do something to a session as the operator, or as whoever has this token; the status.
    pub(crate) async fn operate(&self, token: &str, session: &str, verb: &str, body: &str) -> u16 {
        let url = self.url(&format!("/api/v1/sessions/{session}/{verb}"));
        let request = self.client.post(url);
        let request = request.header("authorization", format!("Bearer {token}"));
        let answer = request.body(body.to_owned()).send().await.unwrap();
        answer.status().as_u16()
    }

    /// The only session's id.
    pub(crate) fn session(&self) -> String {
        self.journal()
            .query_row("SELECT id FROM session", [], |row| row.get(0))
            .unwrap()
    }

    pub(crate) fn payment_reports(&self) -> usize {
        self.count("SELECT count(*) FROM report")
    }

    pub(crate) fn reads(&self) -> usize {
        self.count("SELECT count(*) FROM ask WHERE confirmed = 1")
    }

    /// Put a read before all others in the journal, as if the terminal had been armed with it.
    pub(crate) fn insert_read_before(&self, read: &str) {
        self.journal()
            .execute(
                r#"INSERT INTO ask (number, id, terminal, ask, chosen, told_at, renew_at, expires_at, confirmed)
                   VALUES (-1, ?1, ?2, '{"Card": {"evse": null, "hold": 1, "text": ""}}', 'null',
                           0, 9000000000000, 9000000000000, 1)"#,
                [read, TERMINAL],
            )
            .unwrap();
    }

    /// Put a receipt into the journal, and one that is still to be issued, as version 0.1 kept them
    /// when a session had one receipt and sessions were no subjects.
    pub(crate) fn insert_old_receipts(&self, issued: &Value, asked_for: &Value) {
        let journal = self.journal();
        let id = issued["id"].as_str().unwrap();
        let session = issued["summary"]["session"].as_str().unwrap();
        journal
            .execute(
                "INSERT INTO receipt (id, session, document) VALUES (?1, ?2, ?3)",
                [id, session, &issued.to_string()],
            )
            .unwrap();
        let session = asked_for["session"].as_str().unwrap();
        let action = json!({"IssueReceipt": asked_for}).to_string();
        journal
            .execute(
                "INSERT INTO command (id, session, action, status)
                 VALUES (?1 || '/receipt', ?1, ?2, 'pending')",
                [session, &action],
            )
            .unwrap();
    }

    fn count(&self, query: &str) -> usize {
        let count: i64 = self
            .journal()
            .query_row(query, [], |row| row.get(0))
            .unwrap();
        count.try_into().unwrap()
    }

    fn journal(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder().join("chargetap.db")).unwrap()
    }

    pub(crate) async fn until(&self, what: &str, mut condition: impl AsyncFnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !condition().await {
            if Instant::now() > deadline {
                let ledger = self.ledger().await;
                let station = self.station().await;
                panic!(
                    "not in time: {what}\nledger: {ledger:#}\nstation: {station:#}\nlog:\n{}",
                    self.log.lines().join("\n")
                );
            }
            tokio::time::sleep(POLL).await;
        }
    }

    async fn json(&self, url: &str) -> Value {
        let request = self.client.get(url).header("accept", "application/json");
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }
}

async fn read(request: reqwest::RequestBuilder) -> (u16, HeaderMap, Vec<u8>) {
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap().to_vec())
}

async fn start_station(address: &str, setup: &Setup) -> StationSimulator {
    StationSimulator::start(StationArgs {
        url: format!("ws://{address}/ocpp"),
        identity: STATION.into(),
        password: PASSWORD.into(),
        connectors: CONNECTORS,
        power: setup.power,
        time_scale: 600,
        meter_interval_ms: 100,
        plug_in_after_ms: setup.plug_in_after_ms,
        unplug_after: setup.unplug_after,
        faults: setup
            .station_faults
            .iter()
            .map(|fault| fault.parse().unwrap())
            .collect(),
        control: ([127, 0, 0, 1], 0).into(),
    })
    .await
    .unwrap()
}

/// What the driver pays for this energy, in cents: (kWh x 0.49 + 0.25) x 1.25, rounded half up.
pub(crate) fn price(energy: u64) -> u64 {
    (energy * 49 * 125 + 25 * 1_000 * 125 + 50_000) / 100_000
}

fn write_configuration(folder: &Path, address: &str, payter: &str, setup: &Setup) {
    std::fs::write(folder.join("api.key"), API_KEY).unwrap();
    std::fs::write(folder.join("callback.key"), CALLBACK_KEY).unwrap();
    std::fs::write(folder.join("station.key"), PASSWORD).unwrap();
    std::fs::write(folder.join("webhook.key"), WEBHOOK_KEY).unwrap();
    std::fs::write(folder.join("operator.key"), OPERATOR_TOKEN).unwrap();
    let components = components();
    let text = format!(
        r#"
        [server]
        listen = "{address}"
        components = "{components}"
        cache = "{components}/cache"
        [gateway]
        public_url = "http://{address}"
        [payter]
        url = "{payter}"
        api_key = {{ file = "api.key" }}
        {provider}
        [[callback_keys]]
        id = "journey"
        secret = {{ file = "callback.key" }}
        [issuers.platform]
        name = "Laddbolaget AB"
        address = "Storgatan 1, 111 22 Stockholm, Sweden"
        vat_number = "SE556677889901"
        contact = "help@laddbolaget.example"
        number_prefix = "L-"
        [site]
        name = "Stora Torget"
        address = "Torget 2, 111 23 Stockholm, Sweden"
        time_zone = "Europe/Stockholm"
        [policy]
        authorise_timeout_s = 3
        plug_in_timeout_s = {plug_in_timeout_s}
        [[webhooks]]
        id = "acquirer"
        scheme = "raw-body"
        keys = [{{ id = "w1", secret = {{ file = "webhook.key" }} }}]
        [operator]
        token = {{ file = "operator.key" }}
        [[tariffs]]
        id = "standard"
        currency = "EUR"
        per_kwh = "0.49"
        per_session = "0.25"
        vat_percent = "25"
        [[stations]]
        id = "{STATION}"
        password = {{ file = "station.key" }}
        {station}
        [[terminals]]
        serial = "{TERMINAL}"
        model = "apollo"
        tariff = "standard"
        {terminal}
        "#,
        components = components.display(),
        plug_in_timeout_s = setup.plug_in_timeout_s,
        terminal = setup.terminal,
        station = setup.station,
        provider = setup.provider,
    );
    std::fs::write(folder.join("chargetap.toml"), text).unwrap();
}

/// Start a gateway and wait until it listens, or until it has ended.
async fn start_gateway(folder: &Path, arguments: &[String], log: &Log) -> Gateway {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chargetap"))
        .args(["--log-format", "json", "serve", "chargetap.toml"])
        .args(arguments)
        .current_dir(folder)
        .env_remove("CHARGETAP_LOG")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let log = log.clone();
    std::thread::spawn(move || {
        for line in BufReader::new(err).lines().map_while(Result::ok) {
            log.0.lock().unwrap().push(line);
        }
    });
    let listening = move || BufReader::new(out).read_line(&mut String::new());
    tokio::task::spawn_blocking(listening)
        .await
        .unwrap()
        .unwrap();
    Gateway(child)
}
