//! The gateway's end of a station's line: texts of OCPP in both directions, read and written by the real reader, and
//! handed to the engine as the native host does.

use std::sync::Arc;

use chargetap_engine::platform::{Platform as _, StationAnswer, StationOrder};
use chargetap_engine::{EngineError, TransactionAnswer, remote_start_number};
use chargetap_ocpp::Version;
use chargetap_ocpp::frame::ErrorCode;
use chargetap_ocpp::message::{self, Call, Incoming, Request, Response};
use chargetap_ocpp::report::TransactionStage;

use crate::gateway::SimulatedGateway;
use crate::site;
use crate::world::Sabotage;

/// The id of every call of the gateway: a station has one at a time.
const CALL: &str = "c";

/// Take in a station's message. Returns the text of the answer, if one is due.
pub(crate) async fn take_in(
    gateway: Arc<SimulatedGateway>,
    version: Version,
    connector: u32,
    text: String,
    sabotage: Option<Sabotage>,
) -> Option<String> {
    let (id, response) = match message::read(version, &text).incoming {
        Incoming::Call(id, call)
            if sabotage == Some(Sabotage::NumbersBelieved) && is_unnamed(&call) =>
        {
            (id, Ok(Response::Empty))
        }
        Incoming::Call(id, mut call) => {
            if sabotage == Some(Sabotage::UntimedEndIsNow) {
                time_end(&mut call, gateway.platform().now());
            }
            let response = dispatch(&gateway, &site::station(connector), call).await;
            (id, response)
        }
        Incoming::BrokenCall(id) => (id, Err(ErrorCode::FormatViolation)),
        Incoming::Answer(..) | Incoming::Nothing => return None,
    };
    Some(message::answer(version, &id, response))
}

/// Whether it is the end of a transaction under an id that can be none's.
fn is_unnamed(call: &Call) -> bool {
    match call {
        Call::StopTransaction(stop) => stop.transaction.id.is_some_and(|id| id <= 0),
        _ => false,
    }
}

/// The end of a transaction that is told without a time says that it is now.
fn time_end(call: &mut Call, now: u64) {
    match call {
        Call::StopTransaction(stop) => stop.at = stop.at.or(Some(now)),
        Call::TransactionEvent(event) if event.stage != TransactionStage::Running => {
            event.at = event.at.or(Some(now));
        }
        _ => {}
    }
}

async fn dispatch(
    gateway: &SimulatedGateway,
    station: &str,
    call: Call,
) -> Result<Response, ErrorCode> {
    let stored = |_: EngineError| ErrorCode::InternalError;
    Ok(match call {
        Call::BootNotification(boot) => {
            gateway
                .station_booted(station, &boot)
                .await
                .map_err(stored)?;
            // The simulated stations read nothing in the answer.
            Response::Empty
        }
        Call::StatusNotification(statuses) => {
            for status in statuses {
                gateway
                    .station_status(station, &status)
                    .await
                    .map_err(stored)?;
            }
            Response::Empty
        }
        Call::StartTransaction(start) => {
            let TransactionAnswer {
                number,
                is_accepted,
            } = gateway
                .station_started(station, &start)
                .await
                .map_err(stored)?;
            Response::StartTransaction {
                number,
                is_accepted,
            }
        }
        Call::TransactionEvent(event) => {
            let told = gateway
                .station_transaction(station, &event)
                .await
                .map_err(stored)?;
            Response::TransactionEvent(told)
        }
        Call::MeterValues(readings) => {
            gateway
                .station_read(station, &readings)
                .await
                .map_err(stored)?;
            Response::Empty
        }
        Call::StopTransaction(stop) => {
            gateway
                .station_stopped(station, &stop)
                .await
                .map_err(stored)?;
            Response::Empty
        }
        Call::Authorize { token } => Response::Authorize {
            is_accepted: gateway
                .station_authorizes(station, &token)
                .await
                .map_err(stored)?,
        },
        // The simulated stations call nothing else.
        Call::DataTransfer
        | Call::Heartbeat
        | Call::Notice(_)
        | Call::Unsupported
        | Call::Unknown => return Err(ErrorCode::NotSupported),
    })
}

/// The text of an order to a station. There is none for what nobody has the simulated stations do.
pub(crate) fn order(version: Version, order: &StationOrder) -> Option<String> {
    let request = match order {
        StationOrder::Start { connector, id_tag } => Request::Start {
            connector: *connector,
            token: id_tag.clone(),
            remote_start: remote_start_number(id_tag),
        },
        StationOrder::Stop { transaction, name } => Request::Stop {
            number: *transaction,
            name: name.clone(),
        },
        StationOrder::Reset { .. }
        | StationOrder::Unlock { .. }
        | StationOrder::Trigger { .. }
        | StationOrder::Configure { .. } => return None,
    };
    request.call(version, CALL)
}

/// What a station's answer to an order says.
pub(crate) fn answer(version: Version, text: &str) -> StationAnswer {
    match message::read(version, text).incoming {
        Incoming::Answer(id, answer) if id.is(CALL) => StationAnswer::from(&answer),
        _ => StationAnswer::Unknown,
    }
}
