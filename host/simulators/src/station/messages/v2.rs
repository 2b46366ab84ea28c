//! The messages of OCPP 2.0.1 and 2.1, which differ in what they allow only.
//!
//! Every connector is an EVSE of its own, of which it is the first connector.

mod answers;
mod requests;
mod tariffs;

use serde_json::{Value, json};

pub(super) use self::answers::{event_answer, heartbeat_interval};
pub(super) use self::requests::request;
use crate::station::charge_point::ChargePoint;
use crate::station::outbox::{EventKind, Outgoing, TransactionEvent};
use crate::station::transaction::{Reason, Transaction, TransactionId};
use crate::time;

/// The number of every connector in its EVSE.
const CONNECTOR: u32 = 1;

pub(super) fn call(
    station: &ChargePoint,
    message: &Outgoing,
    now: u64,
) -> Option<(&'static str, Value)> {
    Some(match message {
        Outgoing::Boot => (
            "BootNotification",
            json!({
                "reason": "PowerUp",
                "chargingStation": {
                    "vendorName": "Chargetap",
                    "model": "Simulated station",
                },
            }),
        ),
        Outgoing::Heartbeat => ("Heartbeat", json!({})),
        Outgoing::Status { connector, status } => (
            "StatusNotification",
            json!({
                "timestamp": time(now),
                "connectorStatus": status,
                "evseId": connector,
                "connectorId": CONNECTOR,
            }),
        ),
        Outgoing::Event(event) => {
            let transaction = station.transaction(event.transaction)?;
            let payload = match event.kind {
                EventKind::Started => started(transaction, event)?,
                EventKind::Metered { watt_hours, at } => {
                    updated(transaction, event, watt_hours, station.watts(), at)?
                }
                EventKind::Ended => ended(transaction, event)?,
            };
            ("TransactionEvent", payload)
        }
    })
}

fn started(transaction: &Transaction, event: &TransactionEvent) -> Option<Value> {
    let at = time(transaction.started_at);
    let authorisation = &transaction.authorisation;
    Some(json!({
        "eventType": "Started",
        "timestamp": at,
        "triggerReason": transaction.trigger,
        "seqNo": event.seq_no,
        "offline": event.offline,
        "transactionInfo": {
            "transactionId": transaction.transaction_id.as_ref()?,
            "chargingState": "Charging",
            "remoteStartId": authorisation.remote_start_id?,
        },
        "evse": {"id": transaction.connector, "connectorId": CONNECTOR},
        "idToken": {
            "idToken": authorisation.id_tag,
            "type": authorisation.token_type.as_ref()?,
        },
        "meterValue": [{
            "timestamp": at,
            "sampledValue": [register(transaction.meter_start, "Transaction.Begin")],
        }],
    }))
}

fn updated(
    transaction: &Transaction,
    event: &TransactionEvent,
    watt_hours: u64,
    watts: u64,
    at: u64,
) -> Option<Value> {
    let at = time(at);
    Some(json!({
        "eventType": "Updated",
        "timestamp": at,
        "triggerReason": "MeterValuePeriodic",
        "seqNo": event.seq_no,
        "offline": event.offline,
        "transactionInfo": {
            "transactionId": transaction.transaction_id.as_ref()?,
            "chargingState": "Charging",
        },
        "meterValue": [{
            "timestamp": at,
            "sampledValue": [
                register(watt_hours, "Sample.Periodic"),
                sampled_value(watts, "Power.Active.Import", "W", "Sample.Periodic"),
            ],
        }],
    }))
}

fn ended(transaction: &Transaction, event: &TransactionEvent) -> Option<Value> {
    let at = time(transaction.stopped_at);
    let reason = transaction.reason?;
    let (trigger, state) = match reason {
        Reason::DeAuthorized => ("Deauthorized", "EVConnected"),
        Reason::EVDisconnected => ("EVDeparted", "Idle"),
        Reason::Remote => ("RemoteStop", "EVConnected"),
    };
    Some(json!({
        "eventType": "Ended",
        "timestamp": at,
        "triggerReason": trigger,
        "seqNo": event.seq_no,
        "offline": event.offline,
        "transactionInfo": {
            "transactionId": transaction.transaction_id.as_ref()?,
            "chargingState": state,
            "stoppedReason": reason,
        },
        "meterValue": [{
            "timestamp": at,
            "sampledValue": [register(transaction.meter_stop?, "Transaction.End")],
        }],
    }))
}

fn register(watt_hours: u64, context: &str) -> Value {
    sampled_value(watt_hours, "Energy.Active.Import.Register", "Wh", context)
}

fn sampled_value(value: u64, measurand: &str, unit: &str, context: &str) -> Value {
    json!({
        "value": value,
        "context": context,
        "measurand": measurand,
        "unitOfMeasure": {"unit": unit},
    })
}

/// Whether a vehicle is plugged in is all that can be told of a connector that works.
pub(super) fn connector_status(plugged: bool) -> &'static str {
    if plugged { "Occupied" } else { "Available" }
}

/// No other transaction of this station has it, also after the process was started again. At most 33
/// characters, of 36.
pub(super) fn transaction_id(index: usize, now: u64) -> TransactionId {
    TransactionId::Text(format!("{now:x}-{index:x}"))
}
