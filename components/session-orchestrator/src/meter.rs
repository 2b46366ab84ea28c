//! What the station's register showed, and what was used by that.

use chargetap_contract::session::MeterReading;
use serde::{Deserialize, Serialize};

use crate::pricing::{Interval, Terms, Usage};

/// From how long on a register that does not move means that the car does not charge, in
/// milliseconds. Coarse registers move in steps, and two readings may come close together: a shorter
/// standstill says nothing.
const STANDSTILL: u64 = 2 * 60_000;

/// The register over a session. Of all readings, only those are kept that a later one may build on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Meter {
    start: MeterReading,
    /// From where the register last moved: where it moved to may prove wrong at the end, and the
    /// difference says what one interval delivers.
    previous: Point,
    /// Where the register last moved to.
    moved: Point,
    /// The last reading, at which the register still stood there. A standstill that is too short to
    /// say anything counts as the end of the charging before it, until it is known better.
    last: Point,
    /// What to add to the station's times, in milliseconds: not 0 only if its clock proved wrong
    /// at the start.
    pub(crate) clock_offset: i64,
}

/// A reading, and what had been used by then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Point {
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
        self.as_part_of(Interval::between(self.reading, reading), terms, reading)
    }

    /// The same, where what lies between is part of a longer interval.
    fn as_part_of(&self, whole: Interval, terms: &Terms<'_>, reading: MeterReading) -> Self {
        let mut usage = self.usage.clone();
        usage.add_interval(terms, self.reading, reading, whole);
        Self { reading, usage }
    }
}

impl Meter {
    /// A meter of which only the last two readings are known.
    pub(crate) fn with_last_two(
        start: MeterReading,
        previous: Point,
        last: Point,
        clock_offset: i64,
    ) -> Self {
        Self {
            start,
            previous,
            moved: last.clone(),
            last,
            clock_offset,
        }
    }

    pub(crate) fn starting_at(start: MeterReading, clock_offset: i64) -> Self {
        Self {
            start,
            previous: Point::new(start),
            moved: Point::new(start),
            last: Point::new(start),
            clock_offset,
        }
    }

    /// Take a reading, unless the register went backwards.
    pub(crate) fn read(&mut self, terms: &Terms<'_>, reading: MeterReading) {
        if !self.last.is_followed_by(&reading) {
            return;
        }
        let reading = MeterReading {
            at: reading.at.max(self.last().at),
            ..reading
        };
        if reading.energy > self.last().energy {
            let base = self.base().clone();
            self.move_to(terms, base, reading);
        } else {
            self.stand_still(terms, reading.at);
        }
    }

    /// Take the reading at the end. It is the register's final word, whatever was read before: what
    /// it contradicts is priced anew, the last movement or else the whole session. Only one below
    /// the start is none.
    pub(crate) fn end(&mut self, terms: &Terms<'_>, reading: MeterReading) {
        if reading.energy < self.start.energy {
            return;
        }
        if self.moved.is_followed_by(&reading) {
            return self.read(terms, reading);
        }
        let end = reading.at.max(self.last().at);
        if self.previous.is_followed_by(&reading) {
            let at = self.moved.reading.at;
            self.move_to(terms, self.previous.clone(), MeterReading { at, ..reading });
            self.stand_still(terms, end);
        } else {
            let at = end;
            self.move_to(
                terms,
                Point::new(self.start),
                MeterReading { at, ..reading },
            );
        }
    }

    fn move_to(&mut self, terms: &Terms<'_>, base: Point, reading: MeterReading) {
        self.moved = base.then(terms, reading);
        self.last = self.moved.clone();
        self.previous = base;
    }

    fn stand_still(&mut self, terms: &Terms<'_>, at: u64) {
        let reading = MeterReading {
            at,
            ..self.moved.reading
        };
        let standstill = Interval::between(self.moved.reading, reading);
        let part_of = if standstill.duration < STANDSTILL {
            self.last_movement()
        } else {
            standstill
        };
        self.last = self.moved.as_part_of(part_of, terms, reading);
    }

    /// From where the next interval counts: a short standstill belongs to it.
    fn base(&self) -> &Point {
        let standstill = Interval::between(self.moved.reading, self.last());
        if standstill.duration < STANDSTILL {
            &self.moved
        } else {
            &self.last
        }
    }

    /// The interval in which the register last moved; nothing before it first does.
    fn last_movement(&self) -> Interval {
        Interval::between(self.previous.reading, self.moved.reading)
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

    /// What will have been used by a later moment if the register shows nothing more until then: the
    /// next reading may yet say that the car charged all that time, or that it did not. One that never
    /// charged is taken to charge at full power.
    pub(crate) fn usages_by(&self, terms: &Terms<'_>, at: u64) -> impl Iterator<Item = Usage> {
        let reading = MeterReading { at, ..self.last() };
        let base = self.base();
        let standstill = Interval::between(base.reading, reading);
        let charging = match self.last_movement() {
            Interval { energy: 0, .. } => Interval {
                energy: u64::MAX,
                duration: 1,
            },
            movement => movement,
        };
        [charging, standstill]
            .into_iter()
            .map(move |whole| base.as_part_of(whole, terms, reading).usage)
    }

    /// What will have been used if the register moves once more as it did last.
    pub(crate) fn usage_after_next_movement(&self, terms: &Terms<'_>) -> Usage {
        let Interval { energy, duration } = self.last_movement();
        let next = MeterReading {
            energy: self.last().energy.saturating_add(energy),
            at: self.last().at.saturating_add(duration),
        };
        self.base().then(terms, next).usage
    }
}
