//! The REST interface under `/api/v1`, as pure functions: one table of routes, from which come the
//! answers, who may ask, the OpenAPI document and the command line.

mod access_scope;
mod body;
mod kinds;
mod openapi;
mod paging;
mod precondition;
mod problem;
mod query;
mod request;
mod route;
mod show;
mod table;
mod view;

use request::Request;
use route::Handler;

pub use body::{Body, JsonBody};
pub use openapi::document;
pub use paging::Page;
pub use problem::{Problem, ProblemKind};
pub use query::Parameter;
pub use route::Route;
pub use table::{AuditEntry, DeadLetter};
pub use view::view;

use crate::access;
use crate::context::{Actor, DecisionContext};
use crate::decide;
use crate::fleet::{Change, Fleet};
use crate::incident::PictureType;
use crate::moment::Moment;
use crate::terminal::Terminal;
use crate::text::{Key, Line, Serial};

/// A request method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Put a record there.
    Put,
    /// Act.
    Post,
    /// Remove.
    Delete,
}

impl Method {
    /// As HTTP writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// A request for a route.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// What the path says in the places of its parameters, in their order.
    pub parameters: &'a [String],
    /// The query, still percent-encoded.
    pub query: &'a str,
    /// The version that the caller knows.
    pub if_match: Option<&'a str>,
    /// What the body is.
    pub content_type: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// An unguessable text of 64 hexadecimal digits, for what needs one.
    pub fresh: &'a str,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body's media type; empty without a body.
    pub media_type: &'static str,
    /// Other headers, such as the ETag.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether it tells a secret, which is told once and kept nowhere.
    pub is_secret: bool,
}

/// What comes of a call.
#[derive(Clone, Debug)]
pub enum Effect {
    /// This is the answer.
    Answer(Answer),
    /// These changes are to be stored; then [`answer()`] has the answer.
    Write(Vec<Change>),
    /// The gateway has to do something.
    Task(Task),
}

/// What the gateway has to do for a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// End a session.
    StopSession(String),
    /// Put on record that so much, in minor units, was given back, under this reference.
    Refund(String, Line, u64),
    /// Keep the body, a picture of this kind, and attach it to this incident.
    Attach(Key, PictureType, Option<Line>),
    /// Hand out the picture with this hash.
    Picture(String, PictureType),
    /// Write the report of an incident, as a page or on paper.
    Report(Key, ReportFormat),
    /// Who changed what: newest first, before this write, so many, of this record if one is named.
    Audit {
        /// The kind and name of the record.
        of: Option<(crate::fleet::Kind, String)>,
        /// Only what was written before this one.
        before: Option<u64>,
        /// How many at most.
        limit: u32,
    },
    /// Deliveries of alerts that were given up: newest first, before this one, so many.
    DeadLetters {
        /// Only what is older than this one.
        before: Option<u64>,
        /// How many at most.
        limit: u32,
    },
    /// Try a delivery again that was given up.
    Redeliver(u64),
}

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// As a page.
    Html,
    /// As a PDF.
    Pdf,
}

/// Every route.
#[must_use]
pub fn routes() -> &'static [Route] {
    table::routes()
}

/// The route of a request, and the parameters in its path.
///
/// # Errors
/// There is none: the answer to that.
pub fn find(method: Option<Method>, path: &str) -> Result<(&'static Route, Vec<String>), Answer> {
    let found = routes()
        .iter()
        .filter_map(|route| Some((route, table::matches(route.path, path)?)));
    let found: Vec<_> = found.collect();
    let methods = found.iter().map(|(route, _)| route.method.name());
    let methods = methods.collect::<Vec<_>>().join(", ");
    let mut found = found.into_iter();
    match found.find(|(route, _)| Some(route.method) == method) {
        Some(found) => Ok(found),
        None if methods.is_empty() => Err(Problem::not_found().answer()),
        None => Err(Problem::method_not_allowed(methods).answer()),
    }
}

/// Who has this secret.
#[must_use]
pub fn authenticate(fleet: &Fleet, secret: &[u8], now: Moment) -> Option<Actor> {
    let token = access::bearer(fleet, secret, now)?;
    Some(Actor {
        key: token.key.clone(),
        scope: token.details.scope,
        access: token.details.access.clone(),
    })
}

/// What comes of a call by somebody.
#[must_use]
pub fn handle(
    route: &Route,
    call: &Call<'_>,
    fleet: &Fleet,
    context: &DecisionContext<'_>,
) -> Effect {
    let effect = route
        .admits(context.actor)
        .and_then(|()| Request::new(route, call, fleet, context))
        .and_then(|request| effect_of(&request));
    effect.unwrap_or_else(|problem| Effect::Answer(problem.answer()))
}

fn effect_of(request: &Request<'_>) -> Result<Effect, Problem> {
    let route = request.route;
    route.target.check_visible(request)?;
    route.body.check(request.call, route.body_limit)?;
    // The version counts once all else of the request is right (RFC 9110, section 13.2.1).
    match &route.handler {
        Handler::Read(read) => read(request).map(Effect::Answer),
        Handler::Task(task, _) => {
            let task = task(request)?;
            route.target.check_version(request)?;
            Ok(Effect::Task(task))
        }
        Handler::Write(command, show) => {
            let command = command(request)?;
            route.target.check_version(request)?;
            let changes = decide(request.fleet, request.context, command)?;
            access_scope::check(request.fleet, request.access(), &changes)?;
            match changes.is_empty() {
                true => show(request, &changes).map(Effect::Answer),
                false => Ok(Effect::Write(changes)),
            }
        }
    }
}

/// The answer to a call whose changes were stored: `fleet` is how it is then.
#[must_use]
pub fn answer(
    route: &Route,
    call: &Call<'_>,
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    changes: &[Change],
) -> Answer {
    let shown = Request::new(route, call, fleet, context).and_then(|request| match route.show() {
        Some(show) => show(&request, changes),
        None => Ok(Answer::nothing()),
    });
    shown.unwrap_or_else(|problem| problem.answer())
}

/// The terminal that the gateway has to look up before a call is answered: one on record that whoever
/// asks may do this with. Nobody else has the vendor asked anything.
#[must_use]
pub fn terminal_to_poll(
    route: &Route,
    parameters: &[String],
    fleet: &Fleet,
    actor: &Actor,
) -> Option<Serial> {
    route.admits(actor).ok()?;
    let terminal = fleet.get::<Terminal>(parameters.get(route.polled_terminal?)?)?;
    let is_within = actor.access.includes(&terminal.details.site);
    is_within.then(|| terminal.serial.clone())
}
