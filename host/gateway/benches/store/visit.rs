//! A driver's visit, one step after the other, at the host of the benchmark: nothing else goes on meanwhile, so that
//! what a step asks of the store, and how long it takes, is its own.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chargetap::client;
use chargetap_engine::http::{Request, Response};
use chargetap_engine::platform::{Database as _, Platform as _, Value};
use chargetap_engine::{Execution, Lane};
use chargetap_ocpp::StopReason;
use chargetap_ocpp::report::{
    ConnectorStatus, Readings, Sample, Start, Status, Stop, TransactionRef,
};
use chargetap_plugins::Plugins;
use chargetap_simulators::payter::PayterSimulator;

use crate::host::{self, BenchGateway, Commits};
use crate::process;

/// How many readings a visit has.
const READINGS: u64 = 10;
/// After this the terminal does not show any more what it told the last driver.
pub(crate) const NEXT_DRIVER: Duration = Duration::from_secs(60);

/// A site with one terminal and one station, where one driver comes after the other.
pub(crate) struct Site {
    pub(crate) gateway: Arc<BenchGateway<Plugins>>,
    pub(crate) token: String,
    client: reqwest::Client,
    payter: PayterSimulator,
    /// What the station's register shows, in watt-hours.
    register: u64,
}

/// A step of a visit: what happened, how often it read and wrote, and how long it took.
pub(crate) struct Step {
    pub(crate) what: String,
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    pub(crate) took: Duration,
}

impl Site {
    /// Open the site's database in a folder, so much later than it is.
    pub(crate) async fn open(folder: &Path, later: Duration) -> Self {
        let payter = process::payter(1).await;
        let address = process::free_address();
        let text = process::configuration(address, payter.base_url(), 1, 1);
        let gateway = host::open(folder, &text, host::plugins, Commits::Shared, later).await;
        host::serve(gateway.clone(), address).await;
        let mut site = Self {
            gateway,
            token: String::new(),
            client: client::client().unwrap(),
            payter,
            register: 1_000_000,
        };
        let token = site.gateway.issue_operator_token("bench").await.unwrap();
        site.token = secrecy::ExposeSecret::expose_secret(&token).to_owned();
        site
    }

    /// Commission the terminal.
    pub(crate) async fn onboard(&self) {
        for step in process::onboarding(1) {
            let mut request = Request {
                method: process::method(step.method),
                path: step.path,
                ..Request::default()
            };
            if let Some(body) = step.body {
                let json = "application/json".parse().unwrap();
                request.headers.insert("content-type", json);
                request.body = body.to_string().into_bytes();
            }
            let answer = self.call(request).await;
            assert!(answer.status < 300, "{}: {}", step.what, answer.status);
        }
    }

    /// An operator's call.
    pub(crate) async fn call(&self, mut request: Request) -> Response {
        let bearer = format!("Bearer {}", self.token).parse().unwrap();
        request.headers.insert("authorization", bearer);
        let body = std::mem::take(&mut request.body);
        self.gateway.handle(request, body).await
    }

    /// Bring the station to where a driver can pay, and the terminal to where it takes a card.
    pub(crate) async fn prepare(&self) {
        let station = process::station(0);
        self.gateway.station_connected(&station).await.unwrap();
        self.status(ConnectorStatus::Available).await;
        self.gateway.arm_terminal(&process::terminal(0)).await;
    }

    async fn status(&self, status: ConnectorStatus) {
        let status = Status {
            connector: 1,
            plug: None,
            status: Some(status),
            error: None,
            at: None,
        };
        let station = process::station(0);
        self.gateway
            .station_status(&station, &status)
            .await
            .unwrap();
    }

    /// One driver, from the tap to the receipt.
    pub(crate) async fn visit(&mut self) -> Vec<Step> {
        self.prepare().await;
        let mut steps = Vec::new();
        steps.push(self.tap().await);
        self.execute(&mut steps).await;
        let transaction = self.start(&mut steps).await;
        for _ in 0..READINGS {
            steps.push(self.read(transaction).await);
        }
        self.stop(transaction, &mut steps).await;
        self.execute(&mut steps).await;
        self.status(ConnectorStatus::Available).await;
        self.gateway.platform().pass(NEXT_DRIVER);
        steps
    }

