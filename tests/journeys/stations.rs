//! Stations that are away or broken, and transactions that no session has.

use serde_json::{Value, json};

use crate::raw_station::{ACCEPTED, RawStation, alerts};
use crate::world::{Setup, World};

async fn world(station: &'static str) -> World {
    World::new(Setup {
        simulated_station: false,
        policy: "stop_timeout_s = 1",
        station,
        ..Setup::default()
    })
    .await
}

async fn shows(world: &World, text: &str) {
    world
        .until(text, async || world.screen().await.0.contains(text))
        .await;
}

async fn is_told(world: &World, kind: &str) {
    let kind = kind.to_owned();
    world
        .until(&kind, async || alerts(world).await.contains(&kind))
        .await;
}

fn status(answer: &Value) -> &Value {
    &answer["idTagInfo"]["status"]
}

#[tokio::test]
async fn no_card_is_taken_where_the_station_is_away_or_broken() {
    let world = world("").await;
    shows(&world, "Out of service").await;
    let mut station = RawStation::new(&world).await;
    shows(&world, "Show your card").await;
    station.status(1, "Faulted").await;
    shows(&world, "Out of service").await;
    station.status(1, "Available").await;
    shows(&world, "Show your card").await;
    station.status(0, "Unavailable").await;
    shows(&world, "Out of service").await;
    station.status(0, "Available").await;
    shows(&world, "Show your card").await;
    drop(station);
    shows(&world, "Out of service").await;
    assert!(!world.tap_once("card-1").await);
}

#[tokio::test]
async fn a_transaction_under_a_token_of_nobody_is_stopped_and_its_energy_told() {
    let world = world("").await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    let answer = station.start("04A2B3C4", 1_000).await;
    assert_eq!(status(&answer), "Invalid");
    station.transaction = answer["transactionId"].as_i64().unwrap();
    assert!(station.transaction > 0);
    shows(&world, "In use").await;
    let stop = station.called("RemoteStopTransaction").await;
    assert_eq!(stop[3], json!({"transactionId": station.transaction}));
    station.accept(&stop).await;
    station.read(3_000).await;
    is_told(&world, "energy-without-payment").await;
    station.stop(4_000).await;
    shows(&world, "Show your card").await;
    let due = world.call("GET", "/api/v1/due", None).await.json();
    assert!(due.to_string().contains("3000 Wh were delivered"), "{due}");
}

#[tokio::test]
async fn a_token_that_the_operator_lets_charge_is_not_stopped() {
    let world = world(r#"local_tokens = ["04A2B3C4"]"#).await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    let token = json!({"idTag": "04a2b3c4"});
    assert_eq!(
        status(&station.exchange("Authorize", token).await),
        "Accepted"
    );
    let answer = station.start("04a2b3c4", 1_000).await;
    station.started(&answer);
    station.read(3_000).await;
    shows(&world, "In use").await;
    station.stop(4_000).await;
    shows(&world, "Show your card").await;
    assert_eq!(alerts(&world).await, [""; 0]);
}

#[tokio::test]
async fn a_transaction_that_outlives_its_session_is_stopped_until_its_end_is_known() {
    let world = world("").await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let answer = station.start(&station.tag.clone(), 1_000).await;
    station.started(&answer);
    station.read(8_000).await;
    world.operate(&station.tag, "stop", None).await;
    // The station never says that it ended.
    let stop = station.called("RemoteStopTransaction").await;
    station.accept(&stop).await;
    world
        .until("it is settled by its last reading", async || {
            world.session_phase(&station.tag) == "settled"
        })
        .await;
    shows(&world, "In use").await;
    station.read(9_000).await;
    is_told(&world, "energy-without-payment").await;
    let stop = station.called("RemoteStopTransaction").await;
    station.accept(&stop).await;
    station.stop(9_000).await;
    station.status(1, "Available").await;
    world
        .until("the next driver may charge", async || {
            world.screen().await.0.contains("Show your card")
        })
        .await;
}

#[tokio::test]
async fn a_vehicle_that_came_while_the_station_was_away_is_offered() {
    let world = World::new(Setup {
        simulated_station: false,
        terminal: r#"evses = [{ station = "CT-1", connector = 1 }]
            start = "plug-in"
            hold = "50.00""#,
        ..Setup::default()
    })
    .await;
    let mut station = RawStation::new(&world).await;
    station.boot().await;
    shows(&world, "Plug in").await;
    station.status(1, "Preparing").await;
    shows(&world, "Show your card").await;
    world.tap("card-1").await;
    station.remote_start(ACCEPTED).await;
    let answer = station.start(&station.tag.clone(), 1_000).await;
    station.started(&answer);
    station.read(3_000).await;
    station.stop(8_000).await;
    world.closed_sessions(1).await;
    // The vehicle stays, and has had its session.
    station.status(1, "Preparing").await;
    shows(&world, "Plug in").await;
    // Another one comes while the station is away, which then tells only how it is now.
    station.reconnect().await;
    station.status(1, "Preparing").await;
    shows(&world, "Show your card").await;
}
