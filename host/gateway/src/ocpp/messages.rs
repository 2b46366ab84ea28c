//! What a station calls, and what it is answered.

use std::sync::Arc;

use chargetap_engine::{Match, TransactionAnswer};
use chargetap_fleet::text::loggable;
use chargetap_ocpp::frame::{ErrorCode, MessageId};
use chargetap_ocpp::message::{self, Call, Request, Response, TransactionResponse};
use chargetap_ocpp::oddity::OddityKind;
use chargetap_ocpp::report::{Boot, Plugs, Status, TransactionEvent};
use chargetap_ocpp::{DateTime, Oddity, Version};
use rust_decimal::Decimal;

use super::{HEARTBEAT_INTERVAL_S, Shared, StationEvents, Unavailable};

/// A call to take in, or what cannot be made out. Either is answered in its turn.
#[derive(Debug)]
pub(super) enum Received {
    Call(MessageId, Box<Call>),
    Broken(MessageId),
}

/// Takes in the calls of one connection, in order.
pub(super) struct Intake<'a, E> {
    shared: &'a Arc<Shared<E>>,
    station: &'a str,
    version: Version,
    plugs: Plugs,
    /// The transaction whose price the station was told last, and that price.
    told: Option<(String, Decimal)>,
}

impl<'a, E: StationEvents> Intake<'a, E> {
    pub(super) fn new(shared: &'a Arc<Shared<E>>, station: &'a str, version: Version) -> Self {
        Self {
            shared,
            station,
            version,
            plugs: Plugs::default(),
            told: None,
        }
    }

    /// Takes in a call and returns the reply to send.
    pub(super) async fn answer(&mut self, received: Received) -> String {
        let (id, call) = match received {
            Received::Call(id, call) => (id, *call),
            Received::Broken(id) => {
                return message::answer(self.version, &id, Err(ErrorCode::FormatViolation));
            }
        };
        let action = call.action();
        let response = self.dispatch(call).await;
        if let Err(code) = response {
            let station = self.station;
            tracing::warn!(
                station,
                action,
                ?code,
                "a station's message was not taken in"
            );
        }
        message::answer(self.version, &id, response)
    }

    async fn dispatch(&mut self, call: Call) -> Result<Response, ErrorCode> {
        let (shared, station) = (self.shared, self.station);
        let events = &shared.events;
        Ok(match call {
            Call::BootNotification(boot) => booted(shared, station, boot).await?,
            Call::Heartbeat => Response::Heartbeat {
                now: DateTime::from_unix_ms((shared.clock)()),
            },
            Call::StatusNotification(statuses) => {
                for status in statuses {
                    let status = self.plugs.combined(status);
                    log_status(station, &status);
                    events.status(station, &status).await?;
                }
                Response::Empty
            }
            Call::Authorize { token } => Response::Authorize {
                is_accepted: events.authorizes(station, &token).await?,
            },
            Call::StartTransaction(start) => {
                let TransactionAnswer {
                    number,
                    is_accepted,
                } = events.started(station, &start).await?;
                Response::StartTransaction {
                    number,
                    is_accepted,
                }
            }
            Call::TransactionEvent(event) => {
                let response = events.transaction(station, &event).await?;
                self.show_cost(event, &response);
                Response::TransactionEvent(response)
            }
            Call::MeterValues(readings) => {
                let found = events.read(station, &readings).await?;
                // Meters are read between transactions, too.
                let names_one = readings.transaction.id.is_some();
                let place = "MeterValues.transactionId";
                count_match(shared, station, place, found, names_one);
                Response::Empty
            }
            Call::StopTransaction(stop) => {
                let found = events.stopped(station, &stop).await?;
                let place = "StopTransaction.transactionId";
                count_match(shared, station, place, found, true);
                Response::Empty
            }
            Call::DataTransfer => Response::DataTransfer,
            Call::Notice(action) => {
                tracing::info!(station, action, "the station tells something");
                Response::Empty
            }
            Call::Unsupported => return Err(ErrorCode::NotSupported),
            Call::Unknown => return Err(ErrorCode::NotImplemented),
        })
    }

    /// Has a station of OCPP 2.0.1 show the price so far. Later versions read it in the answer.
    fn show_cost(&mut self, event: TransactionEvent, response: &TransactionResponse) {
        let running = response.cost.as_ref().filter(|cost| !cost.is_final);
        let (Version::V201, Some(name), Some(cost)) = (self.version, event.name, running) else {
            return;
        };
        let told = Some((name.clone(), cost.total));
        if self.told == told {
            return;
        }
        self.told = told;
        let (shared, station) = (self.shared.clone(), self.station.to_owned());
        let total = cost.total;
        let patience = shared.timeouts.setting;
        // Nothing hangs on the answer.
        tokio::spawn(async move {
            let show = Request::ShowCost { name, total };
            shared.call(&station, show, patience).await
        });
    }
}

impl From<Unavailable> for ErrorCode {
    fn from(_: Unavailable) -> Self {
        Self::InternalError
    }
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
        now: DateTime::from_unix_ms((shared.clock)()),
        heartbeat_interval: HEARTBEAT_INTERVAL_S,
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
    if names_one && found != Match::ById {
        let oddity = Oddity {
            kind: OddityKind::Transaction,
            place: place.to_owned(),
        };
        shared.oddities.count(station, &[oddity]);
    }
}
