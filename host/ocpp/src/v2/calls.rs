//! What stations call.

use serde_json::Value;

use crate::fields::Fields;
use crate::message::Call;
use crate::meter::Form;
use crate::oddity::{Oddities, OddityKind};
use crate::report::{
    Boot, ConnectorStatus, Readings, Status, TransactionEvent, TransactionRef, TransactionStage,
};
use crate::{StopReason, meter};

/// Every action that a station may call.
pub(crate) const ACTIONS: &[&str] = &[
    "Authorize",
    "BatterySwap",
    "BootNotification",
    "ClearedChargingLimit",
    "ClosePeriodicEventStream",
    "DataTransfer",
    "FirmwareStatusNotification",
    "Get15118EVCertificate",
    "GetCertificateChainStatus",
    "GetCertificateStatus",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "NotifyChargingLimit",
    "NotifyCustomerInformation",
    "NotifyDERAlarm",
    "NotifyDERStartStop",
    "NotifyDisplayMessages",
    "NotifyEVChargingNeeds",
    "NotifyEVChargingSchedule",
    "NotifyEvent",
    "NotifyMonitoringReport",
    "NotifyPriorityCharging",
    "NotifyReport",
    "NotifySettlement",
    "OpenPeriodicEventStream",
    "PublishFirmwareStatusNotification",
    "PullDynamicScheduleUpdate",
    "ReportChargingProfiles",
    "ReportDERControl",
    "ReservationStatusUpdate",
    "SecurityEventNotification",
    "SignCertificate",
    "StatusNotification",
    "TransactionEvent",
    "VatNumberValidation",
];

/// Those whose answer needs to say nothing.
const NOTICES: &[&str] = &[
    "BatterySwap",
    "ClearedChargingLimit",
    "ClosePeriodicEventStream",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "NotifyChargingLimit",
    "NotifyCustomerInformation",
    "NotifyDERAlarm",
    "NotifyDERStartStop",
    "NotifyDisplayMessages",
    "NotifyMonitoringReport",
    "NotifyPriorityCharging",
    "NotifyReport",
    // A station tells what its own terminal took. That money is none of this gateway's.
    "NotifySettlement",
    "PublishFirmwareStatusNotification",
    "ReportChargingProfiles",
    "ReportDERControl",
    "ReservationStatusUpdate",
    "SecurityEventNotification",
];

/// The member that every object of OCPP 2.x may have.
const CUSTOM: &str = "customData";

/// Read a call of one of these actions.
pub(crate) fn read_call(action: &str, payload: &Value, oddities: &mut Oddities) -> Call {
    match action {
        "Authorize" => authorize(payload, oddities),
        "BootNotification" => Call::BootNotification(boot(payload, oddities)),
        // Nothing of it is used, so that nothing can be odd.
        "DataTransfer" => Call::DataTransfer,
        "Heartbeat" => Call::Heartbeat,
        "MeterValues" => Call::MeterValues(readings(payload, oddities)),
        "NotifyEvent" => Call::StatusNotification(events(payload, oddities)),
        "StatusNotification" => Call::StatusNotification(vec![status(payload, oddities)]),
        "TransactionEvent" => Call::TransactionEvent(transaction_event(payload, oddities)),
        _ => match NOTICES.iter().find(|notice| **notice == action) {
            Some(notice) => Call::Notice(notice),
            None => Call::Unsupported,
        },
    }
}

fn authorize(payload: &Value, oddities: &mut Oddities) -> Call {
    let mut fields = Fields::new("Authorize", payload, oddities);
    let token = token(&mut fields, oddities);
    if token.is_none() {
        fields.odd(OddityKind::Missing, "idToken", oddities);
    }
    fields.ignore(&["certificate", "iso15118CertificateHashData", CUSTOM]);
    fields.end(oddities);
    Call::Authorize {
        token: token.unwrap_or_default(),
    }
}

/// The token in the member `idToken`, which has its text in a member of the same name.
fn token(fields: &mut Fields<'_>, oddities: &mut Oddities) -> Option<String> {
    let mut token = fields.part("idToken", oddities);
    let text = token.text("idToken", oddities);
    token.ignore(&["type", "additionalInfo", CUSTOM]);
    token.end(oddities);
    text
}

