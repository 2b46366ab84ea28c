//! The messages of OCPP 1.6 that a central system receives, and its answers.

use chargetap_contract::session::{MeterReading, Stopped};
use chargetap_engine::Vehicle;
use chargetap_fleet::text::loggable;
use serde_json::value::RawValue;

use super::connection::Received;
use super::date_time::DateTime;
use super::frame::{self, CallError, Content, ErrorCode, Frame, UNREADABLE_ID};
use super::payload::{
    AuthorizationStatus, DataTransferStatus, IdTagInfo, MeterValue, MeterValues, ParseError,
    RegistrationStatus, RemoteRequest, RemoteResponse, RemoteStatus, Request, Response,
    StartTransaction, StatusNotification, StopTransaction,
};
use super::{RemoteAnswer, Shared, StationEvents, Unavailable, meter};

/// How often a station is to send a heartbeat, in seconds.
const HEARTBEAT_INTERVAL: u32 = 300;
/// The id in a transaction that was refused. No transaction of ours has it.
const NO_TRANSACTION: i32 = 0;

/// A message of a station.
#[derive(Debug, PartialEq)]
pub(super) enum Incoming {
    /// A call, or the error to answer it with.
    Call(Received),
    /// The answer to our call of this id, which is a remote start or stop.
    Answer { id: String, answer: RemoteAnswer },
}

/// A station's call.
#[derive(Debug, PartialEq)]
pub(super) struct Call {
    id: String,
    action: String,
    request: Request,
}

/// Reads a message. There is none that cannot be dealt with.
pub(super) fn parse(text: &str) -> Incoming {
    let Frame { id, content } = Frame::parse(text);
    let known_id = id.clone().unwrap_or_else(|| UNREADABLE_ID.to_owned());
    let call = match content {
        Content::Result { payload } => return remote_answer(known_id, payload),
        Content::Error => return refused(known_id),
        Content::Call { action, payload } => parse_call(id, action, payload),
        Content::Unknown => Err(ParseError::Frame),
    };
    Incoming::Call(Box::new(call.map_err(|error| {
        not_read(&error);
        CallError {
            id: known_id,
            code: error.into(),
        }
    })))
}

fn parse_call(
    id: Option<String>,
    action: Option<String>,
    payload: Option<&RawValue>,
) -> Result<Call, ParseError> {
    let action = action.ok_or(ParseError::Frame)?;
    let request = Request::parse(&action, payload)?;
    let id = id.ok_or(ParseError::Frame)?;
    Ok(Call {
        id,
        action,
        request,
    })
}

fn remote_answer(id: String, payload: Option<&RawValue>) -> Incoming {
    let answer = match RemoteResponse::parse(payload) {
        Ok(response) => match response.status {
            RemoteStatus::Accepted => RemoteAnswer::Accepted,
            RemoteStatus::Rejected => RemoteAnswer::Rejected,
        },
        Err(error) => {
            not_read(&error);
            RemoteAnswer::Unknown
        }
    };
    Incoming::Answer { id, answer }
}

/// The error may quote what the station sent.
fn not_read(error: &ParseError) {
    let error = loggable(&error.to_string());
    tracing::debug!(error, "a message could not be read");
}

fn refused(id: String) -> Incoming {
    let answer = RemoteAnswer::Rejected;
    Incoming::Answer { id, answer }
}

/// Our call, as it is sent.
pub(super) fn call(id: &str, request: &RemoteRequest) -> String {
    frame::call(id, request.action(), request)
}

/// Takes in a call and returns the reply to send.
pub(super) async fn answer<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    call: Call,
) -> String {
    let Call {
        id,
        action,
        request,
    } = call;
    match dispatch(shared, station, request).await {
        Ok(response) => frame::result(&id, response),
        Err(code) => {
            tracing::warn!(
                station,
                action,
                ?code,
                "a station's message was not taken in"
            );
            frame::error(&CallError { id, code })
        }
    }
}

impl From<Unavailable> for ErrorCode {
    fn from(_: Unavailable) -> Self {
        Self::InternalError
    }
}

