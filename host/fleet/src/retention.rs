//! Which records are not kept any more: alerts that ended long ago, and incidents that were closed long ago. What still
//! needs somebody stays, however old it is.

#[cfg(test)]
mod tests;

use crate::alert::Alert;
use crate::fleet::{Change, Fleet};
use crate::incident::Incident;
use crate::moment::Moment;

/// The removals of the records that ended before a moment; so many at most.
#[must_use]
pub fn outdated(fleet: &Fleet, before: Moment, most: usize) -> Vec<Change> {
    let incidents = fleet.each::<Incident>().filter(|it| {
        let closed = it.closed.as_ref();
        closed.is_some_and(|closed| closed.signed.at < before)
    });
    let alerts = fleet.each::<Alert>();
    let alerts = alerts.filter(|it| it.ended.is_some_and(|ended| ended < before));
    incidents
        .map(|it| Change::remove::<Incident>(it.key.as_str()))
        .chain(alerts.map(|it| Change::remove::<Alert>(it.key.as_str())))
        .take(most)
        .collect()
}