fn boot(payload: &Value, oddities: &mut Oddities) -> Boot {
    let mut fields = Fields::new("BootNotification", payload, oddities);
    let mut station = fields.part("chargingStation", oddities);
    let boot = Boot {
        vendor: station.required_text("vendorName", oddities),
        model: station.required_text("model", oddities),
        serial: station.text("serialNumber", oddities),
        firmware: station.text("firmwareVersion", oddities),
    };
    station.ignore(&["modem", CUSTOM]);
    station.end(oddities);
    fields.ignore(&["reason", CUSTOM]);
    fields.end(oddities);
    boot
}

/// The readings of a meter outside of a transaction's events.
fn readings(payload: &Value, oddities: &mut Oddities) -> Readings {
    const ACTION: &str = "MeterValues";
    let mut fields = Fields::new(ACTION, payload, oddities);
    let connector = fields.connector("evseId", oddities);
    let values = fields.list("meterValue", oddities);
    fields.ignore(&[CUSTOM]);
    fields.end(oddities);
    Readings {
        transaction: TransactionRef {
            connector,
            ..TransactionRef::default()
        },
        samples: meter::samples(ACTION, Form::V2, values, oddities),
    }
}

fn status(payload: &Value, oddities: &mut Oddities) -> Status {
    let mut fields = Fields::new("StatusNotification", payload, oddities);
    let text = fields.required_text("connectorStatus", oddities);
    let status = connector_status(&text);
    if status.is_none() {
        fields.odd(OddityKind::Unreadable, "connectorStatus", oddities);
    }
    let evse = fields.connector("evseId", oddities);
    if evse.is_none() {
        fields.odd(OddityKind::Missing, "evseId", oddities);
    }
    let status = Status {
        connector: evse.unwrap_or_default(),
        plug: fields.connector("connectorId", oddities),
        status: status.filter(|_| evse.is_some()),
        error: None,
        at: fields.time("timestamp", oddities),
    };
    fields.ignore(&[CUSTOM]);
    fields.end(oddities);
    status
}

fn connector_status(text: &str) -> Option<ConnectorStatus> {
    Some(match text.to_ascii_lowercase().as_str() {
        "available" => ConnectorStatus::Available,
        "occupied" => ConnectorStatus::Occupied,
        "reserved" => ConnectorStatus::Reserved,
        "unavailable" => ConnectorStatus::Unavailable,
        "faulted" => ConnectorStatus::Faulted,
        _ => return None,
    })
}

/// Among the events of a station's variables, those that tell what connectors can do. Stations of 2.1 tell it so.
fn events(payload: &Value, oddities: &mut Oddities) -> Vec<Status> {
    let mut fields = Fields::new("NotifyEvent", payload, oddities);
    let events = fields.list("eventData", oddities);
    events
        .iter()
        .filter_map(|event| {
            let mut event = Fields::new("NotifyEvent", event, oddities);
            let mut variable = event.part("variable", oddities);
            if variable.text("name", oddities)? != "AvailabilityState" {
                return None;
            }
            let mut component = event.part("component", oddities);
            let mut evse = component.part("evse", oddities);
            let connector = evse.connector("id", oddities);
            let plug = evse.connector("connectorId", oddities);
            let (connector, plug) = match component.text("name", oddities)?.as_str() {
                "ChargingStation" => (0, None),
                "EVSE" => (connector?, None),
                "Connector" => (connector?, plug),
                _ => return None,
            };
            Some(Status {
                connector,
                plug,
                status: connector_status(&event.text("actualValue", oddities)?),
                error: None,
                at: event.time("timestamp", oddities),
            })
        })
        .collect()
}

