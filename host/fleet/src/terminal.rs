//! Terminals and their records.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::charging::Charging;
use crate::licence::Licences;
use crate::maintenance::{Check, Inspection, MaintenanceRecord, Occasion};
use crate::model::Model;
use crate::moment::Moment;
use crate::order::Order;
use crate::processor::Processor;
use crate::text::{Iccid, Key, Line, Serial, StationId};

/// A payment terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Terminal {
    /// Its serial number.
    pub serial: Serial,
    /// The details that the owner maintains.
    pub details: TerminalDetails,
    /// Its origin, from its order.
    pub origin: Origin,
    /// The processor that takes the money: first that of its order, later that of the last
    /// transfer.
    pub processor: Processor,
    /// Its domain at the vendor.
    pub domain: Domain,
    /// Its lifecycle state.
    pub state: State,
    /// Since when.
    pub since: Moment,
    /// The reason for its suspension, return or retirement.
    pub reason: Option<Line>,
    /// The progress of its re-routing to this platform.
    pub routing: Routing,
    /// The transfer that is under way.
    pub transfer: Option<Transfer>,
    /// Its licences.
    pub licences: Licences,
    /// The checks before deployment that were passed.
    pub checks: BTreeMap<Check, MaintenanceRecord>,
    /// The latest inspection for each occasion.
    pub inspections: Vec<Inspection>,
    /// The latest battery charge.
    pub charged: Option<MaintenanceRecord>,
    /// The latest test transaction.
    pub tested: Option<MaintenanceRecord>,
    /// The latest storage.
    pub stored: Option<Storage>,
}

/// A period of storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Storage {
    /// Since when.
    pub from: Moment,
    /// Until when; absent while it is in storage.
    pub until: Option<Moment>,
    /// Whether a test transaction must follow: this storage was long, or an earlier long one was
    /// not followed by a test.
    pub needs_test: bool,
}

/// The length from which a storage counts as long, in milliseconds.
const LONG: u64 = 30 * 24 * 3_600 * 1_000;

impl Terminal {
    /// The same terminal, no longer in storage.
    #[must_use]
    pub(crate) fn out_of_storage(self, now: Moment) -> Self {
        let left = |it: Storage| match it.until {
            Some(_) => it,
            None => Storage {
                until: Some(now),
                needs_test: it.needs_test
                    || now.millis_after(it.from).is_none_or(|stay| stay > LONG),
                ..it
            },
        };
        Self {
            stored: self.stored.map(left),
            ..self
        }
    }

    /// A new terminal of an order, in this domain.
    #[must_use]
    pub fn new(
        serial: Serial,
        details: TerminalDetails,
        order: &Order,
        domain: Domain,
        now: Moment,
    ) -> Self {
        Self {
            serial,
            details,
            origin: order.details.origin,
            processor: order.details.processor,
            domain,
            state: State::Ordered,
            since: now,
            reason: None,
            routing: Routing::default(),
            transfer: None,
            licences: Licences::default(),
            checks: BTreeMap::new(),
            inspections: Vec::new(),
            charged: None,
            tested: None,
            stored: None,
        }
    }

    /// The latest inspection on this occasion that is not in the future.
    #[must_use]
    pub fn inspected(&self, occasion: Occasion, now: Moment) -> Option<Moment> {
        let all = self.inspections.iter();
        all.filter(|it| it.occasion == occasion && it.done.at <= now)
            .map(|it| it.done.at)
            .max()
    }
}

/// The details that the owner of a terminal maintains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminalDetails {
    /// Its model.
    pub model: Model,
    /// Its order.
    pub order: Key,
    /// Its site.
    pub site: Key,
    /// Its station.
    pub station: Option<StationId>,
    /// The EVSEs of that station that it serves, by their numbers.
    #[schemars(length(max = 64), inner(range(min = 1, max = 64)))]
    pub connectors: Vec<u32>,
    /// How it takes cards. Without it, the gateway's configuration says how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charging: Option<Charging>,
    /// Its SIM card; absent while it is unknown whether it has one.
    pub sim: Option<Sim>,
    /// Its firmware's version.
    pub firmware: Option<Line>,
    /// Its users.
    #[schemars(length(max = 100))]
    pub users: Vec<Key>,
}

/// The origin of a terminal.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Bought with the station, and set up for the platform's processor.
    FactoryFitted,
    /// The customer's own: owned before, or fitted later.
    CustomerOwned,
}

/// The domain of a terminal at the vendor.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Domain {
    /// No domain yet.
    None,
    /// The platform's.
    Platform,
    /// The customer's own.
    Customer,
    /// The domain of somebody else.
    Other,
}

/// A terminal's SIM card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(transform = former_word)]
pub enum Sim {
    /// No SIM card.
    #[serde(alias = "absent")]
    None,
    /// This SIM card.
    Card(Iccid),
}

/// What `none` was called before is read, too.
fn former_word(schema: &mut Schema) {
    if let Some(Value::Array(choices)) = schema.get_mut("oneOf") {
        choices.push(json!({"type": "string", "const": "absent", "deprecated": true}));
    }
}

/// The lifecycle state of a terminal.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is on order, or being fitted.
    Ordered,
    /// Only the activation is missing.
    Ready,
    /// It takes cards.
    Activated,
    /// It is in storage.
    InStorage,
    /// It is in place, and takes no cards for now.
    Suspended,
    /// An incident with it is open.
    Reported,
    /// It went back to the vendor.
    Returned,
    /// It is never used again.
    Retired,
}

/// The vendor's re-routing of a terminal to this platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Routing {
    /// When the vendor was asked.
    pub asked: Option<Moment>,
    /// When the vendor confirmed it.
    pub confirmed: Option<Moment>,
}

/// A transfer of a terminal to another domain, and with it to another processor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Transfer {
    /// The processor that will take the money.
    pub to: Processor,
    /// When it began.
    pub begun: Moment,
    /// The number that the vendor gave it (TT number).
    pub number: Option<Line>,
}
