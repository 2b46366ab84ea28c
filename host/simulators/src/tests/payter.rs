use std::io::ErrorKind;

use axum::Router;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::Http;
use crate::payter::{PayterArgs, PayterSimulator};

const KEY: &str = "k-123";

/// A provider with the terminal T1, and the receiver of its callbacks.
struct Scene {
    api: Http,
    control: Http,
    callback_url: String,
    callbacks: mpsc::UnboundedReceiver<Value>,
    _provider: PayterSimulator,
    _tasks: JoinSet<()>,
}

impl Scene {
    async fn new(faults: &[&str]) -> Self {
        let provider = PayterSimulator::start(PayterArgs {
            listen: "127.0.0.1:0".parse().unwrap(),
            api_key: KEY.into(),
            terminals: vec!["T1".to_owned()],
            currency: "EUR".to_owned(),
            faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        })
        .await
        .unwrap();
        let (received, callbacks) = mpsc::unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let callback_url = format!("http://{}/cb", listener.local_addr().unwrap());
        let router = Router::new().route(
            "/cb",
            post(move |body: String| async move {
                received.send(serde_json::from_str(&body).unwrap()).unwrap();
            }),
        );
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            api: Http::new(provider.base_url()).with_key(KEY),
            control: Http::new(provider.base_url()),
            callback_url,
            callbacks,
            _provider: provider,
            _tasks: tasks,
        }
    }

    async fn call(&self, path: &str) -> (u16, Value) {
        self.api.post(path, Value::Null).await
    }

    async fn start(&self, amount: u64) -> (u16, Value) {
        let url = &self.callback_url;
        self.call(&format!(
            "/terminals/T1/start?authorizedAmount={amount}&callbackUrl={url}&uiMessage=Tap"
        ))
        .await
    }

    async fn tap(&self) -> (u16, Value) {
        let tap = json!({"terminal": "T1", "card_id": "c-1", "masked_pan": "************1234"});
        self.control.post("/control/tap", tap).await
    }

    /// Arms the reader, shows a card and makes a hold; returns the session's id.
    async fn hold(&self, amount: u64) -> String {
        self.start(amount).await;
        self.tap().await;
        let (status, session) = self.call("/terminals/T1/authorize").await;
        assert_eq!(status, 200);
        assert_eq!(session["authorizedAmount"], amount);
        session["sessionId"].as_str().unwrap().to_owned()
    }

    async fn state(&self) -> String {
        let (_, terminal) = self.api.get("/terminals/T1").await;
        terminal["state"].as_str().unwrap().to_owned()
    }

    async fn totals(&self) -> Value {
        self.control.get("/control/ledger").await.1["totals"].clone()
    }

    /// The answer to a call that is cut off.
    async fn is_cut_off(&self, path: &str) -> bool {
        let answer = self.api.try_post(path, Value::Null).await;
        answer.is_err_and(|error| error.is_request() && !error.is_timeout())
    }
}

fn totals(held: u64, captured: u64, released: u64, open: u64) -> Value {
    json!({"held": held, "captured": captured, "released": released, "open": open})
}

