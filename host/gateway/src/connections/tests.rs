//! Clients over real sockets. Limits that a test is not about are never reached.

use std::future::pending;

use axum::Extension;
use axum::extract::ws::WebSocketUpgrade;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::*;

const NEVER: Duration = Duration::from_secs(3_600);
const SOON: Duration = Duration::from_millis(50);

const HELLO: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const HALF: &[u8] = b"GET / HTTP/1.1\r\nHost: loc";
const HELD: &[u8] = b"GET /held HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const LEFT: &[u8] = b"GET /left HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

const LIMITS: Limits = Limits {
    most: 100,
    head: NEVER,
    end: NEVER,
};

/// Serves within these limits. `/` says hello, `/held` once it is told to, `/left` as well and without a place, and
/// `/socket` is a WebSocket.
struct Server {
    address: SocketAddr,
    /// `/held` was asked for.
    asked: Arc<Notify>,
    go_on: Arc<Notify>,
    end: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let held = {
            let (asked, go_on) = (asked.clone(), go_on.clone());
            async move || {
                asked.notify_one();
                go_on.notified().await;
                "hello at last"
            }
        };
        let left = {
            let go_on = go_on.clone();
            async move |Extension(place): Extension<Place>| {
                place.leave();
                go_on.notified().await;
                "hello at last"
            }
        };
        let socket = async |upgrade: WebSocketUpgrade| {
            upgrade.on_upgrade(async |_socket| pending::<()>().await)
        };
        let router = Router::new()
            .route("/", get(async || "hello"))
            .route("/held", get(held))
            .route("/left", get(left))
            .route("/socket", get(socket));
        let port = Port {
            listener,
            tls: None,
            trusted_proxies: Vec::new(),
        };
        let (end, ended) = oneshot::channel();
        let shutdown = async {
            let _ = ended.await;
        };
        Self {
            address,
            asked,
            go_on,
            end,
            served: tokio::spawn(serve(port, router, limits, shutdown)),
        }
    }

    /// A client that has sent this.
    async fn client(&self, sent: &[u8]) -> TcpStream {
        let mut client = TcpStream::connect(self.address).await.unwrap();
        // It may be closed already.
        let _ = client.write_all(sent).await;
        client
    }

    /// Asks again and again until there is an answer.
    async fn until_answered(&self) {
        while !is_answered(&mut self.client(HELLO).await).await {}
    }
}

/// Whether `/` is answered. Otherwise the connection ended before.
async fn is_answered(client: &mut TcpStream) -> bool {
    let mut answer = Vec::new();
    while !answer.ends_with(b"hello") {
        match client.read_buf(&mut answer).await {
            Ok(0) | Err(_) => return false,
            Ok(_) => {}
        }
    }
    true
}

/// Everything that comes until the connection ends.
async fn rest(client: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    // A connection may be reset in place of its end.
    let _ = client.read_to_end(&mut rest).await;
    String::from_utf8(rest).unwrap()
}

#[tokio::test]
async fn a_head_that_does_not_arrive_in_time_ends_its_connection() {
    let limits = Limits {
        head: SOON,
        ..LIMITS
    };
    let server = Server::start(limits).await;
    for sent in [HALF, b""] {
        assert_eq!(rest(&mut server.client(sent).await).await, "");
    }
}

#[tokio::test]
async fn a_connection_that_is_idle_after_an_answer_ends() {
    let limits = Limits {
        head: SOON,
        ..LIMITS
    };
    let server = Server::start(limits).await;
    let answer = rest(&mut server.client(HELLO).await).await;
    assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
}

#[tokio::test]
async fn a_request_that_takes_longer_than_its_head_may_is_answered() {
    let limits = Limits {
        head: SOON,
        ..LIMITS
    };
    let server = Server::start(limits).await;
    let mut client = server.client(HELD).await;
    server.asked.notified().await;
    // The limit has passed once it ended this one, which came later.
    assert_eq!(rest(&mut server.client(HALF).await).await, "");
    server.go_on.notify_one();
    let answer = rest(&mut client).await;
    assert!(answer.ends_with("\r\n\r\nhello at last"), "{answer}");
}

#[tokio::test]
async fn a_connection_beyond_the_most_is_closed_at_once_and_a_place_that_was_left_is_given_again() {
    let server = Server::start(Limits { most: 2, ..LIMITS }).await;
    let mut first = server.client(HELLO).await;
    assert!(is_answered(&mut first).await);
    let second = server.client(HALF).await;
    assert_eq!(rest(&mut server.client(HELLO).await).await, "");
    // Who has a place keeps it.
    first.write_all(HELLO).await.unwrap();
    assert!(is_answered(&mut first).await);
    drop(second);
    server.until_answered().await;
}

#[tokio::test]
async fn a_websocket_takes_no_place_of_a_request() {
    let server = Server::start(Limits { most: 1, ..LIMITS }).await;
    let url = format!("ws://{}/socket", server.address);
    let (_socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
    server.until_answered().await;
}

#[tokio::test]
async fn a_request_that_left_its_place_goes_on_while_others_are_answered() {
    let server = Server::start(Limits { most: 1, ..LIMITS }).await;
    let mut client = server.client(LEFT).await;
    server.until_answered().await;
    server.go_on.notify_one();
    let answer = rest(&mut client).await;
    assert!(answer.ends_with("\r\n\r\nhello at last"), "{answer}");
}

#[tokio::test]
async fn a_request_under_way_is_answered_before_the_end_and_an_idle_connection_is_closed() {
    let server = Server::start(LIMITS).await;
    let mut idle = server.client(HELLO).await;
    assert!(is_answered(&mut idle).await);
    let mut client = server.client(HELD).await;
    server.asked.notified().await;
    server.end.send(()).unwrap();
    assert_eq!(rest(&mut idle).await, "");
    server.go_on.notify_one();
    let answer = rest(&mut client).await;
    assert!(answer.ends_with("\r\n\r\nhello at last"), "{answer}");
    server.served.await.unwrap();
}

#[tokio::test]
async fn the_end_comes_though_a_client_never_sends_the_rest_of_its_request() {
    let server = Server::start(Limits {
        end: SOON,
        ..LIMITS
    })
    .await;
    let mut client = server.client(HELLO).await;
    assert!(is_answered(&mut client).await);
    client.write_all(HALF).await.unwrap();
    server.end.send(()).unwrap();
    server.served.await.unwrap();
}
