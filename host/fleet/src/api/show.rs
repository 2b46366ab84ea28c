//! How calls are answered that are answered as they were meant.

use serde::Serialize;

use super::Answer;
use super::problem::{Problem, ProblemKind};
use super::request::Request;
use super::view::RecordView;
use crate::fleet::{Change, Versioned};

/// The answer to a call whose changes are on record.
pub(super) type Show = fn(&Request<'_>, &[Change]) -> Result<Answer, Problem>;

impl Answer {
    /// JSON.
    #[must_use]
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        Self {
            // Only a map whose keys are no texts can fail, and there is none.
            body: serde_json::to_vec(body).unwrap_or_default(),
            ..Self::of("application/json", Vec::new()).with_status(status)
        }
    }

    /// A body of some type.
    #[must_use]
    pub fn of(media_type: &'static str, body: Vec<u8>) -> Self {
        Self {
            status: 200,
            media_type,
            headers: Vec::new(),
            body,
            is_secret: false,
        }
    }

    /// That it is done.
    #[must_use]
    pub fn nothing() -> Self {
        Self::of("", Vec::new()).with_status(204)
    }

    /// The same, which tells a secret.
    pub(super) fn secret(self) -> Self {
        Self {
            is_secret: true,
            ..self
        }
    }

    fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same, with a header.
    pub(super) fn with_header(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    /// The same, with the version of what it shows.
    pub(super) fn with_etag(self, version: u64) -> Self {
        self.with_header("etag", format!("\"{version}\""))
    }

    /// The same, with where that is which was made.
    pub(super) fn with_location<T: RecordView>(self, record: &T) -> Self {
        let location = format!("/api/v1/{}/{}", T::PATH, record.key());
        self.with_header("location", location)
    }
}

/// A record.
pub(super) fn record<T: RecordView>(
    status: u16,
    versioned: &Versioned<T>,
    request: &Request<'_>,
) -> Answer {
    let answer = Answer::json(status, &T::shown(versioned, request)).with_etag(versioned.version);
    match status {
        201 => answer.with_location(&versioned.value),
        _ => answer,
    }
}

/// The record that the path names first, after a change.
pub(super) fn changed<T: RecordView>(
    request: &Request<'_>,
    _: &[Change],
) -> Result<Answer, Problem> {
    Ok(record(
        200,
        written::<T>(request, request.text(0)?)?,
        request,
    ))
}

/// The record that the path names first, which has come to be if the caller knew of none.
pub(super) fn put<T: RecordView>(request: &Request<'_>, _: &[Change]) -> Result<Answer, Problem> {
    let status = if is_new(request) { 201 } else { 200 };
    Ok(record(
        status,
        written::<T>(request, request.text(0)?)?,
        request,
    ))
}

/// Whether what is put was not there before: what is there is put with its version only.
pub(super) fn is_new(request: &Request<'_>) -> bool {
    request.call.if_match.is_none()
}

/// The record that has come to be.
pub(super) fn created<T: RecordView>(
    request: &Request<'_>,
    changes: &[Change],
) -> Result<Answer, Problem> {
    Ok(record(201, made::<T>(request, changes)?, request))
}

/// The record of a kind among the changes.
pub(super) fn made<'a, T: RecordView>(
    request: &Request<'a>,
    changes: &[Change],
) -> Result<&'a Versioned<T>, Problem> {
    let change = changes.iter().find(|change| change.kind == T::KIND);
    written(request, change.map_or("", |change| &change.key))
}

/// A record that was written just now.
pub(super) fn written<'a, T: RecordView>(
    request: &Request<'a>,
    key: &str,
) -> Result<&'a Versioned<T>, Problem> {
    let versioned = T::all(request.fleet).get(key);
    versioned.map(AsRef::as_ref).ok_or_else(|| {
        Problem::new(
            ProblemKind::NotFound,
            "it is done, and was removed again in the meantime",
        )
    })
}
