//! Between stations and a central system above the gateway.

mod messages;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Error;

use self::messages::{received, relayed};
use crate::central_system::{CentralSystem, FIRST_TRANSACTION, usual};
use crate::ocpp2;
use crate::raw_station::{ACCEPTED, RawStation, alerts, connect, moment};
use crate::world::{STATION, Setup, World};

/// 8 kWh x 0.49 + 0.25, with 25 % VAT: 5.2125.
const PRICE_OF_8_KWH: u64 = 521;
/// How the ids of the gateway's own calls begin.
const OWN: &str = "chargetap-";

async fn below(cms: &CentralSystem) -> World {
    below_with(cms, Setup::default()).await
}

async fn below_with(cms: &CentralSystem, setup: Setup) -> World {
    World::new(Setup {
        simulated_station: false,
        upstream: format!("{}{}", cms.upstream(), setup.upstream),
        ..setup
    })
    .await
}

/// The messages of a transaction, in order.
const SESSION: [&str; 5] = [
    "BootNotification",
    "StatusNotification",
    "StartTransaction",
    "MeterValues",
    "StopTransaction",
];

/// A driver pays by card, and the station begins the transaction. Returns what it is answered.
async fn begin(station: &mut RawStation<'_>) -> Value {
    station.boot().await;
    station.world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    station.start(&station.tag.clone(), 1_000).await
}

/// The station takes over the number, and the transaction goes on to its end, at 8 kWh.
async fn go_on(station: &mut RawStation<'_>, answer: &Value) {
    station.started(answer);
    station.read(5_000).await;
    station.stop(9_000).await;
    assert_paid(station.world).await;
}

async fn assert_paid(world: &World) {
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["captured"], PRICE_OF_8_KWH);
    let receipts = world.receipts(1).await;
    assert_eq!(receipts[0]["charging"]["energy_wh"], 8_000);
    assert_eq!(alerts(world).await, [""; 0]);
}

#[tokio::test]
async fn the_central_system_sees_a_card_session_as_an_ordinary_transaction() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    station.started(&answer);
    assert_eq!(station.transaction, FIRST_TRANSACTION);
    station.read(5_000).await;
    world.operate(&station.tag, "stop", None).await;
    let stop = station.called("RemoteStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": FIRST_TRANSACTION}));
    assert!(stop[1].as_str().unwrap().starts_with(OWN), "{stop}");
    station.accept(&stop).await;
    station.stop(9_000).await;
    assert_paid(&world).await;
    // Neither the starts and stops of the gateway nor their answers.
    assert_eq!(cms.called(), SESSION);
    assert!(!cms.received().concat().contains(OWN));
}

