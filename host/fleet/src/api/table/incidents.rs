//! Routes for incidents, their photographs and their reports.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::body::{self, Body};
use super::super::problem::Problem;
use super::super::query::Parameter;
use super::super::request::Request;
use super::super::route::{Route, STAFF_AND_SUPPORT, SUPPORT, Success};
use super::super::{Method, ReportFormat, Task, responder};
use crate::command::Command;
use crate::incident::{Incident, IncidentDetails, Outcome};
use crate::text::{Line, Prose, Serial};

/// The maximum size of a picture, in bytes.
const PICTURE_LIMIT: usize = 8 * 1024 * 1024;

/// The end of an incident.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Ending {
    /// What happened to the terminal.
    outcome: Outcome,
    /// The findings.
    note: Prose,
}

pub(super) fn routes() -> Vec<Route> {
    let mut routes = records();
    routes.extend(pictures());
    routes.extend(reports());
    routes
}

fn records() -> Vec<Route> {
    vec![
        Route::list::<Incident>("/incidents", |request, it| {
            let (open, terminal) = (request.query.get("open"), request.query.get("terminal"));
            open.is_none_or(|open: bool| it.closed.is_none() == open)
                && terminal.is_none_or(|terminal: Serial| it.details.terminal == terminal)
        })
        .with([
            Parameter::new::<bool>(
                "open",
                "Only those that are open, or only those that are not",
            ),
            Parameter::new::<Serial>("terminal", "Only those of this terminal"),
        ])
        .named("incident", "list", "List incidents")
        .columns(&[
            ("INCIDENT", "/key"),
            ("KIND", "/details/kind"),
            ("TERMINAL", "/details/terminal"),
            ("DISCOVERED", "/details/discovered"),
            ("REPORTED", "/reported/at"),
            ("OUTCOME", "/closed/outcome"),
        ]),
        Route::create::<Incident, IncidentDetails>("/incidents", |request| {
            Ok(Command::OpenIncident(request.body()?))
        })
        .by(STAFF_AND_SUPPORT)
        .named("incident", "open", "Put an incident on record"),
        Route::one::<Incident>("/incidents/{incident}").named(
            "incident",
            "show",
            "Show an incident",
        ),
        Route::put_anew::<Incident, IncidentDetails>("/incidents/{incident}", |request| {
            Ok(Command::PutIncident(request.key(0)?, request.body()?))
        })
        .by(STAFF_AND_SUPPORT)
        .named("incident", "put", "Change what is known of an incident"),
        Route::action::<Incident>(Method::Post, "/incidents/{incident}/close", |request| {
            let Ending { outcome, note } = request.body()?;
            Ok(Command::CloseIncident(request.key(0)?, outcome, note))
        })
        .with_json::<Ending>()
        .by(SUPPORT)
        .named("incident", "close", "Close an incident"),
    ]
}

fn pictures() -> Vec<Route> {
    let attach = Route::task(
        Method::Post,
        "/incidents/{incident}/photographs",
        Success::record::<Incident>(&[200]),
        |request| {
            let picture = body::picture_type(request.call)?;
            Ok(Task::Attach(
                request.key(0)?,
                picture,
                request.query.get("caption"),
            ))
        },
    );
    vec![
        attach
            .on::<Incident>()
            .then(responder::changed::<Incident>)
            .with_body(Body::Picture, PICTURE_LIMIT)
            .with([Parameter::new::<Line>("caption", "What it shows")])
            .by(STAFF_AND_SUPPORT)
            .named("incident", "attach", "Attach a photograph to an incident"),
        Route::task(
            Method::Get,
            "/incidents/{incident}/photographs/{hash}",
            Success::of(&["image/jpeg", "image/png"]),
            |request| {
                let (incident, hash) = (&request.record::<Incident>()?.value, request.text(1)?);
                let mut photographs = incident.photographs.iter();
                let found = photographs.find(|it| it.hash == hash);
                let found = found.ok_or_else(Problem::not_found)?;
                Ok(Task::Picture(found.hash.clone(), found.media_type))
            },
        )
        .on::<Incident>()
        .named(
            "incident",
            "photograph",
            "Fetch a photograph of an incident",
        ),
    ]
}

fn reports() -> Vec<Route> {
    vec![
        Route::action::<Incident>(Method::Post, "/incidents/{incident}/report", |request| {
            Ok(Command::Report(request.key(0)?))
        })
        .by(STAFF_AND_SUPPORT)
        .named(
            "incident",
            "report",
            "Put on record that the full report of an incident was handed on",
        ),
        Route::task(
            Method::Get,
            "/incidents/{incident}/report.html",
            Success::of(&["text/html"]),
            |request| written(request, ReportFormat::Html),
        )
        .on::<Incident>()
        .named(
            "incident",
            "report-html",
            "Write the report of an incident as a page",
        ),
        Route::task(
            Method::Get,
            "/incidents/{incident}/report.pdf",
            Success::of(&["application/pdf"]),
            |request| written(request, ReportFormat::Pdf),
        )
        .on::<Incident>()
        .named(
            "incident",
            "report-pdf",
            "Write the report of an incident as a PDF",
        ),
    ]
}

fn written(request: &Request<'_>, format: ReportFormat) -> Result<Task, Problem> {
    Ok(Task::Report(request.key(0)?, format))
}
