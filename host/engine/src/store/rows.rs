//! Values on their way into the database and back.

use chargetap_contract::terminal::CardReference;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StoreError;
use crate::platform::{Database, Dialect, Row, Value};

/// The one of two that this database needs, such as a statement in its dialect.
pub(super) fn by_dialect<T: ?Sized>(
    database: &impl Database,
    sqlite: &'static T,
    postgres: &'static T,
) -> &'static T {
    match database.dialect() {
        Dialect::Sqlite => sqlite,
        Dialect::Postgres => postgres,
    }
}

/// A statement with the elements of its first parameter, a list in JSON of texts, between its two parts.
macro_rules! with_texts {
    ($database:expr, $before:expr, $after:expr) => {
        $crate::store::rows::by_dialect(
            $database,
            concat!($before, "(SELECT value FROM json_each(?1))", $after),
            concat!(
                $before,
                "(SELECT jsonb_array_elements_text(CAST(?1 AS jsonb)))",
                $after
            ),
        )
    };
}
pub(super) use with_texts;

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

    /// A document of which some members are asked for, in whichever form an earlier version stored the others.
    pub(super) fn members(&mut self) -> Result<Members, StoreError> {
        self.json().map(Members)
    }

    pub(super) fn optional_json<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        let text = self.optional_text()?;
        text.map(|text| serde_json::from_str(&text).map_err(unreadable))
            .transpose()
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        serde_json::from_str(&self.text()?).map_err(unreadable)
    }
}

/// A member of a stored JSON document, by its names from the outside to the inside; nothing if it is not there, or null.
pub(super) struct Members(serde_json::Value);

impl Members {
    fn at(&self, names: &[&str]) -> Option<&serde_json::Value> {
        let mut value = &self.0;
        for name in names {
            value = value.get(name)?;
        }
        (!value.is_null()).then_some(value)
    }

    pub(super) fn number(&self, names: &[&str]) -> Option<u64> {
        self.at(names).and_then(serde_json::Value::as_u64)
    }

    pub(super) fn text(&self, names: &[&str]) -> Option<String> {
        self.at(names)
            .and_then(|it| it.as_str())
            .map(ToOwned::to_owned)
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.at(names).is_some()
    }

    pub(super) fn parse<T: DeserializeOwned>(
        &self,
        names: &[&str],
    ) -> Result<Option<T>, StoreError> {
        let member = self.at(names).cloned();
        member
            .map(serde_json::from_value)
            .transpose()
            .map_err(unreadable)
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
