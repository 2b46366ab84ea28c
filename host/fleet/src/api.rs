//! The REST interface under `/api/v1`, as pure functions: one table of routes, from which come the
//! answers, who may ask, the OpenAPI document and the command line.

use crate::fleet::{Change, Fleet};
use crate::incident::PictureType;
use crate::moment::Moment;
use crate::situation::{Actor, Situation};
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
    /// An unguessable text, for what needs one.
    pub fresh: &'a str,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body's media type.
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
pub enum Step {
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
    Report(Key, Paper),
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
pub enum Paper {
    /// As a page.
    Html,
    /// As a PDF.
    Pdf,
}

/// A route; what it does is its own.
#[derive(Debug)]
pub struct Route {
    /// The serial number of the terminal that is to be looked at, at the vendor, before the call is
    /// answered: the place of the parameter.
    pub looks_at: Option<usize>,
    /// The largest body, in bytes.
    pub body_limit: usize,
    /// Whether anybody may ask, without a token.
    pub is_open: bool,
}

/// The route of a request, and the parameters in its path.
///
/// # Errors
/// There is none: the answer to that.
pub fn find(_method: Option<Method>, _path: &str) -> Result<(&'static Route, Vec<String>), Answer> {
    todo!()
}

/// Who has this secret.
#[must_use]
pub fn authenticate(_fleet: &Fleet, _secret: &[u8], _now: Moment) -> Option<Actor> {
    todo!()
}

/// What comes of a call by somebody.
#[must_use]
pub fn step(_route: &Route, _call: &Call<'_>, _fleet: &Fleet, _situation: &Situation<'_>) -> Step {
    todo!()
}

/// The answer to a call whose changes were stored: `fleet` is how it is then.
#[must_use]
pub fn answer(
    _route: &Route,
    _call: &Call<'_>,
    _fleet: &Fleet,
    _situation: &Situation<'_>,
    _changes: &[Change],
) -> Answer {
    todo!()
}

/// The terminal that a call is about, for a route that looks at one.
#[must_use]
pub fn looked_at(route: &Route, parameters: &[String]) -> Option<Serial> {
    parameters.get(route.looks_at?)?.parse().ok()
}
