//! Stations as they behave in the field: each case is a file of frames, taken from a public report, that is played
//! to a real gateway.
//!
//! In a frame, `<now>` is the moment, `<tag>` the token of the remote start, `<tx>` the transaction's number and
//! `<id>` the id of the call that is answered.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::raw_station::{ACCEPTED, RawStation, alerts, moment};
use crate::world::{PASSWORD, STATION, Setup, World};

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

async fn play_step(station: &mut RawStation<'_>, step: &Step) {
    match step {
        Step::Boot => station.boot().await,
        Step::Tap { answer } => {
            station.world.tap("card-1").await;
            let answer = answer.as_deref();
            station.remote_start(answer.unwrap_or(ACCEPTED)).await;
        }
        Step::Start { meter } => {
            let token = station.tag.clone();
            let answer = station.start(&token, *meter).await;
            station.started(&answer);
        }
        Step::Read { meter } => station.read(*meter).await,
        Step::Send { frame, answer } => {
            let result = station.call(frame).await;
            for (name, value) in answer.as_object().into_iter().flatten() {
                assert_eq!(&result[name], value, "{result} to {frame}");
            }
            if frame.contains("StartTransaction") {
                station.started(&result);
            }
        }
        Step::SendUnanswered(frame) => {
            let frame = station.fill(frame);
            station.send(frame).await;
            // The next answer is that to the next call.
            station.exchange("Heartbeat", json!({})).await;
        }
        Step::StopWithSamples { meter, samples } => {
            let stop = stop_with_samples(station.transaction, *meter, *samples);
            assert_eq!(station.exchange("StopTransaction", stop).await, json!({}));
        }
        Step::Reconnect => station.reconnect().await,
        Step::Phase(phase) => assert_eq!(&station.world.session_phase(&station.tag), phase),
        Step::Energy(energy) => {
            assert_eq!(station.world.session_energy(&station.tag), *energy);
        }
        Step::Captured(amount) => {
            let sessions = station.world.closed_sessions(1).await;
            assert_eq!(sessions[0]["captured"], *amount, "{sessions:?}");
        }
        Step::Alert(kind) => {
            let world = station.world;
            let is_told = async || alerts(world).await.contains(kind);
            world.until(kind, is_told).await;
        }
        Step::NoAlert => assert_eq!(alerts(station.world).await, [""; 0]),
    }
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
    let mut station = RawStation::new(&world).await;
    for step in &case.steps {
        play_step(&mut station, step).await;
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

/// A WebSocket's handshake at this path: its status line, and the socket.
async fn handshake(world: &World, path: &str, credentials: &[u8]) -> (String, TcpStream) {
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
    (answer.lines().next().unwrap_or_default().to_owned(), socket)
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
        let (answer, _) = handshake(&world, path, credentials.as_bytes()).await;
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
    let (answer, _) = handshake(&world, "/ocpp/CT-1", &credentials).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
}

#[tokio::test]
async fn identity_with_a_space() {
    let world = World::new(Setup {
        simulated_station: false,
        further_station: "RDAM 123",
        ..Setup::default()
    })
    .await;
    let credentials = format!("RDAM 123:{PASSWORD}");
    let (answer, _) = handshake(&world, "/ocpp/RDAM%20123", credentials.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    let path = "/api/v1/stations/RDAM%20123";
    let known = world
        .call("GET", "/api/v1/stations/CT-1", None)
        .await
        .json();
    let details = json!({"site": known["details"]["site"], "evses": [{"connector": 1}]});
    let put = world.call("PUT", path, Some(details.clone())).await;
    assert_eq!(put.status, 201, "{} {details}", put.json());
    let station = world.call("GET", path, None).await.json();
    assert_eq!(station["key"], "RDAM 123", "{station}");
}

#[tokio::test]
async fn no_pong() {
    let world = World::new(Setup {
        simulated_station: false,
        ..Setup::default()
    })
    .await;
    let credentials = format!("{STATION}:{PASSWORD}");
    let (answer, mut socket) = handshake(&world, "/ocpp/CT-1", credentials.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    // Longer than a station that answers pings may be silent. Nothing is ever sent.
    let read_to_the_end = async {
        let mut bytes = [0; 1_024];
        while socket.read(&mut bytes).await.is_ok_and(|read| read > 0) {}
    };
    let ended = tokio::time::timeout(Duration::from_secs(110), read_to_the_end).await;
    assert!(ended.is_err(), "the connection ended");
    assert_eq!(
        world
            .metric("chargetap_station_connected{station=\"CT-1\"}")
            .await,
        1
    );
}
