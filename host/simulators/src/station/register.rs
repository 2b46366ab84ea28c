//! A connector's cumulative energy register.

/// Watt-milliseconds in a watt-hour.
const PER_WATT_HOUR: u64 = 3_600_000;

/// Energy delivered since the meter was made. It never goes back.
#[derive(Debug)]
pub(super) struct Register {
    /// In watt-milliseconds, in which energy at a whole power over whole milliseconds is exact.
    energy: u64,
    /// The moment up to which it counts, in Unix milliseconds.
    counted_to: u64,
    /// Where the vehicle is full.
    limit: u64,
}

impl Register {
    /// A register that shows `watt_hours`.
    pub(super) fn new(watt_hours: u64) -> Self {
        Self {
            energy: watt_hours.saturating_mul(PER_WATT_HOUR),
            counted_to: 0,
            limit: u64::MAX,
        }
    }

    /// What the register shows, in whole watt-hours.
    pub(super) fn watt_hours(&self) -> u64 {
        self.energy / PER_WATT_HOUR
    }

    /// Energy flows from now on, until so many watt-hours more are shown.
    pub(super) fn begin(&mut self, now: u64, until_more: Option<u64>) {
        self.counted_to = now;
        self.limit = until_more.map_or(u64::MAX, |more| {
            self.watt_hours()
                .saturating_add(more)
                .saturating_mul(PER_WATT_HOUR)
        });
    }

    /// Counts the energy that flowed at `watts` since the last call, and says whether the vehicle is
    /// full.
    pub(super) fn count(&mut self, now: u64, watts: u64) -> bool {
        let elapsed = now.saturating_sub(self.counted_to);
        let flowed = elapsed.saturating_mul(watts);
        self.energy = self.energy.saturating_add(flowed).min(self.limit);
        self.counted_to = now.max(self.counted_to);
        self.energy == self.limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_kilowatts_for_an_hour_are_fifty_kilowatt_hours() {
        let mut register = Register::new(1_000);
        register.begin(5_000, None);
        for second in 1..=3_600 {
            assert!(!register.count(5_000 + second * 1_000, 50_000));
        }
        assert_eq!(register.watt_hours(), 51_000);
    }

    #[test]
    fn nothing_is_counted_while_no_energy_flows() {
        let mut register = Register::new(0);
        register.begin(0, None);
        register.count(3_600_000, 1_000);
        register.begin(7_200_000, None);
        register.count(7_200_000, 1_000);
        assert_eq!(register.watt_hours(), 1_000);
    }

    #[test]
    fn a_full_vehicle_takes_exactly_what_it_wanted() {
        let mut register = Register::new(7);
        register.begin(0, Some(20));
        assert!(register.count(3_600_000, 50_000));
        assert_eq!(register.watt_hours(), 27);
    }

    #[test]
    fn a_clock_set_back_takes_no_energy_back() {
        let mut register = Register::new(0);
        register.begin(1_000, None);
        register.count(3_601_000, 1_000);
        register.count(2_000, 1_000);
        assert_eq!(register.watt_hours(), 1_000);
    }
}
