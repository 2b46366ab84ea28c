//! The REST interface under `/api/v1`, as pure functions. One table of routes yields the answers,
//! the permissions, the OpenAPI document and the command line.

mod access_scope;
mod body;
mod bundle;
mod openapi;
mod paging;
mod precondition;
mod problem;
mod query;
mod request;
mod responder;
mod route;
mod route_kinds;
mod station;
mod status;
mod table;
mod view;

use crate::text::Prose;
use request::Request;
use route::Handler;

pub use body::{Body, JsonBody};
pub use bundle::{
    BundledComponent, Bundles, Comparison, ComponentState, Difference, DifferenceKind,
    SwappedBundle,
};
pub use openapi::document;
pub use paging::Page;
pub use problem::{MEDIA_TYPE as PROBLEM_MEDIA_TYPE, Problem, ProblemKind};
pub use query::Parameter;
pub use route::Route;
pub use station::{
    ConnectionState, ConnectorState, OddityCount, OperationAnswer, OperationOutcome,
    PendingStation, RefusedSetting, RefusedTariff, ShownStation, StationMessage, StationState,
    TransactionState,
};
pub use status::{
    AlertCount, CommandCounts, GatewayStatus, Part, PartState, PartStatus, PhaseCount,
    StationCounts, TerminalCounts,
};
pub use table::{AuditEntry, DeadLetter, RecordedRefund, SessionFinding};
pub use view::view;

use crate::access;
use crate::bundle::StandbyBundle;
use crate::context::{Actor, DecisionContext};
use crate::decide;
use crate::fleet::{Change, Fleet};
use crate::incident::PictureType;
use crate::moment::Moment;
use crate::operation::Operation;
use crate::terminal::Terminal;
use crate::text::{Key, Line, Serial, SessionName, StationId};

/// A request method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read a record or a list.
    Get,
    /// Create or replace a record.
    Put,
    /// Do something with a record.
    Post,
    /// Remove a record.
    Delete,
}

impl Method {
    /// Its name in HTTP.
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

/// A call of a route, as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The values of the path parameters, in their order.
    pub parameters: &'a [String],
    /// The query, still percent-encoded.
    pub query: &'a str,
    /// The If-Match header: the version that the caller knows.
    pub if_match: Option<&'a str>,
    /// The media type of the body.
    pub content_type: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
    /// 64 random hexadecimal digits, from which new secrets are made.
    pub fresh: &'a str,
}

/// The answer to a call.
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
    /// Whether it contains a new secret. Such an answer is not stored for repetitions.
    pub is_secret: bool,
}

/// What the gateway has to do next for a call.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Send this answer.
    Answer(Answer),
    /// Store these changes, then ask [`answer()`] for the answer.
    Write(Vec<Change>),
    /// Perform this task.
    Task(Task),
}

/// A task that only the gateway can perform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// Stop a session.
    StopSession(SessionName),
    /// Record a refund: the session, the reference, and the amount in minor units.
    Refund(SessionName, Line, u64),
    /// Record what a person found out about a session that needs attention: the finding, what was captured in
    /// minor units, and a note for the audit log.
    ResolveSession(SessionName, SessionFinding, u64, Prose),
    /// List the stations that the caller may see, by their identities.
    Stations {
        /// Only those at this site.
        site: Option<Key>,
        /// Only those after this one.
        after: Option<StationId>,
        /// How many at most.
        limit: u32,
    },
    /// Show a station.
    Station(StationId),
    /// Put on record that a station is told to do this, and tell it.
    Operate(StationId, Operation),
    /// Store the body as a picture of this type, and attach it to this incident with this caption.
    Attach(Key, PictureType, Option<Line>),
    /// Return the picture with this hash.
    Picture(String, PictureType),
    /// Write the report of an incident in this format.
    Report(Key, ReportFormat),
    /// List the audit log, newest first.
    Audit {
        /// Only changes of this record, by its kind and key.
        of: Option<(crate::fleet::Kind, String)>,
        /// Only writes before this one.
        before: Option<u64>,
        /// How many at most.
        limit: u32,
    },
    /// List the deliveries of alerts that were given up, newest first.
    DeadLetters {
        /// Only deliveries older than this one.
        before: Option<u64>,
        /// How many at most.
        limit: u32,
    },
    /// Send a delivery again that was given up.
    Redeliver(u64),
    /// Show how the gateway is.
    Status,
    /// Show the components of every bundle.
    Bundles,
    /// Have this bundle take the place of the running one, and put that on record.
    Swap(StandbyBundle, SwapTerms),
}

/// On which terms a bundle takes the place of the running one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwapTerms {
    /// On how many recorded events, the last ones, both decide before, to be compared.
    pub events: u32,
    /// Whether it takes its place although it decides otherwise.
    pub accept_differences: bool,
}

impl Default for SwapTerms {
    fn default() -> Self {
        Self {
            events: 1_000,
            accept_differences: false,
        }
    }
}

/// The format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportFormat {
    /// An HTML page.
    Html,
    /// A PDF.
    Pdf,
}

/// Every route.
#[must_use]
pub fn routes() -> &'static [Route] {
    table::routes()
}

/// Finds the route of a request, and the values of its path parameters.
///
/// # Errors
/// The answer if no route matches: 404, or 405 with the methods of the path.
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

/// Authenticates the holder of a token by its secret.
#[must_use]
pub fn authenticate(fleet: &Fleet, secret: &[u8], now: Moment) -> Option<Actor> {
    let token = access::bearer(fleet, secret, now)?;
    Some(Actor {
        key: token.key.clone(),
        scope: token.details.scope,
        access: token.details.access.clone(),
    })
}

/// Handles a call: checks permissions, preconditions and body, then reads or decides.
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
    // The version is checked last (RFC 9110, section 13.2.1).
    match &route.handler {
        Handler::Read(read) => read(request).map(Effect::Answer),
        Handler::Task(task, _) => {
            let task = task(request)?;
            route.target.check_version(request)?;
            Ok(Effect::Task(task))
        }
        Handler::Write(command, responder) => {
            let command = command(request)?;
            route.target.check_version(request)?;
            let changes = decide(request.fleet, request.context, command)?;
            access_scope::check(request.fleet, request.access(), &changes)?;
            match changes.is_empty() {
                true => responder(request, &changes).map(Effect::Answer),
                false => Ok(Effect::Write(changes)),
            }
        }
    }
}

/// The answer to a call once its changes are stored. `fleet` contains them already.
#[must_use]
pub fn answer(
    route: &Route,
    call: &Call<'_>,
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    changes: &[Change],
) -> Answer {
    let answer =
        Request::new(route, call, fleet, context).and_then(|request| match route.responder() {
            Some(responder) => responder(&request, changes),
            None => Ok(Answer::nothing()),
        });
    answer.unwrap_or_else(|problem| problem.answer())
}

/// The terminal whose status the gateway must poll before it handles a call. Only a caller who is
/// permitted to make the call, at a terminal in their access scope, causes a request to the vendor.
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