#[tokio::test]
async fn a_card_charges_although_the_central_system_refuses_its_token() {
    let cms = CentralSystem::new(usual("Invalid")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let token = json!({"idTag": station.tag});
    let answer = station.exchange("Authorize", token).await;
    assert_eq!(answer["idTagInfo"]["status"], "Accepted");
    let answer = station.start(&station.tag.clone(), 1_000).await;
    assert_eq!(answer["transactionId"], FIRST_TRANSACTION);
    go_on(&mut station, &answer).await;
}

#[tokio::test]
async fn a_card_charges_although_the_central_system_gives_it_no_transaction() {
    let usual = usual("Invalid");
    let cms = CentralSystem::new(move |call| {
        let refusal = json!({"transactionId": -1, "idTagInfo": {"status": "Invalid"}});
        match call[2].as_str() {
            Some("StartTransaction") => Some(json!([3, call[1], refusal]).to_string()),
            _ => usual(call),
        }
    })
    .await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    go_on(&mut station, &answer).await;
}

#[tokio::test]
async fn a_card_charges_although_the_central_system_answers_with_errors() {
    let usual = usual("Accepted");
    let cms = CentralSystem::new(move |call| match call[2].as_str() {
        Some("StartTransaction" | "MeterValues" | "StopTransaction") => {
            Some(json!([4, call[1], "InternalError", "", {}]).to_string())
        }
        _ => usual(call),
    })
    .await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    go_on(&mut station, &answer).await;
}

#[tokio::test]
async fn a_card_charges_although_the_central_system_does_not_answer() {
    let usual = usual("Accepted");
    let cms = CentralSystem::new(move |call| match call[2].as_str() {
        Some("StartTransaction" | "StopTransaction") => None,
        _ => usual(call),
    })
    .await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    go_on(&mut station, &answer).await;
}

#[tokio::test]
async fn nothing_is_taken_where_the_central_system_may_refuse_tokens_and_does() {
    let cms = CentralSystem::new(usual("Invalid")).await;
    let world = below_with(
        &cms,
        Setup {
            upstream: r#"refused_tokens = "refuse""#.to_owned(),
            ..Setup::default()
        },
    )
    .await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    let told = json!({"transactionId": FIRST_TRANSACTION, "idTagInfo": {"status": "Invalid"}});
    assert_eq!(answer, told);
    station.transaction = FIRST_TRANSACTION;
    station.stop(1_000).await;
    assert_eq!(world.closed_sessions(1).await[0]["state"], "voided");
    assert_eq!(world.ledger().await["totals"]["captured"], 0);
    assert_eq!(
        world.receipts(1).await[0]["nothing_taken_reason"],
        "below_minimum"
    );
}

#[tokio::test]
async fn a_customer_of_the_central_system_charges_undisturbed() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    let start =
        r#"[2,"c-1","RemoteStartTransaction",{"idTag":"04A2B3C4","connectorId":1}]"#.to_owned();
    cms.send(&start);
    let call = station.called("RemoteStartTransaction").await;
    assert_eq!(call, serde_json::from_str::<Value>(&start).unwrap());
    station.accept(&call).await;
    let last = received(&world, &cms, 3).await.pop().unwrap();
    assert_eq!(last, r#"[3,"c-1",{"status":"Accepted"}]"#);
    let answer = station.start("04A2B3C4", 1_000).await;
    station.started(&answer);
    assert_eq!(station.transaction, FIRST_TRANSACTION);
    station.read(5_000).await;
    world.shows("In use").await;
    station.stop(9_000).await;
    station.status(1, "Available").await;
    world.shows("Show your card").await;
    assert_eq!(alerts(&world).await, [""; 0]);
    let log = world.log().lines().concat();
    for stopped in ["nobody pays for", "the station is told to stop"] {
        assert!(!log.contains(stopped), "{log}");
    }
    assert_eq!(world.ledger().await["sessions"], json!([]));
}

#[tokio::test]
async fn no_card_is_taken_while_the_central_system_is_away() {
    let mut cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    world.shows("Show your card").await;

    cms.go_away().await;
    station.closed().await;
    world.shows("Out of service").await;
    assert!(!world.tap_once("card-1").await);
    match connect(&world, STATION).await {
        Err(Error::Http(refusal)) => assert_eq!(refusal.status(), 502),
        other => panic!("{:?}", other.err()),
    }

    cms.come_back().await;
    station.reconnect().await;
    world.shows("Show your card").await;
}

#[tokio::test]
async fn what_a_station_queued_while_the_central_system_was_away_is_billed() {
    let mut cms = CentralSystem::new(usual("Invalid")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    let answer = begin(&mut station).await;
    station.started(&answer);

    cms.go_away().await;
    station.closed().await;
    cms.come_back().await;
    station.reconnect().await;
    station.read(5_000).await;
    station.stop(9_000).await;
    assert_paid(&world).await;
    assert_eq!(cms.called(), SESSION);
}

#[tokio::test]
async fn the_central_system_loses_a_station_when_the_gateway_does() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    assert!(cms.is_connected());
    drop(station);
    world
        .until("the station is gone above", async || !cms.is_connected())
        .await;
}

#[tokio::test]
async fn a_station_repeats_what_was_accepted_above_and_could_not_be_stored() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below_with(
        &cms,
        Setup {
            // Enough for the tables, and not for many transactions.
            gateway: vec!["--database-pages".into(), "44".into()],
            ..Setup::default()
        },
    )
    .await;
    let mut station = RawStation::new(&world).await;
    for number in 0..2_000 {
        let start = json!({"connectorId": 1, "idTag": format!("{number:020}"), "meterStart": 0,
            "timestamp": moment()});
        let start = json!([2, number.to_string(), "StartTransaction", start]).to_string();
        station.send(start.clone()).await;
        let answer: Value = serde_json::from_str(&relayed(&mut station).await).unwrap();
        if answer[0] == 4 {
            assert_eq!(answer[1], number.to_string());
            assert_eq!(answer[2], "InternalError");
            assert_eq!(cms.received().last(), Some(&start));
            return;
        }
    }
    panic!("everything was stored");
}

