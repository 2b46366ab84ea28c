//! The messages of OCPP 1.6 that a central system receives, and its answers.

use chargetap_contract::session::{MeterReading, Stopped};
use chargetap_engine::Vehicle;
use chrono::DateTime;
use ocpp_rs::v16::call::{
    Action, Call, MeterValues, StartTransaction, StatusNotification, StopTransaction,
};
use ocpp_rs::v16::call_error::CallError;
use ocpp_rs::v16::call_result;
use ocpp_rs::v16::call_result::CallResultRaw;
use ocpp_rs::v16::data_types::{DateTimeWrapper, IdTagInfo, MeterValue};
use ocpp_rs::v16::enums::{
    AuthorizationStatus, ChargePointStatus, DataTransferStatus, Reason, RegistrationStatus,
    RemoteStartStopStatus,
};
use ocpp_rs::v16::parse::{Message, deserialize_to_message};
use ocpp_rs::v16::rpc_error_code::RpcErrorCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::connection::Received;
use super::{RemoteAnswer, Shared, StationEvents, Unavailable, meter};

/// How often a station is to send a heartbeat, in seconds.
const HEARTBEAT_INTERVAL: i32 = 300;
/// The id in a transaction that was refused. No transaction of ours has it.
const NO_TRANSACTION: i32 = 0;
/// The id to answer to when a message's own cannot be read. OCPP 1.6 has none; this is the one of
/// later versions.
const UNREADABLE_ID: &str = "-1";
/// OCPP's limit on a message's id, in characters.
const MAX_ID_CHARS: usize = 36;
/// What this central system answers with more than an error.
const ACTIONS: [&str; 8] = [
    "Authorize",
    "BootNotification",
    "DataTransfer",
    "Heartbeat",
    "MeterValues",
    "StartTransaction",
    "StatusNotification",
    "StopTransaction",
];

/// A message of a station.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// A call, or the error to answer it with.
    Call(Received),
    /// The answer to our call of this id, which is a remote start or stop.
    Answer { id: String, answer: RemoteAnswer },
}

/// Reads a message. There is none that cannot be dealt with.
pub(super) fn parse(text: &str) -> Incoming {
    match deserialize_to_message(text) {
        Ok(Message::Call(call)) => Incoming::Call(Box::new(Ok(call))),
        Ok(Message::CallResult(result)) => remote_answer(result),
        Ok(Message::CallError(error)) => refused(error.unique_id),
        Err(error) => {
            tracing::debug!(%error, "a message could not be read");
            parse_broken(text)
        }
    }
}

/// The answers to a remote start and to a remote stop have the same form.
fn remote_answer(result: CallResultRaw) -> Incoming {
    let id = result.unique_id.clone();
    let answer = match result.into_typed::<call_result::RemoteStartTransaction>() {
        Ok(result) => match result.payload.status {
            RemoteStartStopStatus::Accepted => RemoteAnswer::Accepted,
            RemoteStartStopStatus::Rejected => RemoteAnswer::Rejected,
        },
        Err(_) => RemoteAnswer::Unknown,
    };
    Incoming::Answer { id, answer }
}

fn refused(id: String) -> Incoming {
    let answer = RemoteAnswer::Rejected;
    Incoming::Answer { id, answer }
}

fn parse_broken(text: &str) -> Incoming {
    let parts: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
    let kind = parts.first().and_then(Value::as_u64);
    let id = parts.get(1).and_then(Value::as_str);
    let id = id
        .filter(|id| id.chars().count() <= MAX_ID_CHARS)
        .unwrap_or(UNREADABLE_ID)
        .to_owned();
    let action = parts.get(2).and_then(Value::as_str);
    match (kind, action) {
        (Some(3), _) => Incoming::Answer {
            id,
            answer: RemoteAnswer::Unknown,
        },
        (Some(4), _) => refused(id),
        (Some(2), Some(action)) if !ACTIONS.contains(&action) => {
            broken(id, RpcErrorCode::NotImplemented)
        }
        _ => broken(id, RpcErrorCode::FormationViolation),
    }
}

fn broken(id: String, code: RpcErrorCode) -> Incoming {
    Incoming::Call(Box::new(Err(error(id, code))))
}

/// Our call, as it is sent.
pub(super) fn call(id: &str, action: Action) -> String {
    json!(Call::new(id.to_owned(), action)).to_string()
}

/// Takes in a call and returns the reply to send.
pub(super) async fn answer<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    call: Call,
) -> String {
    let (id, action) = (call.unique_id, call.payload);
    let name = action.as_ref().to_owned();
    match dispatch(shared, station, action).await {
        Ok(payload) => json!([3, id, payload]).to_string(),
        Err(code) => {
            tracing::warn!(station, action = name, %code, "a station's message was not taken in");
            error_reply(&error(id, code))
        }
    }
}

/// An error, as it is sent.
pub(super) fn error_reply(error: &CallError) -> String {
    json!(error).to_string()
}

fn error(id: String, code: RpcErrorCode) -> CallError {
    CallError::new(id, code, String::new(), Default::default())
}

impl From<Unavailable> for RpcErrorCode {
    fn from(_: Unavailable) -> Self {
        Self::InternalError
    }
}

