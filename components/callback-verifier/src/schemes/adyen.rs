//! Adyen's notifications: each item is signed by itself, over eight of its fields.
//!
//! The event is read from the signed text only. The other fields of an item are not signed, and are
//! ignored. No time is signed.
//!
//! A signed text that can be read in two ways is refused.

use chargetap_contract::callback::{CallbackEvent, PaymentChange, Rejection, Request};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::report::{self, Findings};
use crate::scheme::{ParsedEvent, Scheme, malformed_signature};
use crate::secret::SecretFormat;
use crate::tag::Tag;
use crate::{json, number, secret};

/// The most items of a batch. Each item costs one MAC per key.
const MAX_ITEMS: u32 = 16;

/// The signed fields in their order.
const SIGNED: [&str; 8] = [
    "/pspReference",
    "/originalReference",
    "/merchantAccountCode",
    "/merchantReference",
    "/amount/value",
    "/amount/currency",
    "/eventCode",
    "/success",
];

pub(super) struct Adyen;

impl Scheme for Adyen {
    fn secret_format(&self) -> SecretFormat {
        SecretFormat {
            decode: |secret| secret::from_hex(secret.expose_secret()),
            ..SecretFormat::PLAIN
        }
    }

    fn claims<'r>(&self, request: &'r Request, _: &KeyRing) -> Result<Vec<Claim<'r>>, Rejection> {
        let body = json::parse(&request.body)?;
        let items = body
            .get("notificationItems")
            .and_then(Value::as_array)
            .filter(|items| !items.is_empty())
            .ok_or_else(|| json::malformed("/notificationItems is not a list with items"))?;
        if !u32::try_from(items.len()).is_ok_and(|items| items <= MAX_ITEMS) {
            return Err(Rejection::BatchTooLarge(MAX_ITEMS));
        }
        let mut claims = Vec::new();
        for item in items {
            claims.push(claim(item)?);
        }
        Ok(claims)
    }

    fn parse_event(
        &self,
        claim: &Claim<'_>,
        _: &Request,
        keys: &KeyRing,
    ) -> Result<ParsedEvent, Rejection> {
        Ok(ParsedEvent {
            event: event(&claim.head),
            // Every repetition has the same signed text, and no other item has it.
            dedupe_key: Some(keys.dedupe_key("adyen\n", claim.head.as_bytes())),
        })
    }
}

fn claim(item: &Value) -> Result<Claim<'static>, Rejection> {
    let item = item
        .get("NotificationRequestItem")
        .ok_or_else(|| json::malformed("an item is not a NotificationRequestItem"))?;
    let signature = json::text(item, "/additionalData/hmacSignature");
    let signature = signature.ok_or(Rejection::NoSignature)?;
    let signature =
        Tag::from_base64(signature).ok_or_else(|| malformed_signature("hmacSignature"))?;
    Ok(Claim {
        head: signed_text(item)?,
        signatures: vec![signature],
        ..Claim::default()
    })
}

fn signed_text(item: &Value) -> Result<String, Rejection> {
    let mut text = String::new();
    for (place, path) in SIGNED.iter().enumerate() {
        if place > 0 {
            text.push(':');
        }
        text.push_str(&signed_field(item, path)?);
    }
    Ok(text)
}

/// A field as Adyen signs it: its plain text, or nothing if it is absent or null.
fn signed_field(item: &Value, path: &str) -> Result<String, Rejection> {
    let text = match json::at(item, path) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => json::integer(number),
        Some(_) => None,
    };
    text.ok_or_else(|| json::malformed(format!("{path} is no text")))
}

/// Maps the signed text of an item to an event:
///
/// | `eventCode`                                | `success` | change          |
/// |--------------------------------------------|-----------|-----------------|
/// | `CAPTURE`                                  | `true`    | `Captured`      |
/// | `CAPTURE`                                  | `false`   | `CaptureFailed` |
/// | `CAPTURE_FAILED`                           | `true`    | `CaptureFailed` |
/// | `REFUND`                                   | `true`    | `Refunded`      |
/// | `REFUND`                                   | `false`   | `RefundFailed`  |
/// | `REFUND_FAILED`, `REFUNDED_REVERSED`       | `true`    | `RefundFailed`  |
/// | `NOTIFICATION_OF_CHARGEBACK`, `CHARGEBACK` | `true`    | `Disputed`      |
/// | `CHARGEBACK_REVERSED`                      | `true`    | `DisputeWon`    |
/// | `SECOND_CHARGEBACK`                        | `true`    | `DisputeLost`   |
/// | any other                                  | any       | unknown event   |
///
/// Adyen does not escape the fields. A colon inside a field makes the text ambiguous, and a forger
/// could use that: such an item is an unknown event.
fn event(signed: &str) -> CallbackEvent {
    let fields: Vec<&str> = signed.split(':').collect();
    let [
        psp_reference,
        original,
        _,
        reference,
        value,
        currency,
        code,
        success,
    ] = fields[..]
    else {
        return report::unknown("");
    };
    let change = match (code, success) {
        ("CAPTURE", "true") => PaymentChange::Captured,
        ("CAPTURE", "false") | ("CAPTURE_FAILED", "true") => PaymentChange::CaptureFailed,
        ("REFUND", "true") => PaymentChange::Refunded,
        ("REFUND", "false") | ("REFUND_FAILED" | "REFUNDED_REVERSED", "true") => {
            PaymentChange::RefundFailed
        }
        ("NOTIFICATION_OF_CHARGEBACK" | "CHARGEBACK", "true") => PaymentChange::Disputed,
        ("CHARGEBACK_REVERSED", "true") => PaymentChange::DisputeWon,
        ("SECOND_CHARGEBACK", "true") => PaymentChange::DisputeLost,
        _ => return report::unknown(code),
    };
    Findings {
        payment: Some(original)
            .filter(|id| !id.is_empty())
            .or(Some(psp_reference)),
        change_id: Some(psp_reference),
        reference: Some(reference),
        amount: number::canonical(value),
        currency: Some(currency),
    }
    .report(change)
}
