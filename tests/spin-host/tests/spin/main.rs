//! The Spin application, run as Spin runs it, between a simulated provider and a bridge: a simulated one, whose part the
//! test plays, or `chargetap bridge`.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

mod bridge;
mod command;
mod conformance;
mod manifest;
mod outside;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use outside::Callback;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use world::{API_KEY, BRIDGE_TOKEN, CALLBACK_KEY, PASSWORD, World, station, terminal};

/// 2026-01-01T00:00:00Z
const STARTED: u64 = 1_767_225_600_000;
const HALF_AN_HOUR: u64 = 1_800_000;

/// From the tap until the station begins. Returns the transaction's number.
async fn begin(world: &World) -> i64 {
    let callback = world.tap(&terminal(1), "card-1").await;
    assert_eq!(world.deliver(&callback).await, 200);
    let order = world.order().await;
    assert_eq!(order.station, "CT-1");
    let start = &order.order["start"];
    assert_eq!(start["connector"], 1);
    let started = started(&start["id_tag"]);
    let answer = world.told(&started).await;
    assert_eq!(answer["is_accepted"], true);
    // The station may repeat it, and is answered the same.
    assert_eq!(world.told(&started).await, answer);
    answer["number"].as_i64().unwrap()
}

fn started(token: &Value) -> Value {
    json!({
        "kind": "started",
        "connector": 1,
        "token": token,
        "register": 1_000,
        "at": STARTED,
    })
}

/// Charge seven kilowatt-hours.
async fn charge(world: &World, transaction: i64) {
    let sample = json!({
        "at": STARTED + HALF_AN_HOUR / 2,
        "register": 5_000,
        "signed": [],
    });
    let read = json!({
        "kind": "read",
        "transaction": { "id": transaction },
        "samples": [sample],
    });
    let outcome = json!({ "how": "by-id", "has_session": true });
    assert_eq!(world.told(&read).await, outcome);
    assert_eq!(world.told(&stopped(transaction)).await, outcome);
}

fn stopped(transaction: i64) -> Value {
    json!({
        "kind": "stopped",
        "goes_on": false,
        "transaction": { "id": transaction },
        "register": 8_000,
        "at": STARTED + HALF_AN_HOUR,
        "reason": "EVDisconnected",
        "signed": [],
    })
}

