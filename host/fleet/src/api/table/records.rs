//! Routes beyond the fleet's records: the audit log, sessions, and the OpenAPI document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::paging::{self, Cursor, Limit, Number, Page};
use super::super::problem::{Problem, ProblemKind};
use super::super::query::Parameter;
use super::super::route::{OPERATORS, Route, SUPPORT, Success};
use super::super::{Answer, Method, Task, openapi};
use crate::fleet::Kind;
use crate::moment::Moment;
use crate::text::{Key, Line, Prose};

/// One change of one record.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AuditEntry {
    /// The number of the write. One write can change several records.
    pub write: u64,
    /// When.
    pub at: Moment,
    /// The key of the token, or `gateway` for the gateway itself.
    pub by: Key,
    /// The kind of the record.
    pub kind: Kind,
    /// Its key.
    pub key: String,
    /// The record before the change; absent if it was created.
    pub before: Option<Value>,
    /// The record after the change; absent if it was removed.
    pub after: Option<Value>,
}

/// A refund that was made with the payment provider.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Refund {
    /// The reference of the refund within its session, such as the provider's id. The same
    /// reference again is the same refund, and with another amount a conflict.
    reference: Line,
    /// In minor units.
    #[schemars(range(min = 1, max = 999_999_999_999_u64))]
    amount: u64,
}

/// What became of the money of a session that needs attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SessionFinding {
    /// So much of the hold was captured, at most what the session costs: give back more before.
    Captured,
    /// The hold was released, or none was made.
    Voided,
    /// The hold expired or was lost, and nothing was captured.
    Lost,
    /// What is due was given back in another way than to the card.
    RefundedElsewhere,
}

/// What a person found out about a session that needs attention.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Resolution {
    /// What became of the money.
    found: SessionFinding,
    /// How much was captured, in minor units, if something was.
    #[schemars(range(min = 1, max = 999_999_999_999_u64))]
    amount: Option<u64>,
    /// How that was found out, for the audit log.
    note: Prose,
}

/// A refund on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RecordedRefund {
    /// The id of its session.
    pub session: String,
    /// Its reference within the session.
    pub reference: Line,
    /// How much was given back, in minor units.
    pub amount: u64,
    /// The currency, by ISO 4217.
    pub currency: String,
    /// How much was given back in all, this refund included, in minor units.
    pub refunded: u64,
    /// How much was left of the captured amount then, in minor units.
    pub left: u64,
    /// The link to its receipt, once that is issued.
    pub receipt: Option<String>,
}

pub(super) fn routes() -> Vec<Route> {
    let document = Route::read::<Value>("/openapi.json", |_| {
        Ok(Answer::of("application/json", openapi::document().to_vec()))
    })
    .named(
        "api",
        "document",
        "Fetch the OpenAPI document of this interface",
    );
    vec![
        audit(),
        Route::task(
            Method::Post,
            "/sessions/{session}/stop",
            Success::NOTHING,
            |request| Ok(Task::StopSession(request.key(0)?)),
        )
        .by(SUPPORT)
        .named("session", "stop", "End a session"),
        Route::task(
            Method::Post,
            "/sessions/{session}/refunds",
            Success::json::<RecordedRefund>(&[200]),
            |request| {
                let Refund { reference, amount } = request.body()?;
                Ok(Task::Refund(request.key(0)?, reference, amount))
            },
        )
        .with_json::<Refund>()
        .named(
            "session",
            "refund",
            "Put on record that so much was given back",
        ),
        Route::task(
            Method::Post,
            "/sessions/{session}/resolution",
            Success::NOTHING,
            |request| {
                let Resolution {
                    found,
                    amount,
                    note,
                } = request.body()?;
                let is_captured = found == SessionFinding::Captured;
                if is_captured != amount.is_some() {
                    let detail = "an amount is needed where the money was captured, and only there";
                    return Err(Problem::new(ProblemKind::Malformed, detail));
                }
                let amount = amount.unwrap_or_default();
                Ok(Task::ResolveSession(request.key(0)?, found, amount, note))
            },
        )
        .with_json::<Resolution>()
        .named(
            "session",
            "resolve",
            "Put on record what became of the money of a session that needs attention",
        ),
        Route {
            is_open: true,
            ..document
        },
    ]
}

fn audit() -> Route {
    Route::task(
        Method::Get,
        "/audit",
        Success::json::<Page<AuditEntry>>(&[200]),
        |request| {
            request.require_whole_fleet()?;
            let (kind, key) = (request.query.get("kind"), request.query.get("key"));
            if kind.is_some() != key.is_some() {
                let detail = "kind and key name a record together";
                return Err(Problem::new(ProblemKind::Malformed, detail));
            }
            Ok(Task::Audit {
                of: kind.zip(key.map(|Cursor(key)| key)),
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
    .with([
        Parameter::new::<Kind>(
            "kind",
            "Only changes of the record of this kind, named by `key`",
        ),
        Parameter::new::<Cursor>(
            "key",
            "Only changes of the record of this name, with `kind`",
        ),
    ])
    .by(OPERATORS)
    .named("audit", "list", "List who changed what, newest first")
    .columns(&[
        ("WRITE", "/write"),
        ("AT", "/at"),
        ("BY", "/by"),
        ("KIND", "/kind"),
        ("KEY", "/key"),
    ])
}
