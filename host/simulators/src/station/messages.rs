//! What the station and the central system tell each other, and what the station makes of it.
//!
//! The types here are the same in every version of OCPP. How they are written and read is in [`v16`] and
//! [`v2`]. They read strictly, so that a central system's mistake shows: their fields whose names begin
//! with an underscore are checked and not used.

mod v16;
mod v2;

use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::charge_point::ChargePoint;
use super::connector::ChargePointStatus;
use super::outbox::{EventKind, Outgoing};
use super::tariffs::Tariff;
use super::transaction::{Authorisation, EventAnswer, TransactionId};
use super::version::Version;
use crate::frame::{self, Frame};
use crate::{Fault, FaultKind};

/// What to do about a message that was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    Nothing,
    Answer(String),
    AnswerLater(String, Duration),
    Disconnect,
}

/// What the central system asks for.
enum Request {
    Start {
        connector: Option<u32>,
        authorisation: Authorisation,
    },
    Stop(TransactionId),
    /// To tell the status of one connector again, or of all.
    RepeatStatus(Option<u32>),
    /// What a transaction costs so far, in whole units of the currency.
    Cost(TransactionId, f64),
    /// To show this tariff at an EVSE.
    SetTariff {
        evse: u32,
        tariff: Tariff,
    },
    /// To forget tariffs.
    ClearTariffs {
        evse: Option<u32>,
        ids: Option<Vec<String>>,
    },
    /// Something that is answered with this payload and changes nothing.
    Answer(Value),
    /// Anything else, which the station does not do.
    Other,
}

impl Version {
    /// The action and the payload of a message, if all that it tells is known.
    fn call(
        self,
        station: &ChargePoint,
        message: &Outgoing,
        now: u64,
    ) -> Option<(&'static str, Value)> {
        match self {
            Self::V1_6 => v16::call(station, message, now),
            Self::V2_0_1 | Self::V2_1 => v2::call(station, message, now),
        }
    }

    fn request(self, action: &str, payload: Value) -> anyhow::Result<Request> {
        match self {
            Self::V1_6 => v16::request(action, payload),
            Self::V2_0_1 | Self::V2_1 => v2::request(self, action, payload),
        }
    }

    /// The time between heartbeats in milliseconds, from the answer to a BootNotification.
    fn heartbeat_interval(self, payload: Value) -> anyhow::Result<u64> {
        match self {
            Self::V1_6 => v16::heartbeat_interval(payload),
            Self::V2_0_1 | Self::V2_1 => v2::heartbeat_interval(payload),
        }
    }

    fn event_answer(self, kind: EventKind, payload: Value) -> anyhow::Result<EventAnswer> {
        match self {
            Self::V1_6 => v16::event_answer(kind, payload),
            Self::V2_0_1 | Self::V2_1 => v2::event_answer(self, payload),
        }
    }

    /// The name of a connector's status.
    pub(super) fn connector_status(self, plugged: bool, status: ChargePointStatus) -> &'static str {
        match self {
            Self::V1_6 => v16::connector_status(status),
            Self::V2_0_1 | Self::V2_1 => v2::connector_status(plugged),
        }
    }

    /// The id of a transaction that begins, if the station makes it. `index` is counted since
    /// the process was started.
    pub(super) fn transaction_id(self, index: usize, now: u64) -> Option<TransactionId> {
        match self {
            Self::V1_6 => None,
            Self::V2_0_1 | Self::V2_1 => Some(v2::transaction_id(index, now)),
        }
    }
}

impl ChargePoint {
    /// The next message to send, if one is due.
    pub(super) fn next_message(&mut self, now: u64) -> Option<String> {
        let (id, message) = self.outbox.next(now)?;
        let text = self
            .version
            .call(self, &message, now)
            .map(|(action, payload)| frame::call(&id, action, &payload));
        if text.is_none() {
            tracing::error!(?message, "this message cannot be written and is dropped");
            self.outbox.succeed();
        }
        text
    }