fn settled(sessions: u32) -> BTreeMap<String, u32> {
    BTreeMap::from([("settled".to_owned(), sessions)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_found_by_its_code_and_an_invoice_is_made_of_it() {
    let world = World::new(1).await;
    let transaction = begin(&world).await;
    charge(&world, transaction).await;
    until_there_is_a_receipt(&world).await;
    let path = format!("/receipts/{}", world.receipt());
    let answer = world.get(&path, "application/json").await;
    let receipt: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();

    let code = receipt["code"].as_str().unwrap();
    let found = world.post("/receipts", None, &format!("code={code}")).await;
    assert_eq!(
        (found.0, found.1.trim()),
        (303, receipt["link"].as_str().unwrap())
    );
    let missed = world.post("/receipts", None, "code=00000000").await;
    assert_eq!(missed.0, 404);

    let buyer = "name=Beispiel+GmbH&address=Berlin&vat-number=DE136695976";
    let asked = world.post(&format!("{path}/invoice"), None, buyer).await;
    assert_eq!(asked.0, 303, "{}", asked.1);
    world.until(async || world.rows("paper") == 2).await;
    assert_eq!(world.rows("invoice"), 2);
}

async fn until_there_is_a_receipt(world: &World) {
    world.until(async || world.rows("paper") == 1).await;
}

// 7 kWh at 0.49 and 0.25 for the session make 3.68 without and 4.60 with 25 % VAT; 0.92 of that is
// VAT, and 45.40 of the 50.00 is released.
#[tokio::test(flavor = "multi_thread")]
async fn a_tap_becomes_a_charge_and_a_receipt() {
    let world = World::new(1).await;
    let transaction = begin(&world).await;
    charge(&world, transaction).await;
    until_there_is_a_receipt(&world).await;

    assert_eq!(world.phases(), settled(1));
    assert_eq!(world.totals().await, [5_000, 460, 4_540]);
    let path = format!("/receipts/{}", world.receipt());
    let answer = world.get(&path, "application/json").await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    let receipt: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(receipt["kind"], "charge");
    assert_eq!(receipt["held"], 5_000);
    assert_eq!(receipt["captured"], 460);
    assert_eq!(receipt["released"], 4_540);
    assert_eq!(receipt["charging"]["energy_wh"], 7_000);
    // The station's clock is wrong, because its start was before the tap: ours counts.
    let started_at = receipt["charging"]["started_at"].as_str().unwrap();
    assert!(!started_at.starts_with("2026-01-01"), "{started_at}");
    let price = &receipt["charging"]["price"];
    let amounts = json!([price["net"], price["vat"], price["gross"]]);
    assert_eq!(amounts, json!([368, 92, 460]));
    assert_eq!(receipt["card"]["last_four"], "4242");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vehicle_that_is_plugged_in_is_offered_to_the_next_card() {
    let world = World::starting(1, "plug-in").await;
    let shows = async |text| world.shown(&terminal(1)).await.starts_with(text);
    assert!(shows("Plug in to charge.").await);
    let status = |status| json!({"kind": "status", "connector": 1, "status": status});
    let (plugged, free) = (status("preparing"), status("available"));
    for (status, text) in [
        (&plugged, "€0.6125/kWh"),
        (&free, "Plug in to charge."),
        (&plugged, "€0.6125/kWh"),
    ] {
        assert_eq!(world.told(status).await, Value::Null);
        world.until(async || shows(text).await).await;
    }
    let transaction = begin(&world).await;
    charge(&world, transaction).await;
    until_there_is_a_receipt(&world).await;
    assert_eq!(world.totals().await, [5_000, 460, 4_540]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_callback_again_has_no_effect() {
    let world = World::new(1).await;
    let callback = world.tap(&terminal(1), "card-1").await;
    assert_eq!(world.deliver(&callback).await, 200);
    world.order().await;
    assert_eq!(world.deliver(&callback).await, 200);
    world.tick().await;
    assert_eq!(world.rows("session"), 1);
    assert_eq!(cards_presented(&world), 1);
    assert_eq!(world.totals().await, [5_000, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_card_again_stops_charging() {
    let world = World::new(1).await;
    let transaction = begin(&world).await;
    world.until_armed(&terminal(1)).await;
    let callback = world.tap(&terminal(1), "card-1").await;
    assert_eq!(world.deliver(&callback).await, 200);
    let order = world.order().await;
    assert_eq!(order.station, "CT-1");
    let stop = json!({ "stop": { "transaction": transaction, "name": null } });
    assert_eq!(order.order, stop);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_station_that_refuses_costs_nothing() {
    let world = World::new(1).await;
    world.outside.answer_orders(200, "\"rejected\"");
    let callback = world.tap(&terminal(1), "card-1").await;
    assert_eq!(world.deliver(&callback).await, 200);
    until_there_is_a_receipt(&world).await;
    assert_eq!(world.totals().await, [5_000, 0, 5_000]);
    let path = format!("/receipts/{}", world.receipt());
    let answer = world.get(&path, "application/json").await;
    let receipt: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!(receipt["kind"], "nothing_taken");
    assert_eq!(receipt["nothing_taken_reason"], "start_failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_whose_answer_is_lost_may_have_reached_the_station() {
    let world = World::new(1).await;
    world.outside.answer_orders(500, "");
    let callback = world.tap(&terminal(1), "card-1").await;
    assert_eq!(world.deliver(&callback).await, 200);
    let token = world.order().await.order["start"]["id_tag"].clone();
    let is_executed = async || world.rows("command WHERE status <> 'done'") == 0;
    world.until(is_executed).await;
    let starting = BTreeMap::from([("starting".to_owned(), 1)]);
    assert_eq!(world.phases(), starting);
    assert_eq!(world.totals().await, [5_000, 0, 0]);
    let answer = world.told(&started(&token)).await;
    assert_eq!(answer["is_accepted"], true);
    charge(&world, answer["number"].as_i64().unwrap()).await;
    until_there_is_a_receipt(&world).await;
    assert_eq!(world.totals().await, [5_000, 460, 4_540]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_whose_station_is_away_holds_nothing() {
    let world = World::new(1).await;
    for (status, answer) in [(200, "null"), (401, ""), (500, "")] {
        world.outside.answer_connected_for(status, answer);
        let callback = world.tap(&terminal(1), "card-1").await;
        assert_eq!(world.deliver(&callback).await, 200);
        world.outside.answer_connected_for(200, "60000");
        world.until_armed(&terminal(1)).await;
        assert_eq!(world.rows("session"), 0, "{status}");
    }
    assert_eq!(world.totals().await, [0, 0, 0]);
    begin(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_deliveries_of_one_callback_at_once_make_one_session() {
    let world = World::new(1).await;
    let callback = world.tap(&terminal(1), "card-1").await;
    let statuses = deliver_at_once(&world, &vec![callback; 16]).await;
    assert_eq!(statuses, vec![200; 16]);
    world.order().await;
    assert_eq!(world.rows("session"), 1);
    assert_eq!(cards_presented(&world), 1);
    assert_eq!(world.totals().await, [5_000, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_reports_of_one_start_at_once_get_one_transaction() {
    let world = World::new(1).await;
    let callback = world.tap(&terminal(1), "card-1").await;
    assert_eq!(world.deliver(&callback).await, 200);
    let token = world.order().await.order["start"]["id_tag"].clone();
    let event = started(&token).to_string();
    let mut events = JoinSet::new();
    for _ in 1..=16 {
        events.spawn(world.sending("/stations/CT-1/events", Some(BRIDGE_TOKEN), &event));
    }
    let answers: BTreeSet<_> = events.join_all().await.into_iter().collect();
    let expected = json!({ "number": 1, "is_accepted": true }).to_string();
    assert_eq!(answers, BTreeSet::from([(200, expected)]));
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_drivers_at_once_get_a_session_each() {
    let world = World::new(16).await;
    let mut callbacks = Vec::new();
    for number in 1..=16 {
        callbacks.push(
            world
                .tap(&terminal(number), &format!("card-{number}"))
                .await,
        );
    }
    let statuses = deliver_at_once(&world, &callbacks).await;
    assert_eq!(statuses, vec![200; 16]);

    let mut stations = BTreeSet::new();
    let mut tokens = BTreeSet::new();
    for _ in 1..=16 {
        let start = world.order().await;
        stations.insert(start.station);
        tokens.insert(start.order["start"]["id_tag"].to_string());
    }
    assert_eq!(stations, (1..=16).map(station).collect());
    assert_eq!(tokens.len(), 16);
    assert_eq!(world.rows("session"), 16);
    assert_eq!(world.totals().await, [16 * 5_000, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_whose_answer_is_lost_is_looked_up_and_not_repeated() {
    let world = World::new(1).await;
    let transaction = begin(&world).await;
    world.fault("commit", "lost-answer").await;
    charge(&world, transaction).await;
    until_there_is_a_receipt(&world).await;
    assert_eq!(world.phases(), settled(1));
    assert_eq!(world.totals().await, [5_000, 460, 4_540]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_is_not_authentic_changes_nothing() {
    let world = World::new(1).await;
    let genuine = world.tap(&terminal(1), "card-1").await;
    let forged = Callback {
        path: forge(&genuine.path),
        ..genuine
    };
    assert_eq!(world.deliver(&forged).await, 401);
    world.tick().await;
    assert_eq!(world.rows("session"), 0);
    assert_eq!(world.rows("event"), 0);
    assert_eq!(world.rows("command"), 0);
    assert_eq!(world.totals().await, [0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callback_that_is_too_large_is_refused() {
    let world = World::new(1).await;
    let callback = world.tap(&terminal(1), "card-1").await;
    let large = Callback {
        body: "x".repeat(200_000),
        ..callback
    };
    assert_eq!(world.deliver(&large).await, 413);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tick_needs_the_bridge_token() {
    let world = World::new(1).await;
    assert_eq!(world.post("/tick", None, "").await.0, 401);
    assert_eq!(world.post("/tick", Some(PASSWORD), "").await.0, 401);
    assert_eq!(world.get("/tick", "*/*").await.status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_with_a_wrong_token_or_of_an_unknown_station_is_refused() {
    let world = World::new(1).await;
    let transaction = begin(&world).await;
    let stopped = stopped(transaction);
    for wrong in ["wrong", PASSWORD, ""] {
        assert_eq!(world.tell("CT-1", wrong, &stopped).await.0, 401);
    }
    assert_eq!(world.tell("CT-2", BRIDGE_TOKEN, &stopped).await.0, 404);
    let charging = BTreeMap::from([("charging".to_owned(), 1)]);
    assert_eq!(world.phases(), charging);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_a_session_may_not_charge() {
    let world = World::new(1).await;
    let answer = world.told(&started(&json!("STRANGER"))).await;
    assert_eq!(answer, json!({ "number": 1, "is_accepted": false }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_read_past_members_that_are_not_known_and_one_that_is_not_known_is_refused() {
    let world = World::new(1).await;
    let token = json!({ "kind": "authorizes", "token": "STRANGER", "since": 2027 });
    assert_eq!(world.told(&token).await, json!(false));
    let broken = json!({ "kind": "exploded" });
    assert_eq!(world.tell("CT-1", BRIDGE_TOKEN, &broken).await.0, 400);
    assert!(
        world
            .spin
            .log()
            .contains("an event of the bridge was refused")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_session_and_no_secret() {
    let world = World::new(1).await;
    let callback = world.tap(&terminal(1), "card-1").await;
    assert_eq!(world.deliver(&callback).await, 200);
    let session = world.order().await.order["start"]["id_tag"].clone();
    world.tick().await;
    let log = world.spin.log();
    assert!(log.contains(session.as_str().unwrap()), "{log}");
    let capability = callback.path.rsplit('/').next().unwrap();
    let secrets = [API_KEY, CALLBACK_KEY, BRIDGE_TOKEN, capability];
    for secret in secrets.into_iter().chain(["card-1", "4242"]) {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_probes_answer() {
    let world = World::new(1).await;
    assert_eq!(world.get("/healthz", "*/*").await.status(), 200);
    assert_eq!(world.get("/readyz", "*/*").await.status(), 200);
    assert_eq!(world.get("/nowhere", "*/*").await.status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_is_told_how_the_application_is_as_far_as_it_knows() {
    let world = World::new(2).await;
    let status = world.operator_sees("/status").await;
    assert_eq!(status["ready"], true, "{status:#}");
    assert_eq!(status["terminals"]["armed"], 2, "{status:#}");
    assert_eq!(status["stations"]["configured"], 2, "{status:#}");
    assert_eq!(status["components"], json!([]));
    assert_eq!(status["commits_per_minute"], Value::Null);
}

async fn deliver_at_once(world: &World, callbacks: &[Callback]) -> Vec<u16> {
    let mut deliveries = JoinSet::new();
    for callback in callbacks {
        deliveries.spawn(world.sending(&callback.path, None, &callback.body));
    }
    let answers = deliveries.join_all().await;
    answers.into_iter().map(|(status, _)| status).collect()
}

/// How many of the journal's events are a card that was shown.
fn cards_presented(world: &World) -> u32 {
    let database = world.spin.database();
    let count = "SELECT count(*) FROM event WHERE dedupe IS NOT NULL";
    database.query_row(count, [], |row| row.get(0)).unwrap()
}

/// Change one character of a capability's code.
fn forge(path: &str) -> String {
    let other = if path.ends_with('A') { "E" } else { "A" };
    format!("{}{other}", &path[..path.len() - 1])
}
