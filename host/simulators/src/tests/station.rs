//! The station against a central system that answers as each test wants.

mod central;

use serde_json::{Value, json};

use self::central::{Scene, start_request};
use crate::station::Version;

/// What a new station's register shows.
const FIRST_READING: u64 = 12_345;

fn accepted() -> Value {
    json!({"idTokenInfo": {"status": "Accepted"}})
}

/// The register that an event tells, and when.
fn register(event: &Value) -> (u64, &Value) {
    let meter_value = &event["meterValue"][0];
    assert_eq!(meter_value["timestamp"], event["timestamp"]);
    let sampled = &meter_value["sampledValue"][0];
    assert_eq!(sampled["measurand"], "Energy.Active.Import.Register");
    assert_eq!(sampled["unitOfMeasure"], json!({"unit": "Wh"}));
    (sampled["value"].as_u64().unwrap(), &sampled["context"])
}

async fn tells_a_session_from_start_to_end(version: Version, subprotocol: &str) {
    let scene = Scene::new(version).await;
    let mut central = scene.accept().await;
    assert_eq!(central.subprotocol, subprotocol);
    let (boot, available) = central.boot().await;
    assert_eq!(
        boot,
        json!({
            "reason": "PowerUp",
            "chargingStation": {"vendorName": "Chargetap", "model": "Simulated station"},
        })
    );
    assert_eq!(
        available,
        json!({
            "timestamp": available["timestamp"],
            "connectorStatus": "Available", "evseId": 1, "connectorId": 1,
        })
    );

    let asked = central.status_of("RequestStartTransaction", start_request());
    assert_eq!(asked.await, "Accepted");
    scene.cable("plug-in").await;
    let occupied = central.told("StatusNotification", json!({})).await;
    assert_eq!(occupied["connectorStatus"], "Occupied");
    let started = central.told("TransactionEvent", accepted()).await;
    let id = &started["transactionInfo"]["transactionId"];
    assert!((1..=36).contains(&id.as_str().unwrap().len()), "{id}");
    assert_eq!(
        started,
        json!({
            "eventType": "Started",
            "timestamp": started["timestamp"],
            "triggerReason": "CablePluggedIn",
            "seqNo": 0,
            "offline": false,
            "transactionInfo": {
                "transactionId": id, "chargingState": "Charging", "remoteStartId": 7,
            },
            "evse": {"id": 1, "connectorId": 1},
            "idToken": {"idToken": "OURS-1", "type": "Central"},
            "meterValue": [{
                "timestamp": started["timestamp"],
                "sampledValue": [{
                    "value": FIRST_READING,
                    "context": "Transaction.Begin",
                    "measurand": "Energy.Active.Import.Register",
                    "unitOfMeasure": {"unit": "Wh"},
                }],
            }],
        })
    );
    assert_eq!(scene.state().await["connectors"][0]["transaction_id"], *id);

    let mut last = FIRST_READING;
    for seq_no in 1..=3 {
        let updated = central.told("TransactionEvent", json!({})).await;
        assert_eq!(updated["eventType"], "Updated");
        assert_eq!(updated["triggerReason"], "MeterValuePeriodic");
        assert_eq!(updated["seqNo"], seq_no);
        assert_eq!(
            updated["transactionInfo"],
            json!({"transactionId": id, "chargingState": "Charging"})
        );
        assert_eq!(updated.get("idToken"), None);
        let (watt_hours, context) = register(&updated);
        assert!(watt_hours > last, "{watt_hours}");
        assert_eq!(context, "Sample.Periodic");
        last = watt_hours;
    }

    let another = json!({"transactionId": "another"});
    let rejected = central.status_of("RequestStopTransaction", another);
    assert_eq!(rejected.await, "Rejected");
    let ours = json!({"transactionId": id});
    let stopped = central.status_of("RequestStopTransaction", ours);
    assert_eq!(stopped.await, "Accepted");
    let mut seq_no = 4;
    let ended = loop {
        let event = central.told("TransactionEvent", json!({})).await;
        assert_eq!(event["seqNo"], seq_no);
        if event["eventType"] == "Ended" {
            break event;
        }
        seq_no += 1;
    };
    assert_eq!(ended["triggerReason"], "RemoteStop");
    assert_eq!(
        ended["transactionInfo"],
        json!({"transactionId": id, "chargingState": "EVConnected", "stoppedReason": "Remote"})
    );
    let (watt_hours, context) = register(&ended);
    assert_eq!(context, "Transaction.End");
    let transaction = scene.transaction(|transaction| !transaction.is_null());
    assert_eq!(
        transaction.await,
        json!({
            "connector": 1, "id_tag": "OURS-1", "transaction_id": id,
            "meter_start": FIRST_READING, "meter_stop": watt_hours, "reason": "Remote",
        })
    );
    scene.cable("unplug").await;
    let available = central.told("StatusNotification", json!({})).await;
    assert_eq!(available["connectorStatus"], "Available");
}

