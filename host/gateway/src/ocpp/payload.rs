//! The payloads of OCPP 1.6 that are read and written here.
//!
//! | in a station's message               | how it is read                                     |
//! |--------------------------------------|----------------------------------------------------|
//! | a field that OCPP does not have      | an error                                           |
//! | a missing field, one of another type | an error; an optional field may be missing or null |
//! | a field that is not used here        | it is listed, so that it is no error               |
//! | a value of an enumeration            | text: stations have states and units of their own  |
//! | a reason to stop that OCPP has not   | `Other`                                            |

use chargetap_engine::StopReason;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;

use super::date_time::DateTime;
use super::frame::ErrorCode;

/// Actions that a station may call and about which nothing is done.
const UNSUPPORTED: [&str; 6] = [
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "LogStatusNotification",
    "SecurityEventNotification",
    "SignCertificate",
    "SignedFirmwareStatusNotification",
];

/// Why a station's message could not be read.
#[derive(Debug, Error)]
pub(super) enum ParseError {
    #[error("not a message of OCPP")]
    Frame,
    #[error("unknown action")]
    Action,
    #[error(transparent)]
    Payload(#[from] serde_json::Error),
}

impl From<ParseError> for ErrorCode {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Action => Self::NotImplemented,
            ParseError::Frame | ParseError::Payload(_) => Self::FormationViolation,
        }
    }
}

/// What a station calls.
#[derive(Debug, PartialEq)]
pub(super) enum Request {
    Authorize(Authorize),
    BootNotification(BootNotification),
    DataTransfer(DataTransfer),
    Heartbeat(Heartbeat),
    MeterValues(MeterValues),
    StartTransaction(StartTransaction),
    StatusNotification(StatusNotification),
    StopTransaction(StopTransaction),
    Unsupported,
}

impl Request {
    /// Reads the payload of a call.
    pub(super) fn parse(action: &str, payload: Option<&RawValue>) -> Result<Self, ParseError> {
        Ok(match action {
            "Authorize" => Self::Authorize(parse(payload)?),
            "BootNotification" => Self::BootNotification(parse(payload)?),
            "DataTransfer" => Self::DataTransfer(parse(payload)?),
            "Heartbeat" => Self::Heartbeat(parse(payload)?),
            "MeterValues" => Self::MeterValues(parse(payload)?),
            "StartTransaction" => Self::StartTransaction(parse(payload)?),
            "StatusNotification" => Self::StatusNotification(parse(payload)?),
            "StopTransaction" => Self::StopTransaction(parse(payload)?),
            action if UNSUPPORTED.contains(&action) => Self::Unsupported,
            _ => return Err(ParseError::Action),
        })
    }
}

