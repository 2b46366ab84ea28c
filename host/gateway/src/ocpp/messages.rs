//! What a station calls, and what it is answered.

use std::collections::BTreeMap;
use std::sync::Arc;

use chargetap_engine::{Match, TransactionAnswer};
use chargetap_fleet::text::loggable;
use chargetap_ocpp::frame::{ErrorCode, MessageId};
use chargetap_ocpp::message::{self, Call, Request, Response, TransactionResponse};
use chargetap_ocpp::oddity::OddityKind;
use chargetap_ocpp::relay::{Verdict, own_number};
use chargetap_ocpp::report::{Boot, Plugs, Status, TransactionEvent};
use chargetap_ocpp::{DateTime, Oddity, Version};
use rust_decimal::Decimal;
use tokio::sync::watch;
use tokio::time::Instant;

use super::relay::{self, Concluded, Held, HeldCalls};
use super::{HEARTBEAT_INTERVAL_S, Shared, StationEvents, Unavailable};

/// A call to take in, or what cannot be made out; or what a central system above answers to a call. Each in its turn.
#[derive(Debug)]
pub(super) enum Received {
    Call(MessageId, Box<Call>),
    Broken(MessageId),
    AnsweredAbove(MessageId, String),
    /// What a central system above says besides, in the order in which it says it; with an id if it is a call.
    SaidAbove(Option<MessageId>, String),
}

/// What is to be sent to the station.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) text: String,
    /// It is a call of a central system above, with this id.
    pub(super) call: Option<MessageId>,
    /// How often the station is to send heartbeats, if it is told so by a central system above, in seconds.
    pub(super) heartbeat_interval: Option<u64>,
}

impl Reply {
    fn new(text: String) -> Self {
        Self {
            text,
            call: None,
            heartbeat_interval: None,
        }
    }
}

/// What became of a call.
pub(super) struct Taken {
    pub(super) response: Response,
    /// It is about a transaction of one of our sessions.
    pub(super) is_ours: bool,
}

impl From<Response> for Taken {
    fn from(response: Response) -> Self {
        Self {
            response,
            is_ours: false,
        }
    }
}

/// What connectors said last that could not be stored. It is told again for as long as the station is connected; when
/// it connects anew, it is asked for it.
#[derive(Default)]
pub(super) struct UntoldStatuses {
    by_connector: BTreeMap<u32, Status>,
    due: Option<Instant>,
}

impl UntoldStatuses {
    /// When they are to be told again, if there are any.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.due.filter(|_| !self.by_connector.is_empty())
    }
}

/// Takes in the calls of one connection, in order.
pub(super) struct Intake<'a, E> {
    shared: &'a Arc<Shared<E>>,
    station: &'a str,
    version: Version,
    /// Where there is a central system above: the calls that it has not answered.
    held: Option<HeldCalls>,
    /// The transaction whose price the station is to show, and that price.
    cost: watch::Sender<(String, Decimal)>,
    pub(super) untold: UntoldStatuses,
}

impl<'a, E: StationEvents> Intake<'a, E> {
    pub(super) fn new(shared: &'a Arc<Shared<E>>, station: &'a str, version: Version) -> Self {
        Self {
            shared,
            station,
            version,
            held: shared.upstream.as_ref().map(|_| HeldCalls::default()),
            cost: watch::Sender::default(),
            untold: UntoldStatuses::default(),
        }
    }

    /// Takes in a message and returns the reply to send. None is due to a call that a central system above answers.
    pub(super) async fn answer(&mut self, received: Received) -> Option<Reply> {
        let (id, call) = match received {
            Received::Call(id, call) => (id, *call),
            // A central system above says what it makes of it.
            Received::Broken(_) if self.held.is_some() => return None,
            Received::Broken(id) => {
                let broken = Err(ErrorCode::FormatViolation);
                return Some(Reply::new(message::answer(self.version, &id, broken)));
            }
            Received::AnsweredAbove(id, text) => return self.answered_above(id, text).await,
            Received::SaidAbove(call, text) => {
                return Some(Reply {
                    call,
                    ..Reply::new(text)
                });
            }
        };
        let action = call.action();
        let taken = self.dispatch(call).await;
        if let Err(code) = &taken {
            let station = self.station;
            tracing::warn!(
                station,
                action,
                ?code,
                "a station's message was not taken in"
            );
        }
        if let Some(held) = &mut self.held {
            held.hold(id, taken, Instant::now() + self.shared.timeouts.above);
            return None;
        }
        let response = taken.map(|taken| taken.response);
        Some(Reply::new(message::answer(self.version, &id, response)))
    }

