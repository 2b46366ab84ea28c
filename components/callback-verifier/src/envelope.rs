//! The envelope that Standard Webhooks recommends, `{type, timestamp, data}`. The types that are
//! understood here:
//!
//! | `type`                   | change          |
//! |--------------------------|-----------------|
//! | `payment.captured`       | `Captured`      |
//! | `payment.capture_failed` | `CaptureFailed` |
//! | `payment.refunded`       | `Refunded`      |
//! | `payment.refund_failed`  | `RefundFailed`  |
//! | `payment.disputed`       | `Disputed`      |
//! | `payment.dispute_won`    | `DisputeWon`    |
//! | `payment.dispute_lost`   | `DisputeLost`   |
//!
//! `data` may have `payment`, `change`, `reference`, `amount` (in minor units) and `currency`.

use chargetap_contract::callback::{CallbackEvent, PaymentChange, Rejection};
use serde_json::Value;

use crate::json;
use crate::report::{self, Findings};

pub(crate) fn event(body: &[u8]) -> Result<CallbackEvent, Rejection> {
    let body = json::parse(body)?;
    let kind = json::required(&body, "/type")?;
    let change = match kind {
        "payment.captured" => PaymentChange::Captured,
        "payment.capture_failed" => PaymentChange::CaptureFailed,
        "payment.refunded" => PaymentChange::Refunded,
        "payment.refund_failed" => PaymentChange::RefundFailed,
        "payment.disputed" => PaymentChange::Disputed,
        "payment.dispute_won" => PaymentChange::DisputeWon,
        "payment.dispute_lost" => PaymentChange::DisputeLost,
        _ => return Ok(report::unknown(kind)),
    };
    let findings = Findings {
        payment: json::text(&body, "/data/payment"),
        change_id: json::text(&body, "/data/change"),
        reference: json::text(&body, "/data/reference"),
        amount: json::at(&body, "/data/amount").and_then(Value::as_u64),
        currency: json::text(&body, "/data/currency"),
    };
    Ok(findings.report(change))
}
