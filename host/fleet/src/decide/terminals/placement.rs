//! Validation of a terminal's details: the records they refer to exist, and no other terminal
//! occupies the same SIM card or EVSE.

use std::collections::HashMap;

use crate::decide::records::unknown;
use crate::fleet::Fleet;
use crate::order::Order;
use crate::refusal::Reason;
use crate::site::{Person, Site, Station};
use crate::terminal::{Sim, Terminal, TerminalDetails};
use crate::text::{Iccid, Key, Serial, StationId};

/// The maximum number of EVSEs of a terminal.
const CONNECTORS: usize = 64;
/// The maximum number of users of a terminal.
const USERS: usize = 100;

/// The SIM cards and EVSEs that the terminals in use occupy.
#[derive(Debug, Default)]
pub(super) struct Occupancy<'a> {
    sims: HashMap<&'a Iccid, &'a Serial>,
    evses: HashMap<(&'a StationId, u32), &'a Serial>,
}

impl<'a> Occupancy<'a> {
    /// What all terminals except this one occupy.
    pub(super) fn of_others(fleet: &'a Fleet, serial: Option<&Serial>) -> Self {
        let mut occupied = Self::default();
        let current = fleet.each::<Terminal>().filter(|it| it.state.is_current());
        for terminal in current.filter(|it| Some(&it.serial) != serial) {
            occupied.add(&terminal.serial, &terminal.details);
        }
        occupied
    }

    /// Adds what a terminal with these details occupies.
    pub(super) fn add(&mut self, serial: &'a Serial, details: &'a TerminalDetails) {
        if let Some(Sim::Card(iccid)) = &details.sim {
            self.sims.entry(iccid).or_insert(serial);
        }
        for (station, connector) in evses(details) {
            self.evses.entry((station, connector)).or_insert(serial);
        }
    }

    /// The conflicts of these details with other terminals.
    fn conflicts(&self, details: &TerminalDetails) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if let Some(Sim::Card(iccid)) = &details.sim
            && let Some(serial) = self.sims.get(iccid)
        {
            let text = format!("terminal {serial} has the SIM card {iccid}");
            reasons.push(Reason::new("sim-taken", text).at("sim"));
        }
        for evse in evses(details) {
            if let Some(serial) = self.evses.get(&evse) {
                let (station, connector) = evse;
                let text = format!("terminal {serial} serves EVSE {connector} of {station}");
                reasons.push(Reason::new("evse-taken", text).at("connectors"));
            }
        }
        reasons
    }
}

/// The EVSEs of these details.
pub(super) fn evses(details: &TerminalDetails) -> impl Iterator<Item = (&StationId, u32)> {
    let connectors = details.connectors.iter();
    let station = details.station.as_ref();
    connectors.filter_map(move |connector| Some((station?, *connector)))
}

/// Every reason against the details of a terminal, each with its field.
pub(super) fn wrong(
    fleet: &Fleet,
    occupied: &Occupancy<'_>,
    details: &TerminalDetails,
) -> Vec<Reason> {
    [
        wrong_site(fleet, details),
        wrong_station(fleet, details),
        wrong_users(fleet, details),
        occupied.conflicts(details),
    ]
    .concat()
}

fn wrong_site(fleet: &Fleet, details: &TerminalDetails) -> Vec<Reason> {
    let site = fleet.get::<Site>(details.site.as_str());
    let order = fleet.get::<Order>(details.order.as_str());
    let (Some(site), Some(order)) = (site, order) else {
        let site = unknown::<Site>(fleet, &details.site, "site");
        let order = unknown::<Order>(fleet, &details.order, "order");
        return site.into_iter().chain(order).collect();
    };
    if site.details.customer == order.details.customer {
        return Vec::new();
    }
    let text = format!("site {} is not that of the order's customer", site.key);
    vec![Reason::new("site-of-another", text).at("site")]
}

fn wrong_station(fleet: &Fleet, details: &TerminalDetails) -> Vec<Reason> {
    let Some(key) = &details.station else {
        let text = "say at which station the EVSEs are";
        let reason = || Reason::new("no-station", text).at("station");
        return match details.connectors.is_empty() {
            true => Vec::new(),
            false => vec![reason()],
        };
    };
    let Some(station) = fleet.get::<Station>(key.as_str()) else {
        return unknown::<Station>(fleet, key, "station")
            .into_iter()
            .collect();
    };
    let mut reasons = Vec::new();
    if station.details.site != details.site {
        let text = format!("station {key} is at site {}", station.details.site);
        reasons.push(Reason::new("station-elsewhere", text).at("station"));
    }
    if details.connectors.len() > CONNECTORS || has_twice(&details.connectors) {
        let text = "at most 64 EVSEs, each named once";
        reasons.push(Reason::new("connectors", text).at("connectors"));
        return reasons;
    }
    let evses = &station.details.evses;
    let is_unknown = |it: &&u32| !evses.iter().any(|evse| evse.connector == **it);
    reasons.extend(details.connectors.iter().filter(is_unknown).map(|it| {
        let text = format!("station {key} has no EVSE {it}");
        Reason::new("no-such-evse", text).at("connectors")
    }));
    reasons
}

fn wrong_users(fleet: &Fleet, details: &TerminalDetails) -> Vec<Reason> {
    if details.users.len() > USERS || has_twice(&details.users) {
        let text = "at most 100 people, each named once";
        return vec![Reason::new("users", text).at("users")];
    }
    let wrong = |key: &Key| match fleet.get::<Person>(key.as_str()) {
        None => unknown::<Person>(fleet, key, "users"),
        Some(person) => {
            let reason = || {
                let text = format!("{key} does not work at site {}", details.site);
                Reason::new("user-elsewhere", text).at("users")
            };
            let works_there = person.details.sites.contains(&details.site);
            (!works_there).then(reason)
        }
    };
    details.users.iter().filter_map(wrong).collect()
}

/// Whether a short list contains something twice.
fn has_twice<T: PartialEq>(list: &[T]) -> bool {
    let mut rest = list.iter();
    while let Some(it) = rest.next() {
        if rest.as_slice().contains(it) {
            return true;
        }
    }
    false
}
