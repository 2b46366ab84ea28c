//! Routes for tokens and calendars.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::problem::Problem;
use super::super::request::Request;
use super::super::route::{OPERATORS, Route, Success};
use super::super::view::{CalendarView, RecordView, TokenView};
use super::super::{Answer, responder};
use crate::access::{self, Calendar, CalendarDetails, Token, TokenDetails};
use crate::command::Command;
use crate::fleet::Change;

/// A token that was just issued.
#[derive(Serialize, JsonSchema)]
struct IssuedToken {
    /// Its version: what its ETag says.
    version: u64,
    #[serde(flatten)]
    token: TokenView,
    /// The bearer token. It is shown only once.
    secret: String,
}

/// A calendar that was just issued.
#[derive(Serialize, JsonSchema)]
struct IssuedCalendar {
    /// Its version: what its ETag says.
    version: u64,
    #[serde(flatten)]
    calendar: CalendarView,
    /// The path of the feed at this gateway. It grants access to the feed, and is shown only once.
    address: String,
}

pub(super) fn routes() -> Vec<Route> {
    let mut routes = tokens();
    routes.extend(calendars());
    routes
}

fn tokens() -> Vec<Route> {
    vec![
        Route::list::<Token>("/tokens", |_, _| true)
            .by(OPERATORS)
            .named("token", "list", "List tokens")
            .columns(&[
                ("TOKEN", "/key"),
                ("NAME", "/details/name"),
                ("SCOPE", "/details/scope"),
                ("REACH", "/details/reach"),
                ("EXPIRES", "/details/expires"),
            ]),
        Route::create::<Token, TokenDetails>("/tokens", |request| {
            let details = request.body()?;
            let hash = access::hash(bearer(request).as_bytes());
            Ok(Command::IssueToken(details, hash))
        })
        .giving(Success {
            has_etag: true,
            ..Success::json::<IssuedToken>(&[201])
        })
        .then(issued_token)
        .named("token", "issue", "Issue a token; its secret is told once"),
        Route::remove::<Token>("/tokens/{token}", |request| {
            Ok(Command::RevokeToken(request.key(0)?))
        })
        .named("token", "revoke", "Revoke a token"),
    ]
}

/// The secret of a new token. Its prefix tells what it is.
fn bearer(request: &Request<'_>) -> String {
    format!("ctp_{}", request.call.fresh)
}

fn issued_token(request: &Request<'_>, changes: &[Change]) -> Result<Answer, Problem> {
    let versioned = responder::made::<Token>(request, changes)?;
    let body = IssuedToken {
        version: versioned.version,
        token: versioned.value.view(),
        secret: bearer(request),
    };
    let answer = Answer::json(201, &body).with_etag(versioned.version);
    Ok(answer.with_location(&versioned.value).secret())
}

fn calendars() -> Vec<Route> {
    vec![
        Route::list::<Calendar>("/calendars", |_, _| true)
            .by(OPERATORS)
            .named("calendar", "list", "List calendars")
            .columns(&[
                ("CALENDAR", "/key"),
                ("NAME", "/details/name"),
                ("REACH", "/details/reach"),
            ]),
        Route::create::<Calendar, CalendarDetails>("/calendars", |request| {
            let details = request.body()?;
            let hash = access::hash(request.call.fresh.as_bytes());
            Ok(Command::IssueCalendar(details, hash))
        })
        .giving(Success {
            has_etag: true,
            ..Success::json::<IssuedCalendar>(&[201])
        })
        .then(issued_calendar)
        .named(
            "calendar",
            "issue",
            "Issue a calendar; its address is told once",
        ),
        Route::remove::<Calendar>("/calendars/{calendar}", |request| {
            Ok(Command::RevokeCalendar(request.key(0)?))
        })
        .named("calendar", "revoke", "Revoke a calendar"),
    ]
}

fn issued_calendar(request: &Request<'_>, changes: &[Change]) -> Result<Answer, Problem> {
    let versioned = responder::made::<Calendar>(request, changes)?;
    let body = IssuedCalendar {
        version: versioned.version,
        calendar: versioned.value.view(),
        address: format!("/api/v1/calendars/{}/due.ics", request.call.fresh),
    };
    let answer = Answer::json(201, &body).with_etag(versioned.version);
    Ok(answer.with_location(&versioned.value).secret())
}
