//! The station's messages in OCPP 1.6, and what it makes of those it receives.

use std::time::Duration;

use chrono::DateTime;
use ocpp_rs::v16::call::{
    Action, BootNotification, Call, Heartbeat, MeterValues, StartTransaction, StatusNotification,
    StopTransaction,
};
use ocpp_rs::v16::call_error::CallError;
use ocpp_rs::v16::call_result::{self, CallResultRaw};
use ocpp_rs::v16::data_types::{DateTimeWrapper, MeterValue, SampledValue};
use ocpp_rs::v16::enums::{ChargePointErrorCode, Measurand, RemoteStartStopStatus, UnitOfMeasure};
use ocpp_rs::v16::parse::{Message, deserialize_to_message, serialize_message};
use serde_json::json;

use super::charge_point::{ChargePoint, Transaction};
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
            .action(&message, now)
            .and_then(|action| serialize_message(&Message::Call(Call::new(id, action))).ok());
        if text.is_none() {
            tracing::error!(?message, "this message cannot be written and is dropped");
            self.outbox.succeed();
        }
        text
    }

    /// Takes in a message.
    pub(super) fn receive(&mut self, text: &str, now: u64) -> Reaction {
        match deserialize_to_message(text) {
            Ok(Message::Call(call)) => self.receive_call(call, now),
            Ok(Message::CallResult(result)) => {
                self.receive_result(result, now);
                Reaction::Nothing
            }
            Ok(Message::CallError(error)) => {
                tracing::warn!(code = %error.error_code, "the central system answered with an error");
                if self.outbox.in_flight(&error.unique_id).is_some() {
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

    fn receive_call(&mut self, call: Call, now: u64) -> Reaction {
        let fault = self.faults.take(|kind| match kind {
            FaultKind::Duplicate => false,
            FaultKind::Decline => matches!(call.payload, Action::RemoteStartTransaction(_)),
            _ => matches!(
                call.payload,
                Action::RemoteStartTransaction(_) | Action::RemoteStopTransaction(_)
            ),
        });
        let kind = fault.map(|fault| fault.kind);
        if kind == Some(FaultKind::Drop) {
            return Reaction::Disconnect;
        }
        if kind == Some(FaultKind::Error) {
            return Reaction::Answer(internal_error(call.unique_id));
        }
        let accepted = match call.payload {
            Action::RemoteStartTransaction(start) => {
                kind != Some(FaultKind::Decline)
                    && self.remote_start(start.connector_id, start.id_tag, now)
            }
            Action::RemoteStopTransaction(stop) => self.remote_stop(stop.transaction_id, now),
            _ => return Reaction::Answer(not_implemented(call.unique_id)),
        };
        let answer = remote_answer(call.unique_id, accepted);
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

    fn receive_result(&mut self, result: CallResultRaw, now: u64) {
        let Some(message) = self.outbox.in_flight(&result.unique_id) else {
            return;
        };
        match *message {
            Outgoing::Boot => {
                let Ok(boot) = result.into_typed::<call_result::BootNotification>() else {
                    return self.outbox.fail(now);
                };
                let seconds = u64::try_from(boot.payload.interval).unwrap_or(0);
                self.booted(seconds.saturating_mul(1_000), now);
            }
            Outgoing::Start { transaction } => {
                let Ok(start) = result.into_typed::<call_result::StartTransaction>() else {
                    return self.outbox.fail(now);
                };
                let start = start.payload;
                self.started(
                    transaction,
                    start.transaction_id,
                    start.id_tag_info.status,
                    now,
                );
            }
            _ => {}
        }
        self.outbox.succeed();
    }

    fn action(&self, message: &Outgoing, now: u64) -> Option<Action> {
        Some(match message {
            Outgoing::Boot => Action::BootNotification(BootNotification {
                charge_point_vendor: "Chargetap".to_owned(),
                charge_point_model: "Simulated station".to_owned(),
                ..BootNotification::default()
            }),
            Outgoing::Heartbeat => Action::Heartbeat(Heartbeat {}),
            Outgoing::Status { connector, status } => {
                Action::StatusNotification(StatusNotification {
                    connector_id: *connector,
                    error_code: ChargePointErrorCode::NoError,
                    status: status.clone(),
                    timestamp: Some(time(now)),
                    ..StatusNotification::default()
                })
            }
            Outgoing::Start { transaction } => self.start_action(self.transaction(*transaction)?),
            Outgoing::Sample {
                transaction,
                watt_hours,
                at,
            } => self.sample_action(self.transaction(*transaction)?, *watt_hours, *at),
            Outgoing::Stop { transaction } => stop_action(self.transaction(*transaction)?)?,
        })
    }

    fn start_action(&self, transaction: &Transaction) -> Action {
        Action::StartTransaction(StartTransaction {
            connector_id: transaction.connector,
            id_tag: transaction.id_tag.clone(),
            meter_start: transaction.meter_start,
            timestamp: time(transaction.started_at),
            reservation_id: None,
        })
    }

    fn sample_action(&self, transaction: &Transaction, watt_hours: u64, at: u64) -> Action {
        let energy = SampledValue {
            value: watt_hours.to_string(),
            measurand: Some(Measurand::EnergyActiveImportRegister),
            unit: Some(UnitOfMeasure::Wh),
            ..SampledValue::default()
        };
        let power = SampledValue {
            value: self.watts().to_string(),
            measurand: Some(Measurand::PowerActiveImport),
            unit: Some(UnitOfMeasure::W),
            ..SampledValue::default()
        };
        Action::MeterValues(MeterValues {
            connector_id: transaction.connector,
            transaction_id: transaction.transaction_id,
            meter_value: vec![MeterValue {
                timestamp: time(at),
                sampled_value: vec![energy, power],
            }],
        })
    }
}

fn stop_action(transaction: &Transaction) -> Option<Action> {
    Some(Action::StopTransaction(StopTransaction {
        meter_stop: transaction.meter_stop?,
        timestamp: time(transaction.stopped_at),
        transaction_id: transaction.transaction_id?,
        reason: transaction.reason.clone(),
        id_tag: None,
        transaction_data: None,
    }))
}

fn remote_answer(id: String, accepted: bool) -> String {
    let status = if accepted {
        RemoteStartStopStatus::Accepted
    } else {
        RemoteStartStopStatus::Rejected
    };
    json!([3, id, {"status": status}]).to_string()
}

fn not_implemented(id: String) -> String {
    let error = CallError::not_implemented(id, String::new());
    json!(error).to_string()
}

fn internal_error(id: String) -> String {
    json!([4, id, "InternalError", "", {}]).to_string()
}

fn time(unix_ms: u64) -> DateTimeWrapper {
    let at = i64::try_from(unix_ms)
        .ok()
        .and_then(DateTime::from_timestamp_millis);
    DateTimeWrapper::new(at.unwrap_or_default())
}
