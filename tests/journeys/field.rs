//! Stations as they behave in the field: each case is a file of frames, taken from a public report, that is played
//! to a real gateway.
//!
//! In a frame, `<now>` is the moment, `<tag>` the token of the remote start, `<tx>` the transaction's number and
//! `<id>` the id of the call that is answered.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::world::{PASSWORD, STATION, Setup, World};

/// Nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// A case: where it was seen, and what is played.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the station does.
    #[serde(rename = "about")]
    _about: String,
    /// Public reports.
    #[serde(rename = "sources")]
    _sources: Vec<String>,
    steps: Vec<Step>,
}

/// What happens next.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Step {
    /// Boot, and say that the connector is free.
    Boot,
    /// A driver shows a card. The remote start is awaited, and accepted by the frame `accept-with` if there is one.
    Tap {
        #[serde(default)]
        answer: Option<String>,
    },
    /// The transaction begins under the token.
    Start { meter: u64 },
    /// The register is read.
    Read { meter: u64 },
    /// A frame is sent, and answered by a result. If there is a payload here, it must have these members.
    Send {
        frame: String,
        #[serde(default)]
        answer: Value,
    },
    /// A frame is sent to which there is no answer.
    SendUnanswered(String),
    /// A generated end with so many samples.
    StopWithSamples { meter: u64, samples: usize },
    /// The connection is cut, and there is a new one.
    Reconnect,
    /// The gateway tells the station to stop.
    IsStopped,
    /// The session has this phase.
    Phase(String),
    /// The session has delivered so much, in watt-hours.
    Energy(u64),
    /// So much is captured, in cents, and no hold is open.
    Captured(u64),
    /// A person is told.
    Alert(String),
    /// Nobody is told of anything.
    NoAlert,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A station that speaks the frames of a case.
struct Station<'a> {
    world: &'a World,
    socket: Socket,
    tag: String,
    transaction: i64,
    sent: u32,
}

impl<'a> Station<'a> {
    async fn new(world: &'a World) -> Self {
        Self {
            world,
            socket: connect(world).await,
            tag: String::new(),
            transaction: 0,
            sent: 0,
        }
    }

    fn fill(&self, frame: &str) -> String {
        frame
            .replace("<now>", &moment())
            .replace("<tag>", &self.tag)
            .replace("<tx>", &self.transaction.to_string())
    }

    async fn send(&mut self, frame: String) {
        self.socket.send(Message::text(frame)).await.unwrap();
    }

