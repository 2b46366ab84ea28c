//! Actions on all terminals of an order that lack them.

use super::{licensing, lifecycle, transfer};
use crate::command::OrderAction;
use crate::context::DecisionContext;
use crate::decide::{Decision, maintenance, records};
use crate::fleet::{Change, Fleet};
use crate::order::Order;
use crate::processor::Processor;
use crate::readiness::for_terminal;
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::terminal::{State, Terminal};
use crate::text::Key;

/// A terminal after an action; nothing if it does not lack that.
type After = Result<Option<Terminal>, Refusal>;

/// All changes, or all reasons of all terminals.
pub(in crate::decide) fn act_on_order(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    order: &Key,
    action: OrderAction,
) -> Decision {
    let order = records::find::<Order>(fleet, order.as_str())?;
    let all = fleet.each::<Terminal>();
    // Who is limited to sites acts on the terminals there.
    let access = &context.actor.access;
    let all = all.filter(|it| it.details.order == order.key && access.includes(&it.details.site));
    let mut all: Vec<_> = all.collect();
    if let OrderAction::License = action {
        all.retain(|it| it.state != State::Retired);
        return licensing::license_all(fleet, context, order, &all);
    }
    all.retain(|it| it.state.is_current());
    let mut changes = Vec::new();
    let mut reasons = Vec::new();
    for terminal in all {
        match after(fleet, context, terminal, &action) {
            Ok(terminal) => changes.extend(terminal.map(Change::put)),
            Err(refusal) => {
                let refusal = refusal.reasons.into_iter();
                reasons.extend(refusal.map(|it| of_terminal(fleet, terminal, it)));
            }
        }
    }
    // What one terminal lacks keeps no other from taking cards.
    if !matches!(action, OrderAction::Activate) || changes.is_empty() {
        Refusal::unless_none(Obstacle::Conflict, reasons)?;
    }
    Ok(changes)
}

/// A reason that says at which terminal it is.
fn of_terminal(fleet: &Fleet, terminal: &Terminal, reason: Reason) -> Reason {
    let reason = for_terminal(fleet, terminal, reason);
    let place = match &reason.at {
        Some(at) => format!("terminals/{}/{at}", terminal.serial),
        None => format!("terminals/{}", terminal.serial),
    };
    reason.at(place)
}

fn after(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    terminal: &Terminal,
    action: &OrderAction,
) -> After {
    let (asked, confirmed) = (terminal.routing.asked, terminal.routing.confirmed);
    let is_routed = terminal.processor == Processor::Customer && terminal.transfer.is_none();
    let after = match action {
        OrderAction::Check(done) => {
            return maintenance::check_all(fleet, context, terminal, done);
        }
        OrderAction::AskRouting if is_routed && asked.is_none() && confirmed.is_none() => {
            transfer::ask_routing(context, terminal)
        }
        OrderAction::ConfirmRouting if is_routed && asked.is_some() && confirmed.is_none() => {
            transfer::confirm_routing(context, terminal)
        }
        OrderAction::BeginTransfer(to) if needs_transfer(terminal, *to) => {
            transfer::begin(context, terminal, *to)
        }
        OrderAction::CompleteTransfer if terminal.transfer.is_some() => {
            transfer::complete(context, terminal)
        }
        OrderAction::Activate if terminal.state == State::Ordered => {
            lifecycle::ready(fleet, context, terminal)
                .and_then(|it| lifecycle::activate(fleet, context, &it))
        }
        OrderAction::Activate if terminal.state == State::Ready => {
            lifecycle::activate(fleet, context, terminal)
        }
        _ => return Ok(None),
    };
    after.map(Some)
}

fn needs_transfer(terminal: &Terminal, to: Processor) -> bool {
    let is_under_way = terminal.transfer.as_ref().is_some_and(|it| it.to == to);
    !is_under_way && (terminal.processor != to || terminal.domain != to.domain())
}

#[cfg(test)]
mod tests;
