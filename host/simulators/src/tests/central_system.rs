//! The central system below which stations say what each test wants.

mod station;

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite;

use self::station::Scene;
use crate::station::{StationArgs, StationSimulator, Version};

/// The start of a transaction in OCPP 1.6.
fn start(timestamp: &str) -> Value {
    json!({"connectorId": 1, "idTag": "CARD-1", "meterStart": 12_345, "timestamp": timestamp})
}

/// An event of a transaction in OCPP 2.0.1 or 2.1, with these sampled values.
fn event(event_type: &str, seq_no: u32, sampled: Value) -> Value {
    json!({
        "eventType": event_type,
        "timestamp": "2026-11-02T10:00:00.000Z",
        "triggerReason": "Trigger",
        "seqNo": seq_no,
        "transactionInfo": {"transactionId": "t-1"},
        "meterValue": [{"timestamp": "2026-11-02T10:00:00.000Z", "sampledValue": sampled}],
    })
}

#[tokio::test]
async fn a_transaction_of_1_6_has_a_number_and_an_energy_at_start_and_end() {
    let scene = Scene::new(false).await;
    let mut station = scene.station("ocpp1.6").await;
    let started = station.call("StartTransaction", start("2026-11-02T10:00:00Z"));
    assert_eq!(
        started.await,
        json!({"transactionId": 7_000_001, "idTagInfo": {"status": "Invalid"}})
    );
    let running = json!([{
        "station": "CT-1", "transaction_id": 7_000_001, "id_tag": "CARD-1", "meter_start": 12_345,
    }]);
    assert_eq!(scene.transactions().await, running);
    let stop = json!({
        "transactionId": 7_000_001, "meterStop": 19_345, "timestamp": "2026-11-02T10:10:00Z",
    });
    assert_eq!(station.call("StopTransaction", stop).await, json!({}));
    assert_eq!(
        scene.transactions().await,
        json!([{
            "station": "CT-1", "transaction_id": 7_000_001, "id_tag": "CARD-1",
            "meter_start": 12_345, "meter_stop": 19_345,
        }])
    );
}

#[tokio::test]
async fn a_start_of_1_6_that_is_told_again_is_the_same_transaction() {
    let scene = Scene::new(false).await;
    let mut station = scene.station("ocpp1.6").await;
    let mut other = scene.connect("CT-2", &["ocpp1.6"]).await.unwrap();
    let first = start("2026-11-02T10:00:00Z");
    let later = start("2026-11-02T11:00:00Z");
    for (station, start, number) in [
        (&mut station, &first, 7_000_001),
        (&mut other, &first, 7_000_002),
    ] {
        let started = station.call("StartTransaction", start.clone()).await;
        assert_eq!(started["transactionId"], number);
    }
    for (start, number) in [(&later, 7_000_003), (&first, 7_000_001)] {
        let started = station.call("StartTransaction", start.clone()).await;
        assert_eq!(started["transactionId"], number);
    }
    assert_eq!(scene.transactions().await.as_array().unwrap().len(), 3);
}

async fn events_are_of_one_transaction(subprotocol: &str) {
    let scene = Scene::new(false).await;
    let mut station = scene.station(subprotocol).await;
    let mut started = event("Started", 0, json!([{"value": 12_345}]));
    started["idToken"] = json!({"idToken": "CARD-1", "type": "Central"});
    for _ in 0..2 {
        assert_eq!(
            station.call("TransactionEvent", started.clone()).await,
            json!({"idTokenInfo": {"status": "Invalid"}})
        );
    }
    let updated = event("Updated", 1, json!([{"value": 15_000}]));
    assert_eq!(station.call("TransactionEvent", updated).await, json!({}));
    let running = json!([{
        "station": "CT-1", "transaction_id": "t-1", "id_tag": "CARD-1", "meter_start": 12_345,
    }]);
    assert_eq!(scene.transactions().await, running);
    let ended = event("Ended", 2, json!([{"value": 12_345}, {"value": 19_345}]));
    assert_eq!(station.call("TransactionEvent", ended).await, json!({}));
    assert_eq!(
        scene.transactions().await,
        json!([{
            "station": "CT-1", "transaction_id": "t-1", "id_tag": "CARD-1",
            "meter_start": 12_345, "meter_stop": 19_345,
        }])
    );
}

#[tokio::test]
async fn the_events_of_2_0_1_are_of_one_transaction() {
    events_are_of_one_transaction("ocpp2.0.1").await;
}

#[tokio::test]
async fn the_events_of_2_1_are_of_one_transaction() {
    events_are_of_one_transaction("ocpp2.1").await;
}

