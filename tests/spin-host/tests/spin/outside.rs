//! Where callbacks and station commands arrive. Callbacks are kept for the test to deliver, when
//! and as often as it likes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::world::PASSWORD;

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
    /// `start` or `stop`.
    pub verb: String,
    pub body: Value,
}

pub struct Outside {
    url: String,
    callbacks: Mutex<UnboundedReceiver<Callback>>,
    orders: Mutex<UnboundedReceiver<Order>>,
    bridge_status: Arc<AtomicU16>,
    _server: JoinSet<()>,
}

#[derive(Clone)]
struct Arrivals {
    callbacks: UnboundedSender<Callback>,
    orders: UnboundedSender<Order>,
    bridge_status: Arc<AtomicU16>,
}

impl Outside {
    pub async fn start() -> Self {
        let (callbacks, kept_callbacks) = unbounded_channel();
        let (orders, kept_orders) = unbounded_channel();
        let bridge_status = Arc::new(AtomicU16::new(200));
        let router = Router::new()
            .route("/callbacks/payter/{capability}", post(callback))
            .route("/stations/{station}/{verb}", post(order))
            .with_state(Arrivals {
                callbacks,
                orders,
                bridge_status: bridge_status.clone(),
            });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        server.spawn(async { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            callbacks: Mutex::new(kept_callbacks),
            orders: Mutex::new(kept_orders),
            bridge_status,
            _server: server,
        }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// How the bridge answers from now on.
    pub fn set_bridge_status(&self, status: u16) {
        self.bridge_status.store(status, Ordering::SeqCst);
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
    Path((station, verb)): Path<(String, String)>,
    headers: HeaderMap,
    body: String,
) -> StatusCode {
    let shown = headers.get(AUTHORIZATION).map(|value| value.as_bytes());
    if shown != Some(format!("Bearer {PASSWORD}").as_bytes()) {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    let body = serde_json::from_str(&body).unwrap();
    let order = Order {
        station,
        verb,
        body,
    };
    arrivals.orders.send(order).unwrap();
    StatusCode::from_u16(arrivals.bridge_status.load(Ordering::SeqCst)).unwrap()
}