#[tokio::test]
async fn a_station_of_2_0_1_tells_a_session_from_start_to_end() {
    tells_a_session_from_start_to_end(Version::V2_0_1, "ocpp2.0.1").await;
}

#[tokio::test]
async fn a_station_of_2_1_tells_a_session_from_start_to_end() {
    tells_a_session_from_start_to_end(Version::V2_1, "ocpp2.1").await;
}

#[tokio::test]
async fn a_station_of_1_6_lets_the_central_system_number_the_transaction() {
    let scene = Scene::new(Version::V1_6).await;
    let mut central = scene.accept().await;
    assert_eq!(central.subprotocol, "ocpp1.6");
    let (boot, available) = central.boot().await;
    assert_eq!(boot["chargePointVendor"], "Chargetap");
    assert_eq!(available["status"], "Available");
    let request = json!({"idTag": "OURS-1", "connectorId": 1});
    let asked = central.status_of("RemoteStartTransaction", request);
    assert_eq!(asked.await, "Accepted");
    let preparing = central.told("StatusNotification", json!({})).await;
    assert_eq!(preparing["status"], "Preparing");
    scene.cable("plug-in").await;
    let answer = json!({"transactionId": 42, "idTagInfo": {"status": "Accepted"}});
    let started = central.told("StartTransaction", answer).await;
    assert_eq!(
        started,
        json!({
            "connectorId": 1, "idTag": "OURS-1", "meterStart": FIRST_READING,
            "timestamp": started["timestamp"],
        })
    );
    let charging = central.told("StatusNotification", json!({})).await;
    assert_eq!(charging["status"], "Charging");
    let metered = central.told("MeterValues", json!({})).await;
    assert_eq!(metered["transactionId"], 42);

    let stop = json!({"transactionId": 42});
    let stopped = central.status_of("RemoteStopTransaction", stop);
    assert_eq!(stopped.await, "Accepted");
    let stopped = loop {
        let call = central.call().await;
        central.answer(&call, json!({})).await;
        if call.action != "MeterValues" {
            break call;
        }
    };
    assert_eq!(stopped.action, "StopTransaction");
    let transaction = scene.transaction(|transaction| !transaction.is_null());
    let meter_stop = transaction.await["meter_stop"].clone();
    assert_eq!(
        stopped.payload,
        json!({
            "transactionId": 42, "meterStop": meter_stop, "reason": "Remote",
            "timestamp": stopped.payload["timestamp"],
        })
    );
    let finishing = central.told("StatusNotification", json!({})).await;
    assert_eq!(finishing["status"], "Finishing");
}

#[tokio::test]
async fn a_vehicle_that_waited_is_started_by_the_request_and_ends_by_leaving() {
    let scene = Scene::new(Version::V2_0_1).await;
    let mut central = scene.accept().await;
    central.start(&scene).await;
    let started = central.told("TransactionEvent", accepted()).await;
    assert_eq!(started["triggerReason"], "RemoteStart");
    scene.cable("unplug").await;
    let ended = central.event("Ended").await.payload;
    assert_eq!(ended["triggerReason"], "EVDeparted");
    assert_eq!(ended["transactionInfo"]["stoppedReason"], "EVDisconnected");
    assert_eq!(ended["transactionInfo"]["chargingState"], "Idle");
}

#[tokio::test]
async fn a_token_that_is_not_accepted_ends_the_transaction() {
    let scene = Scene::new(Version::V2_0_1).await;
    let mut central = scene.accept().await;
    central.start(&scene).await;
    let invalid = json!({"idTokenInfo": {"status": "Invalid"}});
    central.told("TransactionEvent", invalid).await;
    let ended = central.event("Ended").await.payload;
    assert_eq!(ended["triggerReason"], "Deauthorized");
    assert_eq!(ended["transactionInfo"]["stoppedReason"], "DeAuthorized");
}

