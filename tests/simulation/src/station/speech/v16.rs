//! OCPP 1.6.

use chargetap_ocpp::StopReason;
use chargetap_ocpp::report::ConnectorStatus;
use serde_json::{Value, json};

use super::{Report, Told, Writing, meter};
use crate::faults::Fault;

/// The call that tells it: action and payload.
pub(super) fn call(writing: &mut Writing<'_>, report: &Report) -> (&'static str, Value) {
    let connector = writing.connector;
    match report {
        Report::Boot => (
            "BootNotification",
            json!({"chargePointVendor": "Simulated", "chargePointModel": "One", "firmwareVersion": "1"}),
        ),
        Report::Status(status) => {
            let status = match status {
                ConnectorStatus::Available => "Available",
                _ => "Preparing",
            };
            self::status(connector, status)
        }
        Report::Token(token) => ("Authorize", json!({"idTag": token})),
        Report::Start(told) => (
            "StartTransaction",
            json!({"connectorId": connector, "idTag": told.token, "meterStart": told.register,
                "timestamp": writing.time(told.at)}),
        ),
        Report::Reading(told) => (
            "MeterValues",
            json!({"connectorId": connector, "transactionId": id_in_reading(writing, told),
                "meterValue": meter::values(writing, told, "Sample.Periodic")}),
        ),
        Report::Stop(told, reason) => stop(writing, told, *reason),
        // It can only be told as an end.
        Report::Pause(told) => stop(writing, told, StopReason::Remote),
        Report::Unplug(told) => stop(writing, told, StopReason::EvDisconnected),
        // There is no transaction before somebody may charge.
        Report::PlugIn(_) => status(connector, "Preparing"),
    }
}

fn status(connector: u32, status: &str) -> (&'static str, Value) {
    let payload = json!({"connectorId": connector, "errorCode": "NoError", "status": status});
    ("StatusNotification", payload)
}

/// A reading is at its connector's place, whatever its id.
fn id_in_reading(writing: &mut Writing<'_>, told: &Told) -> Value {
    if told.is_named {
        return told.id.clone();
    }
    match writing.state.rng.pick(0..4) {
        0 => json!(0),
        1 => json!(-1),
        2 => json!(i64::MAX),
        _ => Value::Null,
    }
}

fn stop(writing: &mut Writing<'_>, told: &Told, reason: StopReason) -> (&'static str, Value) {
    let rng = &mut writing.state.rng;
    let is_at_connector = !told.is_named && rng.happens(300_000);
    let has_token = !told.is_named && !is_at_connector && rng.happens(500_000);
    let id = match told.is_named {
        true => told.id.clone(),
        false => json!(if rng.happens(500_000) { 0 } else { -1 }),
    };
    let none = if rng.happens(500_000) {
        json!(-1)
    } else {
        Value::Null
    };
    let data = match writing.state.fault_often(Fault::FullBuckets) {
        true => meter::values(writing, told, "Transaction.End"),
        false => Value::Null,
    };
    // Some leave out what stands there, too.
    let stands_there = !data.is_null() && writing.state.rng.happens(500_000);
    let register = told.register.filter(|_| !stands_there);
    let payload = json!({
        "connectorId": is_at_connector.then_some(writing.connector),
        "idTag": has_token.then_some(&told.token),
        "transactionId": id,
        "meterStop": register.map_or(none, |register| json!(register)),
        "timestamp": writing.time(told.at),
        "reason": reason.name(),
        "transactionData": data,
    });
    ("StopTransaction", payload)
}