async fn dispatch<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    request: Request,
) -> Result<Response, ErrorCode> {
    match request {
        Request::BootNotification(boot) => {
            let vendor = loggable(&boot.charge_point_vendor);
            let model = loggable(&boot.charge_point_model);
            tracing::info!(station, vendor, model, "station booted");
            Ok(Response::BootNotification {
                current_time: DateTime::from_unix_ms((shared.clock)()),
                interval: HEARTBEAT_INTERVAL,
                status: RegistrationStatus::Accepted,
            })
        }
        Request::Heartbeat(_) => Ok(Response::Heartbeat {
            current_time: DateTime::from_unix_ms((shared.clock)()),
        }),
        Request::StatusNotification(status) => status_changed(shared, station, status).await,
        // There are no cards of drivers to know yet.
        Request::Authorize(_) => Ok(Response::Authorize {
            id_tag_info: IdTagInfo {
                status: AuthorizationStatus::Invalid,
            },
        }),
        Request::StartTransaction(start) => started(shared, station, start).await,
        Request::MeterValues(values) => metered(shared, station, values).await,
        Request::StopTransaction(stop) => stopped(shared, station, stop).await,
        Request::DataTransfer(_) => Ok(Response::DataTransfer {
            status: DataTransferStatus::UnknownVendorId,
        }),
        Request::Unsupported => Err(ErrorCode::NotSupported),
    }
}

async fn status_changed<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    notification: StatusNotification,
) -> Result<Response, ErrorCode> {
    let StatusNotification {
        connector_id: connector,
        error_code: error,
        status,
        ..
    } = notification;
    let (shown, error) = (loggable(&status), loggable(&error));
    tracing::info!(
        station,
        connector,
        status = shown,
        error,
        "connector status"
    );
    // Connector 0 is the station as a whole.
    if let Some(vehicle) = vehicle(&status).filter(|_| connector > 0) {
        shared.events.has(station, connector, vehicle).await?;
    }
    Ok(Response::StatusNotification {})
}

/// The other states are those of a transaction and of the time after it, or say nothing of a vehicle.
fn vehicle(status: &str) -> Option<Vehicle> {
    match status {
        "Preparing" => Some(Vehicle::Waits),
        "Available" => Some(Vehicle::IsGone),
        _ => None,
    }
}

async fn started<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    start: StartTransaction,
) -> Result<Response, ErrorCode> {
    let reading = reading(start.meter_start, start.timestamp);
    let transaction = shared
        .events
        .started(station, start.connector_id, &start.id_tag, reading)
        .await?;
    let status = match transaction {
        Some(_) => AuthorizationStatus::Accepted,
        None => AuthorizationStatus::Invalid,
    };
    Ok(Response::StartTransaction {
        transaction_id: transaction.unwrap_or(NO_TRANSACTION),
        id_tag_info: IdTagInfo { status },
    })
}

async fn metered<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    values: MeterValues,
) -> Result<Response, ErrorCode> {
    if let Some(transaction) = values.transaction_id.filter(|id| *id != NO_TRANSACTION) {
        signed(shared, station, transaction, &values.meter_value).await?;
        for value in values.meter_value {
            if let Some(energy) = meter::energy(&value.sampled_value) {
                let reading = reading(energy, value.timestamp);
                shared.events.metered(station, transaction, reading).await?;
            }
        }
    }
    Ok(Response::MeterValues {})
}

/// Hands on what a meter signed.
async fn signed<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    transaction: i32,
    values: &[MeterValue],
) -> Result<(), ErrorCode> {
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
) -> Result<Response, ErrorCode> {
    if stop.transaction_id != NO_TRANSACTION {
        let data = stop.transaction_data.unwrap_or_default();
        signed(shared, station, stop.transaction_id, &data).await?;
        let stopped = Stopped {
            reading: reading(stop.meter_stop, stop.timestamp),
            reason: stop.reason.unwrap_or_default().name().to_owned(),
        };
        shared
            .events
            .stopped(station, stop.transaction_id, stopped)
            .await?;
    }
    Ok(Response::StopTransaction {})
}

/// A register's reading. A clock that shows a time before 1970 is as wrong as one that shows 1970,
/// and the reading is worth as much.
fn reading(energy: u64, at: DateTime) -> MeterReading {
    let at = at.unix_ms();
    MeterReading { energy, at }
}
