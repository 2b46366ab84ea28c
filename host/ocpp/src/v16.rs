//! The messages of OCPP 1.6.

use serde_json::{Value, json};

use crate::fields::Fields;
use crate::message::{Call, Request, Response, registration};
use crate::meter::Form;
use crate::oddity::{Oddities, OddityKind};
use crate::report::{Boot, ConnectorStatus, Readings, Start, Status, Stop, TransactionRef};
use crate::{StopReason, meter};

/// Every action that a station may call.
pub(crate) const ACTIONS: &[&str] = &[
    "Authorize",
    "BootNotification",
    "DataTransfer",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "LogStatusNotification",
    "MeterValues",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
];

/// Read a call of one of these actions.
pub(crate) fn read_call(action: &str, payload: &Value, oddities: &mut Oddities) -> Call {
    match action {
        "Authorize" => authorize(payload, oddities),
        "BootNotification" => Call::BootNotification(boot(payload, oddities)),
        // Nothing of it is used, so that nothing can be odd.
        "DataTransfer" => Call::DataTransfer,
        "Heartbeat" => Call::Heartbeat,
        "MeterValues" => Call::MeterValues(readings(payload, oddities)),
        "StartTransaction" => Call::StartTransaction(start(payload, oddities)),
        "StatusNotification" => Call::StatusNotification(vec![status(payload, oddities)]),
        "StopTransaction" => Call::StopTransaction(stop(payload, oddities)),
        _ => Call::Unsupported,
    }
}

fn authorize(payload: &Value, oddities: &mut Oddities) -> Call {
    let mut fields = Fields::new("Authorize", payload, oddities);
    let token = fields.required_text("idTag", oddities);
    fields.end(oddities);
    Call::Authorize { token }
}

fn boot(payload: &Value, oddities: &mut Oddities) -> Boot {
    let mut fields = Fields::new("BootNotification", payload, oddities);
    let vendor = fields.required_text("chargePointVendor", oddities);
    let model = fields.required_text("chargePointModel", oddities);
    let serial = fields.text("chargePointSerialNumber", oddities);
    let serial = serial.or_else(|| fields.text("chargeBoxSerialNumber", oddities));
    let firmware = fields.text("firmwareVersion", oddities);
    fields.ignore(&[
        "chargeBoxSerialNumber",
        "iccid",
        "imsi",
        "meterSerialNumber",
        "meterType",
    ]);
    fields.end(oddities);
    Boot {
        vendor,
        model,
        serial,
        firmware,
    }
}

fn readings(payload: &Value, oddities: &mut Oddities) -> Readings {
    const ACTION: &str = "MeterValues";
    let mut fields = Fields::new(ACTION, payload, oddities);
    let transaction = TransactionRef {
        id: fields.transaction("transactionId", oddities),
        name: None,
        connector: fields.connector("connectorId", oddities),
        token: None,
    };
    let values = fields.list("meterValue", oddities);
    fields.end(oddities);
    Readings {
        transaction,
        samples: meter::samples(ACTION, Form::V16, values, oddities),
    }
}

fn start(payload: &Value, oddities: &mut Oddities) -> Start {
    let mut fields = Fields::new("StartTransaction", payload, oddities);
    let start = Start {
        connector: fields.connector("connectorId", oddities),
        token: fields.required_text("idTag", oddities),
        register: fields.register("meterStart", oddities),
        at: fields.time("timestamp", oddities),
    };
    if start.at.is_none() {
        fields.odd(OddityKind::Missing, "timestamp", oddities);
    }
    if start.register.is_none() {
        fields.odd(OddityKind::Missing, "meterStart", oddities);
    }
    fields.ignore(&["reservationId"]);
    fields.end(oddities);
    start
}

fn status(payload: &Value, oddities: &mut Oddities) -> Status {
    const ACTION: &str = "StatusNotification";
    let mut fields = Fields::new(ACTION, payload, oddities);
    let text = fields.required_text("status", oddities);
    let known = connector_status(&text);
    if known.is_none() {
        fields.odd(OddityKind::Unreadable, "status", oddities);
    }
    // A station with one connector may leave it out; a number that cannot be one says nothing.
    let is_left_out = !fields.has("connectorId");
    let connector = fields.connector("connectorId", oddities);
    let status = Status {
        connector: connector.unwrap_or(1),
        plug: None,
        status: known.filter(|_| connector.is_some() || is_left_out),
        error: fields.text("errorCode", oddities),
        at: fields.time("timestamp", oddities),
    };
    fields.ignore(&["info", "vendorId", "vendorErrorCode"]);
    fields.end(oddities);
    status
}