#[tokio::test]
async fn a_tap_becomes_a_hold_and_the_hold_a_capture() {
    let mut scene = Scene::new(&[]).await;
    assert_eq!(scene.state().await, "IDLE");
    assert_eq!(scene.start(5_000).await.0, 204);
    assert_eq!(scene.state().await, "READING");
    assert_eq!(
        scene.tap().await,
        (200, json!({"callback_statuses": [200]}))
    );
    assert_eq!(
        scene.callbacks.recv().await.unwrap(),
        json!({"serialNumber": "T1", "ifd": "contactless", "cardId": "c-1", "maskedPan": "************1234"})
    );
    assert_eq!(scene.state().await, "CARD");

    let (status, session) = scene.call("/terminals/T1/authorize").await;
    assert_eq!((status, &session["authorizedAmount"]), (200, &json!(5_000)));
    assert_eq!(scene.state().await, "IDLE");
    let id = session["sessionId"].as_str().unwrap();
    let hint = json!({"session": {"serialNumber": "T1", "sessionId": id}});
    assert_eq!(scene.callbacks.recv().await.unwrap(), hint);
    assert_eq!(
        scene.api.get("/terminals/T1/sessions").await,
        (200, json!([session]))
    );
    let path = format!("/terminals/T1/sessions/{id}");
    assert_eq!(scene.api.get(&path).await, (200, session.clone()));

    let too_much = format!("{path}/commit?commitAmount=5001");
    assert_eq!(scene.call(&too_much).await.0, 400);
    let commit = format!("{path}/commit?commitAmount=1234&receiptLine=x");
    assert_eq!(scene.call(&commit).await.0, 200);
    assert_eq!(scene.callbacks.recv().await.unwrap(), hint);
    assert_eq!(scene.call(&commit).await.0, 409);
    assert_eq!(scene.call(&format!("{path}/cancel")).await.0, 409);
    assert_eq!(scene.api.get(&path).await.0, 404);
    assert_eq!(scene.totals().await, totals(5_000, 1_234, 3_766, 0));
}

#[tokio::test]
async fn several_holds_can_be_open_at_one_terminal() {
    let scene = Scene::new(&[]).await;
    let first = scene.hold(100).await;
    let second = scene.hold(200).await;
    assert_ne!(first, second);
    let cancel = format!("/terminals/T1/sessions/{first}/cancel");
    assert_eq!(scene.call(&cancel).await.0, 200);
    let (_, open) = scene.api.get("/terminals/T1/sessions").await;
    assert_eq!(
        open,
        json!([{"sessionId": second, "authorizedAmount": 200}])
    );
    assert_eq!(scene.totals().await, totals(300, 0, 100, 200));
}

#[tokio::test]
async fn cards_are_read_only_by_a_reader_that_was_armed() {
    let scene = Scene::new(&[]).await;
    assert_eq!(scene.tap().await.0, 409);
    assert_eq!(scene.call("/terminals/T1/authorize").await.0, 409);
    scene.start(100).await;
    assert_eq!(scene.call("/terminals/T1/stop").await.0, 204);
    assert_eq!(scene.tap().await.0, 409);
    scene.start(100).await;
    assert_eq!(scene.tap().await.0, 200);
    assert_eq!(scene.tap().await.0, 409);
}

#[tokio::test]
async fn every_call_needs_the_key() {
    let scene = Scene::new(&[]).await;
    for key in [None, Some("CPS apikey=\"wrong\""), Some("CPS apikey=k-123")] {
        let mut api = Http::new(&scene.api.base_url);
        api.key = key.map(str::to_owned);
        assert_eq!(api.get("/terminals").await.0, 401);
        let authorize = api.post("/terminals/T1/authorize", Value::Null).await;
        assert_eq!(authorize.0, 401);
    }
    assert_eq!(
        scene.api.get("/terminals").await,
        (
            200,
            json!([{"serialNumber": "T1", "online": true, "state": "IDLE"}])
        )
    );
    assert_eq!(scene.api.get("/terminals/T2").await.0, 404);
}

#[tokio::test]
async fn an_offline_terminal_makes_no_holds_but_takes_captures_and_voids() {
    let scene = Scene::new(&[]).await;
    let (first, second) = (scene.hold(100).await, scene.hold(200).await);
    scene.start(300).await;
    scene.tap().await;
    let offline = json!({"online": false});
    scene.control.post("/control/terminals/T1", offline).await;

    let refused = (503, json!({"error": "TERMINAL_OFFLINE"}));
    assert_eq!(scene.call("/terminals/T1/authorize").await, refused);
    assert_eq!(scene.start(300).await, refused);
    let commit = format!("/terminals/T1/sessions/{first}/commit?commitAmount=60");
    assert_eq!(scene.call(&commit).await.0, 200);
    let cancel = format!("/terminals/T1/sessions/{second}/cancel");
    assert_eq!(scene.call(&cancel).await.0, 200);
    assert_eq!(scene.totals().await, totals(300, 60, 240, 0));

    let online = json!({"online": true});
    scene.control.post("/control/terminals/T1", online).await;
    assert_eq!(scene.call("/terminals/T1/authorize").await.0, 200);
}