    /// Takes in a message.
    pub(super) fn receive(&mut self, text: &str, now: u64) -> Reaction {
        self.try_receive(text, now).unwrap_or_else(|error| {
            tracing::warn!(
                error = format!("{error:#}"),
                "ignoring what is no OCPP message"
            );
            Reaction::Nothing
        })
    }

    fn try_receive(&mut self, text: &str, now: u64) -> anyhow::Result<Reaction> {
        Ok(match Frame::parse(text)? {
            Frame::Call {
                id,
                action,
                payload,
            } => {
                let request = self.version.request(&action, payload)?;
                self.receive_call(&id, request, now)
            }
            Frame::Result { id, payload } => {
                self.receive_result(&id, payload, now);
                Reaction::Nothing
            }
            Frame::Error { id, code } => {
                tracing::warn!(%code, "the central system answered with an error");
                if self.outbox.in_flight(&id).is_some() {
                    self.outbox.fail(now);
                }
                Reaction::Nothing
            }
        })
    }

    fn receive_call(&mut self, id: &str, request: Request, now: u64) -> Reaction {
        let fault = self.faults.take(|kind| match kind {
            FaultKind::Duplicate => false,
            FaultKind::Decline => matches!(request, Request::Start { .. }),
            _ => matches!(request, Request::Start { .. } | Request::Stop(_)),
        });
        let kind = fault.map(|fault| fault.kind);
        if kind == Some(FaultKind::Drop) {
            return Reaction::Disconnect;
        }
        if kind == Some(FaultKind::Error) {
            return Reaction::Answer(frame::error(id, "InternalError"));
        }
        let payload = match request {
            Request::Start {
                connector,
                authorisation,
            } => status(
                kind != Some(FaultKind::Decline)
                    && self.remote_start(connector, authorisation, now),
            ),
            Request::Stop(transaction_id) => status(self.remote_stop(&transaction_id, now)),
            Request::RepeatStatus(connector) => status(self.repeat_status(connector)),
            Request::Cost(transaction_id, total_cost) => {
                self.cost_updated(&transaction_id, total_cost);
                json!({})
            }
            Request::SetTariff { evse, tariff } => {
                json!({"status": self.tariffs.set(evse, &tariff)})
            }
            Request::ClearTariffs { evse, ids } => {
                json!({"clearTariffsResult": self.tariffs.clear(evse, ids.as_deref())})
            }
            Request::Answer(payload) => payload,
            Request::Other => return Reaction::Answer(frame::error(id, "NotImplemented")),
        };
        let answer = frame::result(id, &payload);
        match fault {
            Some(Fault {
                kind: FaultKind::LostAnswer,
                ..
            }) => Reaction::Nothing,
            Some(Fault {
                kind: FaultKind::Delay,
                delay_ms,
                ..
            }) => Reaction::AnswerLater(answer, Duration::from_millis(delay_ms)),
            _ => Reaction::Answer(answer),
        }
    }

    fn receive_result(&mut self, id: &str, payload: Value, now: u64) {
        let Some(message) = self.outbox.in_flight(id).cloned() else {
            return;
        };
        let taken_in = match message {
            Outgoing::Boot => self
                .version
                .heartbeat_interval(payload)
                .map(|interval| self.booted(interval, now)),
            Outgoing::Event(event) => self
                .version
                .event_answer(event.kind, payload)
                .map(|answer| self.answered(event.transaction, answer, now)),
            Outgoing::Heartbeat | Outgoing::Status { .. } => Ok(()),
        };
        match taken_in {
            Ok(()) => self.outbox.succeed(),
            Err(error) => {
                tracing::warn!(
                    error = format!("{error:#}"),
                    "the central system's answer is not OCPP's"
                );
                self.outbox.fail(now);
            }
        }
    }
}

fn status(accepted: bool) -> Value {
    json!({"status": if accepted { "Accepted" } else { "Rejected" }})
}

/// From seconds to milliseconds; none is zero. The time that comes with it has to be one.
fn read_interval(seconds: i32, current_time: &str) -> anyhow::Result<u64> {
    let time = current_time.parse::<Timestamp>();
    time.context("currentTime is no time")?;
    Ok(u64::try_from(seconds).unwrap_or(0).saturating_mul(1_000))
}
