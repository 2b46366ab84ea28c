//! What a terminal lacks for its processor: the right domain at the vendor, and for the customer's
//! own processor its contracts and the re-routing.

use super::by_customer;
use crate::moment::Moment;
use crate::processor::{Party, Processor};
use crate::refusal::Reason;
use crate::site::{Customer, CustomerDetails};
use crate::terminal::{Domain, Routing, Terminal, Transfer};

pub(super) fn missing(terminal: &Terminal, owner: Option<&Customer>, now: Moment) -> Vec<Reason> {
    let domain = domain(terminal).into_iter().collect();
    match terminal.processor {
        Processor::Platform => domain,
        Processor::Customer => [
            contracts(owner.map(|it| &it.details)),
            domain,
            routing(&terminal.routing, now),
        ]
        .concat(),
    }
}

fn domain(terminal: &Terminal) -> Option<Reason> {
    if let Some(transfer) = &terminal.transfer {
        return Some(under_way(transfer, terminal.domain));
    }
    let whose = match terminal.processor {
        Processor::Platform => "the platform's",
        Processor::Customer => "your own",
    };
    match (terminal.processor, terminal.domain) {
        (Processor::Platform, Domain::Platform) | (Processor::Customer, Domain::Customer) => None,
        (_, Domain::None) => {
            let text = format!(
                "have the vendor activate the terminal under {whose} domain by its activation form"
            );
            Some(by_customer("domain-missing", text))
        }
        (Processor::Customer, Domain::Platform) => {
            let text = "have the vendor transfer the terminal to the customer's domain";
            Some(Reason::new("transfer-missing", text).owed_by(Party::Platform))
        }
        _ => {
            let text = format!("have the vendor transfer the terminal to {whose} domain");
            Some(by_customer("transfer-missing", text))
        }
    }
}

/// What a transfer that is under way lacks.
fn under_way(transfer: &Transfer, from: Domain) -> Reason {
    match transfer.needs_number(from) && transfer.number.is_none() {
        true => {
            let text = "say which number the vendor gave the transfer (TT number)";
            by_customer("transfer-number-missing", text)
        }
        false => {
            let text = "the vendor has not said that the terminal is in its new domain";
            Reason::new("transfer-incomplete", text).owed_by(Party::Vendor)
        }
    }
}

impl Transfer {
    /// Whether the transfer needs the vendor's number. An activation of a terminal that is in no
    /// domain has none.
    #[must_use]
    pub fn needs_number(&self, from: Domain) -> bool {
        self.to == Processor::Platform && from != Domain::None
    }
}

fn contracts(owner: Option<&CustomerDetails>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if owner.is_none_or(|it| it.vendor_contract.is_none()) {
        let text = "say which contract you have with the terminals' vendor";
        reasons.push(by_customer("no-vendor-contract", text));
    }
    if owner.is_none_or(|it| it.vendor_domain.is_none()) {
        let text = "say what your domain at the terminals' vendor is called";
        reasons.push(by_customer("no-vendor-domain", text));
    }
    if owner.is_none_or(|it| it.merchant.is_none()) {
        let text = "say which payment agreement you have, and with which acquirer";
        reasons.push(by_customer("no-merchant", text));
    }
    reasons
}

fn routing(routing: &Routing, now: Moment) -> Vec<Reason> {
    let counts = |at: Option<Moment>| at.is_some_and(|at| at <= now);
    match (counts(routing.asked), counts(routing.confirmed)) {
        (_, true) => Vec::new(),
        (true, false) => {
            let text = "the vendor has not said that the terminal is routed to the platform";
            vec![Reason::new("routing-not-confirmed", text).owed_by(Party::Vendor)]
        }
        (false, false) => {
            let text = "ask the vendor to route the terminal to the platform";
            vec![by_customer("routing-not-asked", text)]
        }
    }
}
