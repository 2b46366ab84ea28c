//! What stations and the gateway say to each other, whatever version of OCPP they speak.
//!
//! Both sides call, and both answer. [`read`] takes a station's message, [`answer`] and [`Request::call`] write the
//! gateway's.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::fields::Fields;
use crate::frame::{self, ErrorCode, Frame, MessageId};
use crate::oddity::{Oddities, OddityKind};
use crate::report::{Boot, Readings, Start, Status, Stop, TransactionEvent};
use crate::tariff::Tariff;
use crate::{DateTime, Oddity, Version, v2, v16};

/// A message of a station.
#[derive(Debug)]
pub struct Received {
    /// What it is.
    pub incoming: Incoming,
    /// What was odd in it.
    pub oddities: Vec<Oddity>,
}

/// What a station's message is.
#[derive(Debug, PartialEq)]
pub enum Incoming {
    /// A call, which is answered under its id.
    Call(MessageId, Call),
    /// A call that cannot be made out, to be answered with an error.
    BrokenCall(MessageId),
    /// The answer to a call of ours.
    Answer(MessageId, Answer),
    /// Nothing that could be answered.
    Nothing,
}

/// What a station calls.
#[derive(Debug, PartialEq)]
pub enum Call {
    /// May this token charge?
    Authorize {
        /// As the station read it.
        token: String,
    },
    /// The station started.
    BootNotification(Boot),
    /// Something of a vendor's own.
    DataTransfer,
    /// The station is there.
    Heartbeat,
    /// What a meter shows.
    MeterValues(Readings),
    /// What connectors can do now. OCPP 2.x may tell of several at once.
    StatusNotification(Vec<Status>),
    /// A transaction began (1.6).
    StartTransaction(Start),
    /// A transaction ended (1.6).
    StopTransaction(Stop),
    /// Something happened to a transaction (2.x).
    TransactionEvent(TransactionEvent),
    /// Something of which nothing follows: it is acknowledged. Its action.
    Notice(&'static str),
    /// OCPP has it, and nothing is done about it.
    Unsupported,
    /// OCPP does not have it.
    Unknown,
}

impl Call {
    /// Its name, for the log.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::Authorize { .. } => "Authorize",
            Self::BootNotification(_) => "BootNotification",
            Self::DataTransfer => "DataTransfer",
            Self::Heartbeat => "Heartbeat",
            Self::MeterValues(_) => "MeterValues",
            Self::StatusNotification(_) => "StatusNotification",
            Self::StartTransaction(_) => "StartTransaction",
            Self::StopTransaction(_) => "StopTransaction",
            Self::TransactionEvent(_) => "TransactionEvent",
            Self::Notice(action) => action,
            Self::Unsupported => "(not supported)",
            Self::Unknown => "(unknown)",
        }
    }

    /// Whether money hangs on it, so that the station is to repeat it if it was cut off.
    fn is_of_a_transaction(&self) -> bool {
        matches!(
            self,
            Self::StartTransaction(_) | Self::StopTransaction(_) | Self::TransactionEvent(_)
        )
    }
}

/// A station's answer to a call of ours.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// What it says.
    Result(Value),
    /// It refuses, or does not know the call.
    Error,
}

impl Answer {
    /// Whether the station does what it was asked for; absent if its answer does not say.
    #[must_use]
    pub fn is_accepted(&self) -> Option<bool> {
        if *self == Self::Error {
            return Some(false);
        }
        match self.status()?.as_str() {
            "accepted" | "rebootrequired" => Some(true),
            "rejected"
            | "notsupported"
            | "notimplemented"
            | "faulted"
            | "occupied"
            | "unavailable"
            | "unknowncomponent"
            | "unknownvariable"
            | "notsupportedattributetype" => Some(false),
            _ => None,
        }
    }

    /// The status that it says, in lower case; that of the first variable or tariff where it is about several.
    #[must_use]
    pub fn status(&self) -> Option<String> {
        let Self::Result(payload) = self else {
            return None;
        };
        let odd = &mut Oddities::default();
        let mut fields = Fields::new("", payload, odd);
        let lists = [
            ("setVariableResult", "attributeStatus"),
            ("clearTariffsResult", "status"),
        ];
        let first = lists.into_iter().find_map(|(list, status)| {
            let first = fields.list(list, odd).first()?;
            Some(Fields::new("", first, odd).text(status, odd))
        });
        let status = first.unwrap_or_else(|| fields.text("status", odd));
        status.map(|status| status.to_ascii_lowercase())
    }
}

/// Read a message of a station that speaks this version. There is none that cannot be dealt with.
#[must_use]
pub fn read(version: Version, text: &str) -> Received {
    let mut oddities = Oddities::default();
    let incoming = match Frame::read(text, &mut oddities) {
        Frame::Call {
            id,
            action,
            payload,
        } => {
            let call = read_call(version, &action, &payload, &mut oddities);
            if call.is_of_a_transaction() && !payload.is_object() {
                Incoming::BrokenCall(id)
            } else {
                Incoming::Call(id, call)
            }
        }
        Frame::BrokenCall { id: Some(id) } => Incoming::BrokenCall(id),
        Frame::Result { id, payload } => Incoming::Answer(id, Answer::Result(payload)),
        Frame::Error { id } => Incoming::Answer(id, Answer::Error),
        Frame::BrokenCall { id: None } | Frame::Unanswered | Frame::Unknown => Incoming::Nothing,
    };
    Received {
        incoming,
        oddities: oddities.into_list(),
    }
}