fn connector_status(text: &str) -> Option<ConnectorStatus> {
    Some(match text.to_ascii_lowercase().as_str() {
        "available" => ConnectorStatus::Available,
        "preparing" => ConnectorStatus::Preparing,
        "charging" | "suspendedev" | "suspendedevse" => ConnectorStatus::Charging,
        "finishing" => ConnectorStatus::Finishing,
        "reserved" => ConnectorStatus::Reserved,
        "unavailable" => ConnectorStatus::Unavailable,
        "faulted" => ConnectorStatus::Faulted,
        _ => return None,
    })
}

fn stop(payload: &Value, oddities: &mut Oddities) -> Stop {
    const ACTION: &str = "StopTransaction";
    let mut fields = Fields::new(ACTION, payload, oddities);
    let transaction = TransactionRef {
        id: fields.transaction("transactionId", oddities),
        name: None,
        token: fields.text("idTag", oddities),
        // Not in OCPP 1.6; some stations say it, and then it tells which transaction is meant.
        connector: fields.connector("connectorId", oddities),
    };
    let register = fields.register("meterStop", oddities);
    let at = fields.time("timestamp", oddities);
    let reason = fields.text("reason", oddities);
    let data = fields.list("transactionData", oddities);
    let samples = meter::samples(ACTION, Form::V16, data, oddities);
    // What is missing at the end may stand in its samples, of which the highest is the last.
    let last = samples.iter().max_by_key(|sample| sample.register);
    let last = last.filter(|sample| sample.register.is_some());
    for (name, is_missing) in [
        ("meterStop", register.is_none()),
        ("timestamp", at.is_none()),
    ] {
        if is_missing {
            fields.odd(OddityKind::Missing, name, oddities);
        }
    }
    let stop = Stop {
        goes_on: false,
        transaction,
        register: register.or_else(|| last.and_then(|sample| sample.register)),
        at: at.or_else(|| last.and_then(|sample| sample.at)),
        reason: reason.map_or_else(StopReason::default, |name| StopReason::of(&name)),
        signed: samples
            .into_iter()
            .flat_map(|sample| sample.signed)
            .collect(),
    };
    fields.end(oddities);
    stop
}

/// What a call is answered with.
pub(crate) fn response(response: Response) -> Value {
    let token = |is_accepted| {
        let status = if is_accepted { "Accepted" } else { "Invalid" };
        json!({"status": status})
    };
    match response {
        Response::Authorize { is_accepted } => json!({"idTagInfo": token(is_accepted)}),
        Response::BootNotification {
            now,
            is_accepted,
            interval,
        } => registration(now, is_accepted, interval),
        Response::DataTransfer => json!({"status": "UnknownVendorId"}),
        Response::Heartbeat { now } => json!({"currentTime": now}),
        Response::StartTransaction {
            number,
            is_accepted,
        } => json!({"transactionId": number, "idTagInfo": token(is_accepted)}),
        Response::TransactionEvent(_) | Response::Empty => json!({}),
    }
}