#[tokio::test]
async fn a_declined_card_is_reported_by_answer_and_callback() {
    let mut scene = Scene::new(&["authorize=decline"]).await;
    scene.start(100).await;
    scene.tap().await;
    scene.callbacks.recv().await.unwrap();
    let declined = (403, json!({"error": "DECLINED"}));
    assert_eq!(scene.call("/terminals/T1/authorize").await, declined);
    assert_eq!(
        scene.callbacks.recv().await.unwrap(),
        json!({"session": {"serialNumber": "T1"}, "error": "DECLINED"})
    );
    assert_eq!(scene.state().await, "IDLE");
    assert_eq!(scene.totals().await, totals(0, 0, 0, 0));
    scene.hold(100).await;
}

#[tokio::test]
async fn a_lost_answer_is_lost_and_the_money_is_held() {
    let scene = Scene::new(&["authorize=lost-answer"]).await;
    scene.start(100).await;
    scene.tap().await;
    assert!(scene.is_cut_off("/terminals/T1/authorize").await);
    assert_eq!(scene.totals().await, totals(100, 0, 0, 100));
}

#[tokio::test]
async fn a_lost_answer_sends_not_a_single_byte() {
    let scene = Scene::new(&["start=lost-answer"]).await;
    let address = scene.api.base_url.trim_start_matches("http://");
    let socket = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /terminals/T1/start?authorizedAmount=1&callbackUrl=x HTTP/1.1\r\n\
         host: x\r\nauthorization: CPS apikey=\"{KEY}\"\r\ncontent-length: 0\r\n\r\n"
    );
    socket.writable().await.unwrap();
    assert_eq!(socket.try_write(request.as_bytes()).unwrap(), request.len());
    let mut buffer = [0; 16];
    let read = loop {
        socket.readable().await.unwrap();
        match socket.try_read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            read => break read.unwrap(),
        }
    };
    assert_eq!(read, 0);
    assert_eq!(scene.state().await, "READING");
}

#[tokio::test]
async fn a_dropped_call_is_cut_off_and_changes_nothing() {
    let scene = Scene::new(&["commit=drop"]).await;
    let id = scene.hold(100).await;
    let commit = format!("/terminals/T1/sessions/{id}/commit?commitAmount=60");
    assert!(scene.is_cut_off(&commit).await);
    assert_eq!(scene.totals().await, totals(100, 0, 0, 100));
    assert_eq!(scene.call(&commit).await.0, 200);
}

#[tokio::test]
async fn an_error_changes_nothing_and_passes_after_its_number_of_calls() {
    let scene = Scene::new(&["cancel=error:2"]).await;
    let id = scene.hold(100).await;
    let cancel = format!("/terminals/T1/sessions/{id}/cancel");
    let failed = (500, json!({"error": "INTERNAL_ERROR"}));
    assert_eq!(scene.call(&cancel).await, failed);
    assert_eq!(scene.call(&cancel).await, failed);
    assert_eq!(scene.totals().await, totals(100, 0, 0, 100));
    assert_eq!(scene.call(&cancel).await.0, 200);
}

