//! Query strings: the schema of each parameter, and the parsed values.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::body;
use super::problem::{Problem, ProblemKind};

/// A parameter of a route's query.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its meaning, for people.
    pub about: &'static str,
    /// Its schema.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    is_of_type: fn(&str) -> bool,
}

impl Parameter {
    /// A parameter of a type.
    pub(super) fn new<T: DeserializeOwned + JsonSchema>(
        name: &'static str,
        about: &'static str,
    ) -> Self {
        Self {
            name,
            about,
            schema: |generator| generator.subschema_for::<T>(),
            is_of_type: |text| read::<T>(text).is_some(),
        }
    }

    /// Its schema as a standalone document.
    #[must_use]
    pub fn document(&self) -> Value {
        body::document(self.schema)
    }
}

/// A parsed query string. Every value matches the schema of its parameter.
#[derive(Debug, Default)]
pub(super) struct Query(BTreeMap<String, String>);

impl Query {
    /// Parses a query string.
    pub(super) fn parse(query: &str, parameters: &[Parameter]) -> Result<Self, Problem> {
        let mut values = BTreeMap::new();
        for (name, text) in form_urlencoded::parse(query.as_bytes()) {
            let Some(parameter) = parameters.iter().find(|it| it.name == name) else {
                return Err(malformed(format!("there is no parameter {name:?} here")));
            };
            if !(parameter.is_of_type)(&text) {
                return Err(malformed(format!("{text:?} is nothing that {name} may be")));
            }
            if values.insert(name.to_string(), text.into_owned()).is_some() {
                return Err(malformed(format!("{name} is given twice")));
            }
        }
        Ok(Self(values))
    }

    /// The value of a parameter.
    pub(super) fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        read(self.0.get(name)?)
    }
}

fn malformed(detail: String) -> Problem {
    Problem::new(ProblemKind::Malformed, detail)
}

/// Parses a value of a query: a text, or a number or boolean as in JSON.
fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let value = serde_json::from_value(Value::String(text.to_owned())).ok();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    value.or_else(|| serde_json::from_str(text).ok().filter(|_| is_plain))
}
