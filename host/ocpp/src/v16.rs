//! The messages of OCPP 1.6.

use serde::Serialize;
use serde_json::Value;

use crate::fields::Fields;
use crate::frame::{self, ErrorCode, Frame, MessageId};
use crate::oddity::{Oddities, OddityKind};
use crate::report::{Boot, ConnectorStatus, Readings, Start, Status, Stop, TransactionRef};
use crate::{DateTime, Oddity, StopReason, meter};

/// The subprotocol by which a station says that it speaks this version.
pub const SUBPROTOCOL: &str = "ocpp1.6";

/// Actions that a station may call and about which nothing is done.
const UNSUPPORTED: [&str; 6] = [
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
];

/// A message of a station.
#[derive(Debug)]
pub struct Received {
    /// What it is.
    pub incoming: Incoming,
    /// What was odd in it.
    pub oddities: Vec<Oddity>,
}

/// What a station's message is.
#[derive(Debug, PartialEq)]
pub enum Incoming {
    /// A call, which is answered under its id.
    Call(MessageId, Call),
    /// A call that cannot be made out, to be answered with an error.
    BrokenCall(MessageId),
    /// The answer to a call of ours.
    Answer(MessageId, Answer),
    /// Nothing that could be answered.
    Nothing,
}

/// What a station calls.
#[derive(Debug, PartialEq)]
#[expect(missing_docs, reason = "OCPP describes each")]
pub enum Call {
    Authorize {
        token: String,
    },
    BootNotification(Boot),
    DataTransfer,
    Heartbeat,
    MeterValues(Readings),
    StartTransaction(Start),
    StatusNotification(Status),
    StopTransaction(Stop),
    /// OCPP has it, and nothing is done about it.
    Unsupported,
    /// OCPP does not have it.
    Unknown,
}

impl Call {
    /// Its name, for the log.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::Authorize { .. } => "Authorize",
            Self::BootNotification(_) => "BootNotification",
            Self::DataTransfer => "DataTransfer",
            Self::Heartbeat => "Heartbeat",
            Self::MeterValues(_) => "MeterValues",
            Self::StartTransaction(_) => "StartTransaction",
            Self::StatusNotification(_) => "StatusNotification",
            Self::StopTransaction(_) => "StopTransaction",
            Self::Unsupported => "(not supported)",
            Self::Unknown => "(unknown)",
        }
    }
}

/// A station's answer to a call of ours.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// What it says.
    Result(Value),
    /// It refuses, or does not know the call.
    Error,
}

impl Answer {
    /// Whether the station does what it was asked for; absent if its answer does not say.
    #[must_use]
    pub fn is_accepted(&self) -> Option<bool> {
        let Self::Result(payload) = self else {
            return Some(false);
        };
        let mut fields = Fields::new("", payload, &mut Oddities::default());
        let status = fields.text("status", &mut Oddities::default())?;
        match status.to_ascii_lowercase().as_str() {
            "accepted" | "rebootrequired" => Some(true),
            "rejected" | "notsupported" | "notimplemented" | "faulted" | "occupied"
            | "unavailable" => Some(false),
            _ => None,
        }
    }
}

/// Read a message. There is none that cannot be dealt with.
#[must_use]
pub fn read(text: &str) -> Received {
    let mut oddities = Oddities::default();
    let incoming = match Frame::read(text, &mut oddities) {
        Frame::Call {
            id,
            action,
            payload,
        } => match read_call(&action, &payload, &mut oddities) {
            // What begins or ends a transaction is to be repeated if it was cut off.
            Call::StartTransaction(_) | Call::StopTransaction(_) if !payload.is_object() => {
                Incoming::BrokenCall(id)
            }
            call => Incoming::Call(id, call),
        },
        Frame::BrokenCall { id: Some(id) } => Incoming::BrokenCall(id),
        Frame::Result { id, payload } => Incoming::Answer(id, Answer::Result(payload)),
        Frame::Error { id } => Incoming::Answer(id, Answer::Error),
        Frame::BrokenCall { id: None } | Frame::Unknown => Incoming::Nothing,
    };
    Received {
        incoming,
        oddities: oddities.into_list(),
    }
}