fn transaction_event(payload: &Value, oddities: &mut Oddities) -> TransactionEvent {
    const ACTION: &str = "TransactionEvent";
    let mut fields = Fields::new(ACTION, payload, oddities);
    let kind = fields.required_text("eventType", oddities);
    let trigger = fields.text("triggerReason", oddities);
    let mut info = fields.part("transactionInfo", oddities);
    let name = info.text("transactionId", oddities);
    if name.is_none() {
        fields.odd(OddityKind::Missing, "transactionId", oddities);
    }
    let charging = info.text("chargingState", oddities);
    let reason = info.text("stoppedReason", oddities);
    let remote_start = info.integer("remoteStartId", oddities);
    info.ignore(&[
        "timeSpentCharging",
        "operationMode",
        "tariffId",
        "transactionLimit",
        CUSTOM,
    ]);
    info.end(oddities);
    let mut evse = fields.part("evse", oddities);
    let connector = evse.connector("id", oddities);
    evse.ignore(&["connectorId", CUSTOM]);
    evse.end(oddities);
    let token = token(&mut fields, oddities);
    let values = fields.list("meterValue", oddities);
    let samples = meter::samples(ACTION, Form::V2, values, oddities);
    let at = fields.time("timestamp", oddities);
    if at.is_none() {
        fields.odd(OddityKind::Missing, "timestamp", oddities);
    }
    fields.ignore(&[
        "seqNo",
        "offline",
        "numberOfPhasesUsed",
        "cableMaxCurrent",
        "reservationId",
        "preconditioningStatus",
        "evseSleep",
        "costDetails",
        CUSTOM,
    ]);
    fields.end(oddities);
    let has_register = samples.iter().any(|sample| sample.register.is_some());
    let is_in = |state: &str| {
        charging
            .as_ref()
            .is_some_and(|it| it.eq_ignore_ascii_case(state))
    };
    let has_paused = charging.is_some() && !is_in("Charging");
    TransactionEvent {
        name,
        // Without a register, it is settled at its end.
        stage: stage(&kind, trigger.as_deref(), has_paused && has_register),
        is_idle: is_in("Idle"),
        connector,
        token,
        remote_start,
        at: at.or_else(|| samples.iter().rev().find_map(|sample| sample.at)),
        samples,
        reason: reason.map_or_else(StopReason::default, |name| StopReason::of(&name)),
    }
}

