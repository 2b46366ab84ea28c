//! What brings a terminal to where it takes cards: licences, re-routing, a transfer.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::Method;
use super::super::route::Route;
use super::terminals::{deed, done};
use crate::command::Deed;
use crate::licence::Sku;
use crate::processor::Processor;
use crate::terminal::Terminal;
use crate::text::{Key, Line};

/// A licence that is assigned.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Licensed {
    /// Of which kind.
    sku: Sku,
    /// The order that it was bought with.
    order: Key,
}

/// A transfer that begins.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TransferTo {
    /// Whose processor will take the money.
    to: Processor,
}

/// The vendor's number of a transfer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TransferNumber {
    /// The TT number.
    number: Line,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        deed("/terminals/{serial}/licences", |asked| {
            let Licensed { sku, order } = asked.body()?;
            done(asked, Deed::License(sku, order))
        })
        .with_json::<Licensed>()
        .named("terminal", "license", "Assign a licence to a terminal"),
        deed("/terminals/{serial}/routing/asked", |asked| {
            done(asked, Deed::AskRouting)
        })
        .named(
            "terminal",
            "routing-asked",
            "Put on record that the vendor was asked to re-route a terminal",
        ),
        deed("/terminals/{serial}/routing/confirmed", |asked| {
            done(asked, Deed::ConfirmRouting)
        })
        .named(
            "terminal",
            "routing-confirmed",
            "Put on record that the vendor re-routed a terminal",
        ),
        deed("/terminals/{serial}/transfer", |asked| {
            let TransferTo { to } = asked.body()?;
            done(asked, Deed::BeginTransfer(to))
        })
        .with_json::<TransferTo>()
        .named(
            "terminal",
            "transfer",
            "Begin to transfer a terminal to another domain and processor",
        ),
        deed("/terminals/{serial}/transfer/number", |asked| {
            let TransferNumber { number } = asked.body()?;
            done(asked, Deed::NumberTransfer(number))
        })
        .with_json::<TransferNumber>()
        .named(
            "terminal",
            "transfer-number",
            "Put the vendor's number of a transfer on record",
        ),
        deed("/terminals/{serial}/transfer/complete", |asked| {
            done(asked, Deed::CompleteTransfer)
        })
        .named(
            "terminal",
            "transfer-complete",
            "Put on record that the vendor transferred a terminal",
        ),
        Route::deed::<Terminal>(Method::Delete, "/terminals/{serial}/transfer", |asked| {
            done(asked, Deed::CancelTransfer)
        })
        .named("terminal", "transfer-cancel", "Give a transfer up"),
    ]
}
