//! Which readings of a station's register can be right.
//!
//! A register moves by no more than its connector delivers, and never back. A reading that breaks this is set
//! aside until the next one shows what it was:
//!
//! | the next reading follows | what it was                | what counts                                   |
//! |--------------------------|----------------------------|-----------------------------------------------|
//! | the last good one        | a wrong reading            | nothing of it                                 |
//! | the one set aside        | the register was set anew  | what was delivered before, and what came since |
//!
//! A register that was set to a lower value is taken to have begun at zero, if its connector can have delivered
//! that much since.

use chargetap_contract::session::MeterReading;
use serde::{Deserialize, Serialize};

/// Watt-milliseconds in a watt-hour.
pub(crate) const PER_WATT_HOUR: u64 = 3_600_000;

/// The time that a movement is given at least, in milliseconds: registers move in steps, and readings may
/// come close together.
const SHORTEST: u64 = 60_000;

/// How far a register may seem to go back because its samples are rounded, in watt-hours.
const ROUNDING: u64 = 1_000;

/// A station's register, told as one that is never set anew.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Register {
    /// What to add to the station's register so that it goes on from where it stood before it was set
    /// anew, in watt-hours.
    shift: i64,
    /// The same before the register was last set anew. If readings fit that again, it was not.
    shift_before: i64,
    /// The reading that was set aside, as the station told it.
    aside: Option<MeterReading>,
}

/// What becomes of a reading during a transaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// It counts, as this.
    Counts(MeterReading),
    /// It is one of before, or rounded: it changes nothing.
    Old,
    /// It cannot be right, and is set aside.
    Implausible,
}

impl Register {
    /// A reading during the transaction. `last` is the last one that counts; `maximum_power` is in watts.
    pub(crate) fn read(
        &mut self,
        last: MeterReading,
        reading: MeterReading,
        maximum_power: u32,
    ) -> Verdict {
        let shifted = self.shifted(reading);
        if follows(last, shifted, maximum_power) {
            self.aside = None;
            return Verdict::Counts(shifted);
        }
        let as_before = shift(reading, self.shift_before);
        if follows(last, as_before, maximum_power) {
            self.shift = self.shift_before;
            self.aside = None;
            return Verdict::Counts(as_before);
        }
        // The same reading may be delivered twice: only a later one shows anything.
        if let Some(aside) = self.aside
            && reading.at > aside.at
            && follows(aside, reading, maximum_power)
        {
            self.go_on_from(last, aside, maximum_power);
            return Verdict::Counts(self.shifted(reading));
        }
        let is_rounded = last.energy.saturating_sub(shifted.energy) <= ROUNDING;
        if shifted.energy < last.energy && (reading.at < last.at || is_rounded) {
            return Verdict::Old;
        }
        self.aside = Some(reading);
        Verdict::Implausible
    }

    /// The reading at the end, and whether it can be right. No other one comes to show what it was, so one that
    /// is too high does not count, and one below the start is that of a register that was set anew.
    pub(crate) fn end(
        &mut self,
        start: MeterReading,
        last: MeterReading,
        reading: MeterReading,
        maximum_power: u32,
    ) -> (MeterReading, bool) {
        match self.read(last, reading, maximum_power) {
            Verdict::Counts(reading) => (reading, true),
            Verdict::Old if self.shifted(reading).energy >= start.energy => {
                (self.shifted(reading), true)
            }
            _ if self.shifted(reading).energy > last.energy => (last, false),
            _ if self.shifted(reading).energy >= start.energy => (self.shifted(reading), false),
            _ => {
                self.go_on_from(last, reading, maximum_power);
                (self.shifted(reading), false)
            }
        }
    }

    /// The register was set anew between `last` and `first`.
    fn go_on_from(&mut self, last: MeterReading, first: MeterReading, maximum_power: u32) {
        let from_zero = MeterReading { energy: 0, ..last };
        let since = if self.shifted(first).energy < last.energy
            && follows(from_zero, first, maximum_power)
        {
            first.energy
        } else {
            0
        };
        let now_at = i128::from(last.energy) + i128::from(since);
        self.shift_before = self.shift;
        self.shift = i64::try_from(now_at - i128::from(first.energy)).unwrap_or(self.shift);
        self.aside = None;
    }

    /// Whether the latest reading cannot be right.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.aside.is_some()
    }

    /// A reading as of a register that was never set anew.
    pub(crate) fn shifted(&self, reading: MeterReading) -> MeterReading {
        shift(reading, self.shift)
    }

    /// The host's clock was set.
    pub(crate) fn set_clock(&mut self, by: i64) {
        if let Some(aside) = &mut self.aside {
            aside.at = aside.at.saturating_add_signed(by);
        }
    }
}

fn shift(reading: MeterReading, by: i64) -> MeterReading {
    MeterReading {
        energy: reading.energy.saturating_add_signed(by),
        ..reading
    }
}

/// Whether a register can have come from one reading to the other.
fn follows(from: MeterReading, to: MeterReading, maximum_power: u32) -> bool {
    let duration = to.at.saturating_sub(from.at).max(SHORTEST);
    let most = u64::from(maximum_power).saturating_mul(duration) / PER_WATT_HOUR;
    to.energy
        .checked_sub(from.energy)
        .is_some_and(|moved| moved <= most)
}