async fn dispatch<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    action: Action,
) -> Result<Value, RpcErrorCode> {
    match action {
        Action::BootNotification(boot) => {
            let (vendor, model) = (boot.charge_point_vendor, boot.charge_point_model);
            tracing::info!(station, vendor, model, "station booted");
            payload(call_result::BootNotification {
                current_time: time((shared.clock)()),
                interval: HEARTBEAT_INTERVAL,
                status: RegistrationStatus::Accepted,
            })
        }
        Action::Heartbeat(_) => payload(call_result::Heartbeat {
            current_time: time((shared.clock)()),
        }),
        Action::StatusNotification(status) => status_changed(shared, station, status).await,
        // There are no cards of drivers to know yet.
        Action::Authorize(_) => payload(call_result::Authorize {
            id_tag_info: id_tag_info(AuthorizationStatus::Invalid),
        }),
        Action::StartTransaction(start) => started(shared, station, start).await,
        Action::MeterValues(values) => metered(shared, station, values).await,
        Action::StopTransaction(stop) => stopped(shared, station, stop).await,
        Action::DataTransfer(_) => payload(call_result::DataTransfer {
            status: DataTransferStatus::UnknownVendorId,
            data: None,
        }),
        _ => Err(RpcErrorCode::NotSupported),
    }
}

async fn status_changed<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    notification: StatusNotification,
) -> Result<Value, RpcErrorCode> {
    let StatusNotification {
        connector_id: connector,
        error_code: error,
        status,
        ..
    } = notification;
    tracing::info!(station, connector, %status, %error, "connector status");
    // Connector 0 is the station as a whole.
    if let Some(vehicle) = vehicle(&status).filter(|_| connector > 0) {
        shared.events.has(station, connector, vehicle).await?;
    }
    payload(call_result::EmptyResponse {})
}

/// The other states are those of a transaction and of the time after it, or say nothing of a vehicle.
fn vehicle(status: &ChargePointStatus) -> Option<Vehicle> {
    match status {
        ChargePointStatus::Preparing => Some(Vehicle::Waits),
        ChargePointStatus::Available => Some(Vehicle::IsGone),
        _ => None,
    }
}

async fn started<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    start: StartTransaction,
) -> Result<Value, RpcErrorCode> {
    let reading = reading(start.meter_start, start.timestamp);
    let transaction = shared
        .events
        .started(station, start.connector_id, &start.id_tag, reading)
        .await?;
    payload(call_result::StartTransaction {
        transaction_id: transaction.unwrap_or(NO_TRANSACTION),
        id_tag_info: id_tag_info(match transaction {
            Some(_) => AuthorizationStatus::Accepted,
            None => AuthorizationStatus::Invalid,
        }),
    })
}

async fn metered<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    values: MeterValues,
) -> Result<Value, RpcErrorCode> {
    if let Some(transaction) = values.transaction_id.filter(|id| *id != NO_TRANSACTION) {
        signed(shared, station, transaction, &values.meter_value).await?;
        for value in values.meter_value {
            if let Some(energy) = meter::energy(&value.sampled_value) {
                let reading = reading(energy, value.timestamp);
                shared.events.metered(station, transaction, reading).await?;
            }
        }
    }
    payload(call_result::EmptyResponse {})
}

/// Hands on what a meter signed.
async fn signed<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    transaction: i32,
    values: &[MeterValue],
) -> Result<(), RpcErrorCode> {
    let samples = values.iter().flat_map(|value| &value.sampled_value);
    let packets: Vec<String> = samples.filter_map(meter::signed).collect();
    if !packets.is_empty() {
        shared.events.signed(station, transaction, packets).await?;
    }
    Ok(())
}

async fn stopped<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    stop: StopTransaction,
) -> Result<Value, RpcErrorCode> {
    if stop.transaction_id != NO_TRANSACTION {
        // OCPP lets a station leave out the reason if it is this one.
        let reason = stop.reason.unwrap_or(Reason::Local);
        let data = stop.transaction_data.unwrap_or_default();
        signed(shared, station, stop.transaction_id, &data).await?;
        let stopped = Stopped {
            reading: reading(stop.meter_stop, stop.timestamp),
            reason: reason.to_string(),
        };
        shared
            .events
            .stopped(station, stop.transaction_id, stopped)
            .await?;
    }
    payload(call_result::StopTransaction { id_tag_info: None })
}

fn payload(content: impl Serialize) -> Result<Value, RpcErrorCode> {
    serde_json::to_value(content).map_err(|_| RpcErrorCode::InternalError)
}

fn id_tag_info(status: AuthorizationStatus) -> IdTagInfo {
    IdTagInfo {
        status,
        ..IdTagInfo::default()
    }
}

/// A register's reading. A clock that shows a time before 1970 is as wrong as one that shows 1970,
/// and the reading is worth as much.
fn reading(energy: u64, at: DateTimeWrapper) -> MeterReading {
    let at = u64::try_from(at.inner().timestamp_millis()).unwrap_or_default();
    MeterReading { energy, at }
}

fn time(unix_ms: u64) -> DateTimeWrapper {
    let at = i64::try_from(unix_ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis);
    DateTimeWrapper::new(at.unwrap_or_default())
}
