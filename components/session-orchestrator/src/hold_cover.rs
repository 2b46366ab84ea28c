//! How long the hold covers the price.
//!
//! Charging stops before another movement of the register like the last would cost more than is held, and at the
//! moment at which passing time alone would.

use crate::pricing::price;
use crate::readings::terms;
use crate::step::Step;

/// How often the remaining time is halved to find the moment at which the hold is used up. That finds
/// it to ten seconds in a week.
const HALVINGS: u32 = 16;

/// Whether another movement of the register like the last one could cost more than is held.
pub(crate) fn next_movement_exceeds_hold(step: &Step<'_>) -> bool {
    let session = &step.session;
    let Some(meter) = &session.meter else {
        return false;
    };
    let usage = meter.usage_after_next_movement(&terms(step.policy, &session.tariff, meter));
    price(&session.tariff, &usage).gross > session.held()
}

/// Until when the hold covers the price if no other reading comes, to about ten seconds; at most
/// `until`.
///
/// With a step size a session can become cheaper again as time passes. Then there are several such
/// moments, and this is one of them.
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