#[tokio::test]
async fn an_event_without_an_answer_is_told_again_under_its_number() {
    let scene = Scene::new(Version::V2_0_1).await;
    let mut central = scene.accept().await;
    central.start(&scene).await;
    let before = central.event("Started").await;
    drop(central);
    while scene.state().await["connected"] == true {}
    scene.cable("unplug").await;

    let mut central = scene.accept().await;
    central.boot().await;
    let again = central.call().await;
    assert_eq!(again.id, before.id);
    assert_eq!(again.payload, before.payload);
    central.answer(&again, accepted()).await;
    let mut seq_no = 1;
    loop {
        let event = central.told("TransactionEvent", json!({})).await;
        assert_eq!(event["seqNo"], seq_no);
        seq_no += 1;
        if event["eventType"] == "Ended" {
            assert_eq!(event["offline"], true);
            break;
        }
    }
}

#[tokio::test]
async fn an_event_that_was_answered_with_an_error_is_told_again_under_its_number() {
    let scene = Scene::new(Version::V2_1).await;
    let mut central = scene.accept().await;
    central.start(&scene).await;
    let before = central.event("Started").await;
    let error = json!([4, before.id, "InternalError", "", {}]);
    central.send(error).await;
    let again = central.call().await;
    assert_eq!(again.payload, before.payload);
}

#[tokio::test]
async fn the_price_is_kept_as_it_was_told_last() {
    let scene = Scene::new(Version::V2_1).await;
    let mut central = scene.accept().await;
    central.start(&scene).await;
    let message = |content: &str| json!({"format": "UTF8", "language": "en", "content": content});
    let answer = json!({
        "idTokenInfo": {"status": "Accepted", "personalMessage": message("0.49 EUR a kWh")},
        "transactionLimit": {"maxCost": 50.0},
    });
    let started = central.told("TransactionEvent", answer).await;
    let id = &started["transactionInfo"]["transactionId"];
    let transaction = scene
        .transaction(|transaction| transaction["cost_limit"] == 50.0)
        .await;
    assert_eq!(transaction["message"], "0.49 EUR a kWh");
    assert_eq!(transaction.get("total_cost"), None);

    let cost = json!({"totalCost": 1.25, "transactionId": id});
    let answer = central.ask("CostUpdated", cost).await;
    assert_eq!(answer[2], json!({}));
    let transaction = scene.transaction(|transaction| transaction["total_cost"] == 1.25);
    assert_eq!(transaction.await["message"], "0.49 EUR a kWh");

    let answer = json!({"totalCost": 4.6, "updatedPersonalMessage": message("Thank you")});
    central.told("TransactionEvent", answer).await;
    let transaction = scene.transaction(|transaction| transaction["total_cost"] == 4.6);
    let transaction = transaction.await;
    assert_eq!(transaction["message"], "Thank you");
    assert_eq!(transaction["cost_limit"], 50.0);

    let cost = json!({"totalCost": 9.0, "transactionId": "another"});
    assert_eq!(central.ask("CostUpdated", cost).await[2], json!({}));
    let transaction = scene.transaction(|transaction| !transaction.is_null());
    assert_eq!(transaction.await["total_cost"], 4.6);
}

#[tokio::test]
async fn a_limit_of_a_transaction_is_no_answer_in_2_0_1() {
    let scene = Scene::new(Version::V2_0_1).await;
    let mut central = scene.accept().await;
    central.start(&scene).await;
    let mut limited = accepted();
    limited["transactionLimit"] = json!({"maxCost": 50.0});
    let before = central.told("TransactionEvent", limited).await;
    let again = central.told("TransactionEvent", accepted()).await;
    assert_eq!(again, before);
}

#[tokio::test]
async fn variables_are_taken_and_not_known() {
    let scene = Scene::new(Version::V2_0_1).await;
    let mut central = scene.accept().await;
    central.boot().await;
    let component = json!({"name": "SampledDataCtrlr"});
    let variable = json!({"name": "TxUpdatedInterval"});
    let set = json!({"setVariableData": [
        {"attributeValue": "60", "component": component, "variable": variable},
    ]});
    let answer = central.ask("SetVariables", set).await;
    assert_eq!(
        answer[2],
        json!({"setVariableResult": [
            {"attributeStatus": "Accepted", "component": component, "variable": variable},
        ]})
    );
    let get = json!({"getVariableData": [
        {"attributeType": "Actual", "component": component, "variable": variable},
    ]});
    let answer = central.ask("GetVariables", get).await;
    assert_eq!(
        answer[2],
        json!({"getVariableResult": [{
            "attributeStatus": "UnknownVariable", "attributeType": "Actual",
            "component": component, "variable": variable,
        }]})
    );
}