#[tokio::test]
async fn a_transaction_that_the_central_system_numbered_again_is_stopped_by_its_last_number() {
    let cms = CentralSystem::new(usual("Accepted")).await;
    let world = below(&cms).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let start = json!({"connectorId": 1, "idTag": station.tag, "meterStart": 1_000,
        "timestamp": moment()});
    // The station had no answer the first time, and says it again.
    station.exchange("StartTransaction", start.clone()).await;
    let answer = station.exchange("StartTransaction", start).await;
    station.started(&answer);
    assert_eq!(station.transaction, FIRST_TRANSACTION + 1);
    station.read(5_000).await;
    world.operate(&station.tag, "stop", None).await;
    let stop = station.called("RemoteStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": station.transaction}));
    station.accept(&stop).await;
    station.stop(9_000).await;
    assert_paid(&world).await;
}

#[tokio::test]
async fn a_card_session_of_ocpp_2_0_1_is_billed_below_a_central_system_that_knows_no_cards() {
    let cms = CentralSystem::new(usual("Unknown")).await;
    let world = below(&cms).await;
    let mut station = ocpp2::Station::boot(&world).await;
    world.tap("card-1").await;
    let start = station.remote_start().await;
    let answer = station
        .tell("Started", "RemoteStart", 1_000, ocpp2::token(&start))
        .await;
    assert_eq!(answer["idTokenInfo"]["status"], "Accepted", "{answer}");
    let answer = station
        .tell("Updated", "MeterValuePeriodic", 5_000, json!({}))
        .await;
    assert_eq!(answer, json!({}));
    world.operate(&ocpp2::id(&start), "stop", None).await;
    let stop = station.raw.called("RequestStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": "transaction-1"}));
    station.raw.accept(&stop).await;
    let stopped = json!({"transactionInfo": {"stoppedReason": "Remote"}});
    station.tell("Ended", "RemoteStop", 9_000, stopped).await;
    assert_paid(&world).await;
    assert_eq!(
        cms.called(),
        [
            "BootNotification",
            "StatusNotification",
            "TransactionEvent",
            "TransactionEvent",
            "TransactionEvent",
        ]
    );
    assert!(!cms.received().concat().contains(OWN));
}

#[tokio::test]
async fn a_card_that_the_central_system_refuses_keeps_nobody_from_paying() {
    let cms = CentralSystem::new(usual("Unknown")).await;
    let world = below(&cms).await;
    let mut station = ocpp2::Station::boot(&world).await;
    station.status("Occupied").await;
    let card = json!({"idToken": {"idToken": "04A2B3C4", "type": "ISO14443"}});
    let answer = station.tell("Started", "Authorized", 1_000, card).await;
    assert_eq!(answer, json!({"idTokenInfo": {"status": "Unknown"}}));
    let path = format!("/api/v1/stations/{STATION}");
    let shown = world.call("GET", &path, None).await.json();
    assert_eq!(
        shown["connectors"][0]["transaction"],
        Value::Null,
        "{shown}"
    );
    // Another driver pays in the same transaction.
    world.tap("card-1").await;
    let start = station.remote_start().await;
    let token = ocpp2::token(&start);
    station.tell("Updated", "RemoteStart", 1_000, token).await;
    station.tell("Ended", "EVDeparted", 9_000, json!({})).await;
    assert_paid(&world).await;
}
