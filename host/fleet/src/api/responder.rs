//! Successful answers.

use serde::Serialize;

use super::Answer;
use super::problem::{Problem, ProblemKind};
use super::request::Request;
use super::view::RecordView;
use crate::fleet::{Change, Versioned};

/// Makes the answer to a call whose changes are stored.
pub(super) type Responder = fn(&Request<'_>, &[Change]) -> Result<Answer, Problem>;

impl Answer {
    /// JSON.
    #[must_use]
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        Self {
            // This cannot fail: only maps with keys other than strings do.
            body: serde_json::to_vec(body).unwrap_or_default(),
            ..Self::of("application/json", Vec::new()).with_status(status)
        }
    }

    /// A body of this media type.
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

    /// 204, without a body.
    #[must_use]
    pub fn nothing() -> Self {
        Self::of("", Vec::new()).with_status(204)
    }

    /// The same, marked as containing a new secret.
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

    /// The same, with an ETag.
    pub(super) fn with_etag(self, version: u64) -> Self {
        self.with_header("etag", format!("\"{version}\""))
    }

    /// The same, with the Location of the new record.
    pub(super) fn with_location<T: RecordView>(self, record: &T) -> Self {
        let location = format!("/api/v1/{}/{}", T::PATH, record.key());
        self.with_header("location", location)
    }
}

/// The answer that shows a record.
pub(super) fn record<T: RecordView>(
    status: u16,
    versioned: &Versioned<T>,
    request: &Request<'_>,
) -> Answer {
    let answer =
        Answer::json(status, &T::response(versioned, request)).with_etag(versioned.version);
    match status {
        201 => answer.with_location(&versioned.value),
        _ => answer,
    }
}

/// Shows the record that the first path parameter names, after a change.
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

/// Shows the record that the first path parameter names: 201 if it is new, otherwise 200.
pub(super) fn put<T: RecordView>(request: &Request<'_>, _: &[Change]) -> Result<Answer, Problem> {
    let status = if is_new(request) { 201 } else { 200 };
    Ok(record(
        status,
        written::<T>(request, request.text(0)?)?,
        request,
    ))
}

/// Whether a PUT created the record. Replacing a record needs If-Match, so a call without it
/// created one.
pub(super) fn is_new(request: &Request<'_>) -> bool {
    request.call.if_match.is_none()
}

/// Shows the new record.
pub(super) fn created<T: RecordView>(
    request: &Request<'_>,
    changes: &[Change],
) -> Result<Answer, Problem> {
    Ok(record(201, made::<T>(request, changes)?, request))
}

/// The record of this kind among the changes.
pub(super) fn made<'a, T: RecordView>(
    request: &Request<'a>,
    changes: &[Change],
) -> Result<&'a Versioned<T>, Problem> {
    let change = changes.iter().find(|change| change.kind == T::KIND);
    written(request, change.map_or("", |change| &change.key))
}

/// A record that was just written.
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