fn read_call(version: Version, action: &str, payload: &Value, oddities: &mut Oddities) -> Call {
    let actions = match version {
        Version::V16 => v16::ACTIONS,
        Version::V201 | Version::V21 => v2::ACTIONS,
    };
    let mut known = actions.iter();
    let found = known.find(|known| known.eq_ignore_ascii_case(action.trim()));
    let Some(name) = found else {
        oddities.add(OddityKind::UnknownAction, action, "");
        return Call::Unknown;
    };
    if *name != action {
        oddities.add(OddityKind::Capitals, name, "");
    }
    match version {
        Version::V16 => v16::read_call(name, payload, oddities),
        Version::V201 | Version::V21 => v2::read_call(name, payload, oddities),
    }
}

/// What a call is answered with.
#[derive(Clone, Debug, PartialEq)]
pub enum Response {
    /// Whether a token may charge.
    Authorize {
        /// Whether it may.
        is_accepted: bool,
    },
    /// Whether the station is taken in.
    BootNotification {
        /// The time.
        now: DateTime,
        /// Whether it is. Otherwise it is pending: it says nothing else until it is.
        is_accepted: bool,
        /// How often it is to send a heartbeat, in seconds; while it is pending, when it is to say again that it started.
        interval: u32,
    },
    /// Vendors' own data is not known.
    DataTransfer,
    /// The time.
    Heartbeat {
        /// The time.
        now: DateTime,
    },
    /// A transaction is on record (1.6).
    StartTransaction {
        /// Its number.
        number: i64,
        /// Whether it may charge.
        is_accepted: bool,
    },
    /// What happened to a transaction is on record (2.x).
    TransactionEvent(TransactionResponse),
    /// It is on record.
    Empty,
}

/// What a station of OCPP 2.x is told of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionResponse {
    /// Whether its token may charge. Absent if the station named none.
    pub is_accepted: Option<bool>,
    /// Its price so far.
    pub cost: Option<Cost>,
}

/// What a transaction costs, in the currency's units, VAT included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    /// So far.
    pub total: Decimal,
    /// The transaction is over, and this is its price.
    pub is_final: bool,
    /// It may cost no more than this.
    pub limit: Decimal,
    /// The price that the driver was told, for the station's screen.
    pub told_price: Option<String>,
}

/// The answer to a call of this id, as it is sent.
#[must_use]
pub fn answer(version: Version, id: &MessageId, response: Result<Response, ErrorCode>) -> String {
    match response {
        Ok(response) => {
            let payload = match version {
                Version::V16 => v16::response(response),
                Version::V201 | Version::V21 => v2::response(version, response),
            };
            frame::result(id, &payload)
        }
        Err(code) => frame::error(id, code.name(version)),
    }
}

/// The answer to a boot notification, which is the same in every version.
pub(crate) fn registration(now: DateTime, is_accepted: bool, interval: u32) -> Value {
    let status = if is_accepted { "Accepted" } else { "Pending" };
    json!({"currentTime": now, "interval": interval, "status": status})
}

/// What a station is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Begin a transaction under a one-time token of at most 20 characters.
    Start {
        /// The connector (1.6) or EVSE (2.x), from 1.
        connector: u32,
        /// The token.
        token: String,
        /// A number by which a station of 2.x reports that it did.
        remote_start: i32,
    },
    /// End a transaction.
    Stop {
        /// Its number.
        number: i64,
        /// The station's own id of it (2.x).
        name: Option<String>,
    },
    /// Tell the values of these settings.
    ReadSettings(Vec<&'static str>),
    /// Change a setting.
    WriteSetting {
        /// Its name: in 2.x, component and variable with a point in between.
        key: String,
        /// Its new value.
        value: String,
    },
    /// Send a message now.
    Trigger {
        /// Its action. The status of the station's log is `LogStatusNotification` in all versions.
        message: &'static str,
        /// About this connector (1.6) or EVSE (2.x); absent where it is about the station or all of them.
        connector: Option<u32>,
        /// Which of the EVSE's connectors; the first if absent (2.x).
        plug: Option<u32>,
    },
    /// Restart.
    Reset {
        /// At once, and not only when no transaction runs.
        is_hard: bool,
    },
    /// Let go of the cable.
    Unlock {
        /// The connector (1.6) or EVSE (2.x), from 1.
        connector: u32,
    },
    /// Show what a transaction costs so far (2.x).
    ShowCost {
        /// The station's own id of the transaction.
        name: String,
        /// In the currency's units.
        total: Decimal,
    },
    /// Show this tariff to drivers who come to an EVSE (2.1). It takes the place of an earlier one.
    SetTariff {
        /// The EVSE.
        evse: u32,
        /// The tariff.
        tariff: Box<Tariff>,
    },
    /// Forget the tariff of an EVSE (2.1).
    ClearTariff {
        /// The EVSE.
        evse: u32,
    },
}

impl Request {
    /// The call under this id, as it is sent to a station that speaks this version; none if the version has no
    /// such message.
    #[must_use]
    pub fn call(&self, version: Version, id: &str) -> Option<String> {
        let (action, payload) = match version {
            Version::V16 => v16::request(self)?,
            Version::V201 | Version::V21 => v2::request(version, self)?,
        };
        Some(frame::call(id, action, &payload))
    }
}
