//! Assignment of licences from an order.

use crate::context::DecisionContext;
use crate::decide::{Decision, records};
use crate::fleet::{Change, Fleet};
use crate::licence::{Sku, Stock};
use crate::order::Order;
use crate::readiness::too_few;
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::terminal::Terminal;
use crate::text::Key;

/// Assigns one licence, of an order of the same customer.
pub(super) fn license(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    terminal: &Terminal,
    sku: Sku,
    order: &Key,
) -> Result<Terminal, Refusal> {
    let order = records::find::<Order>(fleet, order.as_str())?;
    let mut reasons = Vec::new();
    let own = fleet.get::<Order>(terminal.details.order.as_str());
    if own.is_none_or(|own| own.details.customer != order.details.customer) {
        let text = format!("order {} is not of the terminal's customer", order.key);
        reasons.push(Reason::new("order-of-another", text));
    }
    if Stock::of(fleet, order, sku).left == 0 {
        let text = format!("no {} of order {} is left", sku.name(), order.key);
        reasons.push(Reason::new(too_few(sku), text));
    }
    match (sku, &terminal.licences.activation) {
        (Sku::Activation, Some(by)) => {
            let text = format!("the terminal has one of order {by}");
            reasons.push(Reason::new("already-licensed", text));
        }
        (Sku::Software, None) => {
            let text = "the terminal needs a PAYMENT-TERMINAL-ACTIVATION first";
            reasons.push(Reason::new("no-activation-licence", text));
        }
        _ => {}
    }
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    let mut terminal = terminal.clone();
    assign(fleet, context, &mut terminal, sku, order);
    Ok(terminal)
}

fn assign(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    terminal: &mut Terminal,
    sku: Sku,
    order: &Order,
) {
    let today = fleet.day(context.now, &terminal.details.site);
    match sku {
        Sku::Activation => terminal.licences.activation = Some(order.key.clone()),
        Sku::Software => terminal.licences.add_year(order.key.clone(), today),
    }
}

/// Assigns the licences that the order's terminals lack: to all of them or to none.
pub(super) fn license_all(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    order: &Order,
    terminals: &[&Terminal],
) -> Decision {
    let mut changes = Vec::new();
    let mut needed = [(Sku::Activation, 0_u64), (Sku::Software, 0)];
    for before in terminals {
        let mut terminal = (*before).clone();
        for (sku, count) in &mut needed {
            if lacks(fleet, context, &terminal, *sku) {
                assign(fleet, context, &mut terminal, *sku, order);
                *count += 1;
            }
        }
        if terminal != **before {
            changes.push(Change::put(terminal));
        }
    }
    let shortages = needed.into_iter().filter_map(|(sku, count)| {
        let lacking = count.checked_sub(Stock::of(fleet, order, sku).left)?;
        let text = format!("{lacking} more of {} are needed", sku.name());
        (lacking > 0).then(|| Reason::new(too_few(sku), text))
    });
    Refusal::unless_none(Obstacle::Conflict, shortages.collect())?;
    Ok(changes)
}

fn lacks(fleet: &Fleet, context: &DecisionContext<'_>, terminal: &Terminal, sku: Sku) -> bool {
    let today = fleet.day(context.now, &terminal.details.site);
    match sku {
        Sku::Activation => terminal.licences.activation.is_none(),
        Sku::Software => !terminal.licences.has_software(today),
    }
}
