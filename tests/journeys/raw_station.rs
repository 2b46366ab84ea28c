//! A station of the test's own, which speaks frames over a socket.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::{ClientRequestBuilder, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::world::{PASSWORD, STATION, World};

/// Nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(60);

/// The answer to a call that is accepted.
pub(crate) const ACCEPTED: &str = r#"[3,"<id>",{"status":"Accepted"}]"#;

pub(crate) type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A station at one socket. It accepts what it is asked for.
pub(crate) struct RawStation<'a> {
    pub(crate) world: &'a World,
    socket: Socket,
    identity: &'static str,
    subprotocol: &'static str,
    pub(crate) tag: String,
    pub(crate) transaction: i64,
    sent: u32,
}

impl<'a> RawStation<'a> {
    /// Connects as the station of the configuration.
    pub(crate) async fn new(world: &'a World) -> Self {
        Self::speaking(world, "ocpp1.6").await
    }

    /// Connects as the station of the configuration, and speaks this subprotocol.
    pub(crate) async fn speaking(world: &'a World, subprotocol: &'static str) -> Self {
        Self::of(world, STATION, subprotocol).await
    }

    /// Connects as a station of this identity.
    pub(crate) async fn of(
        world: &'a World,
        identity: &'static str,
        subprotocol: &'static str,
    ) -> Self {
        Self {
            world,
            socket: connect_speaking(world, identity, subprotocol)
                .await
                .unwrap(),
            identity,
            subprotocol,
            tag: String::new(),
            transaction: 0,
            sent: 0,
        }
    }

    /// The frame with what it leaves open: the moment, the token and the transaction.
    pub(crate) fn fill(&self, frame: &str) -> String {
        frame
            .replace("<now>", &moment())
            .replace("<tag>", &self.tag)
            .replace("<tx>", &self.transaction.to_string())
    }

    pub(crate) async fn send(&mut self, frame: String) {
        self.socket.send(Message::text(frame)).await.unwrap();
    }

    /// The next message of the gateway.
    pub(crate) async fn receive(&mut self) -> Value {
        serde_json::from_str(&self.receive_text().await).unwrap()
    }

