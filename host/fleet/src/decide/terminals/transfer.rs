//! Re-routing, and transfers to another domain and processor.
//!
//! A terminal that is in no domain gets into its first one in the same way: the vendor's activation
//! form is recorded as a transfer, which has no number.

use super::session_open;
use crate::context::DecisionContext;
use crate::processor::Processor;
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::terminal::{Routing, State, Terminal, Transfer};
use crate::text::Line;

type TerminalDecision = Result<Terminal, Refusal>;

pub(super) fn ask_routing(context: &DecisionContext<'_>, terminal: &Terminal) -> TerminalDecision {
    let mut reasons = needs_routing(terminal);
    reasons.extend(confirmed(context, terminal));
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    Ok(Terminal {
        routing: Routing {
            asked: Some(context.now),
            confirmed: None,
        },
        ..terminal.clone()
    })
}

pub(super) fn confirm_routing(
    context: &DecisionContext<'_>,
    terminal: &Terminal,
) -> TerminalDecision {
    let mut reasons = needs_routing(terminal);
    reasons.extend(confirmed(context, terminal));
    if terminal.routing.asked.is_none() {
        let text = "nobody asked the vendor to re-route the terminal";
        reasons.push(Reason::new("routing-not-asked", text));
    }
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    Ok(Terminal {
        routing: Routing {
            confirmed: Some(context.now),
            ..terminal.routing
        },
        ..terminal.clone()
    })
}

fn needs_routing(terminal: &Terminal) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if terminal.processor == Processor::Platform {
        let text = "a terminal in the platform's domain needs no re-routing";
        reasons.push(Reason::new("routing-not-needed", text));
    }
    if terminal.transfer.is_some() {
        let text = "a transfer is under way: the terminal is re-routed after it";
        reasons.push(Reason::new("transfer-under-way", text));
    }
    reasons
}

fn confirmed(context: &DecisionContext<'_>, terminal: &Terminal) -> Option<Reason> {
    let counts = |at: &_| *at <= context.now;
    let text = "the vendor has re-routed the terminal already";
    let reason = |_| Reason::new("routing-confirmed", text);
    terminal.routing.confirmed.filter(counts).map(reason)
}

pub(super) fn begin(
    context: &DecisionContext<'_>,
    terminal: &Terminal,
    to: Processor,
) -> TerminalDecision {
    let mut reasons = Vec::new();
    if terminal.state == State::Activated {
        let text = "the terminal takes cards: suspend it first";
        reasons.push(Reason::new("suspend-first", text));
    }
    if terminal.transfer.is_some() {
        let text = "a transfer is under way: complete it, or give it up";
        reasons.push(Reason::new("transfer-under-way", text));
    }
    if terminal.processor == to && terminal.domain == to.domain() {
        let text = "the terminal is there already";
        reasons.push(Reason::new("transfer-not-needed", text));
    }
    reasons.extend(session_open(context, &terminal.serial));
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    Ok(Terminal {
        transfer: Some(Transfer {
            to,
            begun: context.now,
            number: None,
        }),
        ..terminal.clone()
    })
}

pub(super) fn number(terminal: &Terminal, number: Line) -> TerminalDecision {
    let transfer = under_way(terminal)?;
    Ok(Terminal {
        transfer: Some(Transfer {
            number: Some(number),
            ..transfer.clone()
        }),
        ..terminal.clone()
    })
}

pub(super) fn complete(context: &DecisionContext<'_>, terminal: &Terminal) -> TerminalDecision {
    let transfer = under_way(terminal)?;
    let mut reasons = Vec::new();
    if transfer.needs_number(terminal.domain) && transfer.number.is_none() {
        let text = "say which number the vendor gave the transfer (TT number)";
        reasons.push(Reason::new("transfer-number-missing", text));
    }
    reasons.extend(session_open(context, &terminal.serial));
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    Ok(Terminal {
        processor: transfer.to,
        domain: transfer.to.domain(),
        routing: Routing::default(),
        transfer: None,
        ..terminal.clone()
    })
}

pub(super) fn cancel(terminal: &Terminal) -> TerminalDecision {
    under_way(terminal)?;
    Ok(Terminal {
        transfer: None,
        ..terminal.clone()
    })
}

fn under_way(terminal: &Terminal) -> Result<&Transfer, Refusal> {
    let transfer = terminal.transfer.as_ref();
    transfer.ok_or_else(|| Refusal::conflict("no-transfer", "no transfer is under way"))
}
