//! What is due: one list over everything that somebody has to see to.

mod deadline_context;
mod incidents;
mod orders;
mod people;
mod terminals;
#[cfg(test)]
mod tests;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::access::AccessScope;
use crate::context::GatewayFacts;
use crate::fleet::Fleet;
use crate::moment::Moment;
use crate::processor::Party;
use crate::text::{Key, Serial};
use deadline_context::DeadlineContext;

/// Something that somebody has to see to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Due {
    /// What it is.
    pub what: DueKind,
    /// The record that it is about.
    pub about: Subject,
    /// Where; absent for what concerns no site alone.
    pub site: Option<Key>,
    /// At which terminal, if at one.
    pub terminal: Option<Serial>,
    /// By when; absent where nothing is missed by waiting.
    pub due: Option<Moment>,
    /// Whether that has passed.
    pub overdue: bool,
    /// Who has to see to it.
    pub by: Party,
    /// Which people of theirs can.
    pub who: Vec<Key>,
    /// What to do, for people.
    pub text: String,
}

/// What is due.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename = "What", rename_all = "kebab-case")]
pub enum DueKind {
    /// The report of an incident, within 24 hours of its discovery.
    IncidentReport,
    /// An incident is open, and its terminal takes no cards.
    IncidentClosing,
    /// A session that a person must look at.
    Session,
    /// A terminal's software licence ends, or has ended.
    Licence,
    /// A terminal's weekly inspection.
    Inspection,
    /// A terminal's inspection after it was stored.
    InspectionAfterStorage,
    /// The battery of a terminal in storage is to be charged.
    Battery,
    /// An order of which a terminal is not activated yet.
    Ticket,
    /// The training of somebody who may use a terminal.
    Training,
    /// A customer's self-assessment of PCI DSS.
    SelfAssessment,
}

/// What something that is due is about.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(tag = "kind", content = "key", rename_all = "kebab-case")]
pub enum Subject {
    /// A customer.
    Customer(Key),
    /// A person.
    Person(Key),
    /// An order.
    Order(Key),
    /// A terminal.
    Terminal(Serial),
    /// An incident.
    Incident(Key),
    /// A session.
    Session(String),
}

impl DueKind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IncidentReport => "incident-report",
            Self::IncidentClosing => "incident-closing",
            Self::Session => "session",
            Self::Licence => "licence",
            Self::Inspection => "inspection",
            Self::InspectionAfterStorage => "inspection-after-storage",
            Self::Battery => "battery",
            Self::Ticket => "ticket",
            Self::Training => "training",
            Self::SelfAssessment => "self-assessment",
        }
    }
}

impl Subject {
    /// What names it among its kind.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Customer(key) | Self::Person(key) | Self::Order(key) | Self::Incident(key) => {
                key.as_str()
            }
            Self::Terminal(serial) => serial.as_str(),
            Self::Session(id) => id,
        }
    }
}

/// What is due at the sites that this reaches, by deadline; what has none comes last. What belongs to
/// no site is for those who reach everywhere.
#[must_use]
pub fn items(fleet: &Fleet, gateway: &GatewayFacts, now: Moment, access: &AccessScope) -> Vec<Due> {
    let context = DeadlineContext::new(fleet, now, access);
    let mut list = Vec::new();
    terminals::due(&context, &mut list);
    incidents::due(&context, &mut list);
    incidents::sessions(&context, gateway, &mut list);
    people::due(&context, &mut list);
    orders::tickets(&context, &mut list);
    orders::self_assessments(&context, &mut list);
    list.sort_by(|one, other| order(one).cmp(&order(other)));
    list
}

fn order(due: &Due) -> (bool, Option<Moment>, DueKind, &Subject) {
    (due.due.is_none(), due.due, due.what, &due.about)
}
