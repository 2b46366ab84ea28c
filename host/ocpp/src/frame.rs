//! The arrays that carry messages:
//!
//! | message    | array                                 |
//! |------------|---------------------------------------|
//! | CALL       | `[2, id, action, payload]`            |
//! | CALLRESULT | `[3, id, payload]`                    |
//! | CALLERROR  | `[4, id, code, description, details]` |
//! | CALLRESULTERROR (2.1) | `[5, id, code, description, details]` |
//! | SEND (2.1) | `[6, id, action, payload]`            |
//!
//! A frame that is cut off is read as far as it goes.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer as _, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::Version;
use crate::oddity::{Oddities, OddityKind};

/// The longest id that is answered, in characters as it is written. OCPP has 36.
const LONGEST_ID: usize = 256;
/// No message has more elements.
const MOST_ELEMENTS: usize = 5;

/// The id of a message, as JSON: stations that number their messages are answered by the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageId(String);

impl MessageId {
    fn read(part: &RawValue) -> Option<Self> {
        let json = part.get();
        let is_short = json.len() <= LONGEST_ID;
        let is_plain =
            json.starts_with(['"', '-']) || json.starts_with(|c: char| c.is_ascii_digit());
        (is_short && is_plain).then(|| Self(json.to_owned()))
    }

    /// What it says, however it is written.
    #[must_use]
    pub fn text(&self) -> String {
        serde_json::from_str(&self.0).unwrap_or_else(|_| self.0.clone())
    }

    /// Whether it is this text.
    #[must_use]
    pub fn is(&self, id: &str) -> bool {
        self.text() == id
    }
}

/// A station's message.
#[derive(Debug)]
pub(crate) enum Frame {
    Call {
        id: MessageId,
        action: String,
        payload: Value,
    },
    Result {
        id: MessageId,
        payload: Value,
    },
    /// What was called was refused. The code and the texts are not read.
    Error {
        id: MessageId,
    },
    /// A call that cannot be made out. It may have an id.
    BrokenCall {
        id: Option<MessageId>,
    },
    /// A message that is never answered, and of which nothing follows.
    Unanswered,
    /// No call, and no answer to one.
    Unknown,
}

impl Frame {
    /// Read a message. There is none that cannot be dealt with.
    pub(crate) fn read(message: &str, oddities: &mut Oddities) -> Self {
        let message = clean(message, oddities);
        let (parts, is_whole) = parts(&message);
        let mut is_odd = !is_whole;
        let kind = parts
            .first()
            .map_or("", |kind| kind.get().trim_matches('"'));
        let id = parts.get(1).and_then(|id| MessageId::read(id));
        let frame = match (kind, id, parts.get(2..).unwrap_or_default()) {
            ("2", Some(id), [action, rest @ ..]) => match text(action) {
                Some(action) => {
                    is_odd |= rest.len() != 1;
                    let payload = value(rest.first().copied());
                    Self::Call {
                        id,
                        action,
                        payload,
                    }
                }
                None => Self::BrokenCall { id: Some(id) },
            },
            ("2", id, _) => Self::BrokenCall { id },
            ("3", Some(id), rest) => {
                is_odd |= rest.len() != 1;
                let payload = value(rest.first().copied());
                Self::Result { id, payload }
            }
            ("4", Some(id), _) => Self::Error { id },
            ("5" | "6", ..) => Self::Unanswered,
            _ => Self::Unknown,
        };
        if is_odd || matches!(frame, Self::BrokenCall { .. } | Self::Unknown) {
            oddities.add(OddityKind::Frame, "", "");
        }
        frame
    }
}

/// The message without control characters, which no text in JSON may have. White space among them stands between
/// elements, and is not odd.
fn clean<'a>(message: &'a str, oddities: &mut Oddities) -> Cow<'a, str> {
    let message = message.trim();
    let is_dropped = |c: char| matches!(c, '\0'..='\x1f' | '\u{feff}');
    if !message.contains(is_dropped) {
        return Cow::Borrowed(message);
    }
    if message.contains(|c: char| is_dropped(c) && !c.is_ascii_whitespace()) {
        oddities.add(OddityKind::Characters, "", "");
    }
    Cow::Owned(message.chars().filter(|c| !is_dropped(*c)).collect())
}

/// The elements of the array, and whether that is all there is.
fn parts(message: &str) -> (Vec<&RawValue>, bool) {
    let mut parts = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(message);
    let is_array = reader.deserialize_seq(Parts(&mut parts)).is_ok();
    (parts, is_array && reader.end().is_ok())
}

/// Keeps the elements that were read before one that cannot be.
struct Parts<'p, 'm>(&'p mut Vec<&'m RawValue>);

impl<'m> Visitor<'m> for Parts<'_, 'm> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'m>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element_seed(Raw)? {
            if self.0.len() < MOST_ELEMENTS {
                self.0.push(element);
            }
        }
        Ok(())
    }
}

struct Raw;

impl<'m> DeserializeSeed<'m> for Raw {
    type Value = &'m RawValue;

    fn deserialize<D: serde::Deserializer<'m>>(self, reader: D) -> Result<Self::Value, D::Error> {
        serde::Deserialize::deserialize(reader)
    }
}

fn text(part: &RawValue) -> Option<String> {
    serde_json::from_str(part.get()).ok()
}

fn value(part: Option<&RawValue>) -> Value {
    part.and_then(|part| serde_json::from_str(part.get()).ok())
        .unwrap_or_default()
}

/// The error codes that are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The action is unknown.
    NotImplemented,
    /// The action is known, and nothing is done about it.
    NotSupported,
    /// The message could not be taken in now.
    InternalError,
    /// The message is not as OCPP defines it.
    FormatViolation,
    /// The station may not say it, such as before it is taken in.
    SecurityError,
}

impl ErrorCode {
    /// As this version writes it.
    pub(crate) fn name(self, version: Version) -> &'static str {
        match (self, version) {
            (Self::NotImplemented, _) => "NotImplemented",
            (Self::NotSupported, _) => "NotSupported",
            (Self::InternalError, _) => "InternalError",
            // The spelling of OCPP 1.6.
            (Self::FormatViolation, Version::V16) => "FormationViolation",
            (Self::FormatViolation, _) => "FormatViolation",
            (Self::SecurityError, _) => "SecurityError",
        }
    }
}

/// A CALL, as it is sent.
#[must_use]
pub(crate) fn call(id: &str, action: &str, payload: &Value) -> String {
    json!([2, id, action, payload]).to_string()
}

/// A CALLRESULT, as it is sent.
#[must_use]
pub(crate) fn result(id: &MessageId, payload: &Value) -> String {
    format!("[3,{},{payload}]", id.0)
}

/// A CALLERROR, as it is sent. Its description is empty and it has no details.
#[must_use]
pub(crate) fn error(id: &MessageId, code: &str) -> String {
    format!("[4,{},\"{code}\",\"\",{{}}]", id.0)
}
