//! The bridge between an application that a test plays and a station that nobody plays.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use chargetap_engine::bridge::StationEvent;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::subscriber::DefaultGuard;

use super::Application;
use crate::ocpp::Unavailable;

const TOKEN: &str = "the bridge token of 32 characters";

/// What an application is asked, and how it answers: by these statuses, and by 200 and `true` after the last.
struct Played {
    url: String,
    asked: mpsc::UnboundedReceiver<Asked>,
    _server: JoinSet<()>,
}

/// The path, the authorization and the body of a request.
type Asked = (String, String, Value);
type Answers = Arc<Mutex<Vec<u16>>>;

impl Played {
    async fn start(statuses: &[u16]) -> Self {
        let (sender, asked) = mpsc::unbounded_channel();
        let answers: Answers = Arc::new(Mutex::new(statuses.iter().rev().copied().collect()));
        let router = Router::new()
            .route("/{*path}", post(answer))
            .with_state((sender, answers));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let mut server = JoinSet::new();
        server.spawn(async { axum::serve(listener, router).await.unwrap() });
        Self {
            url,
            asked,
            _server: server,
        }
    }

    /// The path and the body of the next request, which shows the bridge token.
    async fn asked(&mut self) -> (String, Value) {
        let (path, shown, body) = self.asked.recv().await.unwrap();
        assert_eq!(shown, format!("Bearer {TOKEN}"));
        (path, body)
    }

    fn application(&self) -> Application {
        Application::new(&self.url, TOKEN.into()).unwrap()
    }
}

async fn answer(
    State((asked, answers)): State<(mpsc::UnboundedSender<Asked>, Answers)>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, &'static str) {
    let shown = headers.get("authorization");
    let shown = shown.map_or("", |shown| shown.to_str().unwrap_or_default());
    let body = serde_json::from_str(&body).unwrap_or(Value::Null);
    let status = answers.lock().unwrap().pop().unwrap_or(200);
    // Fails if the test is over.
    let _ = asked.send((path, shown.to_owned(), body));
    (StatusCode::from_u16(status).unwrap(), "true")
}

/// The lines that this thread logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn keep() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn lines_with(&self, text: &str) -> usize {
        let log = self.0.lock().unwrap();
        let log = String::from_utf8_lossy(&log);
        assert!(!log.contains(TOKEN), "{log}");
        log.lines().filter(|line| line.contains(text)).count()
    }
}

#[tokio::test]
async fn what_keeps_the_application_from_its_work_is_said_once_and_so_is_that_it_is_well_again() {
    let (log, _guard) = Log::keep();
    let mut played = Played::start(&[200, 503, 503]).await;
    let mut ticks = JoinSet::new();
    ticks.spawn(played.application().tick(Duration::ZERO));
    for _ in 0..5 {
        let (path, _) = played.asked().await;
        assert_eq!(path, "tick");
    }
    assert_eq!(log.lines_with("it answered 503: its log says why"), 1);
    assert_eq!(log.lines_with("does again what time brings about"), 1);
}

#[tokio::test]
async fn what_the_application_does_not_take_in_is_to_be_told_again() {
    let token = "OURS".to_owned();
    let event = StationEvent::Authorizes { token };
    let mut played = Played::start(&[503, 401, 404, 500]).await;
    let application = played.application();
    for _ in 0..4 {
        let told: Result<bool, _> = application.tell("CT 1/2", &event).await;
        assert_eq!(told, Err(Unavailable));
    }
    assert_eq!(application.tell("CT 1/2", &event).await, Ok(true));
    let expected = json!({"kind": "authorizes", "token": "OURS"});
    let path = "stations/CT 1/2/events".to_owned();
    for _ in 0..5 {
        assert_eq!(played.asked().await, (path.clone(), expected.clone()));
    }
    // An answer of another type counts as none.
    let told: Result<u32, _> = application.tell("CT 1/2", &event).await;
    assert_eq!(told, Err(Unavailable));
}

#[tokio::test]
async fn an_application_that_is_away_is_told_again_and_the_log_says_to_start_it() {
    let (log, _guard) = Log::keep();
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let application = Application::new(&url, TOKEN.into()).unwrap();
    let told: Result<(), _> = application.tell("CT-1", &StationEvent::Connected).await;
    assert_eq!(told, Err(Unavailable));
    assert_eq!(log.lines_with("start it, or correct --application"), 1);
}

#[test]
fn a_token_that_could_be_guessed_is_refused() {
    let url = "http://127.0.0.1:3000";
    assert!(Application::new(url, "x".repeat(31).into()).is_err());
    assert!(Application::new(url, "x".repeat(32).into()).is_ok());
}

#[test]
fn an_address_that_is_none_of_an_application_is_refused() {
    for url in ["", "127.0.0.1:3000", "ws://127.0.0.1:3000", "http://"] {
        assert!(Application::new(url, TOKEN.into()).is_err(), "{url}");
    }
}