    /// The next message of the gateway.
    async fn receive(&mut self) -> Value {
        let next = async {
            loop {
                match self.socket.next().await.expect("the connection ended") {
                    Ok(Message::Text(text)) => return serde_json::from_str(&text).unwrap(),
                    Ok(_) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, next)
            .await
            .expect("an answer")
    }

    /// Sends a call and returns the payload of its result. What the gateway calls meanwhile is accepted.
    async fn call(&mut self, frame: &str) -> Value {
        let frame = self.fill(frame);
        self.send(frame.clone()).await;
        loop {
            let message = self.receive().await;
            match message[0].as_u64() {
                Some(2) => self.accept(&message).await,
                Some(3) => {
                    assert!(
                        frame.contains(&message[1].to_string()),
                        "{message} to {frame}"
                    );
                    return message[2].clone();
                }
                _ => panic!("{message} to {frame}"),
            }
        }
    }

    async fn accept(&mut self, call: &Value) {
        let answer = json!([3, call[1], {"status": "Accepted"}]);
        self.send(answer.to_string()).await;
    }

    /// Waits for a call of the gateway, and returns it. Others are accepted.
    async fn called(&mut self, action: &str) -> Value {
        loop {
            let call = self.receive().await;
            if call[2] == action {
                return call;
            }
            self.accept(&call).await;
        }
    }

    async fn exchange(&mut self, action: &str, payload: Value) -> Value {
        self.sent += 1;
        let id = format!("h{}", self.sent);
        self.call(&json!([2, id, action, payload]).to_string())
            .await
    }

    async fn play(&mut self, step: &Step) {
        match step {
            Step::Boot => {
                let boot = json!({"chargePointVendor": "FieldTest", "chargePointModel": "T1"});
                self.exchange("BootNotification", boot).await;
                let free = json!({"connectorId": 1, "errorCode": "NoError", "status": "Available"});
                self.exchange("StatusNotification", free).await;
            }
            Step::Tap { answer } => {
                self.world.tap("card-1").await;
                let call = self.called("RemoteStartTransaction").await;
                self.tag = call[3]["idTag"].as_str().unwrap().to_owned();
                let id = call[1].as_str().unwrap();
                let answer = answer
                    .as_deref()
                    .unwrap_or(r#"[3,"<id>",{"status":"Accepted"}]"#);
                self.send(answer.replace("<id>", id)).await;
            }
            Step::Start { meter } => {
                let start = json!({"connectorId": 1, "idTag": self.tag, "meterStart": meter,
                    "timestamp": moment()});
                let answer = self.exchange("StartTransaction", start).await;
                self.started(&answer);
            }
            Step::Read { meter } => {
                let sample = json!({"value": meter.to_string(), "unit": "Wh",
                    "measurand": "Energy.Active.Import.Register"});
                let values = json!({"connectorId": 1, "transactionId": self.transaction,
                    "meterValue": [{"timestamp": moment(), "sampledValue": [sample]}]});
                assert_eq!(self.exchange("MeterValues", values).await, json!({}));
            }
            Step::Send { frame, answer } => {
                let result = self.call(frame).await;
                for (name, value) in answer.as_object().into_iter().flatten() {
                    assert_eq!(&result[name], value, "{result} to {frame}");
                }
                if frame.contains("StartTransaction") {
                    self.started(&result);
                }
            }
            Step::SendUnanswered(frame) => {
                let frame = self.fill(frame);
                self.send(frame).await;
                // The next answer is that to the next call.
                self.exchange("Heartbeat", json!({})).await;
            }
            Step::StopWithSamples { meter, samples } => {
                let stop = stop_with_samples(self.transaction, *meter, *samples);
                assert_eq!(self.exchange("StopTransaction", stop).await, json!({}));
            }
            Step::Reconnect => self.socket = connect(self.world).await,
            Step::IsStopped => {
                let call = self.called("RemoteStopTransaction").await;
                assert_eq!(call[3]["transactionId"], self.transaction);
                self.accept(&call).await;
            }
            Step::Phase(phase) => assert_eq!(&self.world.session_phase(&self.tag), phase),
            Step::Energy(energy) => assert_eq!(self.world.session_energy(&self.tag), *energy),
            Step::Captured(amount) => {
                let sessions = self.world.closed_sessions(1).await;
                assert_eq!(sessions[0]["captured"], *amount, "{sessions:?}");
            }
            Step::Alert(kind) => {
                let world = self.world;
                let is_told = async || alerts(world).await.contains(kind);
                world.until(kind, is_told).await;
            }
            Step::NoAlert => assert_eq!(alerts(self.world).await, [""; 0]),
        }
    }

    fn started(&mut self, answer: &Value) {
        assert_eq!(answer["idTagInfo"]["status"], "Accepted", "{answer}");
        self.transaction = answer["transactionId"].as_i64().unwrap();
        assert!((1..=i64::from(i32::MAX)).contains(&self.transaction));
    }
}

async fn connect(world: &World) -> Socket {
    let url = format!(
        "ws{}",
        world
            .url(&format!("/ocpp/{STATION}"))
            .trim_start_matches("http")
    );
    let credentials = STANDARD.encode(format!("{STATION}:{PASSWORD}"));
    let request = ClientRequestBuilder::new(url.parse().unwrap())
        .with_sub_protocol("ocpp1.6")
        .with_header("Authorization", format!("Basic {credentials}"));
    let (socket, _) = connect_async(request).await.unwrap();
    socket
}

/// The time, as stations write it.
fn moment() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_millis()).unwrap();
    jiff::Timestamp::from_millisecond(now).unwrap().to_string()
}

/// The kinds of all alerts.
async fn alerts(world: &World) -> Vec<String> {
    let answer = world.call("GET", "/api/v1/alerts", None).await;
    let answer = answer.json();
    let alerts = answer["items"].as_array().unwrap().iter();
    alerts
        .map(|alert| alert["kind"].as_str().unwrap().to_owned())
        .collect()
}

/// The end of a transaction with ten values a sample, as a station with three phases sends it.
fn stop_with_samples(transaction: i64, meter: u64, samples: usize) -> Value {
    let now = moment();
    let phases = ["Current.Import", "Voltage", "Power.Active.Import"].map(|measurand| {
        ["L1", "L2", "L3"].map(|phase| {
            json!({"value": "16.000", "context": "Sample.Periodic", "format": "Raw",
                "measurand": measurand, "phase": phase, "location": "Outlet"})
        })
    });
    let register = json!({"value": meter.to_string(), "context": "Sample.Periodic", "unit": "Wh",
        "measurand": "Energy.Active.Import.Register", "location": "Outlet"});
    let mut values: Vec<Value> = phases.concat();
    values.push(register);
    let data = vec![json!({"timestamp": now, "sampledValue": values}); samples];
    json!({"transactionId": transaction, "meterStop": meter, "timestamp": now,
        "reason": "EVDisconnected", "transactionData": data})
}

async fn play(case: &str) {
    let case: Case = serde_json::from_str(case).unwrap();
    let world = World::new(Setup {
        simulated_station: false,
        policy: "stop_timeout_s = 2",
        ..Setup::default()
    })
    .await;
    let mut station = Station::new(&world).await;
    for step in &case.steps {
        station.play(step).await;
    }
}

/// One test for each case, by its name.
macro_rules! cases {
    ($($name:ident: $file:literal,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                play(include_str!(concat!("field/", $file, ".json"))).await;
            }
        )*
    };
}