/// What a station says of whether it shows tariffs.
async fn shows_tariffs(version: Version) -> Value {
    let scene = Scene::new(version).await;
    let mut central = scene.accept().await;
    central.boot().await;
    let get = json!({"getVariableData": [{"component": {"name": "TariffCostCtrlr"},
        "variable": {"name": "Available", "instance": "Tariff"}}]});
    let mut answer = central.ask("GetVariables", get).await;
    answer[2]["getVariableResult"][0].take()
}

#[tokio::test]
async fn only_a_station_of_2_1_says_that_it_shows_tariffs() {
    let component = json!({"name": "TariffCostCtrlr"});
    let variable = json!({"name": "Available", "instance": "Tariff"});
    assert_eq!(
        shows_tariffs(Version::V2_1).await,
        json!({"attributeStatus": "Accepted", "attributeValue": "true",
            "component": component, "variable": variable})
    );
    assert_eq!(
        shows_tariffs(Version::V2_0_1).await,
        json!({"attributeStatus": "UnknownVariable", "component": component,
            "variable": variable})
    );
    let scene = Scene::new(Version::V2_0_1).await;
    let mut central = scene.accept().await;
    central.boot().await;
    let tariff = json!({"evseId": 1, "tariff": {"tariffId": "a", "currency": "EUR"}});
    let answer = central.ask("SetDefaultTariff", tariff).await;
    assert_eq!(answer[2], "NotImplemented");
}

#[tokio::test]
async fn a_tariff_is_shown_until_another_one_comes_or_it_is_cleared() {
    let scene = Scene::new(Version::V2_1).await;
    let mut central = scene.accept().await;
    central.boot().await;
    let tariff = |id: &str| {
        json!({"tariffId": id, "currency": "EUR",
            "energy": {"prices": [
                {"priceKwh": 0.29, "conditions": {"dayOfWeek": ["Sunday"], "minPower": 11_000}},
                {"priceKwh": 0.49},
            ], "taxRates": [{"type": "VAT", "tax": 25}]},
            "fixedFee": {"prices": [{"priceFixed": 0.25}]}})
    };
    for (evse, id, status) in [
        (1, "a", "Accepted"),
        (1, "a", "DuplicateTariffId"),
        (1, "b", "Accepted"),
        (0, "a", "Accepted"),
        (2, "c", "Rejected"),
    ] {
        let set = json!({"evseId": evse, "tariff": tariff(id)});
        let answer = central.status_of("SetDefaultTariff", set).await;
        assert_eq!(answer, status, "{id}");
    }
    assert_eq!(scene.state().await["connectors"][0]["tariff"], tariff("a"));
    for (clear, expected) in [
        (json!({"tariffIds": ["b"]}), json!({"status": "NoTariff"})),
        (json!({"evseId": 2}), json!({"status": "NoTariff"})),
        (
            json!({"evseId": 1}),
            json!({"status": "Accepted", "tariffId": "a"}),
        ),
    ] {
        let answer = central.ask("ClearTariffs", clear).await;
        assert_eq!(answer[2], json!({"clearTariffsResult": [expected]}));
    }
    let connector = &scene.state().await["connectors"][0];
    assert_eq!(connector.get("tariff"), None, "{connector}");
}

#[tokio::test]
async fn the_status_is_told_again_when_it_is_asked_for() {
    let scene = Scene::new(Version::V2_1).await;
    let mut central = scene.accept().await;
    central.boot().await;
    let status = json!({"requestedMessage": "StatusNotification"});
    let asked = central.status_of("TriggerMessage", status);
    assert_eq!(asked.await, "Accepted");
    let status = central.told("StatusNotification", json!({})).await;
    assert_eq!(status["connectorStatus"], "Available");
    let missing = json!({"requestedMessage": "StatusNotification", "evse": {"id": 2}});
    let asked = central.status_of("TriggerMessage", missing);
    assert_eq!(asked.await, "Rejected");
}

#[tokio::test]
async fn what_a_station_does_not_do_is_not_implemented() {
    let scene = Scene::new(Version::V2_0_1).await;
    let mut central = scene.accept().await;
    central.boot().await;
    let answer = central.ask("Reset", json!({"type": "Immediate"})).await;
    assert_eq!(answer[0], 4);
    assert_eq!(answer[2], "NotImplemented");
}
