//! Deadlines: one list of everything that people have to do.

mod alerts;
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
use crate::fleet::Fleet;
use crate::moment::Moment;
use crate::processor::Party;
use crate::text::{Key, Serial};
use deadline_context::DeadlineContext;

/// Something that has to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Due {
    /// The kind of task that is due.
    pub what: DueKind,
    /// The record concerned.
    pub about: Subject,
    /// The site; absent if it concerns no single site.
    pub site: Option<Key>,
    /// The terminal, if it concerns one.
    pub terminal: Option<Serial>,
    /// The deadline; absent if waiting does no harm.
    pub due: Option<Moment>,
    /// Whether the deadline has passed.
    pub overdue: bool,
    /// The party that has to do it.
    pub by: Party,
    /// The people of that party who can do it.
    pub who: Vec<Key>,
    /// The instruction, for people.
    pub text: String,
    /// The alert to resolve once it is done, if there is one.
    pub alert: Option<Key>,
}

/// The kind of what is due.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename = "What", rename_all = "kebab-case")]
pub enum DueKind {
    /// The report of an incident, within 24 hours of its discovery.
    IncidentReport,
    /// The closing of an incident; its terminal takes no cards until then.
    IncidentClosing,
    /// An alert of a session: a person has to see to it.
    Session,
    /// An alert of a payment or hold without a session that is known: a person has to see to it.
    Payment,
    /// An alert of an EVSE without a session: a person has to see to it.
    Evse,
    /// The renewal of a terminal's software licence.
    Licence,
    /// A terminal's weekly inspection.
    Inspection,
    /// A terminal's inspection after it was stored.
    InspectionAfterStorage,
    /// The charging of a terminal's battery in storage.
    Battery,
    /// An order with terminals that are not activated yet.
    Ticket,
    /// The training of a user of terminals.
    Training,
    /// A customer's self-assessment of PCI DSS.
    SelfAssessment,
}

/// The record that something due is about.
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
    /// An alert.
    Alert(Key),
}

impl DueKind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::IncidentReport => "incident-report",
            Self::IncidentClosing => "incident-closing",
            Self::Session => "session",
            Self::Payment => "payment",
            Self::Evse => "evse",
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
    /// Its key.
    #[must_use]
    pub fn key(&self) -> &str {
        match self {
            Self::Customer(key)
            | Self::Person(key)
            | Self::Order(key)
            | Self::Incident(key)
            | Self::Alert(key) => key.as_str(),
            Self::Terminal(serial) => serial.as_str(),
            Self::Session(id) => id,
        }
    }
}

/// The due items in an access scope, sorted by deadline. Items without a deadline come last. Items
/// that belong to no site are only for callers with access to the whole fleet.
#[must_use]
pub fn items(fleet: &Fleet, now: Moment, access: &AccessScope) -> Vec<Due> {
    let context = DeadlineContext::new(fleet, now, access);
    let mut list = Vec::new();
    terminals::due(&context, &mut list);
    incidents::due(&context, &mut list);
    alerts::due(&context, &mut list);
    people::due(&context, &mut list);
    orders::tickets(&context, &mut list);
    orders::self_assessments(&context, &mut list);
    list.sort_by(|one, other| order(one).cmp(&order(other)));
    list
}

fn order(due: &Due) -> (bool, Option<Moment>, DueKind, &Subject, Option<&Key>) {
    let alert = due.alert.as_ref();
    (due.due.is_none(), due.due, due.what, &due.about, alert)
}
