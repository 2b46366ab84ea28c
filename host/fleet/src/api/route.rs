//! A route: what it takes, who may ask, and what it does.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::body::Body;
use super::precondition::Target;
use super::problem::{Problem, ProblemKind};
use super::query::Parameter;
use super::request::Request;
use super::show::Show;
use super::view::RecordView;
use super::{Answer, Method, Task, table};
use crate::access::Scope;
use crate::command::Command;
use crate::context::Actor;

/// The largest body of JSON, in bytes.
const JSON_LIMIT: usize = 64 * 1024;

/// A route; what it does is its own.
#[derive(Debug)]
pub struct Route {
    /// The request method.
    pub method: Method,
    /// The path under `/api/v1`, with parameters in braces.
    pub path: &'static str,
    /// What it is about, as the command line says it.
    pub noun: &'static str,
    /// What it does with that, as the command line says it.
    pub verb: &'static str,
    /// What it does, for people.
    pub summary: &'static str,
    /// The parameters of its query.
    pub query: Vec<Parameter>,
    /// What it takes.
    pub body: Body,
    /// Who may ask.
    pub scopes: &'static [Scope],
    /// Of a list, what a table shows: a heading, and the place in an item as a JSON pointer.
    pub columns: &'static [(&'static str, &'static str)],
    /// The serial number of the terminal that is to be looked at, at the vendor, before the call is
    /// answered: the place of the parameter.
    pub polled_terminal: Option<usize>,
    /// The largest body, in bytes.
    pub body_limit: usize,
    /// Whether anybody may ask, without a token.
    pub is_open: bool,
    pub(super) target: Target,
    pub(super) success: Success,
    pub(super) handler: Handler,
}

/// How a call is answered that is answered as it was meant.
#[derive(Clone, Copy, Debug)]
pub(super) struct Success {
    /// The status codes that there can be.
    pub(super) statuses: &'static [u16],
    pub(super) media_types: &'static [&'static str],
    /// What the body is, if it is JSON.
    pub(super) schema: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// Whether the record's version comes with it.
    pub(super) has_etag: bool,
}

type Read = dyn Fn(&Request<'_>) -> Result<Answer, Problem> + Send + Sync;

/// What a route does.
pub(super) enum Handler {
    /// Answer from what is on record.
    Read(Box<Read>),
    /// Change what is on record.
    Write(fn(&Request<'_>) -> Result<Command, Problem>, Show),
    /// Have the gateway do something; if that changes what is on record, this is the answer.
    Task(fn(&Request<'_>) -> Result<Task, Problem>, Show),
}

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read(_) => "Read",
            Self::Write(..) => "Write",
            Self::Task(..) => "Task",
        })
    }
}

/// Everybody who has a token.
pub(super) const EVERYBODY: &[Scope] = &[
    Scope::Operator,
    Scope::SiteStaff,
    Scope::Support,
    Scope::ReadOnly,
];
/// Who runs the platform.
pub(super) const OPERATORS: &[Scope] = &[Scope::Operator];
/// Who helps, and operators.
pub(super) const SUPPORT: &[Scope] = &[Scope::Operator, Scope::Support];
/// Who is at the site, and operators.
pub(super) const STAFF: &[Scope] = &[Scope::Operator, Scope::SiteStaff];
/// Who is at the site or helps, and operators.
pub(super) const STAFF_AND_SUPPORT: &[Scope] = &[Scope::Operator, Scope::SiteStaff, Scope::Support];

impl Route {
    /// A route with nothing but what it does.
    pub(super) fn new(
        method: Method,
        path: &'static str,
        success: Success,
        handler: Handler,
    ) -> Self {
        let is_read = method == Method::Get;
        Self {
            method,
            path,
            noun: "",
            verb: "",
            summary: "",
            query: Vec::new(),
            body: Body::Nothing,
            scopes: if is_read { EVERYBODY } else { OPERATORS },
            columns: &[],
            polled_terminal: None,
            body_limit: 0,
            is_open: false,
            target: Target::None,
            success,
            handler,
        }
    }

    /// The same, answered like this once what the gateway did is on record.
    pub(super) fn then(self, show: Show) -> Self {
        let handler = match self.handler {
            Handler::Write(command, _) => Handler::Write(command, show),
            Handler::Task(task, _) => Handler::Task(task, show),
            read @ Handler::Read(_) => read,
        };
        Self { handler, ..self }
    }

    /// The same, with an answer of this kind.
    pub(super) fn giving(self, success: Success) -> Self {
        Self { success, ..self }
    }

    /// The same, as the command line calls it.
    pub(super) fn named(
        self,
        noun: &'static str,
        verb: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            noun,
            verb,
            summary,
            ..self
        }
    }

    /// The same, about a record that the path names first.
    pub(super) fn on<T: RecordView>(self) -> Self {
        Self {
            target: Target::Existing(T::KIND),
            ..self
        }
    }

    /// The same, with a body of JSON of this type.
    pub(super) fn with_json<B: JsonSchema>(self) -> Self {
        self.with_body(Body::json::<B>(), JSON_LIMIT)
    }

    /// The same, with a body of at most so many bytes.
    pub(super) fn with_body(self, body: Body, body_limit: usize) -> Self {
        Self {
            body,
            body_limit,
            ..self
        }
    }

    /// The same, for these.
    pub(super) fn by(self, scopes: &'static [Scope]) -> Self {
        Self { scopes, ..self }
    }

    /// The same, with these parameters of the query.
    pub(super) fn with(mut self, query: impl IntoIterator<Item = Parameter>) -> Self {
        self.query.extend(query);
        self
    }

    /// The same, shown in a table like this.
    pub(super) fn columns(self, columns: &'static [(&'static str, &'static str)]) -> Self {
        Self { columns, ..self }
    }

    /// The names of the parameters in the path, in their order.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> + use<> {
        table::parameters(self.path)
    }

    /// The media types of an answer that is as it was meant; none without a body.
    #[must_use]
    pub fn media_types(&self) -> &'static [&'static str] {
        self.success.media_types
    }

    /// Whether somebody may ask.
    pub(super) fn admits(&self, actor: &Actor) -> Result<(), Problem> {
        match self.is_open || self.scopes.contains(&actor.scope) {
            true => Ok(()),
            false => Err(Problem::new(
                ProblemKind::Forbidden,
                "the token's scope does not include this",
            )),
        }
    }

    /// The answer once what was wanted is on record.
    pub(super) fn show(&self) -> Option<Show> {
        match self.handler {
            Handler::Read(_) => None,
            Handler::Write(_, show) | Handler::Task(_, show) => Some(show),
        }
    }
}

impl Success {
    /// Nothing but that it is done.
    pub(super) const NOTHING: Self = Self {
        statuses: &[204],
        media_types: &[],
        schema: None,
        has_etag: false,
    };

    /// JSON of this type.
    pub(super) fn json<T: JsonSchema>(statuses: &'static [u16]) -> Self {
        Self {
            statuses,
            media_types: &["application/json"],
            schema: Some(|generator| generator.subschema_for::<T>()),
            has_etag: false,
        }
    }

    /// A record with its version.
    pub(super) fn record<T: RecordView>(statuses: &'static [u16]) -> Self {
        Self {
            has_etag: true,
            ..Self::json::<T::Shown>(statuses)
        }
    }

    /// A body of another type.
    pub(super) const fn of(media_types: &'static [&'static str]) -> Self {
        Self {
            statuses: &[200],
            media_types,
            schema: None,
            has_etag: false,
        }
    }
}
