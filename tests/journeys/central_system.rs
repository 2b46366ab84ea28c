//! A central system of the test's own, above the gateway. It keeps what it is told, character for character, and says
//! what the test has it say.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::{JoinHandle, JoinSet};
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{
    Callback, ErrorResponse, Request, Response,
};
use tokio_tungstenite::tungstenite::http::HeaderMap;

use crate::raw_station::moment;

/// The number of the first transaction.
pub(crate) const FIRST_TRANSACTION: i64 = 7_000_001;

const SUBPROTOCOL: &str = "sec-websocket-protocol";

/// What a station's call is answered: a frame, or nothing.
type Rule = dyn Fn(&Value) -> Option<String> + Send + Sync;

/// The usual answers: this is the status of every token, and everything else is accepted. Transactions of OCPP 1.6 are
/// numbered.
pub(crate) fn usual(token_status: &'static str) -> impl Fn(&Value) -> Option<String> {
    let next = AtomicI64::new(FIRST_TRANSACTION);
    move |call| {
        let mut payload = match call[2].as_str()? {
            "BootNotification" => {
                json!({"currentTime": moment(), "interval": 300, "status": "Accepted"})
            }
            "Heartbeat" => json!({"currentTime": moment()}),
            "DataTransfer" => json!({"status": "Accepted"}),
            "StartTransaction" => json!({"transactionId": next.fetch_add(1, Ordering::Relaxed)}),
            _ => json!({}),
        };
        // As 1.6 and 2.x call it.
        for (token, info) in [("idTag", "idTagInfo"), ("idToken", "idTokenInfo")] {
            if call[3].get(token).is_some() {
                payload[info] = json!({"status": token_status});
            }
        }
        Some(json!([3, call[1], payload]).to_string())
    }
}

/// The central system. It listens at one address, also when it was away.
pub(crate) struct CentralSystem {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

struct Shared {
    rule: Box<Rule>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    handshake: Option<Handshake>,
    received: Vec<String>,
    /// Leads to the station that connected last.
    station: Option<UnboundedSender<String>>,
}

/// What a station shows when it connects.
#[derive(Clone)]
pub(crate) struct Handshake {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
}

impl CentralSystem {
    /// One that answers stations' calls by this rule.
    pub(crate) async fn new(
        rule: impl Fn(&Value) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut new = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::new(Shared {
                rule: Box::new(rule),
                kept: Mutex::default(),
            }),
            listening: None,
        };
        new.listen(listener);
        new
    }

    fn listen(&mut self, listener: TcpListener) {
        self.listening = Some(tokio::spawn(accept(listener, self.shared.clone())));
    }

    /// The table of the configuration that puts the gateway below it.
    pub(crate) fn upstream(&self) -> String {
        format!("[upstream]\nurl = \"ws://{}/ocpp\"\n", self.address)
    }

    /// Every text that it received, oldest first.
    pub(crate) fn received(&self) -> Vec<String> {
        self.shared.kept.lock().unwrap().received.clone()
    }

    /// The actions of the calls that it received. It received nothing else.
    pub(crate) fn called(&self) -> Vec<String> {
        let action = |text: &String| {
            let call: Value = serde_json::from_str(text).unwrap();
            assert_eq!(call[0], 2, "{call}");
            call[2].as_str().unwrap().to_owned()
        };
        self.received().iter().map(action).collect()
    }

    /// What the station showed that connected last.
    pub(crate) fn handshake(&self) -> Handshake {
        self.shared.kept.lock().unwrap().handshake.clone().unwrap()
    }

    /// Whether the station is connected that connected last.
    pub(crate) fn is_connected(&self) -> bool {
        let kept = self.shared.kept.lock().unwrap();
        let station = kept.station.as_ref();
        station.is_some_and(|station| !station.is_closed())
    }

    /// Send a text to the station that connected last.
    pub(crate) fn send(&self, text: &str) {
        let kept = self.shared.kept.lock().unwrap();
        let station = kept.station.as_ref().unwrap();
        station.send(text.to_owned()).unwrap();
    }

    /// It is gone, and with it all connections.
    pub(crate) async fn go_away(&mut self) {
        let listening = self.listening.take().unwrap();
        listening.abort();
        assert!(listening.await.unwrap_err().is_cancelled());
    }

    /// It is back, at the same address.
    pub(crate) async fn come_back(&mut self) {
        self.listen(TcpListener::bind(self.address).await.unwrap());
    }
}

impl Drop for CentralSystem {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

/// Serves stations until it is aborted, which ends their connections.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut stations = JoinSet::new();
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        stations.spawn(serve(socket, shared.clone()));
    }
}

async fn serve(socket: TcpStream, shared: Arc<Shared>) {
    let reception = Reception(shared.clone());
    let Ok(mut socket) = accept_hdr_async(socket, reception).await else {
        return;
    };
    let (station, mut texts) = mpsc::unbounded_channel();
    shared.kept.lock().unwrap().station = Some(station);
    loop {
        let text = tokio::select! {
            message = socket.next() => match message {
                Some(Ok(Message::Text(text))) => shared.receive(text.as_str()),
                Some(Ok(_)) => None,
                Some(Err(_)) | None => return,
            },
            text = texts.recv() => text,
        };
        if let Some(text) = text
            && socket.send(Message::text(text)).await.is_err()
        {
            return;
        }
    }
}

impl Shared {
    /// Keeps a text, and returns what is answered.
    fn receive(&self, text: &str) -> Option<String> {
        self.kept.lock().unwrap().received.push(text.to_owned());
        let frame: Value = serde_json::from_str(text).ok()?;
        let is_call = frame[0] == 2;
        is_call.then(|| (self.rule)(&frame)).flatten()
    }
}

/// Keeps what a station shows, and speaks the last of the versions that it offers.
struct Reception(Arc<Shared>);

impl Callback for Reception {
    fn on_request(
        self,
        request: &Request,
        mut response: Response,
    ) -> Result<Response, ErrorResponse> {
        let headers = request.headers();
        let offered = headers[SUBPROTOCOL].to_str().unwrap();
        let chosen = offered.rsplit(", ").next().unwrap().parse().unwrap();
        response.headers_mut().insert(SUBPROTOCOL, chosen);
        self.0.kept.lock().unwrap().handshake = Some(Handshake {
            path: request.uri().path().to_owned(),
            headers: headers.clone(),
        });
        Ok(response)
    }
}
