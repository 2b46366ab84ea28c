//! What a station says, as a text of the version of OCPP that it speaks, with the habits of stations in the field.
//!
//! What a station has to tell is decided elsewhere; here it is only written. A message means the same in whatever
//! form it is, unless it is cut off: then it is answered with an error, and written again.

mod habits;
mod meter;
mod v16;
mod v2;

use chargetap_ocpp::report::ConnectorStatus;
use chargetap_ocpp::{DateTime, StopReason, Version};
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::world::{EPOCH, State};

/// Something that a station has to tell.
#[derive(Clone, Debug)]
pub(super) enum Report {
    Boot,
    Status(ConnectorStatus),
    /// May this token charge?
    Token(String),
    /// A vehicle is plugged in, with which a transaction begins that nobody pays for yet (2.x).
    PlugIn(Told),
    Start(Told),
    Reading(Told),
    Stop(Told, StopReason),
    /// It is stopped, and ends later (2.x).
    Pause(Told),
    /// The vehicle has left, with which the transaction ends (2.x).
    Unplug(Told),
}

/// What is told of a transaction.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) token: String,
    /// Its id, which at a start in 1.6 it has not yet.
    pub(super) id: Value,
    /// The station tells its id.
    pub(super) is_named: bool,
    /// Another transaction began under its token before, and this one is no session's.
    pub(super) is_repeated: bool,
    /// It began when the vehicle was plugged in, before anybody could charge (2.x).
    pub(super) began_by_plug: bool,
    /// The register at its begin, in watt-hours.
    pub(super) begin: u64,
    /// The register, in watt-hours.
    pub(super) register: Option<u64>,
    /// When that was, in milliseconds since 1970.
    pub(super) at: Option<u64>,
}

impl Report {
    fn told(&self) -> Option<&Told> {
        match self {
            Self::Boot | Self::Status(_) | Self::Token(_) => None,
            Self::PlugIn(told)
            | Self::Start(told)
            | Self::Reading(told)
            | Self::Stop(told, _)
            | Self::Pause(told)
            | Self::Unplug(told) => Some(told),
        }
    }

    /// The token of the transaction, if the station does not tell when it was.
    pub(super) fn untimed_token(&self) -> Option<&str> {
        let untimed = self.told().filter(|told| told.at.is_none())?;
        Some(&untimed.token)
    }
}

/// What is written goes out under a number of its own.
struct Writing<'a> {
    state: &'a mut State,
    version: Version,
    connector: u32,
    number: u64,
}

/// Write a report.
pub(super) fn write(state: &mut State, connector: u32, report: &Report) -> String {
    let Some(found) = state.connector(connector) else {
        return String::new();
    };
    found.said += 1;
    let mut writing = Writing {
        version: found.version,
        number: found.said,
        connector,
        state,
    };
    let (action, mut payload) = match writing.version {
        Version::V16 => v16::call(&mut writing, report),
        Version::V201 | Version::V21 => v2::call(&mut writing, report),
    };
    habits::spoil(writing.state, &mut payload);
    let id = format!("m{}", writing.number);
    let text = json!([2, id, action, payload]).to_string();
    let text = habits::spoil_frame(state, text, report.told().is_some());
    state.note(format_args!("connector {connector} says {text}"));
    text
}

/// What a station reads in the answer to its call; nothing if that is an error.
pub(super) fn read_answer(text: &str) -> Option<Value> {
    let Ok(Value::Array(answer)) = serde_json::from_str(text) else {
        return None;
    };
    match answer.as_slice() {
        [kind, _, payload] if *kind == 3 => Some(payload.clone()),
        _ => None,
    }
}

/// Whether an answer says that a token may charge.
pub(super) fn may_charge(version: Version, answer: &Value) -> bool {
    let status = match version {
        Version::V16 => "/idTagInfo/status",
        Version::V201 | Version::V21 => "/idTokenInfo/status",
    };
    answer.pointer(status) == Some(&json!("Accepted"))
}

/// What a station answers to a call of the gateway.
pub(super) fn write_answer(state: &mut State, id: &Value, is_accepted: bool) -> String {
    let status = if is_accepted { "Accepted" } else { "Rejected" };
    let mut payload = json!({"status": status});
    if state.fault_often(Fault::OddMembers) {
        payload = json!({"status": status.to_ascii_uppercase(), "transactionId": 0, "info": null});
    }
    let text = json!([3, id, payload]).to_string();
    habits::spoil_frame(state, text, true)
}

impl Writing<'_> {
    fn now(&self) -> u64 {
        EPOCH + self.state.now()
    }

    /// A moment as the station writes it.
    fn time(&mut self, at: Option<u64>) -> Value {
        let state = &mut *self.state;
        let Some(at) = at else {
            return match state.rng.pick(0..2) {
                0 => Value::Null,
                _ => json!(""),
            };
        };
        let written = |at: u64| {
            json!(DateTime::from_unix_ms(at))
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let with_offset = |at: u64, offset: &str| json!(written(at).replace('Z', offset));
        if !state.fault_often(Fault::OddTimes) {
            return json!(written(at));
        }
        match state.rng.pick(0..6) {
            0 => with_offset(at + 2 * 3_600_000, "+02"),
            1 => with_offset(at, "+0000"),
            2 => with_offset(at, ""),
            3 => json!(written(at).replace('T', " ")),
            4 => json!(at.to_string()),
            _ => json!(at),
        }
    }
}
