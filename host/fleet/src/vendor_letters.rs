//! Letters to the terminals' vendor, as texts to send.

#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::Serialize;

use crate::fleet::Fleet;
use crate::order::Order;
use crate::processor::Processor;
use crate::site::{Contact, Customer, CustomerDetails, Site};
use crate::terminal::{Domain, Sim, State, Terminal};
use crate::text::Line;

/// The addresses at which the vendor takes requests.
const SUPPORT: &str = "support@payter.nl";
const TRANSFER_FORM: &str = "https://www.payter.com/terminaltransfer";
const ACTIVATION_FORM: &str = "https://www.payter.com/activation";

/// A letter to send to the vendor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename = "Notice")]
pub struct VendorLetter {
    /// The request.
    pub kind: VendorLetterKind,
    /// The recipient: a mail address, or the address of a form.
    pub to: String,
    /// The subject line.
    pub subject: String,
    /// The text, in English.
    pub body: String,
}

/// The request of a vendor letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename = "NoticeKind", rename_all = "kebab-case")]
pub enum VendorLetterKind {
    /// Routing of terminals to this platform.
    Routing,
    /// Transfer of terminals to another domain.
    Transfer,
    /// Activation of terminals that are in no domain.
    Activation,
}

/// All letters that an order needs: one for all of its terminals with the same need. Nothing is
/// requested twice.
#[must_use]
pub fn letters(fleet: &Fleet, order: &Order) -> Vec<VendorLetter> {
    let Some(customer) = fleet.get::<Customer>(order.details.customer.as_str()) else {
        return Vec::new();
    };
    let terminals = fleet.each::<Terminal>();
    let terminals: Vec<_> = terminals
        .filter(|it| it.details.order == order.key && it.state != State::Retired)
        .collect();
    let writer = LetterWriter {
        fleet,
        order,
        customer: &customer.details,
    };
    let of = |kind, to| {
        let concerned = terminals.iter().copied();
        let concerned = concerned.filter(|it| letter_needed(it) == Some((kind, to)));
        let concerned: Vec<_> = concerned.collect();
        (!concerned.is_empty()).then(|| writer.write(kind, to, &concerned))
    };
    [
        of(VendorLetterKind::Activation, Processor::Platform),
        of(VendorLetterKind::Activation, Processor::Customer),
        of(VendorLetterKind::Transfer, Processor::Platform),
        of(VendorLetterKind::Transfer, Processor::Customer),
        of(VendorLetterKind::Routing, Processor::Customer),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The letter that a terminal needs, and the domain that it asks for.
fn letter_needed(terminal: &Terminal) -> Option<(VendorLetterKind, Processor)> {
    let transfer = terminal.transfer.as_ref();
    let to = transfer.map_or(terminal.processor, |it| it.to);
    let is_requested = transfer.is_some_and(|it| it.number.is_some());
    match terminal.domain {
        Domain::None => Some((VendorLetterKind::Activation, to)),
        domain if domain != to.domain() => {
            (!is_requested).then_some((VendorLetterKind::Transfer, to))
        }
        _ => {
            let is_due = to == Processor::Customer
                && transfer.is_none()
                && terminal.routing.asked.is_none()
                && terminal.routing.confirmed.is_none();
            is_due.then_some((VendorLetterKind::Routing, to))
        }
    }
}

/// Writes the letters of one order.
struct LetterWriter<'a> {
    fleet: &'a Fleet,
    order: &'a Order,
    customer: &'a CustomerDetails,
}

impl LetterWriter<'_> {
    fn write(
        &self,
        kind: VendorLetterKind,
        to: Processor,
        terminals: &[&Terminal],
    ) -> VendorLetter {
        let count = match terminals.len() {
            1 => "1 terminal".to_owned(),
            count => format!("{count} terminals"),
        };
        let name = &self.customer.name;
        let (address, what) = match kind {
            VendorLetterKind::Routing => (SUPPORT, "Re-routing"),
            VendorLetterKind::Transfer => (TRANSFER_FORM, "Transfer"),
            VendorLetterKind::Activation => (ACTIVATION_FORM, "Activation"),
        };
        let list: Vec<_> = terminals.iter().map(|it| self.line(it)).collect();
        let body = format!(
            "Dear Payter team,\n\n{}\n\n{}\n\n{}\n\nOur reference: {}\n\nKind regards,\n{}",
            self.request(kind, to),
            list.join("\n"),
            reply_wanted(kind),
            self.order.key,
            signature(&self.customer.contact, name)
        );
        VendorLetter {
            kind,
            to: address.to_owned(),
            subject: format!("{what} of {count} of {name}, order {}", self.order.key),
            body,
        }
    }

    fn request(&self, kind: VendorLetterKind, to: Processor) -> String {
        let customer = self.customer;
        let contract = clause(", under our contract ", customer.vendor_contract.as_ref());
        let own = clause(" ", customer.vendor_domain.as_ref());
        let domain = match to {
            Processor::Platform => "the domain of our charging platform".to_owned(),
            Processor::Customer => format!("our own domain{own}{contract}"),
        };
        match kind {
            VendorLetterKind::Routing => format!(
                "please configure these terminals, which are in {domain}, so that they are routed to \
                 our charging platform:"
            ),
            VendorLetterKind::Transfer => {
                format!("please transfer these terminals to {domain}:")
            }
            VendorLetterKind::Activation => format!(
                "please activate these terminals, which are in no domain yet, under {domain}{}:",
                match to {
                    Processor::Platform => String::new(),
                    Processor::Customer => merchant(customer),
                }
            ),
        }
    }

    /// A line that identifies a terminal.
    fn line(&self, terminal: &Terminal) -> String {
        let details = &terminal.details;
        let site = self.fleet.get::<Site>(details.site.as_str());
        let place = site.map_or_else(
            || details.site.to_string(),
            |it| format!("{}, {}", it.details.name, it.details.address),
        );
        let station = details.station.as_ref();
        let station = station.map_or_else(String::new, |it| format!("; station {it}"));
        let sim = match &details.sim {
            Some(Sim::Card(iccid)) => format!("; SIM {iccid}"),
            Some(Sim::None) | None => String::new(),
        };
        let model = details.model.traits().label;
        format!("- {}: {model}{station}{sim}; at {place}", terminal.serial)
    }
}

fn merchant(customer: &CustomerDetails) -> String {
    customer.merchant.as_ref().map_or_else(
        || ", and connect them to an acquirer for us".to_owned(),
        |it| {
            format!(
                ", with our payment agreement {} with {}",
                it.id, it.acquirer
            )
        },
    )
}

fn clause(before: &str, line: Option<&Line>) -> String {
    line.map_or_else(String::new, |line| format!("{before}{line}"))
}

fn reply_wanted(kind: VendorLetterKind) -> &'static str {
    match kind {
        VendorLetterKind::Routing => "Please confirm to us when this is done.",
        VendorLetterKind::Transfer => {
            "Please tell us the terminal transfer number (TT number), and confirm to us when this is \
             done."
        }
        VendorLetterKind::Activation => "Please confirm to us when they are active.",
    }
}

fn signature(contact: &Contact, company: &Line) -> String {
    let ways = [&contact.email, &contact.phone];
    let ways = ways.into_iter().flatten().map(Line::as_str);
    let lines = [contact.name.as_str(), company.as_str()].into_iter();
    lines.chain(ways).collect::<Vec<_>>().join("\n")
}