    /// A card that was never shown before.
    pub(crate) async fn tap(&self) -> Step {
        let terminal = process::terminal(0);
        let host = self.gateway.platform();
        let card = format!("card-{}", host.now());
        host.trips.take();
        let is_taken = process::tap(&self.client, &self.payter, &terminal, &card).await;
        assert!(is_taken, "the terminal took no card");
        let (reads, writes) = host.trips.take();
        let took = host.callbacks.lock().unwrap().pop().unwrap();
        let what = "a card's callback".to_owned();
        Step {
            what,
            reads,
            writes,
            took,
        }
    }

    /// Execute every command that waits.
    pub(crate) async fn execute(&self, steps: &mut Vec<Step>) {
        let gateway = &self.gateway;
        loop {
            let mut claimed: Option<Execution> = None;
            let claim = async { claimed = gateway.claim(&Lane::ALL).await.unwrap() };
            let mut step = self.step(claim).await;
            let Some(execution) = claimed else { return };
            let executed = self.step(async { gateway.execute(execution).await.unwrap() });
            let executed = executed.await;
            step.reads += executed.reads;
            step.writes += executed.writes;
            step.took += executed.took;
            step.what = format!("command: {}", self.last_command().await);
            steps.push(step);
        }
    }

    /// A vehicle is plugged in, and the station reports its transaction. Its number.
    pub(crate) async fn start(&mut self, steps: &mut Vec<Step>) -> i64 {
        let start = Start {
            connector: Some(1),
            token: self.last_session().await,
            register: Some(self.register),
            at: Some(self.gateway.platform().now()),
        };
        let (gateway, station) = (&self.gateway, process::station(0));
        let mut number = 0;
        let started = async {
            let answer = gateway.station_started(&station, &start).await.unwrap();
            assert!(answer.is_accepted, "nobody pays for the transaction");
            number = answer.number;
        };
        let mut step = self.step(started).await;
        step.what = "the station's start".to_owned();
        steps.push(step);
        self.status(ConnectorStatus::Charging).await;
        number
    }

    /// The station reports a reading, a few watt-hours after the last one.
    pub(crate) async fn read(&mut self, transaction: i64) -> Step {
        self.register += 60;
        let readings = Readings {
            transaction: TransactionRef {
                id: Some(transaction),
                connector: Some(1),
                ..TransactionRef::default()
            },
            samples: vec![Sample {
                at: Some(self.gateway.platform().now()),
                register: Some(self.register),
                signed: Vec::new(),
            }],
        };
        let station = process::station(0);
        let read = async {
            self.gateway
                .station_read(&station, &readings)
                .await
                .unwrap()
        };
        let mut step = self
            .step(async {
                let _ = read.await;
            })
            .await;
        step.what = "a meter reading".to_owned();
        step
    }

    /// The vehicle is unplugged, and the station reports the end.
    pub(crate) async fn stop(&mut self, transaction: i64, steps: &mut Vec<Step>) {
        let stop = Stop {
            goes_on: false,
            transaction: TransactionRef {
                id: Some(transaction),
                ..TransactionRef::default()
            },
            register: Some(self.register),
            at: Some(self.gateway.platform().now()),
            reason: StopReason::EvDisconnected,
            signed: Vec::new(),
        };
        let station = process::station(0);
        let stopped = async {
            self.gateway.station_stopped(&station, &stop).await.unwrap();
        };
        let mut step = self.step(stopped).await;
        step.what = "the station's stop".to_owned();
        steps.push(step);
    }

    async fn step(&self, work: impl Future<Output = ()>) -> Step {
        let trips = &self.gateway.platform().trips;
        trips.take();
        let began = Instant::now();
        work.await;
        let took = began.elapsed();
        let (reads, writes) = trips.take();
        let what = String::new();
        Step {
            what,
            reads,
            writes,
            took,
        }
    }

    async fn last_session(&self) -> String {
        self.text("SELECT id FROM session ORDER BY number DESC LIMIT 1")
            .await
    }

    /// The command that was done last, by its name in its session.
    async fn last_command(&self) -> String {
        let statement = "SELECT id FROM command WHERE session = (SELECT id FROM session ORDER BY number DESC LIMIT 1)
                         AND status = 'done' ORDER BY number DESC LIMIT 1";
        let id = self.text(statement).await;
        id.split('/').skip(1).collect::<Vec<_>>().join("/")
    }

    async fn text(&self, statement: &'static str) -> String {
        let host = self.gateway.platform();
        let rows = host.query(statement, Vec::new()).await.unwrap();
        match rows.into_iter().flatten().next() {
            Some(Value::Text(text)) => text,
            _ => String::new(),
        }
    }
}
