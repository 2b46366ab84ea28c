//! Callbacks that must be refused: each is answered by its status, counted under its reason, and
//! changes nothing.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;

use crate::raw_station::{ACCEPTED, RawStation, connect};
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

/// A capability as the documentation describes it, made without the code under test.
fn capability(key: &str, terminal: &str, arming_id: &str, expires_at: u64) -> String {
    let signed = format!("chargetap/payter-callback/v1\n{terminal}\n{arming_id}\n{expires_at}");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    let mac = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{terminal}~{arming_id}~{expires_at}~{mac}")
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
async fn a_callback_that_must_be_refused_leaves_no_trace() {
    let world = World::new(Setup::default()).await;
    let forged = capability(
        "another-key-of-more-than-32-bytes!!!",
        TERMINAL,
        "READ1",
        now() + HOUR,
    );
    let expired = capability(CALLBACK_KEY, TERMINAL, "READ1", now() - 1);
    let unknown_terminal = capability(CALLBACK_KEY, "P66-9999", "READ1", now() + HOUR);
    let unknown_terminals_card = json!({"serialNumber": "P66-9999", "cardId": "card-1"});
    let other_terminals_card = json!({"serialNumber": "P66-0002", "cardId": "card-1"});

    assert_refused(&world, &good(), vec![b' '; 64 * 1024 + 1], 413, "too-large").await;
    assert_refused(&world, "nonsense", card(), 404, "malformed-capability").await;
    assert_refused(&world, &forged, card(), 401, "mismatch").await;
    assert_refused(&world, &expired, card(), 409, "stale").await;
    assert_refused(&world, &good(), b"{".to_vec(), 400, "malformed-body").await;
    let body = other_terminals_card.to_string().into();
    assert_refused(&world, &good(), body, 403, "wrong-terminal").await;
    let body = unknown_terminals_card.to_string().into();
    assert_refused(&world, &unknown_terminal, body, 404, "unknown-terminal").await;
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
async fn a_used_arming_id_starts_no_second_session() {
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
async fn a_callback_for_an_earlier_prompt_is_stale_and_has_the_terminal_armed_anew() {
    let world = World::new(Setup {
        plug_in_after_ms: None,
        ..Setup::default()
    })
    .await;
    world
        .until("the terminal is armed", async || {
            world.confirmed_prompts() == 1
        })
        .await;
    // A prompt that was sent before the armed one.
    world.insert_earlier_prompt("READ1");
    let prompts = world.prompts();
    assert_eq!(post(&world, &good(), card()).await, 409);
    assert_eq!(world.stored_events(), 0);
    // The terminal has this card. That of the latest prompt, if there is one, must not begin a session: an
    // authorisation would be of this card.
    world
        .until("the terminal is armed anew", async || {
            world.prompts() > prompts
        })
        .await;
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
    for number in 0..40 {
        let capability = capability(CALLBACK_KEY, TERMINAL, &format!("R{number}"), now() + HOUR);
        let body =
            json!({"serialNumber": TERMINAL, "cardId": format!("card-{number}")}).to_string();
        statuses.push(post(&world, &capability, body.into()).await);
    }
    let stored = statuses.iter().filter(|status| **status == 200).count();
    assert_eq!(statuses.last(), Some(&503), "{statuses:?}");
    let (since, asked) = (Instant::now(), 50);
    for _ in 0..asked {
        let ready = world.get(&world.url("/readyz"), "*/*").await;
        assert_eq!(ready.0, 503, "{}", String::from_utf8_lossy(&ready.2));
    }
    // Whoever asks more often than once a second does not make the gateway write more often.
    let log = world.log().lines();
    let probes = log.iter().filter(|line| line.contains("not ready")).count();
    let most = since.elapsed().as_secs() + 2;
    assert!((1..=most).contains(&(probes as u64)), "{probes} of {asked}");
    assert!(
        statuses.iter().all(|status| [200, 503].contains(status)),
        "{statuses:?}"
    );
    assert_eq!(
        world.stored_sessions(),
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
            world.stored_sessions() == 1
        })
        .await;
    assert_nowhere(&world, NUMBER);
}

/// Neither a file of the gateway nor its log has this text.
fn assert_nowhere(world: &World, canary: &str) {
    for entry in std::fs::read_dir(world.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes
                .windows(canary.len())
                .any(|window| window == canary.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
    let log = world.log().lines();
    assert!(log.iter().all(|line| !line.contains(canary)));
}

#[tokio::test]
async fn no_card_number_that_a_station_sends_is_kept_or_logged() {
    const NUMBER: &str = "4111111111111111";
    let world = World::new(Setup {
        simulated_station: false,
        ..Setup::default()
    })
    .await;
    assert!(connect(&world, NUMBER).await.is_err());
    let mut station = RawStation::new(&world).await;
    let boot = json!({"chargePointVendor": NUMBER, "chargePointModel": format!("M {NUMBER}")});
    station.exchange("BootNotification", boot).await;
    let status = json!({"connectorId": 1, "status": NUMBER, "errorCode": NUMBER, "info": NUMBER});
    station.exchange("StatusNotification", status).await;
    let unknown = json!({NUMBER: 1});
    station.exchange("Authorize", unknown).await;
    let foreign = json!({"connectorId": 2, "idTag": NUMBER, "meterStart": 0, NUMBER: NUMBER});
    station.exchange("StartTransaction", foreign).await;

    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let at = "2026-11-28T12:00:00Z";
    let started = json!({"connectorId": 1, "idTag": station.tag, "meterStart": 1_000,
                         "timestamp": at});
    let started = station.exchange("StartTransaction", started).await;
    let stopped = json!({"transactionId": started["transactionId"], "meterStop": 8_000,
                         "timestamp": at, "reason": NUMBER, "idTag": NUMBER});
    station.exchange("StopTransaction", stopped).await;
    world.closed_sessions(1).await;
    world.receipts(1).await;
    assert!(
        world
            .log()
            .values("model")
            .contains(&"M ****************".to_owned())
    );
    assert_nowhere(&world, NUMBER);
}
