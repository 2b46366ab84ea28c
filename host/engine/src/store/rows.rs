//! Values on their way into the database and back.

use chargetap_contract::terminal::CardReference;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StoreError;
use crate::platform::{Row, Value};

/// A card as the tables name it.
pub(super) fn card_key(card: &CardReference) -> String {
    format!("{:016x}{:016x}", card.high, card.low)
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(super) fn optional_text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, self::text)
}

pub(super) fn integer(number: u64) -> Result<Value, StoreError> {
    i64::try_from(number)
        .map(Value::Integer)
        .map_err(|_| StoreError::Unreadable(format!("{number} exceeds 63 bits")))
}

pub(super) fn optional_integer(number: Option<u64>) -> Result<Value, StoreError> {
    number.map_or(Ok(Value::Null), integer)
}

/// The place below which a newest-first list begins; the highest number if none is given.
pub(super) fn place(before: Option<u64>) -> Result<Value, StoreError> {
    before.map_or(Ok(Value::Integer(i64::MAX)), integer)
}

pub(super) fn json(value: &(impl Serialize + ?Sized)) -> Result<Value, StoreError> {
    serde_json::to_string(value)
        .map(Value::Text)
        .map_err(unreadable)
}

/// Reads a row's columns in order.
pub(super) struct Reader(std::vec::IntoIter<Value>);

impl Reader {
    pub(super) fn new(row: Row) -> Self {
        Self(row.into_iter())
    }

    pub(super) fn integer(&mut self) -> Result<i64, StoreError> {
        match self.0.next() {
            Some(Value::Integer(number)) => Ok(number),
            other => Err(unexpected("an integer", other.as_ref())),
        }
    }

    pub(super) fn unsigned(&mut self) -> Result<u64, StoreError> {
        u64::try_from(self.integer()?).map_err(unreadable)
    }

    pub(super) fn optional_unsigned(&mut self) -> Result<Option<u64>, StoreError> {
        match self.0.next() {
            Some(Value::Null) => Ok(None),
            Some(Value::Integer(number)) => u64::try_from(number).map(Some).map_err(unreadable),
            other => Err(unexpected("an integer or nothing", other.as_ref())),
        }
    }

    pub(super) fn text(&mut self) -> Result<String, StoreError> {
        match self.0.next() {
            Some(Value::Text(text)) => Ok(text),
            other => Err(unexpected("a text", other.as_ref())),
        }
    }

    pub(super) fn optional_text(&mut self) -> Result<Option<String>, StoreError> {
        match self.0.next() {
            Some(Value::Null) => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            other => Err(unexpected("a text or nothing", other.as_ref())),
        }
    }

    pub(super) fn blob(&mut self) -> Result<Vec<u8>, StoreError> {
        match self.0.next() {
            Some(Value::Blob(bytes)) => Ok(bytes),
            other => Err(unexpected("bytes", other.as_ref())),
        }
    }

    pub(super) fn optional_blob(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self.0.next() {
            Some(Value::Null) => Ok(None),
            Some(Value::Blob(bytes)) => Ok(Some(bytes)),
            other => Err(unexpected("bytes or nothing", other.as_ref())),
        }
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        serde_json::from_str(&self.text()?).map_err(unreadable)
    }
}

pub(super) fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(error.to_string())
}

/// Names the kind of what was found, and not the value: that may be a secret's neighbour.
fn unexpected(wanted: &str, found: Option<&Value>) -> StoreError {
    let found = match found {
        None => "no column",
        Some(Value::Null) => "nothing",
        Some(Value::Integer(_)) => "an integer",
        Some(Value::Text(_)) => "a text",
        Some(Value::Blob(_)) => "bytes",
    };
    StoreError::Unreadable(format!("{found} where {wanted} should be"))
}

/// Whether a statement changed as many rows as it may, so that there may be more.
pub(super) fn is_full(rows: &[Row], most: u64) -> bool {
    u64::try_from(rows.len()).is_ok_and(|rows| rows >= most)
}

pub(super) fn texts(rows: Vec<Row>) -> Result<Vec<String>, StoreError> {
    rows.into_iter()
        .map(|row| Reader::new(row).text())
        .collect()
}

pub(super) fn first_text(rows: Vec<Row>) -> Result<Option<String>, StoreError> {
    Ok(texts(rows)?.into_iter().next())
}
