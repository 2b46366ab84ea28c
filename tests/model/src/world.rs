//! The whole state at one moment.

use crate::Bounds;
use crate::outside::{Provider, Station};
use crate::store::{Order, Store};

/// One moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// Milliseconds since the tap.
    pub now: u64,
    /// What the host has on disk.
    pub store: Store,
    /// Commands under way, sorted.
    pub under_way: Vec<Flight>,
    /// An orphaned hold that the host found and has not voided yet.
    pub orphan: Option<String>,
    /// The payment provider.
    pub provider: Provider,
    /// The charging station.
    pub station: Station,
    /// Callbacks and reports on their way to the host, sorted.
    pub reports: Vec<Report>,
    /// What may still go wrong.
    pub left: Bounds,
}

/// A command that is being executed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Flight {
    /// The command's id.
    pub command: String,
    /// What it asks for.
    pub order: Order,
    /// Where it is.
    pub leg: Leg,
    /// Whether a host waits for the answer. Otherwise, the request may arrive at any time or never; one that
    /// closes a hold, before the next deadline or never.
    pub awaited: bool,
}

/// Where a command is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// The request is on its way.
    Request,
    /// The answer is on its way.
    Answer(Answer),
    /// The host executed it locally, and has not recorded that yet.
    Local,
}

/// What is answered to a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// This hold was made.
    Authorised(String),
    /// Refused for good.
    Declined,
    /// Done.
    Done,
    /// It was closed before.
    Conflict,
    /// It certainly was not done.
    NotDone,
    /// These holds are open.
    Open(Vec<String>),
}

/// What the host is sent without a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Report {
    /// The driver's card.
    Card,
    /// The driver's card again. The number distinguishes several times.
    CardAgain(u8),
    /// The transaction began.
    Started(Reading),
    /// The register during the transaction.
    Metered(Reading),
    /// The transaction ended.
    Stopped(Reading),
}

/// The station's register at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reading {
    /// In kilowatt-hours.
    pub energy: u64,
    /// In milliseconds since the tap.
    pub at: u64,
}

impl World {
    /// A card was just shown, where an earlier driver's hold may be open.
    #[must_use]
    pub fn with_a_card_shown(left: Bounds, earlier_hold: bool) -> Self {
        Self {
            now: 0,
            store: Store::default(),
            under_way: Vec::new(),
            orphan: None,
            provider: Provider::with_a_hold(earlier_hold),
            station: Station::default(),
            reports: vec![Report::Card],
            left,
        }
    }

    /// Put a command on its way.
    pub fn fly(&mut self, flight: Flight) {
        let at = self.under_way.partition_point(|other| *other < flight);
        self.under_way.insert(at, flight);
    }

    /// Remove a command that was under way.
    pub fn land(&mut self, flight: &Flight) {
        if let Ok(at) = self.under_way.binary_search(flight) {
            self.under_way.remove(at);
        }
    }

    /// Put a report on its way.
    pub fn report(&mut self, report: Report) {
        let at = self.reports.partition_point(|other| *other < report);
        self.reports.insert(at, report);
    }

    /// Remove a report that was on its way.
    pub fn take(&mut self, report: Report) {
        if let Ok(at) = self.reports.binary_search(&report) {
            self.reports.remove(at);
        }
    }

    /// The station's register now.
    #[must_use]
    pub fn reading(&self) -> Reading {
        Reading {
            energy: self.station.register,
            at: self.now,
        }
    }
}
