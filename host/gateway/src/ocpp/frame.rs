//! The framing of OCPP-J 1.6. A message is a JSON array:
//!
//! | message    | array                                 |
//! |------------|---------------------------------------|
//! | CALL       | `[2, id, action, payload]`            |
//! | CALLRESULT | `[3, id, payload]`                    |
//! | CALLERROR  | `[4, id, code, description, details]` |

use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

/// OCPP's limit on a message's id, in characters.
const MAX_ID_CHARS: usize = 36;
/// The id to answer to when a message's own cannot be read. OCPP 1.6 has none; this is the one of
/// later versions.
pub(super) const UNREADABLE_ID: &str = "-1";

/// A message of a station, as far as it can be read.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// `None` if it is no text or is too long.
    pub(super) id: Option<String>,
    pub(super) content: Content<'a>,
}

/// What follows a message's id.
#[derive(Debug)]
pub(super) enum Content<'a> {
    Call {
        /// `None` if it is no text.
        action: Option<String>,
        /// `None` if it is not the last of four elements.
        payload: Option<&'a RawValue>,
    },
    Result {
        /// `None` if it is not the last of three elements.
        payload: Option<&'a RawValue>,
    },
    /// The code and the texts are not read: whatever they are, the call was refused.
    Error,
    /// Not a message of OCPP.
    Unknown,
}

impl<'a> Frame<'a> {
    /// Reads a message's frame and leaves its payload as it is.
    pub(super) fn parse(message: &'a str) -> Self {
        let parts: Vec<&RawValue> = serde_json::from_str(message).unwrap_or_default();
        let kind = parts.first().map(|kind| kind.get());
        let id = parts.get(1).and_then(|id| text(id));
        let content = match (kind, parts.get(2..).unwrap_or_default()) {
            (Some("2"), [action, payload]) => Content::Call {
                action: text(action),
                payload: Some(payload),
            },
            (Some("2"), rest) => Content::Call {
                action: rest.first().and_then(|action| text(action)),
                payload: None,
            },
            (Some("3"), [payload]) => Content::Result {
                payload: Some(payload),
            },
            (Some("3"), _) => Content::Result { payload: None },
            (Some("4"), _) => Content::Error,
            _ => Content::Unknown,
        };
        Self {
            id: id.filter(|id| id.chars().count() <= MAX_ID_CHARS),
            content,
        }
    }
}

fn text(part: &RawValue) -> Option<String> {
    serde_json::from_str(part.get()).ok()
}

/// The error that a call is answered with. Its description is empty and it has no details.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CallError {
    pub(super) id: String,
    pub(super) code: ErrorCode,
}

/// The error codes of OCPP 1.6 that are sent here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum ErrorCode {
    /// The action is unknown.
    NotImplemented,
    /// The action is known, and nothing is done about it.
    NotSupported,
    /// The message could not be taken in now.
    InternalError,
    /// The message is not as OCPP defines it.
    FormationViolation,
}

/// A CALL, as it is sent.
pub(super) fn call(id: &str, action: &str, payload: impl Serialize) -> String {
    json!([2, id, action, payload]).to_string()
}

/// A CALLRESULT, as it is sent.
pub(super) fn result(id: &str, payload: impl Serialize) -> String {
    json!([3, id, payload]).to_string()
}

/// A CALLERROR, as it is sent.
pub(super) fn error(error: &CallError) -> String {
    json!([4, error.id, error.code, "", {}]).to_string()
}
