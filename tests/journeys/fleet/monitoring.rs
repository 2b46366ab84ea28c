//! Terminals are monitored, and alerts are delivered.

use std::sync::atomic::{AtomicU16, Ordering};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use callback_verifier::Verifier;
use chargetap_contract::callback::{Endpoint, KeyInfo, Request, Scheme};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::commissioned;
use crate::world::{TERMINAL, now};

pub(super) type Delivery = (HeaderMap, Bytes);

/// A webhook's receiver that answers with this status.
pub(super) async fn receiver(
    status: &'static AtomicU16,
) -> (String, mpsc::UnboundedReceiver<Delivery>) {
    let (sender, deliveries) = mpsc::unbounded_channel();
    let take = move |State(sender): State<mpsc::UnboundedSender<Delivery>>,
                     headers: HeaderMap,
                     body: Bytes| async move {
        sender.send((headers, body)).unwrap();
        StatusCode::from_u16(status.load(Ordering::SeqCst)).unwrap()
    };
    let router = axum::Router::new()
        .route("/alerts", post(take))
        .with_state(sender);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/alerts", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, deliveries)
}

// T8
#[tokio::test]
async fn a_silent_terminal_raises_an_alert_that_is_delivered_signed_and_ends_when_it_is_back() {
    let mut world = commissioned().await;
    static STATUS: AtomicU16 = AtomicU16::new(204);
    let (url, mut deliveries) = receiver(&STATUS).await;
    let webhook = world
        .succeeds("PUT", "/api/v1/webhooks/ops", Some(json!({"url": url})))
        .await;
    let secret = webhook["secret"].as_str().unwrap();
    world.terminal_online(false).await;
    world
        .until("it is seen away", async || {
            let shown = world.items("/api/v1/terminals").await;
            shown[0]["seen"]["online"] == false
        })
        .await;
    world.stop_gateway();
    world.restart_gateway_ahead(1).await;

    let (headers, body) = deliveries.recv().await.unwrap();
    let alert: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(alert["type"], "alert.raised");
    assert_eq!(alert["data"]["kind"], "silent");
    assert_eq!(alert["data"]["terminal"], TERMINAL);
    assert!(is_signed(secret, &headers, &body));
    assert!(!is_signed(secret, &headers, b"{}"), "and nothing else is");

    let silent = "/api/v1/alerts?kind=silent";
    assert_eq!(world.items(silent).await.len(), 1);
    world.terminal_online(true).await;
    world.stop_gateway();
    world.restart_gateway_ahead(1).await;
    world
        .until("it is over", async || {
            world.items(silent).await[0]["ended"].is_string()
        })
        .await;
}

// T8
#[tokio::test]
async fn after_a_long_outage_no_terminal_is_silent_before_it_was_polled() {
    let mut world = commissioned().await;
    world.stop_gateway();
    world.restart_gateway_ahead(1).await;
    world
        .until("it is seen again", async || {
            let seen = world.items("/api/v1/terminals").await[0]["seen"].clone();
            seen["at"].as_str() > Some(&now().plus_hours(1).to_string())
        })
        .await;
    world.terminal_online(false).await;
    world
        .until("it is seen away", async || {
            let shown = world.items("/api/v1/terminals").await;
            shown[0]["seen"]["online"] == false
        })
        .await;
    assert!(world.items("/api/v1/alerts").await.is_empty());
}

// T8
#[tokio::test]
async fn an_undeliverable_alert_is_retried_for_days_and_then_waits_for_a_person() {
    static STATUS: AtomicU16 = AtomicU16::new(500);
    let mut world = commissioned().await;
    let (url, mut deliveries) = receiver(&STATUS).await;
    world
        .succeeds("PUT", "/api/v1/webhooks/ops", Some(json!({"url": url})))
        .await;
    world.terminal_online(false).await;
    world
        .until("it is seen away", async || {
            let shown = world.items("/api/v1/terminals").await;
            shown[0]["seen"]["online"] == false
        })
        .await;
    // Each day has room for the longest wait between two attempts.
    let mut ids = std::collections::BTreeSet::new();
    for day in 1..=10 {
        world.stop_gateway();
        world.restart_gateway_ahead(2 * day).await;
        let (headers, _) = deliveries.recv().await.unwrap();
        ids.insert(headers["webhook-id"].to_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 1, "it is the same message: {ids:?}");
    let letters = "/api/v1/webhook-dead-letters";
    world
        .until("it is given up", async || {
            !world.items(letters).await.is_empty()
        })
        .await;
    let letter = world.items(letters).await.remove(0);
    assert_eq!(letter["attempts"], 10);
    assert_eq!(letter["error"], "answered 500");
    STATUS.store(204, Ordering::SeqCst);
    let again = format!("{letters}/{}/redeliver", letter["number"]);
    world.succeeds("POST", &again, None).await;
    deliveries.recv().await.unwrap();
    world
        .until("it is delivered", async || {
            world.items(letters).await.is_empty()
        })
        .await;
}

/// Whether a delivery is signed as Standard Webhooks has it.
fn is_signed(secret: &str, headers: &HeaderMap, body: &[u8]) -> bool {
    let endpoint = Endpoint {
        id: "ops".into(),
        scheme: Scheme::StandardWebhooks,
        tolerance: Some(u64::MAX),
    };
    let key = KeyInfo {
        id: "k".into(),
        not_before: None,
        not_after: None,
    };
    let keys = vec![(key, secret.as_bytes().to_vec())];
    let verifier = Verifier::load(vec![(endpoint, keys)]).unwrap();
    let headers = headers.iter();
    let headers: Vec<_> = headers
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect();
    let sent = headers.iter().find(|(name, _)| name == "webhook-timestamp");
    let sent: u64 = String::from_utf8(sent.unwrap().1.clone())
        .unwrap()
        .parse()
        .unwrap();
    let request = Request {
        endpoint: "ops".into(),
        target_uri: String::new(),
        capability: String::new(),
        method: "POST".into(),
        headers,
        body: body.to_vec(),
        received_at: Some(sent * 1_000),
    };
    verifier.verify(&request).is_ok()
}

#[tokio::test]
async fn what_is_due_is_a_calendar_at_a_secret_address() {
    let world = commissioned().await;
    let order = json!({
        "customer": "parkeringshuset", "origin": "factory-fitted", "processor": "platform",
        "activations": 1, "software_years": 1, "wanted_by": "2027-01-31",
    });
    world
        .succeeds("PUT", "/api/v1/orders/SO-8", Some(order))
        .await;
    let body = json!({"name": "Astrid's calendar", "reach": "everywhere"});
    let issued = world
        .succeeds("POST", "/api/v1/calendars", Some(body))
        .await;
    let address = issued["address"].as_str().unwrap();
    let feed = world.call_as("", "GET", address, None, &[]).await;
    assert_eq!(feed.status, 200);
    let text = String::from_utf8(feed.bytes).unwrap();
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n"), "{text}");
    assert!(text.contains("SO-8"), "{text}");
    // The last character of the secret is another one.
    let secret = address.strip_suffix("/due.ics").unwrap();
    let other = if secret.ends_with('0') { '1' } else { '0' };
    let guessed = format!("{}{other}/due.ics", &secret[..secret.len() - 1]);
    assert_eq!(
        world.call_as("", "GET", &guessed, None, &[]).await.status,
        404
    );
}
