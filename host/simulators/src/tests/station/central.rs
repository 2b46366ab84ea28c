//! A station and a central system that does what a test says.

use std::collections::VecDeque;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async};

use crate::station::{StationArgs, StationSimulator, Version};
use crate::tests::Http;

const OFFERED: &str = "Sec-WebSocket-Protocol";

/// A station, and where it connects to.
pub(super) struct Scene {
    listener: TcpListener,
    control: Http,
    _station: StationSimulator,
}

impl Scene {
    pub(super) async fn new(version: Version) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let station = StationSimulator::start(StationArgs {
            url: format!("ws://{}/ocpp", listener.local_addr().unwrap()),
            identity: "CT-1".to_owned(),
            password: "p-123".into(),
            ocpp: version,
            connectors: 1,
            power: 50_000,
            time_scale: 1_000,
            meter_interval_ms: 20,
            plug_in_after_ms: None,
            unplug_after: None,
            faults: Vec::new(),
            control: "127.0.0.1:0".parse().unwrap(),
        })
        .await
        .unwrap();
        Self {
            listener,
            control: Http::new(station.control_url()),
            _station: station,
        }
    }

    /// Takes the next connection.
    pub(super) async fn accept(&self) -> Connection {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut subprotocol = String::new();
        #[allow(
            clippy::result_large_err,
            reason = "the type is that of tungstenite's callbacks"
        )]
        let choose = |request: &Request, mut response: Response| {
            let offered = request.headers().get(OFFERED).unwrap().clone();
            subprotocol = offered.to_str().unwrap().to_owned();
            response.headers_mut().insert(OFFERED, offered);
            Ok::<_, ErrorResponse>(response)
        };
        let socket = accept_hdr_async(stream, choose).await.unwrap();
        Connection {
            socket,
            subprotocol,
            calls: VecDeque::new(),
            asked: 0,
        }
    }

    pub(super) async fn cable(&self, action: &str) {
        let path = format!("/control/{action}");
        let (status, _) = self.control.post(&path, json!({"connector": 1})).await;
        assert_eq!(status, 204);
    }

    pub(super) async fn state(&self) -> Value {
        self.control.get("/control/state").await.1
    }

    /// The only transaction, as soon as it is like this.
    pub(super) async fn transaction(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut state = self.state().await;
            let transaction = state["transactions"][0].take();
            if is_so(&transaction) {
                return transaction;
            }
        }
    }
}

/// A call of the station.
pub(super) struct Call {
    pub(super) id: String,
    pub(super) action: String,
    pub(super) payload: Value,
}

pub(super) struct Connection {
    socket: WebSocketStream<TcpStream>,
    pub(super) subprotocol: String,
    /// Calls that came while an answer was awaited.
    calls: VecDeque<Call>,
    asked: u32,
}

impl Connection {
    pub(super) async fn send(&mut self, frame: Value) {
        let text = Message::text(frame.to_string());
        self.socket.send(text).await.unwrap();
    }

    async fn receive(&mut self) -> Vec<Value> {
        let text = self.socket.next().await.unwrap().unwrap();
        serde_json::from_str(text.to_text().unwrap()).unwrap()
    }

    /// The answer to a call of ours: kind, id and the rest.
    pub(super) async fn ask(&mut self, action: &str, payload: Value) -> Vec<Value> {
        self.asked += 1;
        let id = format!("asked-{}", self.asked);
        self.send(json!([2, id, action, payload])).await;
        loop {
            let frame = self.receive().await;
            if frame[0] != 2 {
                assert_eq!(frame[1], id);
                return frame;
            }
            self.calls.push_back(call(&frame));
        }
    }

    /// Asks for what is accepted or rejected.
    pub(super) async fn status_of(&mut self, action: &str, payload: Value) -> Value {
        let answer = self.ask(action, payload).await;
        assert_eq!(answer[0], 3, "{answer:?}");
        answer[2]["status"].clone()
    }

    /// The station's next call, which waits for an answer.
    pub(super) async fn call(&mut self) -> Call {
        match self.calls.pop_front() {
            Some(call) => call,
            None => call(&self.receive().await),
        }
    }

    pub(super) async fn answer(&mut self, call: &Call, payload: Value) {
        self.send(json!([3, call.id, payload])).await;
    }

    /// The payload of the station's next call, which has this action and is answered.
    pub(super) async fn told(&mut self, action: &str, answer: Value) -> Value {
        let call = self.call().await;
        assert_eq!(call.action, action, "{}", call.payload);
        self.answer(&call, answer).await;
        call.payload
    }

    /// Lets the station boot and tell its only status, which are handed out.
    pub(super) async fn boot(&mut self) -> (Value, Value) {
        let answer = json!({
            "currentTime": "2026-11-02T10:00:00.000Z", "interval": 0, "status": "Accepted",
        });
        let boot = self.told("BootNotification", answer).await;
        let status = self.told("StatusNotification", json!({})).await;
        (boot, status)
    }

    /// Starts a transaction of a vehicle that is plugged in already.
    pub(super) async fn start(&mut self, scene: &Scene) {
        self.boot().await;
        scene.cable("plug-in").await;
        self.told("StatusNotification", json!({})).await;
        let asked = self.status_of("RequestStartTransaction", start_request());
        assert_eq!(asked.await, "Accepted");
    }

    /// The next event of the transaction of this type, after others that are answered.
    pub(super) async fn event(&mut self, event_type: &str) -> Call {
        loop {
            let call = self.call().await;
            if call.payload["eventType"] == event_type {
                return call;
            }
            self.answer(&call, json!({})).await;
        }
    }
}

fn call(frame: &[Value]) -> Call {
    let [kind, Value::String(id), Value::String(action), payload] = frame else {
        panic!("no call: {frame:?}");
    };
    assert_eq!(kind, 2);
    Call {
        id: id.clone(),
        action: action.clone(),
        payload: payload.clone(),
    }
}

pub(super) fn start_request() -> Value {
    json!({
        "idToken": {"idToken": "OURS-1", "type": "Central"}, "remoteStartId": 7, "evseId": 1,
    })
}
