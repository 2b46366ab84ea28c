//! The inputs for computing deadlines: the fleet, the moment and the access scope.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::{Due, DueKind, Subject};
use crate::access::AccessScope;
use crate::fleet::Fleet;
use crate::moment::{Day, Moment};
use crate::processor::Party;
use crate::site::Site;
use crate::terminal::Terminal;
use crate::text::Key;

/// The calendar where there is no site.
static UTC: TimeZone = TimeZone::UTC;

/// The inputs for computing deadlines.
pub(super) struct DeadlineContext<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) now: Moment,
    /// The sites in the access scope; absent if it is the whole fleet.
    sites: Option<BTreeSet<&'a Key>>,
    calendars: BTreeMap<&'a Key, LocalCalendar<'a>>,
    /// The calendar of each customer's first site.
    home_calendars: BTreeMap<&'a Key, LocalCalendar<'a>>,
}

/// The time zone and current day by which deadlines count.
#[derive(Clone, Copy)]
pub(super) struct LocalCalendar<'a> {
    pub(super) zone: &'a TimeZone,
    pub(super) today: Day,
}

impl<'a> DeadlineContext<'a> {
    pub(super) fn new(fleet: &'a Fleet, now: Moment, access: &'a AccessScope) -> Self {
        let mut calendars = BTreeMap::new();
        let mut home_calendars = BTreeMap::new();
        for site in fleet.each::<Site>() {
            let calendar = LocalCalendar::in_zone(site.details.time_zone.rules(), now);
            calendars.insert(&site.key, calendar);
            home_calendars
                .entry(&site.details.customer)
                .or_insert(calendar);
        }
        Self {
            fleet,
            now,
            sites: match access {
                AccessScope::Everywhere => None,
                AccessScope::Sites(sites) => Some(sites.iter().collect()),
            },
            calendars,
            home_calendars,
        }
    }

    pub(super) fn includes(&self, site: &Key) -> bool {
        self.sites.as_ref().is_none_or(|sites| sites.contains(site))
    }

    pub(super) fn is_whole_fleet(&self) -> bool {
        self.sites.is_none()
    }

    /// The calendar of a site; UTC if there is no such site.
    pub(super) fn calendar(&self, site: &Key) -> LocalCalendar<'a> {
        let utc = || LocalCalendar::in_zone(&UTC, self.now);
        self.calendars.get(site).copied().unwrap_or_else(utc)
    }

    /// The calendar of a customer's first site; UTC if there is none.
    pub(super) fn home_calendar(&self, customer: &Key) -> LocalCalendar<'a> {
        let utc = || LocalCalendar::in_zone(&UTC, self.now);
        self.home_calendars
            .get(customer)
            .copied()
            .unwrap_or_else(utc)
    }

    /// An item for the customer, at no terminal.
    pub(super) fn of(
        &self,
        about: Subject,
        what: DueKind,
        due: Option<Moment>,
        text: String,
    ) -> Due {
        Due {
            what,
            about,
            site: None,
            terminal: None,
            due,
            overdue: due.is_some_and(|due| due <= self.now),
            by: Party::Customer,
            who: Vec::new(),
            text,
            alert: None,
        }
    }

    /// An item for the customer, at a terminal.
    pub(super) fn at_terminal(
        &self,
        terminal: &Terminal,
        what: DueKind,
        due: Option<Moment>,
        text: String,
    ) -> Due {
        Due {
            site: Some(terminal.details.site.clone()),
            terminal: Some(terminal.serial.clone()),
            ..self.of(Subject::Terminal(terminal.serial.clone()), what, due, text)
        }
    }

    /// An item for the users of a terminal.
    pub(super) fn by_users(
        &self,
        terminal: &Terminal,
        what: DueKind,
        due: Option<Moment>,
        text: String,
    ) -> Due {
        Due {
            who: terminal.details.users.clone(),
            ..self.at_terminal(terminal, what, due, text)
        }
    }
}

impl<'a> LocalCalendar<'a> {
    fn in_zone(zone: &'a TimeZone, now: Moment) -> Self {
        Self {
            zone,
            today: now.day(zone),
        }
    }
}
