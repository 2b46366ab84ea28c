//! How long a hold covers what a session may come to cost.

use crate::charging::terms;
use crate::pricing::price;
use crate::step::Step;

/// How often the time that is left is halved to find the moment at which the hold is used up. Of a
/// week that leaves ten seconds.
const HALVINGS: u32 = 16;

/// Whether another interval like the one in which the register last moved could cost more than is
/// held.
pub(crate) fn next_movement_exceeds_hold(step: &Step<'_>) -> bool {
    let session = &step.session;
    let Some(meter) = &session.meter else {
        return false;
    };
    let usage = meter.usage_after_next_movement(&terms(step.policy, &session.tariff, meter));
    price(&session.tariff, &usage).gross > session.held()
}

/// The last moment, to about ten seconds, at which the time that passes without another reading
/// costs no more than is held; `until`, if that comes first. A step size can make a session cheaper
/// again as time passes; then it is some such moment.
pub(crate) fn covered_until(step: &Step<'_>, until: u64) -> u64 {
    let session = &step.session;
    let Some(meter) = &session.meter else {
        return until;
    };
    let terms = terms(step.policy, &session.tariff, meter);
    let covers = |at| {
        meter
            .usages_by(&terms, at)
            .all(|usage| price(&session.tariff, &usage).gross <= session.held())
    };
    if covers(until) {
        return until;
    }
    let mut covered = meter.last().at;
    let mut uncovered = until;
    for _ in 0..HALVINGS {
        let middle = covered.midpoint(uncovered);
        if covers(middle) {
            covered = middle;
        } else {
            uncovered = middle;
        }
    }
    covered
}
