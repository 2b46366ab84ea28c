//! The gateway as a process of its own, with its database and its components, and what is around it: the simulated
//! provider, and sites with terminals that were onboarded.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chargetap::client;
use chargetap_fleet::api::Method;
use chargetap_fleet::example::{
    EXAMPLE_CONFIG, ExampleCall, ExampleCustomer, ExampleSite, Onboarding,
};
use chargetap_fleet::model::Model;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::processor::Processor;
use chargetap_fleet::terminal::Origin;
use chargetap_simulators::payter::{PayterArgs, PayterSimulator};
use serde_json::{Value, json};

pub(crate) const API_KEY: &str = "an-api-key";
pub(crate) const CALLBACK_KEY: &str = "a-callback-key-of-more-than-32-bytes";
pub(crate) const PASSWORD: &str = "a-password-of-the-benchmark";
/// Another provider, whose callbacks carry a signature of Standard Webhooks by this key.
pub(crate) const WEBHOOK: &str = "acquirer";
pub(crate) const WEBHOOK_KEY: &[u8; 32] = b"a-webhook-key-of-the-benchmark!!";

pub(crate) fn terminal(number: usize) -> String {
    format!("P66-{number:05}")
}

pub(crate) fn station(number: usize) -> String {
    format!("CT-{number:05}")
}

/// The webhook's key as providers hand it out.
pub(crate) fn webhook_secret() -> String {
    format!("whsec_{}", STANDARD.encode(WEBHOOK_KEY))
}

pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let mut waited = Duration::ZERO;
    while !is_so().await {
        assert!(waited < Duration::from_secs(300), "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
        waited += Duration::from_millis(100);
    }
}

pub(crate) async fn payter(terminals: usize) -> PayterSimulator {
    let args = PayterArgs {
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        api_key: API_KEY.into(),
        terminals: (0..terminals).map(terminal).collect(),
        currency: "EUR".into(),
        faults: Vec::new(),
    };
    PayterSimulator::start(args).await.unwrap()
}

/// Show a card to a terminal. Whether the terminal waited for one, and the gateway took its callback.
pub(crate) async fn tap(
    client: &reqwest::Client,
    payter: &PayterSimulator,
    terminal: &str,
    card: &str,
) -> bool {
    let tap = json!({"terminal": terminal, "card_id": card, "masked_pan": "************1234",
        "aid": "A0000000031010"});
    let request = client
        .post(format!("{}/control/tap", payter.base_url()))
        .header("content-type", "application/json")
        .body(tap.to_string());
    let answer = request.send().await.unwrap();
    let is_taken = answer.status().is_success();
    let answer: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default();
    is_taken && answer["callback_statuses"] == json!([200])
}

/// A gateway's configuration, with the first of its stations at a terminal each.
pub(crate) fn configuration(
    address: SocketAddr,
    payter: &str,
    stations: usize,
    terminals: usize,
) -> String {
    let components = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components");
    let mut text = format!(
        r#"
        [server]
        listen = "{address}"
        components = "{components}"
        unsigned = true
        trusted_proxies = ["127.0.0.1"]
        [gateway]
        public_url = "http://{address}"
        [payter]
        url = "{payter}"
        api_key = {{ file = "api.key" }}
        [[callback_keys]]
        id = "bench"
        secret = {{ file = "callback.key" }}
        [[webhooks]]
        id = "{WEBHOOK}"
        scheme = "standard-webhooks"
        keys = [{{ id = "bench", secret = {{ file = "webhook.key" }} }}]
        {EXAMPLE_CONFIG}
        [policy]
        maximum_power_kw = 10_000 # sessions are to be over soon
        "#,
        components = components.display(),
    );
    for number in 0..stations {
        let station = station(number);
        writeln!(
            text,
            "[[stations]]\nid = \"{station}\"\npassword = {{ file = \"station.key\" }}"
        )
        .unwrap();
    }
    for number in 0..terminals {
        let (terminal, station) = (terminal(number), station(number));
        writeln!(
            text,
            r#"
            [[terminals]]
            serial = "{terminal}"
            model = "p66"
            tariff = "standard"
            evses = [{{ station = "{station}", connector = 1 }}]
            hold = "50.00""#
        )
        .unwrap();
    }
    text
}