/// Stations that keep a transaction until the vehicle leaves do not end it when they are told to stop.
fn stage(kind: &str, trigger: Option<&str>, has_paused: bool) -> TransactionStage {
    let is_stop = |trigger: &str| {
        let mut stops = ["RemoteStop", "StopAuthorized", "Deauthorized"].into_iter();
        stops.any(|stop| stop.eq_ignore_ascii_case(trigger))
    };
    if kind.eq_ignore_ascii_case("Ended") {
        TransactionStage::Ended
    } else if trigger.is_some_and(is_stop) && has_paused {
        TransactionStage::Stopped
    } else {
        TransactionStage::Running
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Version;
    use crate::message::{self, Incoming};

    fn read(text: &str) -> Call {
        match message::read(Version::V201, text).incoming {
            Incoming::Call(_, call) => call,
            other => panic!("{other:?}"),
        }
    }

    fn event(payload: &Value) -> TransactionEvent {
        match read(&json!([2, "1", "TransactionEvent", payload]).to_string()) {
            Call::TransactionEvent(event) => event,
            other => panic!("{other:?}"),
        }
    }

    fn odd_places(version: Version, action: &str, payload: &Value) -> Vec<String> {
        let read = message::read(version, &json!([2, "1", action, payload]).to_string());
        read.oddities.into_iter().map(|it| it.place).collect()
    }

    #[test]
    fn all_that_money_needs_is_read_of_a_transaction_event() {
        let payload = json!({
            "eventType": "Ended", "timestamp": "2023-11-14T22:13:20Z", "triggerReason": "RemoteStop",
            "seqNo": 7, "offline": true,
            "transactionInfo": {"transactionId": "AB-1", "stoppedReason": "Remote",
                "remoteStartId": 77, "chargingState": "EVConnected"},
            "evse": {"id": 2, "connectorId": 1},
            "idToken": {"idToken": "TOKEN", "type": "Central"},
            "meterValue": [{"timestamp": "2023-11-14T22:13:19Z", "sampledValue": [
                {"value": 1500.5, "context": "Transaction.End",
                 "measurand": "Energy.Active.Import.Register"}]}]});
        let event = event(&payload);
        assert_eq!(event.name.as_deref(), Some("AB-1"));
        assert_eq!(event.stage, TransactionStage::Ended);
        assert_eq!((event.connector, event.remote_start), (Some(2), Some(77)));
        assert_eq!(event.token.as_deref(), Some("TOKEN"));
        assert_eq!(event.at, Some(1_700_000_000_000));
        assert_eq!(event.samples[0].register, Some(1_500));
        assert_eq!(event.reason, StopReason::Remote);
        assert!(odd_places(Version::V201, "TransactionEvent", &payload).is_empty());
    }

    #[test]
    fn a_transaction_event_of_which_parts_are_missing_or_wrong_is_read_as_far_as_it_goes() {
        let payload = json!({
            "eventType": "ended", "transactionInfo": {"transactionId": 12, "colour": "red"},
            "evse": 1, "idToken": null, "meterValue": {"timestamp": "2023-11-14 22:13:20",
                "sampledValue": {"value": "2500"}}});
        let event = event(&payload);
        assert_eq!(event.name.as_deref(), Some("12"));
        assert_eq!(event.stage, TransactionStage::Ended);
        assert_eq!((event.connector, event.token), (None, None));
        assert_eq!(event.samples[0].register, Some(2_500));
        assert_eq!(event.at, Some(1_700_000_000_000));
        let places = odd_places(Version::V201, "TransactionEvent", &payload);
        for member in ["transactionId", "colour", "evse", "meterValue", "timestamp"] {
            let place = format!("TransactionEvent.{member}");
            assert!(places.contains(&place), "{member} in {places:?}");
        }
    }

    #[test]
    fn a_transaction_that_is_stopped_and_not_ended_until_the_vehicle_leaves_is_known_as_stopped() {
        let register = json!([{"sampledValue": [{"value": 1}]}]);
        let with = |kind: &str, trigger: &str, state: &str, values: &Value| {
            let info = json!({"transactionId": "1", "chargingState": state});
            let payload = json!({"eventType": kind, "triggerReason": trigger,
                "transactionInfo": info, "meterValue": values});
            event(&payload).stage
        };
        let stage = |kind: &str, trigger: &str, state: &str| with(kind, trigger, state, &register);
        let stopped = TransactionStage::Stopped;
        assert_eq!(stage("Updated", "RemoteStop", "EVConnected"), stopped);
        assert_eq!(stage("Updated", "StopAuthorized", "EVConnected"), stopped);
        assert_eq!(stage("Updated", "Deauthorized", "EVConnected"), stopped);
        let running = TransactionStage::Running;
        assert_eq!(stage("Updated", "RemoteStop", "Charging"), running);
        assert_eq!(
            stage("Updated", "ChargingStateChanged", "SuspendedEV"),
            running
        );
        assert_eq!(stage("Started", "CablePluggedIn", "EVConnected"), running);
        // What it is billed by is told with its end.
        let without = with("Updated", "RemoteStop", "EVConnected", &json!([]));
        assert_eq!(without, running);
    }

    #[test]
    fn the_status_of_connectors_is_told_by_a_message_of_its_own_or_among_events() {
        let told = |action: &str, payload: Value| match read(
            &json!([2, "1", action, payload]).to_string(),
        ) {
            Call::StatusNotification(all) => all
                .into_iter()
                .map(|it| (it.connector, it.plug, it.status))
                .collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        let faulted = Some(ConnectorStatus::Faulted);
        let occupied = Some(ConnectorStatus::Occupied);
        let one = json!({"timestamp": "2023-11-14T22:13:20Z", "connectorStatus": "Occupied",
            "evseId": 2, "connectorId": 1});
        assert_eq!(told("StatusNotification", one), [(2, Some(1), occupied)]);
        let event = |name: &str, evse: Value, value: &str| {
            json!({"eventId": 1, "timestamp": "2023-11-14T22:13:20Z", "trigger": "Delta",
                "actualValue": value, "eventNotificationType": "HardWiredNotification",
                "component": {"name": name, "evse": evse},
                "variable": {"name": "AvailabilityState"}})
        };
        let mut other = event("EVSE", json!({"id": 1}), "x");
        other["variable"]["name"] = json!("Power");
        let events = json!({"generatedAt": "2023-11-14T22:13:20Z", "seqNo": 0, "eventData": [
            event("Connector", json!({"id": 1, "connectorId": 2}), "Occupied"),
            event("EVSE", json!({"id": 2}), "Faulted"),
            event("ChargingStation", json!(null), "Faulted"),
            other,
        ]});
        assert_eq!(
            told("NotifyEvent", events),
            [
                (1, Some(2), occupied),
                (2, None, faulted),
                (0, None, faulted)
            ]
        );
    }
}
