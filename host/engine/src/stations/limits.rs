//! How much of what a station reports is put on record.

use chargetap_contract::session::Evse;

use crate::rate_limit::RateLimit;

/// The greatest number of a connector whose status is kept: a station cannot make ever more of them.
pub(super) const MOST_CONNECTORS: u32 = 1_000;
/// How many readings of a connector are put on record at once: those of a day without a connection, one a minute.
const READINGS_AT_ONCE: u64 = 1_500;
/// How long it takes until one more is, in milliseconds: 12 a minute.
const ONE_MORE_READING_AFTER: u64 = 5_000;
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

    /// Whether another reading of this connector is put on record now. Those with numbers that no station has share one
    /// budget.
    pub(super) fn has_room(&self, evse: &Evse, now: u64) -> bool {
        let connector = evse.connector.min(MOST_CONNECTORS);
        self.readings
            .take(&format!("{}/{connector}", evse.station), now)
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

    fn evse(station: &str, connector: u32) -> Evse {
        Evse {
            station: station.to_owned(),
            connector,
        }
    }

    #[test]
    fn a_day_of_readings_that_were_queued_is_put_on_record_and_then_one_in_five_seconds() {
        let limits = StationLimits::new();
        let evse = evse("CT-1", 1);
        let queued = (0..2_000).filter(|_| limits.has_room(&evse, NOON)).count();
        assert_eq!(queued, 1_500);
        let flood = (0..60_000).filter(|at| limits.has_room(&evse, NOON + at));
        assert_eq!(flood.count(), 11);
    }

    #[test]
    fn what_one_connector_reports_takes_no_room_of_another() {
        let limits = StationLimits::new();
        while limits.has_room(&evse("CT-1", 1), NOON) {}
        assert!(limits.has_room(&evse("CT-1", 2), NOON));
        assert!(limits.has_room(&evse("CT-2", 1), NOON));
    }

    #[test]
    fn a_station_that_makes_up_connectors_gets_no_more_room_for_each() {
        let limits = StationLimits::new();
        let made_up = (MOST_CONNECTORS..u32::MAX).map(|number| evse("CT-1", number));
        let kept = made_up.take_while(|it| limits.has_room(it, NOON));
        assert_eq!(kept.count(), 1_500);
    }
}
