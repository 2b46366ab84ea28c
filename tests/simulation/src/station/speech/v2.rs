//! OCPP 2.0.1 and 2.1.

use chargetap_ocpp::report::ConnectorStatus;
use chargetap_ocpp::{StopReason, Version};
use serde_json::{Value, json};

use super::{Report, Told, Writing, meter};

/// What is told later than this was not told when it happened, in milliseconds.
const OFFLINE_AFTER: u64 = 60_000;

/// The call that tells it: action and payload.
pub(super) fn call(writing: &mut Writing<'_>, report: &Report) -> (&'static str, Value) {
    let connector = writing.connector;
    match report {
        Report::Boot => (
            "BootNotification",
            json!({"reason": "PowerUp",
                "chargingStation": {"vendorName": "Simulated", "model": "Two"}}),
        ),
        Report::Status(status) => {
            let status = match status {
                ConnectorStatus::Available => "Available",
                _ => "Occupied",
            };
            self::status(writing, status)
        }
        Report::Reading(told) if !told.is_named => (
            "MeterValues",
            json!({"evseId": connector,
                "meterValue": meter::values(writing, told, "Sample.Periodic")}),
        ),
        Report::Token(token) => {
            let token = json!({"idToken": token, "type": "Central"});
            ("Authorize", json!({"idToken": token}))
        }
        Report::PlugIn(told) => event(writing, told, &PLUGGED_IN),
        Report::Start(told) => {
            let kind = Kind {
                trigger: "RemoteStart",
                state: Some("Charging"),
                has_token: true,
                ..if told.began_by_plug {
                    UPDATED
                } else {
                    PLUGGED_IN
                }
            };
            event(writing, told, &kind)
        }
        Report::Reading(told) => event(writing, told, &UPDATED),
        Report::Pause(told) => {
            let kind = Kind {
                trigger: "RemoteStop",
                state: Some("EVConnected"),
                ..UPDATED
            };
            event(writing, told, &kind)
        }
        Report::Stop(told, reason) => {
            let kind = Kind {
                event: "Ended",
                trigger: match reason {
                    StopReason::Remote => "RemoteStop",
                    StopReason::DeAuthorized => "Deauthorized",
                    StopReason::EvDisconnected => "EVCommunicationLost",
                    _ => "AbnormalCondition",
                },
                context: "Transaction.End",
                state: None,
                reason: Some(reason.name()),
                has_token: false,
            };
            event(writing, told, &kind)
        }
        Report::Unplug(told) => {
            let kind = Kind {
                event: "Ended",
                trigger: "EVCommunicationLost",
                context: "Transaction.End",
                state: Some("Idle"),
                reason: Some(StopReason::EvDisconnected.name()),
                has_token: false,
            };
            event(writing, told, &kind)
        }
    }
}

/// What an event says besides what it tells.
struct Kind {
    event: &'static str,
    trigger: &'static str,
    context: &'static str,
    state: Option<&'static str>,
    reason: Option<&'static str>,
    has_token: bool,
}

const PLUGGED_IN: Kind = Kind {
    event: "Started",
    trigger: "CablePluggedIn",
    context: "Transaction.Begin",
    state: Some("EVConnected"),
    reason: None,
    has_token: false,
};

const UPDATED: Kind = Kind {
    event: "Updated",
    trigger: "MeterValuePeriodic",
    context: "Sample.Periodic",
    state: Some("Charging"),
    reason: None,
    has_token: false,
};

/// Stations of 2.1 tell the state of a connector as an event of a variable.
fn status(writing: &mut Writing<'_>, status: &str) -> (&'static str, Value) {
    let connector = writing.connector;
    let now = writing.now();
    let now = writing.time(Some(now));
    if writing.version == Version::V201 {
        let payload = json!({"timestamp": now, "connectorStatus": status, "evseId": connector,
            "connectorId": 1});
        return ("StatusNotification", payload);
    }
    let event = json!({"eventId": 1, "timestamp": now, "trigger": "Delta", "actualValue": status,
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": "Connector", "evse": {"id": connector, "connectorId": 1}},
        "variable": {"name": "AvailabilityState"}});
    let payload = json!({"generatedAt": now, "seqNo": 0, "eventData": [event]});
    ("NotifyEvent", payload)
}

fn event(writing: &mut Writing<'_>, told: &Told, kind: &Kind) -> (&'static str, Value) {
    let is_late = told.at.is_some_and(|at| at + OFFLINE_AFTER < writing.now());
    let token = kind
        .has_token
        .then(|| json!({"idToken": told.token, "type": "Central"}));
    let payload = json!({
        "eventType": kind.event,
        "timestamp": writing.time(told.at),
        "triggerReason": kind.trigger,
        "seqNo": writing.number,
        "offline": is_late.then_some(true),
        "transactionInfo": {"transactionId": told.id, "chargingState": kind.state,
            "stoppedReason": kind.reason},
        "evse": {"id": writing.connector, "connectorId": 1},
        "idToken": token,
        "meterValue": meter::values(writing, told, kind.context),
    });
    ("TransactionEvent", payload)
}