    /// The next message of the gateway, as it is written.
    pub(crate) async fn receive_text(&mut self) -> String {
        let next = async {
            loop {
                match self.socket.next().await.expect("the connection ended") {
                    Ok(Message::Text(text)) => return text.as_str().to_owned(),
                    Ok(_) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        };
        tokio::time::timeout(PATIENCE, next)
            .await
            .expect("an answer")
    }

    /// Waits until the gateway has closed the connection. Whatever comes before is left unanswered.
    pub(crate) async fn closed(&mut self) {
        let end = async { while let Some(Ok(_)) = self.socket.next().await {} };
        tokio::time::timeout(PATIENCE, end).await.expect("an end");
    }

    /// Sends a call and returns the payload of its result. What the gateway calls meanwhile is accepted.
    pub(crate) async fn call(&mut self, frame: &str) -> Value {
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

    pub(crate) async fn accept(&mut self, call: &Value) {
        let answer = json!([3, call[1], {"status": "Accepted"}]);
        self.send(answer.to_string()).await;
    }

    /// Waits for a call of the gateway, and returns it. Others are accepted.
    pub(crate) async fn called(&mut self, action: &str) -> Value {
        loop {
            let call = self.receive().await;
            if call[2] == action {
                return call;
            }
            self.accept(&call).await;
        }
    }

    /// Sends a call with this payload and returns that of its result.
    pub(crate) async fn exchange(&mut self, action: &str, payload: Value) -> Value {
        self.sent += 1;
        let id = format!("h{}", self.sent);
        self.call(&json!([2, id, action, payload]).to_string())
            .await
    }

    /// Sends a call with this payload, which must be refused, and returns the error's code.
    pub(crate) async fn refused(&mut self, action: &str, payload: Value) -> Value {
        self.send(json!([2, "refused", action, payload]).to_string())
            .await;
        let answer = self.receive().await;
        assert_eq!(answer[0], 4, "{answer}");
        assert_eq!(answer[1], "refused", "{answer}");
        answer[2].clone()
    }

    /// Cuts the connection, and makes a new one.
    pub(crate) async fn reconnect(&mut self) {
        let socket = connect_speaking(self.world, self.identity, self.subprotocol).await;
        self.socket = socket.unwrap();
    }

    /// Boots, and says that the connector is free.
    pub(crate) async fn boot(&mut self) {
        let boot = json!({"chargePointVendor": "FieldTest", "chargePointModel": "T1"});
        self.exchange("BootNotification", boot).await;
        self.status(1, "Available").await;
    }

    pub(crate) async fn status(&mut self, connector: u32, status: &str) {
        let status = json!({"connectorId": connector, "errorCode": "NoError", "status": status});
        assert_eq!(self.exchange("StatusNotification", status).await, json!({}));
    }

    /// Waits for a remote start, and accepts it by this frame.
    pub(crate) async fn remote_start(&mut self, answer: &str) {
        let call = self.called("RemoteStartTransaction").await;
        self.tag = call[3]["idTag"].as_str().unwrap().to_owned();
        let id = call[1].as_str().unwrap();
        self.send(answer.replace("<id>", id)).await;
    }

    /// Begins a transaction under a token. Returns the answer.
    pub(crate) async fn start(&mut self, token: &str, meter: u64) -> Value {
        let start = json!({"connectorId": 1, "idTag": token, "meterStart": meter,
            "timestamp": moment()});
        self.exchange("StartTransaction", start).await
    }

    /// Reads the register of the transaction.
    pub(crate) async fn read(&mut self, meter: u64) {
        let sample = json!({"value": meter.to_string(), "unit": "Wh",
            "measurand": "Energy.Active.Import.Register"});
        let values = json!({"connectorId": 1, "transactionId": self.transaction,
            "meterValue": [{"timestamp": moment(), "sampledValue": [sample]}]});
        assert_eq!(self.exchange("MeterValues", values).await, json!({}));
    }

    /// Ends the transaction.
    pub(crate) async fn stop(&mut self, meter: u64) {
        let stop = json!({"transactionId": self.transaction, "meterStop": meter,
            "timestamp": moment(), "reason": "Local"});
        assert_eq!(self.exchange("StopTransaction", stop).await, json!({}));
    }

    /// Takes over the number of a transaction that began.
    pub(crate) fn started(&mut self, answer: &Value) {
        assert_eq!(answer["idTagInfo"]["status"], "Accepted", "{answer}");
        self.transaction = answer["transactionId"].as_i64().unwrap();
        assert!((1..=i64::from(i32::MAX)).contains(&self.transaction));
    }
}

/// Connects as a station of OCPP 1.6.
pub(crate) async fn connect(world: &World, identity: &str) -> Result<Socket, Error> {
    connect_speaking(world, identity, "ocpp1.6").await
}

async fn connect_speaking(
    world: &World,
    identity: &str,
    subprotocol: &str,
) -> Result<Socket, Error> {
    let connected = connect_offering(world, identity, &[subprotocol]).await;
    connected.map(|(socket, _)| socket)
}

/// Connects as a station that offers these subprotocols. Returns the answer, too.
pub(crate) async fn connect_offering(
    world: &World,
    identity: &str,
    subprotocols: &[&str],
) -> Result<(Socket, Response), Error> {
    let url = world.url(&format!("/ocpp/{}", identity.replace(' ', "%20")));
    let url = url.replace("http://", "ws://").parse().unwrap();
    let mut request =
        ClientRequestBuilder::new(url).with_header("Authorization", credentials(identity));
    for subprotocol in subprotocols {
        request = request.with_sub_protocol(*subprotocol);
    }
    connect_async(request).await
}

/// What a station shows of itself.
pub(crate) fn credentials(identity: &str) -> String {
    let credentials = STANDARD.encode(format!("{identity}:{PASSWORD}"));
    format!("Basic {credentials}")
}

/// The time, as stations write it.
pub(crate) fn moment() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let now = i64::try_from(now.as_millis()).unwrap();
    jiff::Timestamp::from_millisecond(now).unwrap().to_string()
}

/// The kinds of all alerts.
pub(crate) async fn alerts(world: &World) -> Vec<String> {
    let answer = world.call("GET", "/api/v1/alerts", None).await.json();
    let alerts = answer["items"].as_array().unwrap().iter();
    alerts
        .map(|alert| alert["kind"].as_str().unwrap().to_owned())
        .collect()
}
