//! When an element of a tariff applies.

use chargetap_contract::money::{Range, Restriction};
use chargetap_contract::session::MeterReading;

use super::calendar::Local;

/// A session at a moment, as restrictions see it.
pub(super) struct Moment {
    pub(super) local: Local,
    /// Watt-hours since the start.
    pub(super) energy: u64,
    /// Milliseconds since the start.
    pub(super) elapsed: u64,
    /// The interval that the moment is part of.
    pub(super) interval: Interval,
}

/// The difference of two readings.
#[derive(Clone, Copy)]
pub(crate) struct Interval {
    /// Watt-hours.
    pub(crate) energy: u64,
    /// Milliseconds.
    pub(crate) duration: u64,
}

impl Interval {
    pub(super) const NONE: Self = Self {
        energy: 0,
        duration: 0,
    };

    pub(crate) fn between(from: MeterReading, to: MeterReading) -> Self {
        Self {
            energy: to.energy.saturating_sub(from.energy),
            duration: to.at.saturating_sub(from.at),
        }
    }

    /// Whether the mean power is below so many watts.
    fn is_below(self, watts: u64) -> bool {
        u128::from(self.energy) * 3_600_000 < u128::from(watts) * u128::from(self.duration)
    }
}

/// Whether a restriction holds.
pub(super) fn holds(restriction: &Restriction, moment: &Moment) -> bool {
    match restriction {
        Restriction::TimeOfDay(range) => {
            let minute = moment.local.minute();
            let (min, max) = (range.min.unwrap_or(0), range.max.unwrap_or(0));
            if min < max {
                contains(range, minute)
            } else {
                minute >= min || minute < max
            }
        }
        Restriction::Date(range) => contains(range, moment.local.day),
        Restriction::Weekday(days) => days.contains(&moment.local.weekday()),
        Restriction::Energy(range) => contains(range, moment.energy),
        Restriction::Power(range) => {
            range
                .min
                .is_none_or(|watts| !moment.interval.is_below(watts))
                && range
                    .max
                    .is_none_or(|watts| moment.interval.is_below(watts))
        }
        Restriction::Duration(range) => contains(range, moment.elapsed),
    }
}

fn contains(range: &Range, value: u64) -> bool {
    range.min.is_none_or(|min| value >= min) && range.max.is_none_or(|max| value < max)
}

/// After how much time a restriction may begin or cease to hold, in milliseconds. `None` if time
/// does not matter to it.
pub(super) fn next_change_in(restriction: &Restriction, moment: &Moment) -> Option<u64> {
    match restriction {
        Restriction::TimeOfDay(range) => {
            let until = |minute: Option<u64>| moment.local.until(minute.unwrap_or(0));
            Some(until(range.min).min(until(range.max)))
        }
        Restriction::Date(_) | Restriction::Weekday(_) => Some(moment.local.until(0)),
        Restriction::Duration(range) => next_bound(range, moment.elapsed),
        Restriction::Energy(_) | Restriction::Power(_) => None,
    }
}

/// After how much energy a restriction may begin or cease to hold, in watt-hours. `None` if energy
/// does not matter to it.
pub(super) fn next_change_after(restriction: &Restriction, moment: &Moment) -> Option<u64> {
    match restriction {
        Restriction::Energy(range) => next_bound(range, moment.energy),
        _ => None,
    }
}

/// The distance from a value up to the next bound of a range.
fn next_bound(range: &Range, value: u64) -> Option<u64> {
    let ahead = |bound: Option<u64>| bound?.checked_sub(value).filter(|ahead| *ahead > 0);
    ahead(range.min).into_iter().chain(ahead(range.max)).min()
}
