//! What it costs a station's message to pass the gateway on its way to a central system, beside a relay that does
//! nothing but relay, and beside no relay at all.
//!
//! `cargo xtask bench` builds the components and runs this.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up ends"
)]

use std::path::Path;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chargetap::faults::Faults;
use chargetap::{server, start};
use chargetap_engine::config::Config;
use chargetap_fleet::example::EXAMPLE_CONFIG;
use divan::Bencher;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, accept_hdr_async, connect_async};

const STATION: &str = "CT-BENCH-1";
const PASSWORD: &str = "a-password-of-the-benchmark";
const PROTOCOL: &str = "ocpp1.6";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn main() {
    divan::main();
}

/// Where a station finds the central system itself, a bare relay to it, and the gateway below it.
struct Addresses {
    direct: String,
    bare: String,
    gateway: String,
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

fn addresses() -> &'static Addresses {
    static ADDRESSES: OnceLock<Addresses> = OnceLock::new();
    ADDRESSES.get_or_init(|| {
        runtime().block_on(async {
            let direct = central_system().await;
            let bare = bare_relay(direct.clone()).await;
            let gateway = gateway(&direct).await;
            Addresses {
                direct,
                bare,
                gateway,
            }
        })
    })
}

/// Of which nothing is stored.
#[divan::bench(args = ["direct", "bare relay", "gateway"])]
fn a_heartbeat(bencher: Bencher<'_, '_>, way: &str) {
    exchange(bencher, way, "Heartbeat", &json!({}));
}

/// Outside of a transaction: the store is asked whose it is.
#[divan::bench(args = ["direct", "bare relay", "gateway"])]
fn meter_values(bencher: Bencher<'_, '_>, way: &str) {
    let values = json!({"connectorId": 1, "meterValue": [{"timestamp": "2026-11-28T12:00:00Z",
        "sampledValue": [{"value": "1500", "unit": "Wh"}]}]});
    exchange(bencher, way, "MeterValues", &values);
}

/// Sends a message and waits for its answer, over and over.
fn exchange(bencher: Bencher<'_, '_>, way: &str, action: &str, payload: &Value) {
    let addresses = addresses();
    let url = match way {
        "direct" => &addresses.direct,
        "bare relay" => &addresses.bare,
        _ => &addresses.gateway,
    };
    let mut socket = runtime().block_on(connect(url));
    let mut number = 0_u64;
    bencher.bench_local(|| {
        number += 1;
        let call = json!([2, number.to_string(), action, payload]).to_string();
        runtime().block_on(async {
            socket.send(Message::text(call)).await.unwrap();
            while !socket.next().await.unwrap().unwrap().is_text() {}
        });
    });
}

async fn connect(url: &str) -> Socket {
    let credentials = STANDARD.encode(format!("{STATION}:{PASSWORD}"));
    let request = ClientRequestBuilder::new(format!("{url}/{STATION}").parse().unwrap())
        .with_sub_protocol(PROTOCOL)
        .with_header("Authorization", format!("Basic {credentials}"));
    connect_async(request).await.unwrap().0
}

#[expect(
    clippy::result_large_err,
    clippy::unnecessary_wraps,
    reason = "the signature is the library's"
)]
fn choose(
    _: &Request,
    mut response: Response,
) -> Result<Response, tokio_tungstenite::tungstenite::handshake::server::ErrorResponse> {
    let headers = response.headers_mut();
    headers.insert("sec-websocket-protocol", PROTOCOL.parse().unwrap());
    Ok(response)
}

/// A central system that answers every call with nothing.
async fn central_system() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            tokio::spawn(async move {
                let mut socket = accept_hdr_async(stream, choose).await.unwrap();
                while let Some(Ok(message)) = socket.next().await {
                    if !message.is_text() {
                        continue;
                    }
                    let call: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
                    if call[0] == 2 {
                        let answer = json!([3, call[1], {}]).to_string();
                        socket.send(Message::text(answer)).await.unwrap();
                    }
                }
            });
        }
    });
    url
}

async fn bare_relay(above: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let request = format!("{above}/{STATION}").into_client_request();
            let mut request = request.unwrap();
            let headers = request.headers_mut();
            headers.insert("sec-websocket-protocol", PROTOCOL.parse().unwrap());
            tokio::spawn(async move {
                let mut station = accept_hdr_async(stream, choose).await.unwrap();
                let mut above = connect_async(request).await.unwrap().0;
                loop {
                    tokio::select! {
                        Some(Ok(message)) = station.next() => above.send(message).await.unwrap(),
                        Some(Ok(message)) = above.next() => station.send(message).await.unwrap(),
                        else => break,
                    }
                }
            });
        }
    });
    url
}

/// The gateway with its database, below the central system. It serves until the benchmark ends.
async fn gateway(above: &str) -> String {
    let folder = tempfile::tempdir().unwrap().keep();
    for (file, secret) in [
        ("api.key", "an-api-key"),
        ("callback.key", "a-callback-key-of-more-than-32-bytes"),
        ("station.key", PASSWORD),
    ] {
        std::fs::write(folder.join(file), secret).unwrap();
    }
    let components = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/components");
    let text = format!(
        r#"
        [server]
        components = "{components}"
        unsigned = true
        [gateway]
        public_url = "http://127.0.0.1"
        [payter]
        url = "http://127.0.0.1:9"
        api_key = {{ file = "api.key" }}
        [[callback_keys]]
        id = "bench"
        secret = {{ file = "callback.key" }}
        {EXAMPLE_CONFIG}
        [upstream]
        url = "{above}"
        [[stations]]
        id = "{STATION}"
        password = {{ file = "station.key" }}
        [[terminals]]
        serial = "P66-BENCH-1"
        model = "apollo"
        tariff = "standard"
        evses = [{{ station = "{STATION}", connector = 1 }}]
        hold = "50.00"
        "#,
        components = components.display(),
    );
    let config = Config::parse(&text).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listens = listener.local_addr().unwrap();
    let gateway = start::start(config, &folder, listens.into(), Faults::default())
        .await
        .unwrap();
    let url = format!("ws://{listens}/ocpp");
    tokio::spawn(server::serve(listener, gateway, std::future::pending()));
    url
}