fn parse<T: DeserializeOwned>(payload: Option<&RawValue>) -> Result<T, ParseError> {
    let payload = payload.ok_or(ParseError::Frame)?;
    Ok(serde_json::from_str(payload.get())?)
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Authorize {
    pub(super) id_tag: String,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct BootNotification {
    pub(super) charge_point_model: String,
    pub(super) charge_point_vendor: String,
    pub(super) charge_box_serial_number: Option<String>,
    pub(super) charge_point_serial_number: Option<String>,
    pub(super) firmware_version: Option<String>,
    pub(super) iccid: Option<String>,
    pub(super) imsi: Option<String>,
    pub(super) meter_serial_number: Option<String>,
    pub(super) meter_type: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct DataTransfer {
    pub(super) vendor_id: String,
    pub(super) message_id: Option<String>,
    pub(super) data: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heartbeat {}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MeterValues {
    pub(super) connector_id: u32,
    pub(super) meter_value: Vec<MeterValue>,
    pub(super) transaction_id: Option<i32>,
}

/// What a meter showed at a time.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct MeterValue {
    pub(super) timestamp: DateTime,
    pub(super) sampled_value: Vec<SampledValue>,
}

/// One value of a meter.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SampledValue {
    pub(super) value: String,
    pub(super) context: Option<String>,
    pub(super) format: Option<String>,
    pub(super) measurand: Option<String>,
    pub(super) phase: Option<String>,
    pub(super) location: Option<String>,
    pub(super) unit: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StartTransaction {
    pub(super) connector_id: u32,
    pub(super) id_tag: String,
    pub(super) meter_start: u64,
    pub(super) timestamp: DateTime,
    pub(super) reservation_id: Option<i32>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StatusNotification {
    pub(super) connector_id: u32,
    pub(super) error_code: String,
    pub(super) status: String,
    pub(super) timestamp: Option<DateTime>,
    pub(super) info: Option<String>,
    pub(super) vendor_id: Option<String>,
    pub(super) vendor_error_code: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct StopTransaction {
    pub(super) meter_stop: u64,
    pub(super) timestamp: DateTime,
    pub(super) transaction_id: i32,
    pub(super) reason: Option<StopReason>,
    pub(super) id_tag: Option<String>,
    pub(super) transaction_data: Option<Vec<MeterValue>>,
}

/// What a call is answered with.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum Response {
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
    MeterValues {},
    StartTransaction {
        transaction_id: i32,
        id_tag_info: IdTagInfo,
    },
    StatusNotification {},
    StopTransaction {},
}

/// What a token is good for.
#[derive(Debug, Serialize)]
pub(super) struct IdTagInfo {
    pub(super) status: AuthorizationStatus,
}

#[derive(Debug, Serialize)]
pub(super) enum AuthorizationStatus {
    Accepted,
    Invalid,
}

#[derive(Debug, Serialize)]
pub(super) enum RegistrationStatus {
    Accepted,
}

#[derive(Debug, Serialize)]
pub(super) enum DataTransferStatus {
    UnknownVendorId,
}

/// What a station is asked to do.
#[derive(Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub(super) enum RemoteRequest {
    StartTransaction { connector_id: u32, id_tag: String },
    StopTransaction { transaction_id: i32 },
}

impl RemoteRequest {
    /// The name of the action.
    pub(super) fn action(&self) -> &'static str {
        match self {
            Self::StartTransaction { .. } => "RemoteStartTransaction",
            Self::StopTransaction { .. } => "RemoteStopTransaction",
        }
    }
}

/// The answer to a remote start or to a remote stop; they have the same form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoteResponse {
    pub(super) status: RemoteStatus,
}

impl RemoteResponse {
    /// Reads the payload of an answer, which is an object.
    pub(super) fn parse(payload: Option<&RawValue>) -> Result<Self, ParseError> {
        parse(payload.filter(|payload| payload.get().starts_with('{')))
    }
}

#[derive(Debug, Deserialize)]
pub(super) enum RemoteStatus {
    Accepted,
    Rejected,
}

#[cfg(test)]
mod tests {
    use serde_json::value::to_raw_value;
    use serde_json::{Value, json};

    use super::*;

    fn read(action: &str, payload: Value) -> Result<Request, ErrorCode> {
        let payload = to_raw_value(&payload).unwrap();
        Ok(Request::parse(action, Some(&payload))?)
    }

    #[test]
    fn values_that_ocpp_does_not_list_are_read() {
        let status = json!({"connectorId": 1, "errorCode": "Moisture", "status": "Sleeping"});
        assert!(read("StatusNotification", status).is_ok());
        let sample = json!({"value": "1", "unit": "Furlong", "context": "Whim", "format": "Wax",
            "measurand": "Mood", "phase": "L9", "location": "Moon"});
        let values = json!([{"timestamp": "2023-11-14T22:13:20Z", "sampledValue": [sample]}]);
        let stop = json!({"transactionId": 1, "meterStop": 1, "reason": "Boredom",
            "timestamp": "2023-11-14T22:13:20Z", "transactionData": values});
        assert!(read("StopTransaction", stop).is_ok());
    }

    #[test]
    fn optional_fields_may_be_missing_or_null() {
        let values = json!({"connectorId": 0, "meterValue": []});
        let with_null = json!({"connectorId": 0, "meterValue": [], "transactionId": null});
        let values = read("MeterValues", values).unwrap();
        assert_eq!(values, read("MeterValues", with_null).unwrap());
    }

    #[test]
    fn a_payload_that_ocpp_does_not_allow_is_a_formation_violation() {
        let start = json!({"connectorId": 1, "idTag": "OURS-1", "meterStart": 100,
            "timestamp": "2023-11-14T22:00:00Z", "reservationId": 3});
        assert!(read("StartTransaction", start.clone()).is_ok());
        for (field, value) in [
            ("connectorId", json!(-1)),
            ("connectorId", json!("1")),
            ("connectorId", json!(4_294_967_296_u64)),
            ("idTag", json!(1)),
            ("idTag", json!(null)),
            ("meterStart", json!(-1)),
            ("meterStart", json!(1.5)),
            ("timestamp", json!("2023-11-14")),
            ("timestamp", json!(1_700_000_000)),
            ("reservationId", json!("3")),
            ("colour", json!("red")),
        ] {
            let mut start = start.clone();
            start[field] = value;
            let result = read("StartTransaction", start.clone());
            assert_eq!(result, Err(ErrorCode::FormationViolation), "{start}");
        }
        for field in ["connectorId", "idTag", "meterStart", "timestamp"] {
            let mut start = start.clone();
            start.as_object_mut().unwrap().remove(field);
            let result = read("StartTransaction", start);
            assert_eq!(result, Err(ErrorCode::FormationViolation), "{field}");
        }
        let result = read("Heartbeat", json!({"colour": "red"}));
        assert_eq!(result, Err(ErrorCode::FormationViolation));
    }

    #[test]
    fn an_unknown_action_is_not_implemented_whatever_its_payload() {
        assert_eq!(
            read("MakeCoffee", json!(null)),
            Err(ErrorCode::NotImplemented)
        );
        assert_eq!(
            Request::parse("MakeCoffee", None).map_err(ErrorCode::from),
            Err(ErrorCode::NotImplemented)
        );
        assert_eq!(
            read("LogStatusNotification", json!({})),
            Ok(Request::Unsupported)
        );
    }
}
