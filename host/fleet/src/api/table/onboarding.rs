//! Routes that prepare a terminal for taking cards: licences, re-routing, transfers.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::Method;
use super::super::route::Route;
use super::terminals::{terminal_action, terminal_command};
use crate::command::TerminalAction;
use crate::licence::Sku;
use crate::processor::Processor;
use crate::terminal::Terminal;
use crate::text::{Key, Line};

/// The licence to assign.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "Licensed", deny_unknown_fields)]
struct LicenceAssignment {
    /// Its kind.
    sku: Sku,
    /// The order that it was bought with.
    order: Key,
}

/// The transfer to begin.
#[derive(Deserialize, JsonSchema)]
#[serde(rename = "TransferTo", deny_unknown_fields)]
pub(super) struct TransferRequest {
    /// The processor that will take the money.
    pub(super) to: Processor,
}

/// The number that the vendor gave a transfer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TransferNumber {
    /// The TT number.
    number: Line,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        terminal_action("/terminals/{serial}/licences", |request| {
            let LicenceAssignment { sku, order } = request.body()?;
            terminal_command(request, TerminalAction::License(sku, order))
        })
        .with_json::<LicenceAssignment>()
        .named("terminal", "license", "Assign a licence to a terminal"),
        terminal_action("/terminals/{serial}/routing/asked", |request| {
            terminal_command(request, TerminalAction::AskRouting)
        })
        .named(
            "terminal",
            "routing-asked",
            "Put on record that the vendor was asked to re-route a terminal",
        ),
        terminal_action("/terminals/{serial}/routing/confirmed", |request| {
            terminal_command(request, TerminalAction::ConfirmRouting)
        })
        .named(
            "terminal",
            "routing-confirmed",
            "Put on record that the vendor re-routed a terminal",
        ),
        terminal_action("/terminals/{serial}/transfer", |request| {
            let TransferRequest { to } = request.body()?;
            terminal_command(request, TerminalAction::BeginTransfer(to))
        })
        .with_json::<TransferRequest>()
        .named(
            "terminal",
            "transfer",
            "Begin to transfer a terminal to another domain and processor",
        ),
        terminal_action("/terminals/{serial}/transfer/number", |request| {
            let TransferNumber { number } = request.body()?;
            terminal_command(request, TerminalAction::NumberTransfer(number))
        })
        .with_json::<TransferNumber>()
        .named(
            "terminal",
            "transfer-number",
            "Put the vendor's number of a transfer on record",
        ),
        terminal_action("/terminals/{serial}/transfer/complete", |request| {
            terminal_command(request, TerminalAction::CompleteTransfer)
        })
        .named(
            "terminal",
            "transfer-complete",
            "Put on record that the vendor transferred a terminal",
        ),
        Route::action::<Terminal>(Method::Delete, "/terminals/{serial}/transfer", |request| {
            terminal_command(request, TerminalAction::CancelTransfer)
        })
        .named("terminal", "transfer-cancel", "Give a transfer up"),
    ]
}
