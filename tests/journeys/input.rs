//! Callbacks that must not count: each is answered by a precise status, counted under its reason,
//! and moves nothing.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;

use crate::world::{CALLBACK_KEY, Setup, TERMINAL, World};

const HOUR: u64 = 3_600_000;

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis()
        .try_into()
        .unwrap()
}

/// A capability as the documentation describes it, made apart from the code under test.
fn capability(key: &str, terminal: &str, read: &str, expires_at: u64) -> String {
    let signed = format!("chargetap/payter-callback/v1\n{terminal}\n{read}\n{expires_at}");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    let mac = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{terminal}~{read}~{expires_at}~{mac}")
}

fn good() -> String {
    capability(CALLBACK_KEY, TERMINAL, "READ1", now() + HOUR)
}

fn card() -> Vec<u8> {
    json!({"serialNumber": TERMINAL, "ifd": "CONTACTLESS", "cardId": "card-1"})
        .to_string()
        .into()
}

/// Post a callback and return its status.
async fn post(world: &World, capability: &str, body: Vec<u8>) -> u16 {
    let url = world.url(&format!("/callbacks/payter/{capability}"));
    let client = chargetap::client::client().unwrap();
    client
        .post(url)
        .body(body)
        .send()
        .await
        .unwrap()
        .status()
        .as_u16()
}

/// The callback is refused by this status, counted under this reason, and leaves no trace.
async fn assert_refused(world: &World, capability: &str, body: Vec<u8>, status: u16, reason: &str) {
    assert_eq!(post(world, capability, body).await, status, "{reason}");
    let counter = format!("chargetap_callbacks_total{{result=\"{reason}\"}}");
    assert_eq!(world.metric(&counter).await, 1, "{reason}");
    assert_eq!(world.stored_events(), 0, "{reason}");
}

#[tokio::test]
async fn a_callback_that_must_not_count_is_refused_and_leaves_no_trace() {
    let world = World::new(Setup::default()).await;
    let forged = capability(
        "another-key-of-more-than-32-bytes!!!",
        TERMINAL,
        "READ1",
        now() + HOUR,
    );
    let expired = capability(CALLBACK_KEY, TERMINAL, "READ1", now() - 1);
    let stranger = capability(CALLBACK_KEY, "P66-9999", "READ1", now() + HOUR);
    let strangers_card = json!({"serialNumber": "P66-9999", "cardId": "card-1"});
    let other_terminals_card = json!({"serialNumber": "P66-0002", "cardId": "card-1"});

    assert_refused(&world, &good(), vec![b' '; 64 * 1024 + 1], 413, "too-large").await;
    assert_refused(&world, "nonsense", card(), 404, "malformed-capability").await;
    assert_refused(&world, &forged, card(), 401, "mismatch").await;
    assert_refused(&world, &expired, card(), 409, "stale").await;
    assert_refused(&world, &good(), b"{".to_vec(), 400, "malformed-body").await;
    let body = other_terminals_card.to_string().into();
    assert_refused(&world, &good(), body, 403, "wrong-terminal").await;
    let body = strangers_card.to_string().into();
    assert_refused(&world, &stranger, body, 404, "unknown-terminal").await;
    assert_refused(
        &world,
        &good(),
        b"{\"weather\":\"fine\"}".to_vec(),
        422,
        "unknown-event",
    )
    .await;

    assert_eq!(world.ledger().await["entries"], json!([]), "no money moved");
}

#[tokio::test]
async fn a_read_that_was_used_up_starts_no_second_session() {
    let world = World::new(Setup {
        plug_in_after_ms: None,
        ..Setup::default()
    })
    .await;
    let capability = good();
    assert_eq!(post(&world, &capability, card()).await, 200);
    let other = json!({"serialNumber": TERMINAL, "cardId": "card-2"}).to_string();
    assert_eq!(post(&world, &capability, other.into()).await, 409);
    assert_eq!(
        post(&world, &capability, card()).await,
        200,
        "the repeated delivery"
    );
    assert_eq!(
        world
            .metric("chargetap_callbacks_total{result=\"duplicate\"}")
            .await,
        1
    );
}

#[tokio::test]
async fn a_callback_for_an_earlier_read_than_the_armed_one_is_stale() {
    let world = World::new(Setup {
        plug_in_after_ms: None,
        ..Setup::default()
    })
    .await;
    world
        .until("the terminal reads", async || world.reads() == 1)
        .await;
    // The read is older than the one that is armed, so it stands before it in the journal.
    world.insert_read_before("READ1");
    assert_eq!(post(&world, &good(), card()).await, 409);
    assert_eq!(world.stored_events(), 0);
}

#[tokio::test]
async fn a_callback_is_not_acknowledged_when_the_disk_is_full() {
    let setup = Setup {
        // Enough for the tables, and not for a session.
        gateway: vec!["--database-pages".into(), "44".into()],
        plug_in_after_ms: None,
        ..Setup::default()
    };
    let world = World::new(setup).await;
    let mut statuses = Vec::new();
    for read in 0..40 {
        let capability = capability(CALLBACK_KEY, TERMINAL, &format!("R{read}"), now() + HOUR);
        let body = json!({"serialNumber": TERMINAL, "cardId": format!("card-{read}")}).to_string();
        statuses.push(post(&world, &capability, body.into()).await);
    }
    let stored = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(statuses.last(), Some(&503), "{statuses:?}");
    assert!(
        statuses.iter().all(|status| [200, 503].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(
        world.sessions_in_journal(),
        stored,
        "acknowledged is stored, and nothing else"
    );
}

#[tokio::test]
async fn no_card_number_is_kept_or_logged() {
    const NUMBER: &str = "4111111111111111";
    let world = World::new(Setup {
        plug_in_after_ms: None,
        ..Setup::default()
    })
    .await;
    let body = json!({
        "serialNumber": TERMINAL, "cardId": NUMBER, "ifd": NUMBER, "aid": NUMBER,
        "maskedPan": NUMBER, "track2": format!("{NUMBER}=30011010000000000000"), "pan": NUMBER,
    });
    assert_eq!(post(&world, &good(), body.to_string().into()).await, 200);
    world
        .until("the session is stored", async || {
            world.sessions_in_journal() == 1
        })
        .await;
    for entry in std::fs::read_dir(world.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes
                .windows(NUMBER.len())
                .any(|window| window == NUMBER.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
    assert!(
        world
            .log()
            .lines()
            .iter()
            .all(|line| !line.contains(NUMBER))
    );
}
