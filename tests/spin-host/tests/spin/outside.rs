//! Where callbacks and what is asked of the bridge arrive. Callbacks are kept for the test to deliver, when and as often
//! as it likes.

use std::sync::{Arc, Mutex as StdMutex};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::world::BRIDGE_TOKEN;

/// A callback on its way to the gateway.
#[derive(Clone, Debug)]
pub struct Callback {
    pub path: String,
    pub body: String,
}

/// An order to a station.
#[derive(Debug)]
pub struct Order {
    pub station: String,
    /// Such as `{"start": {…}}`.
    pub order: Value,
}

pub struct Outside {
    url: String,
    callbacks: Mutex<UnboundedReceiver<Callback>>,
    orders: Mutex<UnboundedReceiver<Order>>,
    bridge: Arc<StdMutex<Bridge>>,
    _server: JoinSet<()>,
}

#[derive(Clone)]
struct Arrivals {
    callbacks: UnboundedSender<Callback>,
    orders: UnboundedSender<Order>,
    bridge: Arc<StdMutex<Bridge>>,
}

/// How the bridge answers: with a status and a text.
struct Bridge {
    order: (u16, &'static str),
    connected_for: (u16, &'static str),
}

impl Outside {
    pub async fn start() -> Self {
        let (callbacks, kept_callbacks) = unbounded_channel();
        let (orders, kept_orders) = unbounded_channel();
        let bridge = Arc::new(StdMutex::new(Bridge {
            order: (200, "\"accepted\""),
            connected_for: (200, "60000"),
        }));
        let router = Router::new()
            .route("/callbacks/payter/{capability}", post(callback))
            .route("/stations/{station}/orders", post(order))
            .route("/stations/{station}/connected-for", get(connected_for))
            .with_state(Arrivals {
                callbacks,
                orders,
                bridge: bridge.clone(),
            });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        server.spawn(async { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            callbacks: Mutex::new(kept_callbacks),
            orders: Mutex::new(kept_orders),
            bridge,
            _server: server,
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on orders are answered so.
    pub fn answer_orders(&self, status: u16, answer: &'static str) {
        self.bridge.lock().unwrap().order = (status, answer);
    }

    /// From now on it is answered so for how long stations have been connected.
    pub fn answer_connected_for(&self, status: u16, answer: &'static str) {
        self.bridge.lock().unwrap().connected_for = (status, answer);
    }

    /// The next callback with a card.
    pub async fn card_callback(&self) -> Callback {
        let mut callbacks = self.callbacks.lock().await;
        loop {
            let callback = callbacks.recv().await.unwrap();
            if callback.body.contains("cardId") {
                return callback;
            }
        }
    }

    /// The next order that the bridge is given.
    pub async fn order(&self) -> Order {
        self.orders.lock().await.recv().await.unwrap()
    }
}

async fn callback(State(arrivals): State<Arrivals>, uri: Uri, body: String) {
    let path = uri.path().to_owned();
    arrivals.callbacks.send(Callback { path, body }).unwrap();
}

async fn order(
    State(arrivals): State<Arrivals>,
    Path(station): Path<String>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, &'static str) {
    let order = serde_json::from_str(&body).unwrap();
    arrivals.orders.send(Order { station, order }).unwrap();
    answer(&headers, arrivals.bridge.lock().unwrap().order)
}

async fn connected_for(
    State(arrivals): State<Arrivals>,
    headers: HeaderMap,
) -> (StatusCode, &'static str) {
    answer(&headers, arrivals.bridge.lock().unwrap().connected_for)
}

fn answer(headers: &HeaderMap, (status, text): (u16, &'static str)) -> (StatusCode, &'static str) {
    let shown = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    match shown == Some(format!("Bearer {BRIDGE_TOKEN}").as_bytes()) {
        true => (StatusCode::from_u16(status).unwrap(), text),
        false => (StatusCode::UNAUTHORIZED, ""),
    }
}
