//! What the station's register showed, and what was used by that.

use chargetap_contract::session::MeterReading;
use serde::{Deserialize, Serialize};

use crate::pricing::{Terms, Usage};

/// The register over a session. Of all readings, only those are kept that a later one may build on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Meter {
    start: MeterReading,
    /// The point before the last: the last one may prove wrong at the end, and the difference says
    /// what one interval delivers.
    previous: Point,
    last: Point,
    /// What to add to the station's times, in milliseconds: not 0 only if its clock proved wrong
    /// at the start.
    pub(crate) clock_offset: i64,
}

/// A reading, and what had been used by then.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Point {
    reading: MeterReading,
    usage: Usage,
}

impl Point {
    fn new(start: MeterReading) -> Self {
        Self {
            reading: start,
            usage: Usage::default(),
        }
    }

    /// Whether a reading can follow: the register does not go back. Its time may, where the station's
    /// clock was set back, because what was read earlier has a lower register as well.
    fn is_followed_by(&self, reading: &MeterReading) -> bool {
        reading.energy >= self.reading.energy
    }

    fn then(&self, terms: &Terms<'_>, reading: MeterReading) -> Self {
        let reading = MeterReading {
            at: reading.at.max(self.reading.at),
            ..reading
        };
        let mut usage = self.usage.clone();
        usage.add_interval(terms, self.reading, reading);
        Self { reading, usage }
    }
}

impl Meter {
    pub(crate) fn starting_at(start: MeterReading, clock_offset: i64) -> Self {
        Self {
            start,
            previous: Point::new(start),
            last: Point::new(start),
            clock_offset,
        }
    }

    /// Take a reading, unless the register went backwards.
    pub(crate) fn read(&mut self, terms: &Terms<'_>, reading: MeterReading) {
        if self.last.is_followed_by(&reading) {
            let next = self.last.then(terms, reading);
            self.previous = std::mem::replace(&mut self.last, next);
        }
    }

    /// Take the reading at the end. It is the register's final word, whatever was read before: what
    /// it contradicts is priced anew, the last interval or else the whole session. Only one below
    /// the start is none.
    pub(crate) fn end(&mut self, terms: &Terms<'_>, reading: MeterReading) {
        if reading.energy < self.start.energy {
            return;
        }
        let start = Point::new(self.start);
        let base = [&self.last, &self.previous]
            .into_iter()
            .find(|point| point.is_followed_by(&reading))
            .unwrap_or(&start);
        self.last = base.then(terms, reading);
    }

    pub(crate) fn start(&self) -> MeterReading {
        self.start
    }

    /// The last reading, which is that of the end once there is one.
    pub(crate) fn last(&self) -> MeterReading {
        self.last.reading
    }

    /// Energy delivered so far, in watt-hours.
    pub(crate) fn energy(&self) -> u64 {
        self.last().energy.saturating_sub(self.start.energy)
    }

    pub(crate) fn usage(&self) -> &Usage {
        &self.last.usage
    }

    /// What will have been used after one more interval like the last.
    pub(crate) fn usage_after_next_interval(&self, terms: &Terms<'_>) -> Usage {
        let (previous, last) = (self.previous.reading, self.last());
        let energy = last.energy.saturating_sub(previous.energy);
        let duration = last.at.saturating_sub(previous.at);
        let next = MeterReading {
            energy: last.energy.saturating_add(energy),
            at: last.at.saturating_add(duration),
        };
        self.last.then(terms, next).usage
    }
}