cases! {
    authorize_after_remote_start: "authorize-after-remote-start",
    begin_before_periodic_in_one_bucket: "begin-before-periodic-in-one-bucket",
    big_stop_transaction: "big-stop-transaction",
    fractional_meter_stop: "fractional-meter-stop",
    meter_stop_minus_one: "meter-stop-minus-one",
    meter_values_with_id_0: "meter-values-with-id-0",
    nul_bytes: "nul-bytes",
    reboot_without_stop: "reboot-without-stop",
    result_with_more_fields: "result-with-more-fields",
    sampled_value_as_number: "sampled-value-as-number",
    session_relative_samples: "session-relative-samples",
    start_without_timestamp: "start-without-timestamp",
    stop_with_id_0_or_minus_1: "stop-with-id-0-or-minus-1",
    stop_with_unknown_fields: "stop-with-unknown-fields",
    timestamp_hour_only_offset: "timestamp-hour-only-offset",
    transaction_id_beyond_31_bits: "transaction-id-beyond-31-bits",
    truncated_call_result: "truncated-call-result",
    zero_start_lifetime_samples: "zero-start-lifetime-samples",
}

/// The status line of a WebSocket's handshake at this path.
async fn handshake(world: &World, path: &str, credentials: &[u8]) -> String {
    let address = world.url("");
    let address = address.trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: ocpp1.6\r\nAuthorization: Basic {}\r\n\r\n",
        STANDARD.encode(credentials)
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = [0; 64];
    let read = socket.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn path_with_more_slashes() {
    let world = World::new(Setup {
        simulated_station: false,
        ..Setup::default()
    })
    .await;
    let credentials = format!("{STATION}:{PASSWORD}");
    for path in [
        "/ocpp///CT-1",
        "/ocpp//CT-1",
        "//ocpp/CT-1",
        "/ocpp/CT-1/",
        "/steve/websocket/CentralSystemService/CT-1",
    ] {
        let answer = handshake(&world, path, credentials.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 101"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn hex_authorization_key() {
    let world = World::new(Setup {
        simulated_station: false,
        station_password: "c0ffee00d15ea5ed0123456789abcdef00ff7f80",
        ..Setup::default()
    })
    .await;
    let mut credentials = format!("{STATION}:").into_bytes();
    credentials.extend(
        b"\xc0\xff\xee\x00\xd1\x5e\xa5\xed\x01\x23\x45\x67\x89\xab\xcd\xef\x00\xff\x7f\x80",
    );
    let answer = handshake(&world, "/ocpp/CT-1", &credentials).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
}
