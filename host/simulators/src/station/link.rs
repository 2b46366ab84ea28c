//! The station's WebSocket: connects, tells what there is to tell, and connects again.

use std::sync::Mutex;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt as _, StreamExt as _};
use secrecy::{ExposeSecret, SecretString};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{interval, sleep, timeout};
use tokio_tungstenite::tungstenite::{self, ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::TICK;
use super::charge_point::ChargePoint;
use super::messages::Reaction;
use super::version::Version;
use crate::{lock, unix_ms};

/// How long to wait before connecting again.
const BACKOFF: Duration = Duration::from_millis(200);
/// How long connecting may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How many delayed answers can be under way.
const LATE_ANSWERS: usize = 16;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Where, as whom and how to connect.
#[derive(Debug)]
pub(super) struct Central {
    pub(super) version: Version,
    pub(super) url: tungstenite::http::Uri,
    pub(super) identity: String,
    pub(super) password: SecretString,
}

/// Keeps the station connected for ever.
pub(super) async fn keep_connected(central: &Central, station: &Mutex<ChargePoint>) {
    loop {
        match central.connect().await {
            Ok(socket) => {
                tracing::info!(station = central.identity, "connected");
                lock(station).connected();
                if let Err(error) = converse(socket, station).await {
                    tracing::info!(station = central.identity, %error, "connection lost");
                }
                lock(station).disconnected();
            }
            Err(error) => tracing::debug!(station = central.identity, %error, "cannot connect"),
        }
        sleep(BACKOFF).await;
    }
}

impl Central {
    async fn connect(&self) -> Result<Socket, tungstenite::Error> {
        let credentials = format!("{}:{}", self.identity, self.password.expose_secret());
        let request = ClientRequestBuilder::new(self.url.clone())
            .with_sub_protocol(self.version.subprotocol())
            .with_header(
                "Authorization",
                format!("Basic {}", STANDARD.encode(credentials)),
            );
        match timeout(CONNECT_TIMEOUT, connect_async(request)).await {
            Ok(connected) => connected.map(|(socket, _)| socket),
            Err(_) => Err(tungstenite::Error::ConnectionClosed),
        }
    }
}

/// Talks until the connection ends, by either side.
async fn converse(
    mut socket: Socket,
    station: &Mutex<ChargePoint>,
) -> Result<(), tungstenite::Error> {
    let mut ticks = interval(TICK);
    let (late, mut late_answers) = mpsc::channel::<String>(LATE_ANSWERS);
    loop {
        let message = lock(station).next_message(unix_ms());
        if let Some(message) = message {
            socket.send(Message::text(message)).await?;
        }
        let received = tokio::select! {
            received = socket.next() => received,
            Some(answer) = late_answers.recv() => {
                socket.send(Message::text(answer)).await?;
                continue;
            }
            _ = ticks.tick() => continue,
        };
        let text = match received {
            None => return Ok(()),
            Some(Err(error)) => return Err(error),
            Some(Ok(Message::Text(text))) => text,
            // A close is answered by reading on, after which the stream ends.
            Some(Ok(_)) => continue,
        };
        let reaction = lock(station).receive(&text, unix_ms());
        match reaction {
            Reaction::Nothing => {}
            Reaction::Answer(answer) => socket.send(Message::text(answer)).await?,
            Reaction::AnswerLater(answer, delay) => {
                let late = late.clone();
                tokio::spawn(async move {
                    sleep(delay).await;
                    // Fails if the connection is gone, and with it who waited.
                    let _ = late.send(answer).await;
                });
            }
            Reaction::Disconnect => return Ok(()),
        }
    }
}
