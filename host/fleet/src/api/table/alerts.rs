//! Routes for alerts and webhooks.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::paging::{self, Limit, Number, Page};
use super::super::problem::Problem;
use super::super::query::Parameter;
use super::super::request::Request;
use super::super::route::{OPERATORS, Route, STAFF_AND_SUPPORT, Success};
use super::super::view::{RecordView, WebhookView};
use super::super::{Answer, Method, Task, responder};
use crate::alert::{Alert, AlertKind, Secret, Webhook, WebhookDetails};
use crate::command::Command;
use crate::fleet::Change;
use crate::moment::Moment;
use crate::text::{Key, Prose, Serial};

/// A delivery of an alert that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeadLetter {
    /// Its number.
    pub number: u64,
    /// The webhook.
    pub webhook: Key,
    /// The alert.
    pub alert: Key,
    /// When the first attempt was.
    pub first: Moment,
    /// When the last attempt was.
    pub last: Moment,
    /// How many attempts there were.
    pub attempts: u32,
    /// The error of the last attempt, for people.
    pub error: String,
}

/// What was done about an alert.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Resolved {
    /// What was done, for the audit log.
    note: Prose,
}

/// A webhook, with its secret if it is new.
#[derive(Serialize, JsonSchema)]
struct PutWebhook {
    /// Its version: what its ETag says.
    version: u64,
    #[serde(flatten)]
    webhook: WebhookView,
    /// The signing secret (Standard Webhooks). It is shown only once.
    secret: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    let mut routes = alerts();
    routes.extend(webhooks());
    routes.extend(dead_letters());
    routes
}

fn alerts() -> Vec<Route> {
    vec![
        Route::list::<Alert>("/alerts", |request, it| {
            let query = &request.query;
            let is_open = it.ended.is_none() && it.acknowledged.is_none();
            query.get("open").is_none_or(|open: bool| is_open == open)
                && query
                    .get("kind")
                    .is_none_or(|kind: AlertKind| it.kind == kind)
                && query
                    .get("terminal")
                    .is_none_or(|serial: Serial| it.terminal.as_ref() == Some(&serial))
        })
        .with([
            Parameter::new::<bool>(
                "open",
                "Only those that are still so and that nobody took notice of, or only the others",
            ),
            Parameter::new::<AlertKind>("kind", "Only those of this kind"),
            Parameter::new::<Serial>("terminal", "Only those about this terminal"),
        ])
        .named("alert", "list", "List alerts")
        .columns(&[
            ("ALERT", "/key"),
            ("KIND", "/kind"),
            ("TERMINAL", "/terminal"),
            ("SESSION", "/session"),
            ("PAYMENT", "/payment/id"),
            ("RAISED", "/raised"),
            ("ENDED", "/ended"),
            ("TAKEN NOTICE OF BY", "/acknowledged/by"),
            ("TEXT", "/text"),
            ("NEXT ACTION", "/next_action"),
        ]),
        Route::action::<Alert>(Method::Post, "/alerts/{alert}/acknowledge", |request| {
            Ok(Command::Acknowledge(request.key(0)?))
        })
        .by(STAFF_AND_SUPPORT)
        .named("alert", "acknowledge", "Take notice of an alert"),
        Route::action::<Alert>(Method::Post, "/alerts/{alert}/resolve", |request| {
            let Resolved { note } = request.body()?;
            Ok(Command::Resolve(request.key(0)?, note))
        })
        .with_json::<Resolved>()
        .named(
            "alert",
            "resolve",
            "End an alert of a session or a payment, once it was seen to",
        ),
    ]
}

fn webhooks() -> Vec<Route> {
    vec![
        Route::list::<Webhook>("/webhooks", |_, _| true)
            .by(OPERATORS)
            .named("webhook", "list", "List where alerts are sent")
            .columns(&[("WEBHOOK", "/key"), ("URL", "/details/url")]),
        Route::one::<Webhook>("/webhooks/{webhook}")
            .by(OPERATORS)
            .named("webhook", "show", "Show where alerts are sent"),
        Route::put::<Webhook, WebhookDetails>("/webhooks/{webhook}", |request| {
            let secret = Secret::new(signing_secret(request));
            Ok(Command::PutWebhook(
                request.key(0)?,
                request.body()?,
                secret,
            ))
        })
        .giving(Success {
            has_etag: true,
            ..Success::json::<PutWebhook>(&[200, 201])
        })
        .then(put)
        .named(
            "webhook",
            "put",
            "Send alerts to an address; its secret is told once",
        ),
        Route::remove::<Webhook>("/webhooks/{webhook}", |request| {
            Ok(Command::RemoveWebhook(request.key(0)?))
        })
        .named("webhook", "remove", "Send alerts there no longer"),
    ]
}

/// The signing secret of a new webhook.
fn signing_secret(request: &Request<'_>) -> String {
    format!("whsec_{}", BASE64_STANDARD.encode(request.call.fresh))
}

fn put(request: &Request<'_>, _: &[Change]) -> Result<Answer, Problem> {
    let versioned = responder::written::<Webhook>(request, request.text(0)?)?;
    let is_new = responder::is_new(request);
    let body = PutWebhook {
        version: versioned.version,
        webhook: versioned.value.view(),
        secret: is_new.then(|| signing_secret(request)),
    };
    let answer = Answer::json(if is_new { 201 } else { 200 }, &body).with_etag(versioned.version);
    Ok(match is_new {
        true => answer.with_location(&versioned.value).secret(),
        false => answer,
    })
}

fn dead_letters() -> Vec<Route> {
    vec![
        Route::task(
            Method::Get,
            "/webhook-dead-letters",
            Success::json::<Page<DeadLetter>>(&[200]),
            |request| {
                request.require_whole_fleet()?;
                Ok(Task::DeadLetters {
                    before: request.query.get("after").map(|Number(number)| number),
                    limit: request
                        .query
                        .get::<Limit>("limit")
                        .unwrap_or_default()
                        .get(),
                })
            },
        )
        .with(paging::by_number())
        .by(OPERATORS)
        .named(
            "webhook",
            "dead-letters",
            "List deliveries that were given up, newest first",
        )
        .columns(&[
            ("NUMBER", "/number"),
            ("WEBHOOK", "/webhook"),
            ("ALERT", "/alert"),
            ("ATTEMPTS", "/attempts"),
            ("LAST", "/last"),
            ("ERROR", "/error"),
        ]),
        Route::task(
            Method::Post,
            "/webhook-dead-letters/{number}/redeliver",
            Success::NOTHING,
            |request| {
                request.require_whole_fleet()?;
                let Number(number) = request.key(0)?;
                Ok(Task::Redeliver(number))
            },
        )
        .named(
            "webhook",
            "redeliver",
            "Try a delivery again that was given up",
        ),
    ]
}
