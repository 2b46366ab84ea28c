//! Looking at a fleet at a moment, from where somebody can see it.

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

/// Where there is no site to count days by.
static UTC: TimeZone = TimeZone::UTC;

/// A fleet that is looked at.
pub(super) struct DeadlineContext<'a> {
    pub(super) fleet: &'a Fleet,
    pub(super) now: Moment,
    /// The sites that can be seen; absent where everything can.
    sites: Option<BTreeSet<&'a Key>>,
    places: BTreeMap<&'a Key, LocalCalendar<'a>>,
    /// The first site of each customer.
    homes: BTreeMap<&'a Key, LocalCalendar<'a>>,
}

/// By whose days deadlines count.
#[derive(Clone, Copy)]
pub(super) struct LocalCalendar<'a> {
    pub(super) zone: &'a TimeZone,
    pub(super) today: Day,
}

impl<'a> DeadlineContext<'a> {
    pub(super) fn new(fleet: &'a Fleet, now: Moment, access: &'a AccessScope) -> Self {
        let mut places = BTreeMap::new();
        let mut homes = BTreeMap::new();
        for site in fleet.each::<Site>() {
            let place = LocalCalendar::in_zone(site.details.time_zone.rules(), now);
            places.insert(&site.key, place);
            homes.entry(&site.details.customer).or_insert(place);
        }
        Self {
            fleet,
            now,
            sites: match access {
                AccessScope::Everywhere => None,
                AccessScope::Sites(sites) => Some(sites.iter().collect()),
            },
            places,
            homes,
        }
    }

    pub(super) fn sees(&self, site: &Key) -> bool {
        self.sites.as_ref().is_none_or(|sites| sites.contains(site))
    }

    pub(super) fn sees_whole_fleet(&self) -> bool {
        self.sites.is_none()
    }

    /// The days at a site; those of UTC where there is no such site.
    pub(super) fn place(&self, site: &Key) -> LocalCalendar<'a> {
        let utc = || LocalCalendar::in_zone(&UTC, self.now);
        self.places.get(site).copied().unwrap_or_else(utc)
    }

    /// The days at a customer's first site.
    pub(super) fn home(&self, customer: &Key) -> LocalCalendar<'a> {
        let utc = || LocalCalendar::in_zone(&UTC, self.now);
        self.homes.get(customer).copied().unwrap_or_else(utc)
    }

    /// Something that the customer has to see to, at no terminal.
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
        }
    }

    /// Something that the customer has to see to, at a terminal.
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

    /// Something that those who may use a terminal have to do with it.
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
