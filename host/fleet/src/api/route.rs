//! A route: its path and body, its scopes, and its handler.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::body::Body;
use super::precondition::Target;
use super::problem::{Problem, ProblemKind};
use super::query::Parameter;
use super::request::Request;
use super::responder::Responder;
use super::view::RecordView;
use super::{Answer, Method, Task, table};
use crate::access::Scope;
use crate::command::Command;
use crate::context::Actor;

/// The largest body of JSON, in bytes.
const JSON_LIMIT: usize = 64 * 1024;

/// A route of the REST interface.
#[derive(Debug)]
pub struct Route {
    /// The request method.
    pub method: Method,
    /// The path under `/api/v1`, with path parameters in braces.
    pub path: &'static str,
    /// Its noun on the command line.
    pub noun: &'static str,
    /// Its verb on the command line.
    pub verb: &'static str,
    /// What it does, for people.
    pub summary: &'static str,
    /// The parameters of its query string.
    pub query: Vec<Parameter>,
    /// The body that it accepts.
    pub body: Body,
    /// The scopes that may call it.
    pub scopes: &'static [Scope],
    /// For a list: the columns of its table on the command line, each a heading and a JSON pointer
    /// into an item.
    pub columns: &'static [(&'static str, &'static str)],
    /// The index of the path parameter that names a terminal whose status must be polled at the
    /// vendor before the call is handled.
    pub polled_terminal: Option<usize>,
    /// The maximum size of the body, in bytes.
    pub body_limit: usize,
    /// Whether it needs no token.
    pub is_open: bool,
    pub(super) target: Target,
    pub(super) success: Success,
    pub(super) handler: Handler,
}

/// The description of a successful answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Success {
    /// The possible status codes.
    pub(super) statuses: &'static [u16],
    pub(super) media_types: &'static [&'static str],
    /// The schema of a JSON body.
    pub(super) schema: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// Whether the answer has an ETag.
    pub(super) has_etag: bool,
}

type Read = dyn Fn(&Request<'_>) -> Result<Answer, Problem> + Send + Sync;

/// The implementation of a route.
pub(super) enum Handler {
    /// Answers from the records.
    Read(Box<Read>),
    /// Changes the records, then answers.
    Write(fn(&Request<'_>) -> Result<Command, Problem>, Responder),
    /// Lets the gateway perform a task. If that changes records, the second function makes the
    /// answer.
    Task(fn(&Request<'_>) -> Result<Task, Problem>, Responder),
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

/// All scopes.
pub(super) const EVERYBODY: &[Scope] = &[
    Scope::Operator,
    Scope::SiteStaff,
    Scope::Support,
    Scope::ReadOnly,
];
/// Operators of the platform.
pub(super) const OPERATORS: &[Scope] = &[Scope::Operator];
/// Support and operators.
pub(super) const SUPPORT: &[Scope] = &[Scope::Operator, Scope::Support];
/// Site staff and operators.
pub(super) const STAFF: &[Scope] = &[Scope::Operator, Scope::SiteStaff];
/// Site staff, support and operators.
pub(super) const STAFF_AND_SUPPORT: &[Scope] = &[Scope::Operator, Scope::SiteStaff, Scope::Support];

impl Route {
    /// Whether its body may have a secret.
    #[must_use]
    pub fn takes_secret(&self) -> bool {
        match &self.body {
            Body::Json(body) => body.document().to_string().contains(r#""writeOnly":true"#),
            _ => false,
        }
    }

    /// A route with a handler and defaults for everything else.
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

    /// The same, answered by this function once the changes are stored.
    pub(super) fn then(self, responder: Responder) -> Self {
        let handler = match self.handler {
            Handler::Write(command, _) => Handler::Write(command, responder),
            Handler::Task(task, _) => Handler::Task(task, responder),
            read @ Handler::Read(_) => read,
        };
        Self { handler, ..self }
    }

    /// The same, with this description of a successful answer.
    pub(super) fn giving(self, success: Success) -> Self {
        Self { success, ..self }
    }

    /// The same, with its noun, verb and summary.
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

    /// The same, about the existing record that the first path parameter names.
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

    /// The same, with a body of at most this many bytes.
    pub(super) fn with_body(self, body: Body, body_limit: usize) -> Self {
        Self {
            body,
            body_limit,
            ..self
        }
    }

    /// The same, for these scopes.
    pub(super) fn by(self, scopes: &'static [Scope]) -> Self {
        Self { scopes, ..self }
    }

    /// The same, with these query parameters.
    pub(super) fn with(mut self, query: impl IntoIterator<Item = Parameter>) -> Self {
        self.query.extend(query);
        self
    }

    /// The same, with these columns on the command line.
    pub(super) fn columns(self, columns: &'static [(&'static str, &'static str)]) -> Self {
        Self { columns, ..self }
    }

    /// The names of the path parameters, in their order.
    pub fn parameters(&self) -> impl Iterator<Item = &'static str> + use<> {
        table::parameters(self.path)
    }

    /// The media types of a successful answer; none if it has no body.
    #[must_use]
    pub fn media_types(&self) -> &'static [&'static str] {
        self.success.media_types
    }

    /// Checks that the actor's scope may call this route.
    pub(super) fn admits(&self, actor: &Actor) -> Result<(), Problem> {
        match self.is_open || self.scopes.contains(&actor.scope) {
            true => Ok(()),
            false => Err(Problem::new(
                ProblemKind::Forbidden,
                "the token's scope does not include this",
            )),
        }
    }

    /// The function that makes the answer once the changes are stored.
    pub(super) fn responder(&self) -> Option<Responder> {
        match self.handler {
            Handler::Read(_) => None,
            Handler::Write(_, responder) | Handler::Task(_, responder) => Some(responder),
        }
    }
}

impl Success {
    /// 204, without a body.
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

    /// JSON of a record, with its ETag.
    pub(super) fn record<T: RecordView>(statuses: &'static [u16]) -> Self {
        Self {
            has_etag: true,
            ..Self::json::<T::Response>(statuses)
        }
    }

    /// A body of another media type.
    pub(super) const fn of(media_types: &'static [&'static str]) -> Self {
        Self {
            statuses: &[200],
            media_types,
            schema: None,
            has_etag: false,
        }
    }
}
