//! A station that says what a test wants.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{self, ClientRequestBuilder, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::central_system::{CentralSystemArgs, CentralSystemSimulator};
use crate::tests::Http;

/// A central system, and a look at it.
pub(super) struct Scene {
    central: CentralSystemSimulator,
    control: Http,
}

impl Scene {
    pub(super) async fn new(accept_tokens: bool) -> Self {
        let central = CentralSystemSimulator::start(CentralSystemArgs {
            listen: "127.0.0.1:0".parse().unwrap(),
            accept_tokens,
        })
        .await
        .unwrap();
        Self {
            control: Http::new(&format!("http://{}", central.address())),
            central,
        }
    }

    /// Where stations connect.
    pub(super) fn url(&self) -> String {
        format!("ws://{}/ocpp", self.central.address())
    }

    pub(super) async fn state(&self) -> Value {
        let (status, state) = self.control.get("/control/state").await;
        assert_eq!(status, 200);
        state
    }

    pub(super) async fn transactions(&self) -> Value {
        self.state().await["transactions"].take()
    }

    /// Connects at a path below that of the stations, and offers these subprotocols.
    pub(super) async fn connect(
        &self,
        path: &str,
        offered: &[&str],
    ) -> Result<Station, tungstenite::Error> {
        let url = format!("{}/{path}", self.url()).parse().unwrap();
        let mut request = ClientRequestBuilder::new(url);
        for subprotocol in offered {
            request = request.with_sub_protocol(*subprotocol);
        }
        let (socket, response) = connect_async(request).await?;
        let chosen = response.headers().get("Sec-WebSocket-Protocol").unwrap();
        Ok(Station {
            socket,
            subprotocol: chosen.to_str().unwrap().to_owned(),
            called: 0,
        })
    }

    /// The station CT-1 of this version.
    pub(super) async fn station(&self, subprotocol: &str) -> Station {
        self.connect("CT-1", &[subprotocol]).await.unwrap()
    }
}

pub(super) struct Station {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// That of the central system's choice.
    pub(super) subprotocol: String,
    called: u32,
}

impl Station {
    pub(super) async fn send(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The answer to a call: kind, id and the rest.
    async fn ask(&mut self, action: &str, payload: Value) -> Vec<Value> {
        self.called += 1;
        let id = format!("call-{}", self.called);
        self.send(&json!([2, id, action, payload]).to_string())
            .await;
        let text = self.socket.next().await.unwrap().unwrap();
        let answer: Vec<Value> = serde_json::from_str(text.to_text().unwrap()).unwrap();
        assert_eq!(answer[1], id);
        answer
    }

    /// The payload of the answer to a call.
    pub(super) async fn call(&mut self, action: &str, payload: Value) -> Value {
        let mut answer = self.ask(action, payload).await;
        assert_eq!(answer[0], 3, "{answer:?}");
        answer.remove(2)
    }

    /// The error by which a call is answered.
    pub(super) async fn error(&mut self, action: &str, payload: Value) -> Value {
        let mut answer = self.ask(action, payload).await;
        assert_eq!(answer[0], 4, "{answer:?}");
        answer.remove(2)
    }
}
