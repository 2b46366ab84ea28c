//! Everything there is at one moment.

use crate::Bounds;
use crate::journal::{Journal, Order};
use crate::outside::{Provider, Station};

/// One moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// Milliseconds since the tap.
    pub now: u64,
    /// What the host has on disk.
    pub journal: Journal,
    /// Commands under way, sorted.
    pub under_way: Vec<Flight>,
    /// A hold that the host saw when it last looked for orphans, and has not dealt with yet.
    pub seen: Option<String>,
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
    /// Whether a host waits for the answer. A request that nobody waits for may arrive at any time
    /// or never.
    pub awaited: bool,
}

/// Where a command is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// The request is on its way.
    Request,
    /// The answer is on its way.
    Answer(Answer),
    /// The host did it by itself; that it is done is not on record yet.
    Local,
}

/// What is answered to a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// This hold was made.
    Authorised(String),
    /// No, and no again.
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

/// What the host is told without having asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Report {
    /// The driver's card.
    Card,
    /// The driver's card again, by which of the driver's wishes.
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
    pub fn with_a_card_shown(left: Bounds, stranger: bool) -> Self {
        Self {
            now: 0,
            journal: Journal::default(),
            under_way: Vec::new(),
            seen: None,
            provider: Provider::with_a_hold(stranger),
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

    /// Take a command out of the air.
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

    /// Take a report out of the air.
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