fn read_call(action: &str, payload: &Value, oddities: &mut Oddities) -> Call {
    let known = [
        "Authorize",
        "BootNotification",
        "DataTransfer",
        "Heartbeat",
        "MeterValues",
        "StartTransaction",
        "StatusNotification",
        "StopTransaction",
    ];
    let found = known
        .into_iter()
        .chain(UNSUPPORTED)
        .find(|known| known.eq_ignore_ascii_case(action.trim()));
    let Some(name) = found else {
        oddities.add(OddityKind::UnknownAction, action, "");
        return Call::Unknown;
    };
    if name != action {
        oddities.add(OddityKind::Capitals, name, "");
    }
    match name {
        "Authorize" => authorize(payload, oddities),
        "BootNotification" => Call::BootNotification(boot(payload, oddities)),
        // Nothing of it is used, so that nothing can be odd.
        "DataTransfer" => Call::DataTransfer,
        "Heartbeat" => Call::Heartbeat,
        "MeterValues" => Call::MeterValues(readings(payload, oddities)),
        "StartTransaction" => Call::StartTransaction(start(payload, oddities)),
        "StatusNotification" => Call::StatusNotification(status(payload, oddities)),
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
        id: fields.integer("transactionId", oddities),
        connector: fields.connector("connectorId", oddities),
        token: None,
    };
    let values = fields.list("meterValue", oddities);
    fields.end(oddities);
    Readings {
        transaction,
        samples: meter::samples(ACTION, values, oddities),
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
        id: fields.integer("transactionId", oddities),
        token: fields.text("idTag", oddities),
        // Not in OCPP 1.6; some stations say it, and then it tells which transaction is meant.
        connector: fields.connector("connectorId", oddities),
    };
    let register = fields.register("meterStop", oddities);
    let at = fields.time("timestamp", oddities);
    let reason = fields.text("reason", oddities);
    let data = fields.list("transactionData", oddities);
    let samples = meter::samples(ACTION, data, oddities);
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
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "OCPP describes each")]
pub enum Response {
    Authorize {
        id_tag_info: IdTagInfo,
    },
    BootNotification {
        current_time: DateTime,
        interval: u32,
        status: RegistrationStatus,
    },
    DataTransfer {
        status: DataTransferStatus,
    },
    Heartbeat {
        current_time: DateTime,
    },
    StartTransaction {
        transaction_id: i64,
        id_tag_info: IdTagInfo,
    },
    /// The answer to meter values, to a status and to the end of a transaction.
    Empty {},
}

/// What a token is good for.
#[derive(Debug, Serialize)]
pub struct IdTagInfo {
    status: AuthorizationStatus,
}

impl IdTagInfo {
    /// Whether the token may charge.
    #[must_use]
    pub fn new(is_accepted: bool) -> Self {
        let status = if is_accepted {
            AuthorizationStatus::Accepted
        } else {
            AuthorizationStatus::Invalid
        };
        Self { status }
    }
}

#[derive(Debug, Serialize)]
enum AuthorizationStatus {
    Accepted,
    Invalid,
}

/// Whether a station is taken in.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "OCPP describes it")]
pub enum RegistrationStatus {
    Accepted,
}

/// What became of vendors' own data.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "OCPP describes it")]
pub enum DataTransferStatus {
    UnknownVendorId,
}

/// The answer to a call of this id, as it is sent.
#[must_use]
pub fn answer(id: &MessageId, response: Result<Response, ErrorCode>) -> String {
    match response {
        Ok(response) => frame::result(id, response),
        Err(code) => frame::error(id, code),
    }
}

/// What a station is asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "OCPP describes each")]
pub enum Request {
    RemoteStartTransaction { connector_id: u32, id_tag: String },
    RemoteStopTransaction { transaction_id: i64 },
    GetConfiguration { key: Vec<&'static str> },
    ChangeConfiguration { key: &'static str, value: String },
    TriggerMessage { requested_message: &'static str },
}

impl Request {
    /// The name of the action.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::RemoteStartTransaction { .. } => "RemoteStartTransaction",
            Self::RemoteStopTransaction { .. } => "RemoteStopTransaction",
            Self::GetConfiguration { .. } => "GetConfiguration",
            Self::ChangeConfiguration { .. } => "ChangeConfiguration",
            Self::TriggerMessage { .. } => "TriggerMessage",
        }
    }

    /// The call under this id, as it is sent.
    #[must_use]
    pub fn call(&self, id: &str) -> String {
        frame::call(id, self.action(), self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_status_of_a_connector_that_cannot_be_one_says_nothing() {
        let status = |connector: &str| {
            let text =
                format!(r#"[2,"1","StatusNotification",{{{connector}"status":"Available"}}]"#);
            match call(&text) {
                Call::StatusNotification(status) => (status.connector, status.status),
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
