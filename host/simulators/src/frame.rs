//! The frames of OCPP-J, which are the same in every version: calls, and their answers.

use anyhow::{bail, ensure};
use serde_json::{Value, json};

/// OCPP's limit on a message's id, in characters.
const MAX_ID_CHARS: usize = 36;

/// A message of the other side.
pub(crate) enum Frame {
    Call {
        id: String,
        action: String,
        payload: Value,
    },
    Result {
        id: String,
        payload: Value,
    },
    Error {
        id: String,
        code: String,
    },
}

impl Frame {
    /// Reads a frame strictly, so that the other side's mistake shows.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let parts: Vec<Value> = serde_json::from_str(text)?;
        let [kind, Value::String(id), rest @ ..] = parts.as_slice() else {
            bail!("a message has a kind and an id");
        };
        ensure!(id.chars().count() <= MAX_ID_CHARS, "the id is too long");
        let id = id.clone();
        match (kind.as_u64(), rest) {
            (Some(2), [Value::String(action), payload @ Value::Object(_)]) => Ok(Self::Call {
                id,
                action: action.clone(),
                payload: payload.clone(),
            }),
            (Some(3), [payload @ Value::Object(_)]) => {
                let payload = payload.clone();
                Ok(Self::Result { id, payload })
            }
            (Some(4), [Value::String(code), Value::String(_), Value::Object(_)]) => {
                let code = code.clone();
                Ok(Self::Error { id, code })
            }
            _ => bail!("neither a call nor an answer"),
        }
    }
}

pub(crate) fn call(id: &str, action: &str, payload: &Value) -> String {
    json!([2, id, action, payload]).to_string()
}

pub(crate) fn result(id: &str, payload: &Value) -> String {
    json!([3, id, payload]).to_string()
}

pub(crate) fn error(id: &str, code: &str) -> String {
    json!([4, id, code, "", {}]).to_string()
}
