//! Turns a command line into the parts of a call.

use std::path::PathBuf;

use anyhow::Context;
use chargetap_fleet::api::{self, Body, Route};
use chargetap_fleet::incident::picture_type;
use chargetap_fleet::moment::Moment;
use clap::ArgMatches;
use serde_json::Value;

use super::arguments::{self, DATA, FILE, LIMIT, OUTPUT};
use super::property::{self, Property};
use super::{body, files};

/// A route, with its arguments from the command line.
#[derive(Debug)]
pub(super) struct Invocation<'a> {
    pub(super) route: &'static Route,
    matches: &'a ArgMatches,
}

/// The body of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Payload {
    pub(super) media_type: &'static str,
    pub(super) bytes: Vec<u8>,
}

impl Payload {
    pub(super) fn json(value: &Value) -> Self {
        Self {
            media_type: "application/json",
            bytes: value.to_string().into_bytes(),
        }
    }
}

impl<'a> Invocation<'a> {
    /// The route that the command line names.
    pub(super) fn new(matches: &'a ArgMatches) -> Option<Self> {
        let (noun, matches) = matches.subcommand()?;
        let (verb, matches) = matches.subcommand()?;
        let mut routes = api::routes().iter();
        let route = routes.find(|it| (it.noun, it.verb) == (noun, verb))?;
        Some(Self { route, matches })
    }

    /// The parts of the path under `/api/v1`.
    pub(super) fn path(&self) -> Vec<&str> {
        let parts = self.route.path.split('/').skip(1);
        parts.map(|part| self.part(part)).collect()
    }

    fn part(&self, part: &'static str) -> &str {
        match parameter(part) {
            Some(name) => self
                .matches
                .get_one::<String>(&arguments::path_id(name))
                .map_or("", String::as_str),
            None => part,
        }
    }

    /// The parameters of the query.
    pub(super) fn query(&self) -> Vec<(&'static str, String)> {
        let parameters = self.route.query.iter().filter_map(|parameter| {
            let id = arguments::query_id(parameter.name);
            let value = self.matches.try_get_one::<Value>(&id).ok()??;
            Some((parameter.name, plain(value)))
        });
        parameters.collect()
    }

    /// The most items of a list to fetch; all, if not given.
    pub(super) fn limit(&self) -> Option<u64> {
        self.matches.try_get_one(LIMIT).ok()?.copied()
    }

    /// Where to write a file; to standard output, if not given.
    pub(super) fn output(&self) -> Option<&PathBuf> {
        self.matches.try_get_one(OUTPUT).ok()?
    }

    /// The body: the options, over `--data` or the present details of the record.
    ///
    /// # Errors
    /// The file cannot be read, or is not a picture.
    pub(super) fn body(
        &self,
        present: Option<&Value>,
        now: Moment,
    ) -> anyhow::Result<Option<Payload>> {
        Ok(match &self.route.body {
            Body::Nothing => None,
            Body::Json(json) => Some(Payload {
                media_type: "application/json",
                bytes: self.json(&json.document(), present, now).to_string().into(),
            }),
            Body::Csv => Some(Payload {
                media_type: "text/csv",
                bytes: self.file()?,
            }),
            Body::Picture => {
                let bytes = self.file()?;
                let picture = picture_type(&bytes).context("this is neither a JPEG nor a PNG")?;
                let media_type = picture.media_type();
                Some(Payload { media_type, bytes })
            }
        })
    }

    fn json(&self, document: &Value, present: Option<&Value>, now: Moment) -> Value {
        let properties = property::properties(document);
        let options: Vec<(&Property, Value)> = properties
            .iter()
            .filter_map(|it| Some((it, self.value(it)?)))
            .collect();
        let data = self.matches.try_get_one(DATA).ok().flatten();
        body::assemble(&properties, present, data, &options, now)
    }

    fn value(&self, property: &Property) -> Option<Value> {
        let mut values = self
            .matches
            .get_many::<Value>(&arguments::body_id(property))?;
        match property.is_list {
            true => Some(values.cloned().collect()),
            false => values.next().cloned(),
        }
    }

    fn file(&self) -> anyhow::Result<Vec<u8>> {
        let path = self.matches.get_one::<PathBuf>(FILE);
        let path = path.context("no file is named")?;
        files::read(path).with_context(|| format!("{} cannot be read", path.display()))
    }
}

/// The parameter's name, if this part of a route's path is a parameter.
fn parameter(part: &str) -> Option<&str> {
    part.strip_prefix('{')?.strip_suffix('}')
}

/// A value as a query writes it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
