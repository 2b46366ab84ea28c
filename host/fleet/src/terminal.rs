//! A terminal, and what is on record of it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::licence::Licences;
use crate::maintenance::{Check, Inspection, MaintenanceRecord, Occasion};
use crate::model::Model;
use crate::moment::Moment;
use crate::order::Order;
use crate::processor::Processor;
use crate::text::{Iccid, Key, Line, Serial};

/// A payment terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Terminal {
    /// Its serial number.
    pub serial: Serial,
    /// What its owner says of it.
    pub details: TerminalDetails,
    /// Where it comes from, by its order.
    pub origin: Origin,
    /// Whose processor takes the money: first its order's, then what a transfer made it.
    pub processor: Processor,
    /// In whose domain at the vendor it is.
    pub domain: Domain,
    /// Where in its life it is.
    pub state: State,
    /// Since when.
    pub since: Moment,
    /// Why it is suspended, returned or retired.
    pub reason: Option<Line>,
    /// How far the vendor is with re-routing it to this platform.
    pub routing: Routing,
    /// The transfer that is under way.
    pub transfer: Option<Transfer>,
    /// Its licences.
    pub licences: Licences,
    /// What was checked before it was deployed.
    pub checks: BTreeMap<Check, MaintenanceRecord>,
    /// The latest inspection of each kind.
    pub inspections: Vec<Inspection>,
    /// When its battery was charged last.
    pub charged: Option<MaintenanceRecord>,
    /// The latest test transaction.
    pub tested: Option<MaintenanceRecord>,
    /// Its latest time in storage.
    pub stored: Option<Storage>,
}

/// A time in storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Storage {
    /// Since when.
    pub from: Moment,
    /// Until when; absent while it lies there.
    pub until: Option<Moment>,
    /// Whether a test transaction must follow: it lay there for long, or no test followed on an
    /// earlier time when it did.
    pub needs_test: bool,
}

/// From how long on storage is long, in milliseconds.
const LONG: u64 = 30 * 24 * 3_600 * 1_000;

impl Terminal {
    /// The same, out of storage, if it lay there.
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

    /// A terminal of an order, in this domain, put on record now.
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

    /// The latest inspection on this occasion that counts at this moment.
    #[must_use]
    pub fn inspected(&self, occasion: Occasion, now: Moment) -> Option<Moment> {
        let all = self.inspections.iter();
        all.filter(|it| it.occasion == occasion && it.done.at <= now)
            .map(|it| it.done.at)
            .max()
    }
}

/// What its owner says of a terminal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminalDetails {
    /// What it is.
    pub model: Model,
    /// The order that it belongs to.
    pub order: Key,
    /// Where it is.
    pub site: Key,
    /// The station at which it lets drivers charge.
    pub station: Option<Key>,
    /// The EVSEs of that station for which it does, by their numbers.
    #[schemars(length(max = 64), inner(range(min = 1, max = 64)))]
    pub connectors: Vec<u32>,
    /// Its SIM card; absent while nobody said whether there is one.
    pub sim: Option<Sim>,
    /// Its firmware's version.
    pub firmware: Option<Line>,
    /// Who may use it.
    #[schemars(length(max = 100))]
    pub users: Vec<Key>,
}

/// Where a terminal comes from.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Bought with the station, and set up for the platform's processor.
    FactoryFitted,
    /// The customer's own, there before or fitted later.
    CustomerOwned,
}

/// In whose domain at the vendor a terminal is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Domain {
    /// In none yet.
    None,
    /// The platform's.
    Platform,
    /// The customer's own.
    Customer,
    /// Somebody else's.
    Other,
}

/// A terminal's SIM card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sim {
    /// It has none.
    Absent,
    /// It has this one.
    Card(Iccid),
}

/// Where in its life a terminal is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is on order, or being fitted.
    Ordered,
    /// Nothing is missing but that it is switched on.
    Ready,
    /// It takes cards.
    Activated,
    /// It lies in storage.
    InStorage,
    /// It is in place and takes no cards for now.
    Suspended,
    /// An incident with it is open.
    Reported,
    /// It went back to the vendor.
    Returned,
    /// It will not be used again.
    Retired,
}

/// The vendor's re-routing of a terminal to this platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Routing {
    /// When the vendor was asked.
    pub asked: Option<Moment>,
    /// When it said that it was done.
    pub confirmed: Option<Moment>,
}

/// A change of a terminal's domain, and with it of whose processor takes the money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Transfer {
    /// Whose processor will take the money.
    pub to: Processor,
    /// When it began.
    pub begun: Moment,
    /// The vendor's number of it (TT number).
    pub number: Option<Line>,
}
