//! How much memory the gateway needs for connected stations, and for card sessions among them.
//!
//! The gateway runs as a process of its own, with its database and its components, beside a simulated provider. Every
//! station connects, boots, tells its connector's status and sends heartbeats. One address can open some 28,000
//! connections to a port, so the stations come from several addresses of the loopback network. At the first of them,
//! as many as there are to be sessions, a driver then taps, plugs in and charges until the vehicle has its energy.
//! Resident memory is what the kernel says of the gateway's process (`VmRSS` and `VmHWM`).
//!
//! `cargo xtask bench` builds the components and runs this; other numbers are had by
//! `cargo bench --package chargetap --bench stations -- --stations 10000`. Each station takes a file descriptor. Where a
//! process may have fewer, run it several times at once, and add up what is printed: gateways share no memory.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up ends"
)]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chargetap::client;
use chargetap_simulators::payter::PayterSimulator;
use chargetap_simulators::station::{StationArgs, StationSimulator, Version};
use clap::Parser;
use futures_util::{SinkExt as _, StreamExt as _};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use process::{Gateway, PASSWORD, station, terminal, until};

mod process;

/// Of one address: fewer than it has ports.
const STATIONS_OF_AN_ADDRESS: usize = 5_000;
/// How many stations connect at once.
const AT_ONCE: usize = 64;
const HEARTBEAT: Duration = Duration::from_secs(10);

#[derive(Parser)]
struct Arguments {
    /// How many stations connect.
    #[arg(long, default_value_t = 2_000)]
    stations: usize,
    /// At how many of them a card session follows.
    #[arg(long, default_value_t = 100)]
    sessions: usize,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() {
    let Arguments {
        stations, sessions, ..
    } = Arguments::parse();
    let sessions = sessions.min(stations);
    raise_open_files(stations);
    let folder = tempfile::tempdir().unwrap();
    let payter = process::payter(sessions).await;
    let address = process::free_address();
    let text = process::configuration(address, payter.base_url(), stations, sessions);
    Gateway::configure(folder.path(), &text);
    let gateway = Gateway::start(folder.path(), address, Some("error"));
    gateway.onboard(sessions).await;
    println!("{stations} stations, {sessions} card sessions");
    let empty = gateway.memory("VmRSS");
    row("before any station connects", empty);

    let charging: Vec<_> = simulated_stations(&gateway, sessions).await;
    let beating = Mutex::new(JoinSet::new());
    let others = futures_util::stream::iter(sessions..stations);
    let connect = others.for_each_concurrent(AT_ONCE, async |number| {
        let station = Station::connect(number, gateway.address).await;
        beating.lock().unwrap().spawn(station.beat());
    });
    connect.await;
    until("every station is connected", async || {
        gateway.connected().await == stations
    })
    .await;
    // Long enough for a heartbeat of each.
    tokio::time::sleep(2 * HEARTBEAT).await;
    let idle = gateway.memory("VmRSS");
    row("all connected, with heartbeats", idle);
    let each = (idle - empty) as f64 / stations as f64;
    println!("  {:<34}{each:>9.1} KiB", "a station");

    let client = client::client().unwrap();
    for terminal in (0..sessions).map(terminal) {
        let card = format!("card-at-{terminal}");
        until("the terminal takes the card", async || {
            process::tap(&client, &payter, &terminal, &card).await
        })
        .await;
    }
    until("all sessions are captured", async || {
        captured(&payter).await == sessions
    })
    .await;
    row("after the sessions", gateway.memory("VmRSS"));
    row("at most", gateway.memory("VmHWM"));
    assert_eq!(gateway.connected().await, stations, "a station was lost");
    // Before the gateway ends, so that no station misses it.
    drop((charging, beating));
}

/// As many open files as there may be: each station takes one, here and in the gateway.
fn raise_open_files(stations: usize) {
    let limit = getrlimit(Resource::Nofile);
    let most = limit.maximum.unwrap_or(u64::MAX);
    let raised = Rlimit {
        current: limit.maximum,
        ..limit
    };
    setrlimit(Resource::Nofile, raised).unwrap();
    let needed = u64::try_from(stations).unwrap() + 200;
    assert!(
        needed <= most,
        "this machine lets a process open {most} files, and {needed} are needed"
    );
}

fn row(what: &str, kib: u64) {
    println!("  {what:<34}{:>9.1} MiB", kib as f64 / 1024.0);
}

/// How many sessions were captured.
async fn captured(payter: &PayterSimulator) -> usize {
    let url = format!("{}/control/ledger", payter.base_url());
    let client = client::client().unwrap();
    let answer = client.get(url).send().await.unwrap();
    let ledger: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let sessions = ledger["sessions"].as_array().unwrap().iter();
    sessions
        .filter(|session| session["state"] == "captured")
        .count()
}

async fn simulated_stations(gateway: &Gateway, sessions: usize) -> Vec<StationSimulator> {
    let mut stations = Vec::new();
    for number in 0..sessions {
        let args = StationArgs {
            url: format!("ws://{}/ocpp", gateway.address),
            identity: station(number),
            password: PASSWORD.into(),
            ocpp: Version::V1_6,
            connectors: 1,
            power: 50_000,
            time_scale: 600,
            meter_interval_ms: 500,
            plug_in_after_ms: Some(50),
            unplug_after: Some(20_000),
            faults: Vec::new(),
            control: (Ipv4Addr::LOCALHOST, 0).into(),
        };
        stations.push(StationSimulator::start(args).await.unwrap());
    }
    stations
}

/// A station at which nobody charges.
struct Station {
    socket: WebSocketStream<TcpStream>,
    calls: u64,
}

impl Station {
    async fn connect(number: usize, gateway: SocketAddr) -> Self {
        let source =
            Ipv4Addr::LOCALHOST.to_bits() + u32::try_from(number / STATIONS_OF_AN_ADDRESS).unwrap();
        let tcp = TcpSocket::new_v4().unwrap();
        tcp.bind((Ipv4Addr::from_bits(source), 0).into()).unwrap();
        let stream = tcp.connect(gateway).await.unwrap();
        let identity = station(number);
        let credentials = STANDARD.encode(format!("{identity}:{PASSWORD}"));
        let url = format!("ws://{gateway}/ocpp/{identity}");
        let request = ClientRequestBuilder::new(url.parse().unwrap())
            .with_sub_protocol("ocpp1.6")
            .with_header("Authorization", format!("Basic {credentials}"));
        let small = WebSocketConfig::default().read_buffer_size(1_024);
        let connecting = client_async_with_config(request, stream, Some(small));
        let (socket, _) = connecting.await.unwrap();
        let mut station = Self { socket, calls: 0 };
        let boot = json!({"chargePointVendor": "Bench", "chargePointModel": "B-1"});
        station.call("BootNotification", &boot).await;
        let status = json!({"connectorId": 1, "errorCode": "NoError", "status": "Available"});
        station.call("StatusNotification", &status).await;
        station
    }

