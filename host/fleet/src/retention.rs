//! Which records are not kept any more: alerts that ended long ago, and incidents that were closed long ago. What still
//! needs somebody stays, however old it is, and so does an alert of a session whose history is on record.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::alert::Alert;
use crate::fleet::{Change, Fleet};
use crate::incident::Incident;
use crate::moment::Moment;

/// The sessions of the alerts that ended before a moment.
#[must_use]
pub fn sessions_of_old_alerts(fleet: &Fleet, before: Moment) -> BTreeSet<&str> {
    let old = fleet.each::<Alert>().filter(|it| has_ended(it, before));
    old.filter_map(|it| it.session.as_deref()).collect()
}

/// The removals of the records that ended before a moment; so many at most. The alerts of these sessions stay: how old
/// those are is known better, as it is counted by every clock that was set since.
#[must_use]
pub fn outdated(
    fleet: &Fleet,
    before: Moment,
    sessions: &BTreeSet<String>,
    most: usize,
) -> Vec<Change> {
    let incidents = fleet.each::<Incident>().filter(|it| {
        let closed = it.closed.as_ref();
        closed.is_some_and(|closed| closed.signed.at < before)
    });
    let alerts = fleet.each::<Alert>();
    let stays = |it: &Alert| it.session.as_ref().is_some_and(|it| sessions.contains(it));
    let alerts = alerts.filter(|it| has_ended(it, before) && !stays(it));
    incidents
        .map(|it| Change::remove::<Incident>(it.key.as_str()))
        .chain(alerts.map(|it| Change::remove::<Alert>(it.key.as_str())))
        .take(most)
        .collect()
}

fn has_ended(alert: &Alert, before: Moment) -> bool {
    alert.ended.is_some_and(|ended| ended < before)
}
