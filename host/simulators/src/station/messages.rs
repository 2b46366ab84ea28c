//! The station's messages in OCPP 1.6, and what it makes of those it receives.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::charge_point::{ChargePoint, Transaction};
use super::incoming::{AuthorizationStatus, BootResult, Message, Request, StartResult};
use super::outbox::Outgoing;
use crate::{Fault, FaultKind};

/// What to do about a message that was received.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    Nothing,
    Answer(String),
    AnswerLater(String, Duration),
    Disconnect,
}

impl ChargePoint {
    /// The next message to send, if one is due.
    pub(super) fn next_message(&mut self, now: u64) -> Option<String> {
        let (id, message) = self.outbox.next(now)?;
        let text = self
            .call(&message, now)
            .map(|(action, payload)| json!([2, id, action, payload]).to_string());
        if text.is_none() {
            tracing::error!(?message, "this message cannot be written and is dropped");
            self.outbox.succeed();
        }
        text
    }

    /// Takes in a message.
    pub(super) fn receive(&mut self, text: &str, now: u64) -> Reaction {
        match Message::parse(text) {
            Ok(Message::Call { id, request }) => self.receive_call(id, request, now),
            Ok(Message::Result { id, payload }) => {
                self.receive_result(&id, payload, now);
                Reaction::Nothing
            }
            Ok(Message::Error { id, code }) => {
                tracing::warn!(%code, "the central system answered with an error");
                if self.outbox.in_flight(&id).is_some() {
                    self.outbox.fail(now);
                }
                Reaction::Nothing
            }
            Err(error) => {
                tracing::warn!(%error, "ignoring what is no OCPP message");
                Reaction::Nothing
            }
        }
    }

    fn receive_call(&mut self, id: String, request: Request, now: u64) -> Reaction {
        let fault = self.faults.take(|kind| match kind {
            FaultKind::Duplicate => false,
            FaultKind::Decline => matches!(request, Request::Start(_)),
            _ => matches!(request, Request::Start(_) | Request::Stop(_)),
        });
        let kind = fault.map(|fault| fault.kind);
        if kind == Some(FaultKind::Drop) {
            return Reaction::Disconnect;
        }
        if kind == Some(FaultKind::Error) {
            return Reaction::Answer(error(&id, "InternalError"));
        }
        let accepted = match request {
            Request::Start(start) => {
                kind != Some(FaultKind::Decline)
                    && self.remote_start(start.connector_id, start.id_tag, now)
            }
            Request::Stop(stop) => self.remote_stop(stop.transaction_id, now),
            Request::Other => return Reaction::Answer(error(&id, "NotImplemented")),
        };
        let answer = remote_answer(&id, accepted);
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
        let Some(message) = self.outbox.in_flight(id) else {
            return;
        };
        match *message {
            Outgoing::Boot => {
                let Some(boot) = BootResult::parse(payload) else {
                    return self.outbox.fail(now);
                };
                let seconds = u64::try_from(boot.interval).unwrap_or(0);
                self.booted(seconds.saturating_mul(1_000), now);
            }
            Outgoing::Start { transaction } => {
                let Ok(start) = serde_json::from_value::<StartResult>(payload) else {
                    return self.outbox.fail(now);
                };
                let accepted = start.id_tag_info.status == AuthorizationStatus::Accepted;
                self.started(transaction, start.transaction_id, accepted, now);
            }
            _ => {}
        }
        self.outbox.succeed();
    }

    /// The action and the payload of a message, if all that it tells is known.
    fn call(&self, message: &Outgoing, now: u64) -> Option<(&'static str, Value)> {
        Some(match message {
            Outgoing::Boot => (
                "BootNotification",
                json!({
                    "chargePointVendor": "Chargetap",
                    "chargePointModel": "Simulated station",
                }),
            ),
            Outgoing::Heartbeat => ("Heartbeat", json!({})),
            Outgoing::Status { connector, status } => (
                "StatusNotification",
                json!({
                    "connectorId": connector,
                    "errorCode": "NoError",
                    "status": status,
                    "timestamp": time(now),
                }),
            ),
            Outgoing::Start { transaction } => {
                ("StartTransaction", start(self.transaction(*transaction)?))
            }
            Outgoing::Sample {
                transaction,
                watt_hours,
                at,
            } => {
                let transaction = self.transaction(*transaction)?;
                ("MeterValues", self.sample(transaction, *watt_hours, *at))
            }
            Outgoing::Stop { transaction } => {
                ("StopTransaction", stop(self.transaction(*transaction)?)?)
            }
        })
    }

    fn sample(&self, transaction: &Transaction, watt_hours: u64, at: u64) -> Value {
        let mut sample = json!({
            "connectorId": transaction.connector,
            "meterValue": [{
                "timestamp": time(at),
                "sampledValue": [
                    {
                        "value": watt_hours.to_string(),
                        "measurand": "Energy.Active.Import.Register",
                        "unit": "Wh",
                    },
                    {
                        "value": self.watts().to_string(),
                        "measurand": "Power.Active.Import",
                        "unit": "W",
                    },
                ],
            }],
        });
        if let (Some(id), Some(fields)) = (transaction.transaction_id, sample.as_object_mut()) {
            fields.insert("transactionId".to_owned(), json!(id));
        }
        sample
    }
}

fn start(transaction: &Transaction) -> Value {
    json!({
        "connectorId": transaction.connector,
        "idTag": transaction.id_tag,
        "meterStart": transaction.meter_start,
        "timestamp": time(transaction.started_at),
    })
}

fn stop(transaction: &Transaction) -> Option<Value> {
    Some(json!({
        "meterStop": transaction.meter_stop?,
        "timestamp": time(transaction.stopped_at),
        "transactionId": transaction.transaction_id?,
        "reason": transaction.reason?,
    }))
}

fn remote_answer(id: &str, accepted: bool) -> String {
    let status = if accepted { "Accepted" } else { "Rejected" };
    json!([3, id, {"status": status}]).to_string()
}

fn error(id: &str, code: &str) -> String {
    json!([4, id, code, "", {}]).to_string()
}

/// With milliseconds. What is beyond the calendar is 1970.
fn time(unix_ms: u64) -> String {
    let at = i64::try_from(unix_ms)
        .ok()
        .and_then(|unix_ms| Timestamp::from_millisecond(unix_ms).ok());
    format!("{:.3}", at.unwrap_or_default())
}
