//! Stripe: HMAC-SHA256 of `{t}.{body}`, and Stripe's events.

use chargetap_contract::callback::{CallbackEvent, PaymentChange, Rejection, Request};
use serde_json::Value;

use super::{Said, Scheme, malformed};
use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::report::{self, Findings};
use crate::tag::Tag;
use crate::{headers, json, number};

const HEADER: &str = "Stripe-Signature";

pub(super) struct Stripe;

impl Scheme for Stripe {
    fn claims<'r>(&self, request: &'r Request, _: &KeyRing) -> Result<Vec<Claim<'r>>, Rejection> {
        let value = headers::only(request, HEADER)?.ok_or(Rejection::NoSignature)?;
        let (timestamp, signatures) = parse(value)?;
        Ok(vec![Claim {
            head: format!("{timestamp}."),
            body: &request.body,
            signatures,
            signed_at: Some(number::unix_seconds(timestamp).ok_or_else(|| malformed("t"))?),
            ..Claim::default()
        }])
    }

    fn interpret(
        &self,
        _: &Claim<'_>,
        request: &Request,
        keys: &KeyRing,
    ) -> Result<Said, Rejection> {
        let body = json::parse(&request.body)?;
        let id = json::required(&body, "/id")?;
        let kind = json::required(&body, "/type")?;
        Ok(Said {
            event: event(kind, &body),
            delivery: Some(keys.name_delivery("stripe\n", id.as_bytes())),
        })
    }
}

/// The timestamp and the signatures of version 1. Other versions are for others: `v0` is a test
/// mode's.
fn parse(value: &str) -> Result<(&str, Vec<Tag>), Rejection> {
    let mut timestamp = None;
    let mut signatures = Vec::new();
    for element in value.split(',') {
        match element.split_once('=') {
            Some(("t", time)) if timestamp.is_none() => timestamp = Some(time),
            Some(("v1", hex)) => {
                signatures.push(Tag::from_hex(hex).ok_or_else(|| malformed("v1"))?);
            }
            Some(("t", _)) | None => return Err(malformed("elements")),
            Some(_) => {}
        }
    }
    let timestamp = timestamp.ok_or_else(|| malformed("t"))?;
    if signatures.is_empty() {
        return Err(Rejection::UnsupportedAlgorithm);
    }
    Ok((timestamp, signatures))
}

fn event(kind: &str, body: &Value) -> CallbackEvent {
    let object = |name: &str| json::at(body, "/data/object")?.get(name);
    let text = |name: &str| object(name).and_then(Value::as_str);
    // A capture has no object of its own: it is its charge's.
    let (change, amount) = match (kind, text("status")) {
        ("charge.captured", _) => (PaymentChange::Captured, "amount_captured"),
        ("charge.dispute.created", _) => (PaymentChange::Disputed, "amount"),
        // An inquiry that was closed never became a dispute.
        ("charge.dispute.closed", Some("won" | "warning_closed")) => {
            (PaymentChange::DisputeWon, "amount")
        }
        ("charge.dispute.closed", Some("lost")) => (PaymentChange::DisputeLost, "amount"),
        // The first is what older versions of the API send. A refund's status says more than its
        // event: it may have succeeded when it is created.
        (
            "charge.refund.updated" | "refund.created" | "refund.updated" | "refund.failed",
            Some(status),
        ) => match status {
            "succeeded" => (PaymentChange::Refunded, "amount"),
            "failed" | "canceled" => (PaymentChange::RefundFailed, "amount"),
            _ => return report::unknown(kind),
        },
        _ => return report::unknown(kind),
    };
    Findings {
        payment: text("payment_intent").or_else(|| text("charge")),
        change_id: text("id"),
        amount: object(amount).and_then(Value::as_u64),
        currency: text("currency"),
        ..Findings::default()
    }
    .report(change)
}