#[tokio::test]
async fn a_delayed_call_is_carried_out_before_its_answer() {
    let mut scene = Scene::new(&[]).await;
    let id = scene.hold(100).await;
    for _card_and_hold in 0..2 {
        scene.callbacks.recv().await.unwrap();
    }
    let fault = json!({"call": "commit", "kind": "delay", "delay_ms": 3_600_000});
    assert_eq!(scene.control.post("/control/faults", fault).await.0, 204);
    let commit = format!("/terminals/T1/sessions/{id}/commit?commitAmount=60");
    tokio::select! {
        answer = scene.api.post(&commit, Value::Null) => panic!("{answer:?}"),
        hint = scene.callbacks.recv() => assert_eq!(hint.unwrap()["session"]["sessionId"], *id),
    }
    assert_eq!(scene.totals().await, totals(100, 60, 40, 0));
}

#[tokio::test]
async fn the_read_back_can_fail_too() {
    let scene = Scene::new(&["sessions=error"]).await;
    assert_eq!(scene.api.get("/terminals/T1/sessions").await.0, 500);
    assert_eq!(
        scene.api.get("/terminals/T1/sessions").await,
        (200, json!([]))
    );
}

#[tokio::test]
async fn a_duplicate_callback_arrives_twice() {
    let mut scene = Scene::new(&["callback=duplicate"]).await;
    scene.start(100).await;
    assert_eq!(
        scene.tap().await.1,
        json!({"callback_statuses": [200, 200]})
    );
    let first = scene.callbacks.recv().await;
    assert_eq!(first, scene.callbacks.recv().await);
}

#[tokio::test]
async fn a_dropped_callback_never_arrives() {
    let mut scene = Scene::new(&["callback=drop"]).await;
    scene.start(100).await;
    assert_eq!(scene.tap().await.1, json!({"callback_statuses": []}));
    scene.call("/terminals/T1/authorize").await;
    let first = scene.callbacks.recv().await.unwrap();
    assert!(
        first.get("session").is_some(),
        "the card's was dropped: {first}"
    );
}

#[tokio::test]
async fn a_receiver_that_is_not_there_counts_as_status_0() {
    let scene = Scene::new(&[]).await;
    let nowhere = "/terminals/T1/start?authorizedAmount=1&callbackUrl=http://127.0.0.1:1/";
    scene.call(nowhere).await;
    assert_eq!(scene.tap().await, (200, json!({"callback_statuses": [0]})));
}

#[tokio::test]
async fn a_fault_that_makes_no_sense_is_refused() {
    let scene = Scene::new(&[]).await;
    let fault = json!({"call": "commit", "kind": "decline", "times": 1});
    assert_eq!(scene.control.post("/control/faults", fault).await.0, 400);
}

#[tokio::test]
async fn a_touch_on_the_screen_is_reported_to_its_callback_url() {
    let mut scene = Scene::new(&[]).await;
    let screen = json!({"id": "S1", "type": "selection", "properties": {
        "title": "Where?", "items.a.label": "Left", "items.b.label": "Right",
    }});
    let path = format!("/terminals/T1/ui?callbackUrl={}", scene.callback_url);
    assert_eq!(scene.api.post(&path, screen).await.0, 200);
    assert_eq!(
        scene.control.get("/control/screens/T1").await.1,
        json!({
            "text": "Where?", "choices": [{"label": "Left"}, {"label": "Right"}],
            "language": null, "shown": ["Where?"], "forgotten": 0,
        })
    );
    let touch = json!({"terminal": "T1", "label": "Right"});
    let touched = scene.control.post("/control/touch", touch.clone()).await;
    assert_eq!(touched, (200, json!({"callback_statuses": [200]})));
    assert_eq!(
        scene.callbacks.recv().await.unwrap(),
        json!({"serialNumber": "T1", "screenId": "S1", "response": "b"})
    );
    // A reader that is armed shows its own text.
    scene.start(5_000).await;
    let screen = scene.control.get("/control/screens/T1").await.1;
    assert_eq!(screen["text"], "Tap");
    assert_eq!(screen["choices"], json!([]));
    assert_eq!(scene.control.post("/control/touch", touch).await.0, 409);
}
