//! Adyen's notifications: each item is signed by itself, over eight of its fields.
//!
//! What an item says is read from the signed text and from nowhere else, so its other fields, which
//! nobody signed, cannot be trusted by accident. No time is signed.

use chargetap_contract::callback::{CallbackEvent, PaymentChange, Rejection, Request};
use secrecy::{ExposeSecret, SecretSlice};
use serde_json::Value;

use super::{Said, Scheme, malformed};
use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::report::{self, Findings};
use crate::tag::Tag;
use crate::{json, number, secret};

/// The most items of a batch, each of which costs a MAC for each key.
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
    fn decode(&self, secret: SecretSlice<u8>) -> Option<SecretSlice<u8>> {
        secret::from_hex(secret.expose_secret())
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

    fn interpret(&self, claim: &Claim<'_>, _: &Request, keys: &KeyRing) -> Result<Said, Rejection> {
        Ok(Said {
            event: event(&claim.head),
            // A repeat has the same signed text, and nothing else has it.
            delivery: Some(keys.name_delivery("adyen\n", claim.head.as_bytes())),
        })
    }
}

fn claim(item: &Value) -> Result<Claim<'static>, Rejection> {
    let item = item
        .get("NotificationRequestItem")
        .ok_or_else(|| json::malformed("an item is not a NotificationRequestItem"))?;
    let signature = json::text(item, "/additionalData/hmacSignature");
    let signature = signature.ok_or(Rejection::NoSignature)?;
    let signature = Tag::from_base64(signature).ok_or_else(|| malformed("hmacSignature"))?;
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

/// As it was signed: as it is, or empty where there is none.
fn signed_field(item: &Value, path: &str) -> Result<String, Rejection> {
    let text = match json::at(item, path) {
        None | Some(Value::Null) => Some(String::new()),
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => json::integer(number),
        Some(_) => None,
    };
    text.ok_or_else(|| json::malformed(format!("{path} is no text")))
}

/// Fields are signed unescaped, so a colon in one of them makes the whole text one that can be read
/// in several ways, of which a forger would choose.
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