/// The action by which a station is asked to do something, and what is said with it. There is none for some.
pub(crate) fn request(request: &Request) -> Option<(&'static str, Value)> {
    Some(match request {
        Request::Start {
            connector, token, ..
        } => (
            "RemoteStartTransaction",
            json!({"connectorId": connector, "idTag": token}),
        ),
        Request::Stop { number, name } => {
            // It has another number if a central system above the gateway gave it one.
            let named = name.as_ref().and_then(|name| name.parse().ok());
            let number: i64 = named.unwrap_or(*number);
            ("RemoteStopTransaction", json!({"transactionId": number}))
        }
        Request::ReadSettings(keys) => ("GetConfiguration", json!({"key": keys})),
        Request::WriteSetting { key, value } => {
            ("ChangeConfiguration", json!({"key": key, "value": value}))
        }
        Request::Trigger {
            message, connector, ..
        } => {
            let message = match *message {
                "LogStatusNotification" => "DiagnosticsStatusNotification",
                message => message,
            };
            let payload = match connector {
                Some(connector) => json!({"requestedMessage": message, "connectorId": connector}),
                None => json!({"requestedMessage": message}),
            };
            ("TriggerMessage", payload)
        }
        Request::Reset { is_hard } => {
            let kind = if *is_hard { "Hard" } else { "Soft" };
            ("Reset", json!({"type": kind}))
        }
        Request::Unlock { connector } => ("UnlockConnector", json!({"connectorId": connector})),
        Request::ShowCost { .. } | Request::SetTariff { .. } | Request::ClearTariff { .. } => {
            return None;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Version;
    use crate::message::{self, Incoming, Received};

    fn read(text: &str) -> Received {
        message::read(Version::V16, text)
    }

    fn call(text: &str) -> Call {
        match read(text).incoming {
            Incoming::Call(_, call) => call,
            other => panic!("{other:?}"),
        }
    }

    fn stop(payload: &str) -> Stop {
        match call(&format!(r#"[2,"1","StopTransaction",{payload}]"#)) {
            Call::StopTransaction(stop) => stop,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_end_without_a_register_has_that_of_its_highest_sample() {
        let sample = |context: &str, value: &str| {
            format!(
                r#"{{"timestamp":"2023-11-14T22:13:20Z","sampledValue":[{{"value":"{value}","context":"{context}"}}]}}"#
            )
        };
        let (begin, end) = (
            sample("Transaction.Begin", "1000"),
            sample("Transaction.End", "9000"),
        );
        for data in [format!("{begin},{end}"), format!("{end},{begin}")] {
            let payload =
                format!(r#"{{"transactionId":1,"meterStop":-1,"transactionData":[{data}]}}"#);
            assert_eq!(stop(&payload).register, Some(9_000), "{data}");
        }
        assert_eq!(stop(r#"{"transactionId":1,"meterStop":-1}"#).register, None);
    }

    #[test]
    fn a_number_of_a_transaction_that_is_too_large_names_another() {
        // As software writes 2^63 - 1 that has numbers with fractions only.
        for number in [
            "9223372036854775807",
            "9223372036854776000",
            "9.2e18",
            "1e20",
        ] {
            let stop = stop(&format!(r#"{{"transactionId":{number},"meterStop":7}}"#));
            assert!(
                stop.transaction.id.is_some_and(|id| id > 1 << 31),
                "{number}"
            );
        }
        let stop = stop(r#"{"transactionId":-9223372036854776000,"meterStop":7}"#);
        assert!(stop.transaction.id.is_some_and(|id| id < 1));
    }

    #[test]
    fn what_people_have_stations_do_is_asked_as_ocpp_has_it() {
        let trigger = |connector| Request::Trigger {
            message: "MeterValues",
            connector,
            plug: None,
        };
        let configure = Request::WriteSetting {
            key: "HeartbeatInterval".to_owned(),
            value: "60".to_owned(),
        };
        for (request, expected) in [
            (
                Request::Reset { is_hard: true },
                r#"[2,"7","Reset",{"type":"Hard"}]"#,
            ),
            (
                Request::Reset { is_hard: false },
                r#"[2,"7","Reset",{"type":"Soft"}]"#,
            ),
            (
                Request::Unlock { connector: 2 },
                r#"[2,"7","UnlockConnector",{"connectorId":2}]"#,
            ),
            (
                trigger(None),
                r#"[2,"7","TriggerMessage",{"requestedMessage":"MeterValues"}]"#,
            ),
            (
                trigger(Some(2)),
                r#"[2,"7","TriggerMessage",{"requestedMessage":"MeterValues","connectorId":2}]"#,
            ),
            (
                configure,
                r#"[2,"7","ChangeConfiguration",{"key":"HeartbeatInterval","value":"60"}]"#,
            ),
        ] {
            let called: Value =
                serde_json::from_str(&request.call(Version::V16, "7").unwrap()).unwrap();
            let expected: Value = serde_json::from_str(expected).unwrap();
            assert_eq!(called, expected);
        }
    }

    #[test]
    fn a_status_of_a_connector_that_cannot_be_one_says_nothing() {
        let status = |connector: &str| {
            let text =
                format!(r#"[2,"1","StatusNotification",{{{connector}"status":"Available"}}]"#);
            match call(&text) {
                Call::StatusNotification(all) => (all[0].connector, all[0].status),
                other => panic!("{other:?}"),
            }
        };
        let available = Some(ConnectorStatus::Available);
        assert_eq!(status(""), (1, available));
        assert_eq!(status(r#""connectorId":"2","#), (2, available));
        assert_eq!(status(r#""connectorId":-1,"#), (1, None));
    }

    #[test]
    fn what_begins_or_ends_a_transaction_is_repeated_if_it_was_cut_off() {
        for text in [
            r#"[2,"7","StopTransaction",{"transactionId":5,"meterS"#,
            r#"[2,"7","StartTransaction""#,
        ] {
            assert!(
                matches!(read(text).incoming, Incoming::BrokenCall(_)),
                "{text}"
            );
        }
        assert_eq!(call(r#"[2,"7","Heartbeat""#), Call::Heartbeat);
    }

    #[test]
    fn what_is_odd_is_listed_with_its_place_and_without_its_value() {
        let text = r#"[2,"7","StopTransaction",{"transactionId":"5","meterStop":7.5,"colour":"red",
            "timestamp":"2023-11-14 22:13:20","reason":"Whim"}]"#;
        let odd: Vec<_> = read(text)
            .oddities
            .into_iter()
            .map(|it| (it.kind, it.place))
            .collect();
        let at = |kind, member: &str| (kind, format!("StopTransaction.{member}"));
        assert_eq!(
            odd,
            [
                at(OddityKind::OtherType, "transactionId"),
                at(OddityKind::Number, "meterStop"),
                at(OddityKind::Time, "timestamp"),
                at(OddityKind::UnknownMember, "colour"),
            ]
        );
    }
}
