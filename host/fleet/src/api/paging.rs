//! Paging of long lists: each page says where the next one begins.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::query::{Parameter, Query};

/// The maximum number of items on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub(super) struct Limit(u32);

impl Limit {
    pub(super) fn get(self) -> u32 {
        self.0
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<u32> for Limit {
    type Error = &'static str;

    fn try_from(limit: u32) -> Result<Self, Self::Error> {
        match limit {
            1..=200 => Ok(Self(limit)),
            _ => Err("a page has 1 to 200"),
        }
    }
}

impl JsonSchema for Limit {
    fn schema_name() -> Cow<'static, str> {
        "Limit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": 200, "default": 50 })
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub struct Page<T> {
    /// Its items.
    pub items: Vec<T>,
    /// The value for `after` that gets the next page; absent on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// The page after a cursor, from a list that is sorted by key.
    pub(super) fn of<'a, I>(
        all: impl Iterator<Item = (&'a str, I)>,
        query: &Query,
        view: impl Fn(I) -> T,
    ) -> Self {
        let after: Option<Cursor> = query.get("after");
        let limit = query.get::<Limit>("limit").unwrap_or_default().get() as usize;
        let mut rest =
            all.skip_while(|(key, _)| after.as_ref().is_some_and(|after| *key <= after.0.as_str()));
        let (keys, items): (Vec<&str>, Vec<I>) = rest.by_ref().take(limit).unzip();
        let last = keys.last().filter(|_| rest.next().is_some());
        Self {
            next: last.map(ToString::to_string),
            items: items.into_iter().map(view).collect(),
        }
    }
}

/// A position in a list: the key of the last item before it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Cursor(pub(super) String);

impl TryFrom<String> for Cursor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/-".contains(&byte);
        match (1..=300).contains(&text.len()) && text.bytes().all(known) {
            true => Ok(Self(text)),
            false => Err("no page begins there"),
        }
    }
}

impl JsonSchema for Cursor {
    fn schema_name() -> Cow<'static, str> {
        "Cursor".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": r"^[A-Za-z0-9._:/-]{1,300}$" })
    }
}

/// The query parameters of a list that is paged by key.
pub(super) fn by_key() -> [Parameter; 2] {
    by::<Cursor>()
}

/// The query parameters of a list that is paged by keys of this type.
pub(super) fn by<K: DeserializeOwned + JsonSchema>() -> [Parameter; 2] {
    [
        Parameter::new::<K>(
            "after",
            "Only what comes after this: the last page's `next`",
        ),
        limit(),
    ]
}

/// The query parameters of a list that is paged by number, newest first.
pub(super) fn by_number() -> [Parameter; 2] {
    [
        Parameter::new::<Number>("after", "Only what is older: the last page's `next`"),
        limit(),
    ]
}

fn limit() -> Parameter {
    Parameter::new::<Limit>("limit", "How many at most")
}

/// The number of a write or of a delivery.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "u64")]
pub(super) struct Number(pub(super) u64);

/// The store keeps numbers with 63 bits.
const GREATEST: u64 = i64::MAX as u64;

impl TryFrom<u64> for Number {
    type Error = &'static str;

    fn try_from(number: u64) -> Result<Self, Self::Error> {
        match number {
            0..=GREATEST => Ok(Self(number)),
            _ => Err("nothing is counted that far"),
        }
    }
}

impl std::str::FromStr for Number {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let number: Option<u64> = text.parse().ok().filter(|_| is_number);
        number.ok_or("not a number")?.try_into()
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": GREATEST })
    }
}
