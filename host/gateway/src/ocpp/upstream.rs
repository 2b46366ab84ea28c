//! The connection to a central system above the gateway, one for each station, as that station.

use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use chargetap_ocpp::Version;
use futures_util::{SinkExt as _, StreamExt as _};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

use super::handshake::{MAX_MESSAGE_BYTES, READ_BUFFER_BYTES};
use super::socket::Silence;

/// How long connecting may take. The station waits meanwhile.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// What is encoded of an identity in a path.
const IDENTITY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// The central system cannot be reached, or does not let the station in.
#[derive(Debug, Error)]
pub(super) enum UpstreamError {
    #[error("its address cannot be used: {0}")]
    Address(tungstenite::Error),
    #[error("it did not answer in time")]
    Silent,
    #[error("{0}")]
    Refused(tungstenite::Error),
    #[error("it speaks none of the versions of OCPP that the station offers")]
    Version,
}

/// The connection.
pub(super) struct Upstream {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(super) silence: Silence,
}

impl Upstream {
    /// Connect as a station of this identity, with the credentials that it showed and the subprotocols that it offers.
    /// The central system chooses one.
    pub(super) async fn connect(
        url: &str,
        identity: &str,
        credentials: Option<&HeaderValue>,
        offered: &[String],
    ) -> Result<(Self, Version, &'static str), UpstreamError> {
        let url = format!("{url}/{}", utf8_percent_encode(identity, IDENTITY));
        let mut request = url.into_client_request().map_err(UpstreamError::Address)?;
        let headers = request.headers_mut();
        if let Some(credentials) = credentials {
            headers.insert(AUTHORIZATION, credentials.clone());
        }
        let offered = offered.iter().map(String::as_str);
        let known: Vec<&str> = offered
            .filter(|it| Version::negotiate(&[it]).is_some())
            .collect();
        // A station that names no version speaks OCPP 1.6.
        let offered = match known.as_slice() {
            [] => "ocpp1.6".to_owned(),
            known => known.join(", "),
        };
        let offered = HeaderValue::try_from(offered).map_err(|_| UpstreamError::Version)?;
        headers.insert(SEC_WEBSOCKET_PROTOCOL, offered);
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .max_message_size(Some(MAX_MESSAGE_BYTES))
            .max_frame_size(Some(MAX_MESSAGE_BYTES));
        let connecting = connect_async_with_config(request, Some(config), true);
        let connected = timeout(CONNECT_TIMEOUT, connecting).await;
        let connected = connected.map_err(|_| UpstreamError::Silent)?;
        let (socket, response) = connected.map_err(UpstreamError::Refused)?;
        let chosen = response.headers().get(SEC_WEBSOCKET_PROTOCOL);
        let chosen = chosen.and_then(|chosen| chosen.to_str().ok());
        let spoken = chosen.and_then(|chosen| Version::negotiate(&[chosen]));
        let (version, subprotocol) = spoken.ok_or(UpstreamError::Version)?;
        let upstream = Self {
            socket,
            silence: Silence::new(),
        };
        Ok((upstream, version, subprotocol))
    }

    /// The next text. Nothing if the connection is over.
    pub(super) async fn receive(&mut self) -> Option<String> {
        loop {
            let message = self.socket.next().await?.ok()?;
            self.silence.broken(matches!(message, Message::Pong(_)));
            match message {
                Message::Text(text) => return Some(text.as_str().to_owned()),
                Message::Binary(bytes) => return Some(String::from_utf8_lossy(&bytes).into()),
                Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Send a text.
    pub(super) async fn send(&mut self, text: &str) -> Result<(), tungstenite::Error> {
        self.socket.send(Message::text(text)).await
    }

    /// Send a ping, which it answers if it is there.
    pub(super) async fn ping(&mut self) -> Result<(), tungstenite::Error> {
        self.socket.send(Message::Ping(Vec::new().into())).await
    }
}
