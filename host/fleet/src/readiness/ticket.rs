//! An order's activation ticket.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::next::with_command;
use super::{by_customer, customer, missing};
use crate::context::GatewayFacts;
use crate::fleet::Fleet;
use crate::licence::{Sku, Stock};
use crate::moment::Moment;
use crate::order::Order;
use crate::processor::Party;
use crate::refusal::Reason;
use crate::site::Customer;
use crate::terminal::{State, Terminal};
use crate::text::{Key, Serial};

/// The progress of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ticket {
    /// The order.
    pub order: Order,
    /// Whether nothing is missing and all terminals are activated.
    pub is_complete: bool,
    /// Its terminals, without retired ones.
    pub terminals: Vec<TerminalReadiness>,
    /// Its licences.
    pub licences: Vec<Stock>,
    /// What the order itself lacks.
    pub missing: Vec<Reason>,
    /// Due items that do not prevent activation.
    pub due: Vec<Reason>,
    /// How many of the missing things each party owes.
    pub owed: BTreeMap<Party, u64>,
}

/// The progress of a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "Onboarding")]
pub struct TerminalReadiness {
    /// Its serial number.
    pub serial: Serial,
    /// Its site.
    pub site: Key,
    /// Its lifecycle state.
    pub state: State,
    /// What it lacks to be activated; empty once it is activated.
    pub missing: Vec<Reason>,
}

/// The activation ticket of an order at a moment.
#[must_use]
pub fn ticket(fleet: &Fleet, gateway: &GatewayFacts, now: Moment, order: &Order) -> Ticket {
    let all = fleet.each::<Terminal>();
    let all: Vec<_> = all
        .filter(|it| it.details.order == order.key && it.state != State::Retired)
        .collect();
    let readiness = |it: &&Terminal| TerminalReadiness {
        serial: it.serial.clone(),
        site: it.details.site.clone(),
        state: it.state,
        missing: match it.state {
            State::Activated => Vec::new(),
            _ => missing(fleet, gateway, now, it),
        },
    };
    let terminals: Vec<_> = all.iter().map(readiness).collect();
    let licences = [Sku::Activation, Sku::Software].map(|sku| Stock::of(fleet, order, sku));
    let names = [
        ("order", order.key.as_str()),
        ("customer", order.details.customer.as_str()),
    ];
    let lacking = missing_of_order(&all, &licences);
    let lacking: Vec<_> = lacking
        .into_iter()
        .map(|it| with_command(it, &names))
        .collect();
    let reasons = terminals.iter().flat_map(|it| &it.missing).chain(&lacking);
    let mut owed = BTreeMap::new();
    for party in reasons.filter_map(|it| it.owed_by) {
        *owed.entry(party).or_default() += 1;
    }
    let customer = fleet.get::<Customer>(order.details.customer.as_str());
    Ticket {
        order: order.clone(),
        is_complete: lacking.is_empty() && terminals.iter().all(|it| it.state == State::Activated),
        terminals,
        licences: licences.to_vec(),
        missing: lacking,
        due: customer
            .and_then(customer::due)
            .map(|it| with_command(it, &names))
            .into_iter()
            .collect(),
        owed,
    }
}

fn missing_of_order(terminals: &[&Terminal], licences: &[Stock]) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if terminals.is_empty() {
        let text = "say which terminals belong to the order";
        reasons.push(by_customer("no-terminals", text));
    }
    for stock in licences {
        let without = terminals.iter().filter(|it| lacks(it, stock.sku)).count() as u64;
        if without > stock.left {
            let (code, lacking) = (too_few(stock.sku), without - stock.left);
            let text = format!("buy {lacking} more of {}", stock.sku.name());
            reasons.push(by_customer(code, text));
        }
    }
    reasons
}

/// Whether a terminal never had a licence of this kind.
fn lacks(terminal: &Terminal, sku: Sku) -> bool {
    let licences = &terminal.licences;
    match sku {
        Sku::Activation => licences.activation.is_none(),
        Sku::Software => licences.waiting.is_empty() && !licences.has_begun(),
    }
}

/// The code for too few licences of this kind.
pub(crate) const fn too_few(sku: Sku) -> &'static str {
    match sku {
        Sku::Activation => "too-few-activations",
        Sku::Software => "too-few-software-years",
    }
}
