//! Which records are not kept any more: alerts that ended long ago, and incidents that were closed long ago, with their
//! photographs. What still needs somebody stays, however old it is.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::alert::Alert;
use crate::fleet::{Change, Fleet};
use crate::incident::Incident;
use crate::moment::Moment;

/// What goes.
#[derive(Debug, PartialEq, Eq)]
pub struct Outdated {
    /// The records, removed.
    pub changes: Vec<Change>,
    /// The hashes of photographs that only these records have.
    pub pictures: BTreeSet<String>,
}

/// The records that ended before a moment; so many at most.
#[must_use]
pub fn outdated(fleet: &Fleet, before: Moment, most: usize) -> Outdated {
    let alerts = fleet.each::<Alert>();
    let alerts = alerts.filter(|it| it.ended.is_some_and(|ended| ended < before));
    let alerts = alerts.map(|it| Change::remove::<Alert>(it.key.as_str()));
    let incidents = fleet.each::<Incident>();
    let incidents: Vec<&Incident> = incidents
        .filter(|it| {
            let closed = it.closed.as_ref();
            closed.is_some_and(|closed| closed.signed.at < before)
        })
        .take(most)
        .collect();
    let changes = incidents
        .iter()
        .map(|it| Change::remove::<Incident>(it.key.as_str()))
        .chain(alerts)
        .take(most)
        .collect();
    let others = fleet
        .each::<Incident>()
        .filter(|it| incidents.iter().all(|gone| gone.key != it.key));
    let kept: BTreeSet<&String> = others.flat_map(pictures).collect();
    let pictures = incidents.iter().copied().flat_map(pictures);
    Outdated {
        changes,
        pictures: pictures.filter(|it| !kept.contains(it)).cloned().collect(),
    }
}

fn pictures(incident: &Incident) -> impl Iterator<Item = &String> {
    incident.photographs.iter().map(|it| &it.hash)
}
