//! How long the hold covers the price.
//!
//! Charging stops before another movement of the register like the last would cost more than is held, and at the
//! moment at which passing time alone would. While no reading came since the start, or the latest cannot be right, the
//! connector may be delivering all that it can: charging stops before that would cost more than is held.

use crate::pricing::{Usage, price};
use crate::readings::terms;
use crate::step::Step;

/// How often the remaining time is halved to find the moment at which the hold is used up. That finds
/// it to ten seconds in a week.
const HALVINGS: u32 = 16;
/// The same in milliseconds.
const FOUND_TO: u64 = 10_000;

/// Whether another movement of the register like the last one could cost more than is held.
pub(crate) fn next_movement_exceeds_hold(step: &Step<'_>) -> bool {
    let session = &step.session;
    let Some(meter) = &session.meter else {
        return false;
    };
    let usage = meter.usage_after_next_movement(&terms(step.policy, &session.tariff, meter));
    price(&session.tariff, &usage).gross > session.held()
}

/// Whether the hold could be used up by now, because there is no reading that tells.
pub(crate) fn could_be_used_up_unread(step: &Step<'_>) -> bool {
    let session = &step.session;
    // The moment to stop was found to some seconds.
    let usage = usage_if_unread(step, step.now.saturating_add(FOUND_TO));
    usage.is_some_and(|usage| price(&session.tariff, &usage).gross > session.held())
}

/// The most that could be used by a later moment where no reading tells what is.
fn usage_if_unread(step: &Step<'_>, at: u64) -> Option<Usage> {
    let session = &step.session;
    let meter = session.meter.as_ref()?;
    if meter.is_read() && !session.register.is_in_doubt() {
        return None;
    }
    let terms = terms(step.policy, &session.tariff, meter);
    Some(meter.usage_at_power(&terms, at, step.policy.maximum_power))
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
            .chain(usage_if_unread(step, at))
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