/// An address at which nobody listens.
pub(crate) fn free_address() -> SocketAddr {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    free.local_addr().unwrap()
}

/// The calls of an operator who commissions the first terminals.
pub(crate) fn onboarding(terminals: usize) -> Vec<ExampleCall> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let at = Moment::from_millis(since.unwrap().as_millis().try_into().unwrap());
    let stations: Vec<_> = (0..terminals).map(station).collect();
    let served: Vec<(&str, &[u32])> = stations.iter().map(|id| (id.as_str(), &[1][..])).collect();
    let site = ExampleSite::torget(&served);
    let customer = ExampleCustomer { sites: &[site], at };
    let mut steps = customer.steps();
    for (number, station) in stations.iter().enumerate() {
        let terminal = Onboarding {
            serial: &terminal(number),
            site: site.key,
            model: Model::P66,
            origin: Origin::CustomerOwned,
            processor: Processor::Platform,
            station,
            connectors: &[1],
            charging: None,
            at,
        };
        steps.extend(terminal.steps());
    }
    steps
}

/// The gateway's process. It ends when dropped.
pub(crate) struct Gateway {
    process: Child,
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Gateway {
    /// Write the configuration into a folder, and the secrets that it names.
    pub(crate) fn configure(folder: &Path, configuration: &str) {
        for (file, secret) in [
            ("api.key", API_KEY),
            ("callback.key", CALLBACK_KEY),
            ("station.key", PASSWORD),
            ("webhook.key", &webhook_secret()),
        ] {
            std::fs::write(folder.join(file), secret).unwrap();
        }
        std::fs::write(folder.join("chargetap.toml"), configuration).unwrap();
    }

    /// Start it in its folder, with what it logs by default, or with this filter. It listens once this returns.
    pub(crate) fn start(folder: &Path, address: SocketAddr, log: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chargetap"));
        command
            .args(["serve", "chargetap.toml"])
            .current_dir(folder)
            .stderr(File::create(folder.join("log")).unwrap())
            .stdout(Stdio::piped());
        match log {
            Some(filter) => command.env("CHARGETAP_LOG", filter),
            None => command.env_remove("CHARGETAP_LOG"),
        };
        let mut process = command.spawn().unwrap();
        let printed = BufReader::new(process.stdout.take().unwrap());
        let mut lines = printed.lines().map_while(Result::ok);
        assert!(lines.any(|line| line.starts_with("listening on")));
        let token = std::fs::read_to_string(folder.join("chargetap.db.bootstrap-token")).unwrap();
        Self {
            process,
            address,
            token: token.trim_end().to_owned(),
        }
    }

    /// A figure of the process that the kernel tells in KiB.
    pub(crate) fn memory(&self, name: &str) -> u64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let figure = line.unwrap().trim_start_matches(':').trim();
        figure.trim_end_matches(" kB").parse().unwrap()
    }

    /// How many stations are connected, by its metrics.
    pub(crate) async fn connected(&self) -> usize {
        let url = format!("http://{}/metrics", self.address);
        let client = client::client().unwrap();
        let request = client.get(url).bearer_auth(&self.token);
        let text = request.send().await.unwrap().text().await.unwrap();
        let lines = text
            .lines()
            .filter(|line| line.starts_with("chargetap_station_connected{"));
        lines.filter(|line| line.ends_with(" 1")).count()
    }

    /// Commission the first terminals as an operator would.
    pub(crate) async fn onboard(&self, terminals: usize) {
        let client = client::client().unwrap();
        for step in onboarding(terminals) {
            let url = format!("http://{}{}", self.address, step.path);
            let mut request = client
                .request(method(step.method), url)
                .bearer_auth(&self.token);
            if let Some(body) = &step.body {
                request = request.header("content-type", "application/json");
                request = request.body(body.to_string());
            }
            // The interface takes so many calls in a while.
            let status = loop {
                let again = request.try_clone().unwrap();
                let status = again.send().await.unwrap().status();
                if status != reqwest::StatusCode::TOO_MANY_REQUESTS {
                    break status;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            };
            assert!(status.is_success(), "{}: {status}", step.what);
        }
    }
}

pub(crate) fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Put => reqwest::Method::PUT,
        Method::Post => reqwest::Method::POST,
        Method::Delete => reqwest::Method::DELETE,
    }
}