    /// Call the gateway, and answer what it asks meanwhile.
    async fn call(&mut self, action: &str, payload: &Value) {
        self.calls += 1;
        let id = self.calls.to_string();
        let call = json!([2, id, action, payload]).to_string();
        self.socket.send(Message::text(call)).await.unwrap();
        loop {
            let message = self.socket.next().await.unwrap().unwrap();
            let Ok(text) = message.to_text() else {
                continue;
            };
            let Ok(frame) = serde_json::from_str::<Value>(text) else {
                continue;
            };
            if frame[0] == 3 && frame[1] == id.as_str() {
                return;
            }
            self.answer(&frame).await;
        }
    }

    /// It has no setting that anybody could ask for.
    async fn answer(&mut self, frame: &Value) {
        if frame[0] == 2 {
            let refusal = json!([4, frame[1], "NotSupported", "", {}]).to_string();
            self.socket.send(Message::text(refusal)).await.unwrap();
        }
    }

    async fn beat(mut self) {
        loop {
            let next = tokio::time::sleep(HEARTBEAT);
            tokio::pin!(next);
            loop {
                tokio::select! {
                    () = &mut next => break,
                    message = self.socket.next() => {
                        let Some(Ok(message)) = message else { return };
                        let frame = message.to_text().ok().and_then(|text| serde_json::from_str(text).ok());
                        if let Some(frame) = frame {
                            self.answer(&frame).await;
                        }
                    }
                }
            }
            self.call("Heartbeat", &json!({})).await;
        }
    }
}
