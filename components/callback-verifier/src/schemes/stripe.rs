//! Stripe: HMAC-SHA256 of `{t}.{body}`, and Stripe's events.

use chargetap_contract::callback::{CallbackEvent, PaymentChange, Rejection, Request};
use serde_json::Value;

use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::report::{self, Findings};
use crate::scheme::{ParsedEvent, Scheme, malformed_signature};
use crate::secret::SecretFormat;
use crate::tag::Tag;
use crate::{headers, json, number};

const HEADER: &str = "Stripe-Signature";

pub(super) struct Stripe;

impl Scheme for Stripe {
    fn secret_format(&self) -> SecretFormat {
        SecretFormat::PLAIN
    }

    fn claims<'r>(&self, request: &'r Request, _: &KeyRing) -> Result<Vec<Claim<'r>>, Rejection> {
        let value = headers::only(request, HEADER)?.ok_or(Rejection::NoSignature)?;
        let (timestamp, signatures) = parse(value)?;
        Ok(vec![Claim {
            head: format!("{timestamp}."),
            body: &request.body,
            signatures,
            signed_at: Some(
                number::unix_seconds(timestamp).ok_or_else(|| malformed_signature("t"))?,
            ),
            ..Claim::default()
        }])
    }

    fn parse_event(
        &self,
        _: &Claim<'_>,
        request: &Request,
        keys: &KeyRing,
    ) -> Result<ParsedEvent, Rejection> {
        let body = json::parse(&request.body)?;
        let id = json::required(&body, "/id")?;
        let kind = json::required(&body, "/type")?;
        Ok(ParsedEvent {
            event: event(kind, &body),
            dedupe_key: Some(keys.dedupe_key("stripe\n", id.as_bytes())),
        })
    }
}

/// The timestamp and the signatures of version 1. Other versions are ignored: `v0` is a test mode's.
fn parse(value: &str) -> Result<(&str, Vec<Tag>), Rejection> {
    let mut timestamp = None;
    let mut signatures = Vec::new();
    for element in value.split(',') {
        match element.split_once('=') {
            Some(("t", time)) if timestamp.is_none() => timestamp = Some(time),
            Some(("v1", hex)) => {
                signatures.push(Tag::from_hex(hex).ok_or_else(|| malformed_signature("v1"))?);
            }
            Some(("t", _)) | None => return Err(malformed_signature("elements")),
            Some(_) => {}
        }
    }
    let timestamp = timestamp.ok_or_else(|| malformed_signature("t"))?;
    if signatures.is_empty() {
        return Err(Rejection::UnsupportedAlgorithm);
    }
    Ok((timestamp, signatures))
}

/// Maps Stripe's event to ours:
///
/// | `type`                   | `status`                | change         |
/// |--------------------------|-------------------------|----------------|
/// | `charge.captured`        | any                     | `Captured`     |
/// | `charge.dispute.created` | any                     | `Disputed`     |
/// | `charge.dispute.closed`  | `won`, `warning_closed` | `DisputeWon`   |
/// | `charge.dispute.closed`  | `lost`                  | `DisputeLost`  |
/// | an event of a refund     | `succeeded`             | `Refunded`     |
/// | an event of a refund     | `failed`, `canceled`    | `RefundFailed` |
/// | any other                | any                     | unknown event  |
///
/// - A capture has no object of its own: its id and amount are the charge's.
/// - `warning_closed` is an inquiry that was closed: it never became a dispute.
/// - The events of a refund are `refund.created`, `refund.updated`, `refund.failed`, and, from older
///   versions of the API, `charge.refund.updated`. Only the status counts: a refund may have succeeded
///   when it is created.
fn event(kind: &str, body: &Value) -> CallbackEvent {
    let object = |name: &str| json::at(body, "/data/object")?.get(name);
    let text = |name: &str| object(name).and_then(Value::as_str);
    let (change, amount) = match (kind, text("status")) {
        ("charge.captured", _) => (PaymentChange::Captured, "amount_captured"),
        ("charge.dispute.created", _) => (PaymentChange::Disputed, "amount"),
        ("charge.dispute.closed", Some("won" | "warning_closed")) => {
            (PaymentChange::DisputeWon, "amount")
        }
        ("charge.dispute.closed", Some("lost")) => (PaymentChange::DisputeLost, "amount"),
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