    /// The central system above answered a call: what the station is answered. Nothing, if it was answered before.
    async fn answered_above(&mut self, id: MessageId, text: String) -> Option<Reply> {
        match self.held.as_mut()?.take(&id) {
            Some(Held::Call(taken)) => Some(self.conclude(id, taken, Some(text)).await),
            Some(Held::Answered) => None,
            None => Some(Reply::new(text)),
        }
    }

    /// When the central system above has had its time to answer a call about one of our transactions.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.held.as_ref()?.next_due()
    }

    /// The central system above had its time to answer a call about one of our transactions, and did not: the gateway
    /// answers it.
    pub(super) async fn overdue(&mut self) -> Option<Reply> {
        let (id, taken) = self.held.as_mut()?.take_due(Instant::now())?;
        let station = self.station;
        tracing::warn!(station, "the central system above does not answer");
        Some(self.conclude(id, taken, None).await)
    }

    /// What the station is answered to a call, by what the central system above answered.
    async fn conclude(
        &mut self,
        id: MessageId,
        taken: Result<Taken, ErrorCode>,
        above: Option<String>,
    ) -> Reply {
        let Concluded {
            mut verdict,
            named,
            heartbeat_interval,
            is_accepted,
        } = relay::conclude(self.shared.upstream.as_ref(), taken, above.as_deref());
        if let Some((number, name)) = named {
            match self.name(number, name, is_accepted).await {
                Ok(None) => {}
                Ok(Some(other)) => verdict = Verdict::Own(Ok(other)),
                Err(Unavailable) => verdict = Verdict::Own(Err(ErrorCode::InternalError)),
            }
        }
        let text = match (verdict, above) {
            (Verdict::Own(own), _) => message::answer(self.version, &id, own),
            (Verdict::Relay, Some(text)) => text,
            // Only what is ours is answered without the central system.
            (Verdict::Relay, None) => {
                message::answer(self.version, &id, Err(ErrorCode::InternalError))
            }
        };
        Reply {
            heartbeat_interval,
            ..Reply::new(text)
        }
    }

    /// The station is to know a transaction by this id. If another one that runs there has it, it gets a number of the
    /// gateway's, and the station the answer that says so.
    async fn name(
        &self,
        number: i64,
        name: String,
        is_accepted: bool,
    ) -> Result<Option<Response>, Unavailable> {
        let events = &self.shared.events;
        if events.named(self.station, number, &name).await? {
            return Ok(None);
        }
        let own = own_number(number);
        events.named(self.station, number, &own.to_string()).await?;
        Ok(Some(Response::StartTransaction {
            number: own,
            is_accepted,
        }))
    }

    async fn dispatch(&mut self, call: Call) -> Result<Taken, ErrorCode> {
        let (shared, station) = (self.shared, self.station);
        let events = &shared.events;
        let response = match call {
            Call::BootNotification(boot) => {
                shared.with_plugs(station, Plugs::forget);
                self.untold = UntoldStatuses::default();
                booted(shared, station, boot).await?
            }
            Call::Heartbeat => Response::Heartbeat {
                now: DateTime::from_unix_ms((shared.clock)()),
            },
            Call::StatusNotification(statuses) => {
                let mut taken = Ok(Response::Empty);
                for status in statuses {
                    let status = shared.with_plugs(station, |plugs| plugs.combined(status));
                    log_status(station, &status);
                    let told = events.status(station, &status).await;
                    self.keep_if_untold(status, told);
                    taken = taken.and(told.map(|()| Response::Empty));
                }
                taken?
            }
            Call::Authorize { token } => {
                let is_accepted = events.authorizes(station, &token).await?;
                return Ok(Taken {
                    response: Response::Authorize { is_accepted },
                    is_ours: is_accepted,
                });
            }
            Call::StartTransaction(start) => {
                let TransactionAnswer {
                    number,
                    is_accepted,
                } = events.started(station, &start).await?;
                let response = Response::StartTransaction {
                    number,
                    is_accepted,
                };
                return Ok(Taken {
                    response,
                    is_ours: is_accepted,
                });
            }
            Call::TransactionEvent(event) => {
                let response = events.transaction(station, &event).await?;
                // Below a central system, prices are its to tell.
                if self.held.is_none() {
                    self.show_cost(event, &response);
                }
                return Ok(Taken {
                    is_ours: response.cost.is_some(),
                    response: Response::TransactionEvent(response),
                });
            }
            Call::MeterValues(readings) => {
                let outcome = events.read(station, &readings).await?;
                // Meters are read between transactions, too.
                let names_one = readings.transaction.names_one();
                let place = "MeterValues.transactionId";
                count_match(shared, station, place, outcome.how, names_one);
                return Ok(Taken {
                    response: Response::Empty,
                    is_ours: outcome.has_session,
                });
            }
            Call::StopTransaction(stop) => {
                let outcome = events.stopped(station, &stop).await?;
                let place = "StopTransaction.transactionId";
                count_match(shared, station, place, outcome.how, true);
                return Ok(Taken {
                    response: Response::Empty,
                    is_ours: outcome.has_session,
                });
            }
            Call::DataTransfer => Response::DataTransfer,
            Call::Notice(action) => {
                tracing::info!(station, action, "the station tells something");
                Response::Empty
            }
            Call::Unsupported => return Err(ErrorCode::NotSupported),
            Call::Unknown => return Err(ErrorCode::NotImplemented),
        };
        Ok(response.into())
    }

    /// Keeps a status that could not be stored. Many stations do not repeat it.
    fn keep_if_untold(&mut self, status: Status, told: Result<(), Unavailable>) {
        self.untold.by_connector.remove(&status.connector);
        if told.is_err() {
            let received_at = (self.shared.clock)();
            let at = status.at.or(Some(received_at));
            let status = Status { at, ..status };
            self.untold.by_connector.insert(status.connector, status);
            self.untold.due = Some(Instant::now() + self.shared.timeouts.status);
        }
    }

    /// Tells again what connectors said last that could not be stored, as far as it can be stored now.
    pub(super) async fn tell_again(&mut self) {
        while let Some((_, status)) = self.untold.by_connector.pop_first() {
            let told = self.shared.events.status(self.station, &status).await;
            self.keep_if_untold(status, told);
            if told.is_err() {
                return;
            }
        }
    }

    /// Has a station of OCPP 2.0.1 show the price so far. Later versions read it in the answer.
    fn show_cost(&mut self, event: TransactionEvent, response: &TransactionResponse) {
        let running = response.cost.as_ref().filter(|cost| !cost.is_final);
        let (Version::V201, Some(name), Some(cost)) = (self.version, event.name, running) else {
            return;
        };
        if self.cost.receiver_count() == 0 {
            let costs = self.cost.subscribe();
            tokio::spawn(tell_costs(
                self.shared.clone(),
                self.station.to_owned(),
                costs,
            ));
        }
        let new = (name, cost.total);
        self.cost.send_if_modified(|told| {
            let is_new = *told != new;
            *told = new;
            is_new
        });
    }
}

/// Tells a station what a transaction costs, one price after the other, for as long as it is connected. Of several
/// that wait, the last is told.
async fn tell_costs<E>(
    shared: Arc<Shared<E>>,
    station: String,
    mut costs: watch::Receiver<(String, Decimal)>,
) {
    while costs.changed().await.is_ok() {
        let (name, total) = costs.borrow_and_update().clone();
        let show = Request::ShowCost { name, total };
        // Nothing hangs on the answer.
        let _ = shared.call(&station, show, shared.timeouts.setting).await;
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
        is_accepted: true,
        interval: HEARTBEAT_INTERVAL_S,
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
