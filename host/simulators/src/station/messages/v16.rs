//! The messages of OCPP 1.6.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::{Request, read_interval};
use crate::station::charge_point::ChargePoint;
use crate::station::connector::ChargePointStatus;
use crate::station::outbox::{EventKind, Outgoing};
use crate::station::transaction::{Authorisation, EventAnswer, Transaction, TransactionId};
use crate::time;

pub(super) fn call(
    station: &ChargePoint,
    message: &Outgoing,
    now: u64,
) -> Option<(&'static str, Value)> {
    Some(match message {
        Outgoing::Boot => (
            "BootNotification",
            json!({
                "chargePointVendor": "Chargetap",
                "chargePointModel": "Simulated station",
            }),
        ),
        Outgoing::Heartbeat => ("Heartbeat", json!({})),
        Outgoing::Status { connector, status } => (
            "StatusNotification",
            json!({
                "connectorId": connector,
                "errorCode": "NoError",
                "status": status,
                "timestamp": time(now),
            }),
        ),
        Outgoing::Event(event) => {
            let transaction = station.transaction(event.transaction)?;
            match event.kind {
                EventKind::Started => ("StartTransaction", start(transaction)),
                EventKind::Metered { watt_hours, at } => (
                    "MeterValues",
                    sample(transaction, watt_hours, station.watts(), at),
                ),
                EventKind::Ended => ("StopTransaction", stop(transaction)?),
            }
        }
    })
}

fn start(transaction: &Transaction) -> Value {
    json!({
        "connectorId": transaction.connector,
        "idTag": transaction.authorisation.id_tag,
        "meterStart": transaction.meter_start,
        "timestamp": time(transaction.started_at),
    })
}

fn sample(transaction: &Transaction, watt_hours: u64, watts: u64, at: u64) -> Value {
    let mut sample = json!({
        "connectorId": transaction.connector,
        "meterValue": [{
            "timestamp": time(at),
            "sampledValue": [
                {
                    "value": watt_hours.to_string(),
                    "measurand": "Energy.Active.Import.Register",
                    "unit": "Wh",
                },
                {
                    "value": watts.to_string(),
                    "measurand": "Power.Active.Import",
                    "unit": "W",
                },
            ],
        }],
    });
    if let (Some(id), Some(fields)) = (&transaction.transaction_id, sample.as_object_mut()) {
        fields.insert("transactionId".to_owned(), json!(id));
    }
    sample
}

fn stop(transaction: &Transaction) -> Option<Value> {
    Some(json!({
        "meterStop": transaction.meter_stop?,
        "timestamp": time(transaction.stopped_at),
        "transactionId": transaction.transaction_id.as_ref()?,
        "reason": transaction.reason?,
    }))
}

pub(super) fn connector_status(status: ChargePointStatus) -> &'static str {
    match status {
        ChargePointStatus::Available => "Available",
        ChargePointStatus::Preparing => "Preparing",
        ChargePointStatus::Charging => "Charging",
        ChargePointStatus::Finishing => "Finishing",
    }
}

pub(super) fn request(action: &str, payload: Value) -> anyhow::Result<Request> {
    Ok(match action {
        "RemoteStartTransaction" => {
            let start: RemoteStart = serde_json::from_value(payload)?;
            Request::Start {
                connector: start.connector_id,
                authorisation: Authorisation {
                    id_tag: start.id_tag,
                    token_type: None,
                    remote_start_id: None,
                },
            }
        }
        "RemoteStopTransaction" => {
            let stop: RemoteStop = serde_json::from_value(payload)?;
            Request::Stop(TransactionId::Number(stop.transaction_id))
        }
        _ => Request::Other,
    })
}

pub(super) fn heartbeat_interval(payload: Value) -> anyhow::Result<u64> {
    let answer: BootAnswer = serde_json::from_value(payload)?;
    read_interval(answer.interval, &answer.current_time)
}

/// Only the answer to a start says anything.
pub(super) fn event_answer(kind: EventKind, payload: Value) -> anyhow::Result<EventAnswer> {
    if kind != EventKind::Started {
        return Ok(EventAnswer::default());
    }
    let answer: StartAnswer = serde_json::from_value(payload)?;
    Ok(EventAnswer {
        transaction_id: Some(TransactionId::Number(answer.transaction_id)),
        refused: answer.id_tag_info.status != AuthorizationStatus::Accepted,
        ..EventAnswer::default()
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RemoteStart {
    id_tag: String,
    connector_id: Option<u32>,
    #[serde(rename = "chargingProfile")]
    _charging_profile: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RemoteStop {
    transaction_id: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BootAnswer {
    current_time: String,
    interval: i32,
    #[serde(rename = "status")]
    _status: RegistrationStatus,
}

#[derive(Deserialize)]
enum RegistrationStatus {
    Accepted,
    Pending,
    Rejected,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StartAnswer {
    transaction_id: i32,
    id_tag_info: IdTagInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IdTagInfo {
    status: AuthorizationStatus,
    #[serde(rename = "expiryDate")]
    _expiry_date: Option<String>,
    #[serde(rename = "parentIdTag")]
    _parent_id_tag: Option<String>,
}

#[derive(PartialEq, Deserialize)]
enum AuthorizationStatus {
    Accepted,
    Blocked,
    Expired,
    Invalid,
    ConcurrentTx,
}
