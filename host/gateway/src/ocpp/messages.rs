//! What a station calls, and what it is answered.

use chargetap_engine::{Match, TransactionAnswer};
use chargetap_fleet::text::loggable;
use chargetap_ocpp::frame::{ErrorCode, MessageId};
use chargetap_ocpp::oddity::OddityKind;
use chargetap_ocpp::report::{Boot, Status};
use chargetap_ocpp::v16::{
    self, Call, DataTransferStatus, IdTagInfo, RegistrationStatus, Response,
};
use chargetap_ocpp::{DateTime, Oddity};

use super::{HEARTBEAT_INTERVAL_S, Shared, StationEvents, Unavailable};

/// A call to take in, or what cannot be made out. Either is answered in its turn.
#[derive(Debug)]
pub(super) enum Received {
    Call(MessageId, Box<Call>),
    Broken(MessageId),
}

/// Takes in a call and returns the reply to send.
pub(super) async fn answer<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    received: Received,
) -> String {
    let (id, call) = match received {
        Received::Call(id, call) => (id, *call),
        Received::Broken(id) => return v16::answer(&id, Err(ErrorCode::FormationViolation)),
    };
    let action = call.action();
    let response = dispatch(shared, station, call).await;
    if let Err(code) = response {
        tracing::warn!(
            station,
            action,
            ?code,
            "a station's message was not taken in"
        );
    }
    v16::answer(&id, response)
}

impl From<Unavailable> for ErrorCode {
    fn from(_: Unavailable) -> Self {
        Self::InternalError
    }
}

async fn dispatch<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    call: Call,
) -> Result<Response, ErrorCode> {
    let events = &shared.events;
    Ok(match call {
        Call::BootNotification(boot) => booted(shared, station, boot).await?,
        Call::Heartbeat => Response::Heartbeat {
            current_time: DateTime::from_unix_ms((shared.clock)()),
        },
        Call::StatusNotification(status) => {
            log_status(station, &status);
            events.status(station, &status).await?;
            Response::Empty {}
        }
        Call::Authorize { token } => Response::Authorize {
            id_tag_info: IdTagInfo::new(events.authorizes(station, &token).await?),
        },
        Call::StartTransaction(start) => {
            let TransactionAnswer {
                number,
                is_accepted,
            } = events.started(station, &start).await?;
            Response::StartTransaction {
                transaction_id: number,
                id_tag_info: IdTagInfo::new(is_accepted),
            }
        }
        Call::MeterValues(readings) => {
            let found = events.read(station, &readings).await?;
            // Meters are read between transactions, too.
            let names_one = readings.transaction.id.is_some();
            count_match(
                shared,
                station,
                "MeterValues.transactionId",
                found,
                names_one,
            );
            Response::Empty {}
        }
        Call::StopTransaction(stop) => {
            let found = events.stopped(station, &stop).await?;
            count_match(
                shared,
                station,
                "StopTransaction.transactionId",
                found,
                true,
            );
            Response::Empty {}
        }
        Call::DataTransfer => Response::DataTransfer {
            status: DataTransferStatus::UnknownVendorId,
        },
        Call::Unsupported => return Err(ErrorCode::NotSupported),
        Call::Unknown => return Err(ErrorCode::NotImplemented),
    })
}

async fn booted<E: StationEvents>(
    shared: &Shared<E>,
    station: &str,
    boot: Boot,
) -> Result<Response, ErrorCode> {
    let (vendor, model) = (loggable(&boot.vendor), loggable(&boot.model));
    let firmware = boot.firmware.as_deref().map(loggable);
    tracing::info!(station, vendor, model, firmware, "station booted");
    shared.events.booted(station, &boot).await?;
    Ok(Response::BootNotification {
        current_time: DateTime::from_unix_ms((shared.clock)()),
        interval: HEARTBEAT_INTERVAL_S,
        status: RegistrationStatus::Accepted,
    })
}

fn log_status(station: &str, status: &Status) {
    let connector = status.connector;
    let error = status.error.as_deref().map(loggable);
    let status = status.status.map_or("(unknown)", |status| status.name());
    tracing::info!(station, connector, status, error, "connector status");
}

/// Counts a transaction's id that is none here.
fn count_match<E>(shared: &Shared<E>, station: &str, place: &str, found: Match, names_one: bool) {
    if names_one && found != Match::ByNumber {
        let oddity = Oddity {
            kind: OddityKind::Transaction,
            place: place.to_owned(),
        };
        shared.oddities.count(station, &[oddity]);
    }
}
