//! How much of what a station reports is put on record.

use crate::rate_limit::RateLimit;

/// The greatest number of a connector whose status is kept: a station cannot make ever more of them.
pub(super) const MOST_CONNECTORS: u32 = 1_000;
/// How many readings of a station are put on record at once: those of a day without a connection, one a minute.
const READINGS_AT_ONCE: u64 = 1_500;
/// How long it takes until one more is, in milliseconds: 60 a minute.
const ONE_MORE_READING_AFTER: u64 = 1_000;
/// How often it is looked whether a person knows of a station that reports too much, in milliseconds.
const TOLD_EVERY: u64 = 60 * 60_000;

/// The budgets of stations.
pub(crate) struct StationLimits {
    readings: RateLimit,
    alerts: RateLimit,
}

impl StationLimits {
    pub(crate) fn new() -> Self {
        Self {
            readings: RateLimit::new(READINGS_AT_ONCE, ONE_MORE_READING_AFTER),
            alerts: RateLimit::new(1, TOLD_EVERY),
        }
    }

    /// Whether another reading of this station is put on record now.
    pub(super) fn has_room(&self, station: &str, now: u64) -> bool {
        self.readings.take(station, now)
    }

    /// Whether it is time to make sure that a person knows of this station.
    pub(super) fn is_to_be_told(&self, station: &str, now: u64) -> bool {
        self.alerts.take(station, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: u64 = 1_800_000_000_000;

    #[test]
    fn a_day_of_readings_that_were_queued_is_put_on_record_and_then_one_a_second() {
        let limits = StationLimits::new();
        let queued = (0..2_000).filter(|_| limits.has_room("CT-1", NOON)).count();
        assert_eq!(queued, 1_500);
        let flood = (0..60_000).filter(|at| limits.has_room("CT-1", NOON + at));
        assert_eq!(flood.count(), 59);
    }

    #[test]
    fn what_one_station_reports_is_nothing_to_another() {
        let limits = StationLimits::new();
        while limits.has_room("CT-1", NOON) {}
        assert!(limits.has_room("CT-2", NOON));
    }
}