#[tokio::test]
async fn energy_is_what_the_register_shows_in_any_unit() {
    let scene = Scene::new(false).await;
    let mut station = scene.station("ocpp2.0.1").await;
    let sampled = json!([
        {"value": 50_000.0, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "W"}},
        {"value": 4_000.0, "measurand": "Energy.Active.Import.Register", "phase": "L1"},
        {"value": 12.345, "measurand": "Energy.Active.Import.Register",
         "unitOfMeasure": {"unit": "kWh"}},
    ]);
    station
        .call("TransactionEvent", event("Started", 0, sampled))
        .await;
    let sampled = json!([{"value": 193.45, "unitOfMeasure": {"unit": "Wh", "multiplier": 2}}]);
    station
        .call("TransactionEvent", event("Ended", 1, sampled))
        .await;
    let transactions = scene.transactions().await;
    assert_eq!(transactions[0]["meter_start"], 12_345);
    assert_eq!(transactions[0]["meter_stop"], 19_345);
}

#[tokio::test]
async fn a_token_is_accepted_only_if_all_are() {
    for (accept_tokens, status) in [(false, "Invalid"), (true, "Accepted")] {
        let scene = Scene::new(accept_tokens).await;
        let mut station = scene.station("ocpp1.6").await;
        let answer = json!({"idTagInfo": {"status": status}});
        let asked = station.call("Authorize", json!({"idTag": "CARD-1"}));
        assert_eq!(asked.await, answer);
        let started = station.call("StartTransaction", start("2026-11-02T10:00:00Z"));
        assert_eq!(started.await["idTagInfo"], answer["idTagInfo"]);
        for subprotocol in ["ocpp2.0.1", "ocpp2.1"] {
            let mut station = scene.station(subprotocol).await;
            let answer = json!({"idTokenInfo": {"status": status}});
            let token = json!({"idToken": {"idToken": "CARD-1", "type": "Central"}});
            assert_eq!(station.call("Authorize", token.clone()).await, answer);
            let mut started = event("Started", 0, json!([{"value": 12_345}]));
            started["idToken"] = token["idToken"].clone();
            assert_eq!(station.call("TransactionEvent", started).await, answer);
        }
    }
}

#[tokio::test]
async fn a_station_is_known_by_the_end_of_its_path_and_speaks_the_latest_version_that_it_can() {
    let scene = Scene::new(false).await;
    let offered = ["ocpp1.6", "ocpp2.0.1"];
    let mut station = scene.connect("north/CT%20%31/", &offered).await.unwrap();
    assert_eq!(station.subprotocol, "ocpp2.0.1");
    let started = event("Started", 0, json!([{"value": 12_345}]));
    station.call("TransactionEvent", started).await;
    assert_eq!(scene.transactions().await[0]["station"], "CT 1");
}

#[tokio::test]
async fn a_station_of_another_version_is_refused() {
    let scene = Scene::new(false).await;
    let refused = scene.connect("CT-1", &["ocpp1.5"]).await;
    let Err(tungstenite::Error::Http(response)) = refused else {
        panic!("it is not refused");
    };
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn a_call_that_is_not_by_ocpp_is_answered_with_an_error() {
    let scene = Scene::new(false).await;
    for (subprotocol, action, code) in [
        ("ocpp1.6", "StartTransaction", "FormationViolation"),
        ("ocpp2.0.1", "TransactionEvent", "FormatViolation"),
        ("ocpp2.1", "TransactionEvent", "FormatViolation"),
        ("ocpp1.6", "TransactionEvent", "NotImplemented"),
        ("ocpp2.0.1", "StartTransaction", "NotImplemented"),
        ("ocpp2.1", "Nonsense", "NotImplemented"),
    ] {
        let mut station = scene.station(subprotocol).await;
        assert_eq!(station.error(action, json!({})).await, code, "{action}");
        // The connection stays.
        station.send("nonsense").await;
        station.send(r#"[3,"unasked",{}]"#).await;
        assert_eq!(
            station.call("StatusNotification", json!({})).await,
            json!({})
        );
    }
    assert_eq!(scene.transactions().await, json!([]));
}

#[tokio::test]
async fn the_simulated_stations_of_every_version_boot_and_every_message_is_counted() {
    let scene = Scene::new(false).await;
    let mut stations = Vec::new();
    for (version, identity) in [
        (Version::V1_6, "CT-1"),
        (Version::V2_0_1, "CT-2"),
        (Version::V2_1, "CT-3"),
    ] {
        stations.push(
            StationSimulator::start(StationArgs {
                url: scene.url(),
                identity: identity.to_owned(),
                password: "p-123".into(),
                ocpp: version,
                connectors: 2,
                power: 50_000,
                time_scale: 1,
                meter_interval_ms: 1_000,
                plug_in_after_ms: None,
                unplug_after: None,
                faults: Vec::new(),
                control: "127.0.0.1:0".parse().unwrap(),
            })
            .await
            .unwrap(),
        );
    }
    // A station tells its two statuses once its boot was accepted.
    let messages = json!({"BootNotification": 3, "StatusNotification": 6});
    while scene.state().await["messages"] != messages {}
}
