//! Orders.

use super::unknown;
use crate::context::DecisionContext;
use crate::decide::Decision;
use crate::fleet::{Change, Fleet};
use crate::licence::{Sku, Stock};
use crate::order::{Order, OrderDetails};
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::site::Customer;
use crate::terminal::Terminal;
use crate::text::Key;

/// The maximum number of licences of a kind on an order.
const LICENCES: u32 = 100_000;

pub(in crate::decide) fn put_order(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    key: Key,
    details: OrderDetails,
) -> Decision {
    let mut reasons: Vec<_> = unknown::<Customer>(fleet, &details.customer, "customer")
        .into_iter()
        .collect();
    let counts = [
        ("activations", details.activations),
        ("software_years", details.software_years),
    ];
    for (field, _) in counts.into_iter().filter(|(_, count)| *count > LICENCES) {
        let text = format!("an order has at most {LICENCES} licences of a kind");
        reasons.push(Reason::new("too-many-licences", text).at(field));
    }
    Refusal::unless_none(Obstacle::Invalid, reasons)?;

    let before = fleet.get::<Order>(key.as_str());
    let order = Order {
        key,
        details,
        at: before.map_or(context.now, |it| it.at),
    };
    if let Some(before) = before {
        Refusal::unless_none(Obstacle::Conflict, in_use(fleet, before, &order))?;
    }
    Ok(vec![Change::put(order)])
}

/// Why an order cannot be changed like this: terminals depend on it, or its licences are assigned.
/// They may be assigned to terminals of other orders of the same customer.
fn in_use(fleet: &Fleet, before: &Order, after: &Order) -> Vec<Reason> {
    let (old, new) = (&before.details, &after.details);
    let stocks = [
        ("activations", Stock::of(fleet, after, Sku::Activation)),
        ("software_years", Stock::of(fleet, after, Sku::Software)),
    ];
    let has_terminals = fleet
        .each::<Terminal>()
        .any(|it| it.details.order == before.key);
    let is_assigned = stocks.iter().any(|(_, stock)| stock.assigned > 0);
    let mut reasons = Vec::new();
    let fixed = [
        (
            "customer",
            old.customer != new.customer && (has_terminals || is_assigned),
        ),
        ("origin", old.origin != new.origin && has_terminals),
        ("processor", old.processor != new.processor && has_terminals),
    ];
    for (field, _) in fixed.into_iter().filter(|(_, is_fixed)| *is_fixed) {
        let text = format!("terminals depend on the order, so its {field} stays as it is");
        reasons.push(Reason::new("order-in-use", text).at(field));
    }
    for (field, stock) in stocks.iter().filter(|(_, it)| it.assigned > it.bought) {
        let text = format!(
            "{} of {} are assigned already",
            stock.assigned,
            stock.sku.name()
        );
        reasons.push(Reason::new("licences-assigned", text).at(*field));
    }
    reasons
}
