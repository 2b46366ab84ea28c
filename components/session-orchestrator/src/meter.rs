//! The station's energy register over a session, and the usage that follows from it.
//!
//! A register that stands still for two minutes shows a vehicle that does not charge: that time is parking time.
//! A shorter standstill says nothing, because registers move in steps and readings may come close together: it
//! is part of the charging around it.

use chargetap_contract::money::Price;
use chargetap_contract::receipt::Charging;
use chargetap_contract::session::MeterReading;
use serde::{Deserialize, Serialize};

use crate::pricing::{Interval, Terms, Usage};
use crate::register::PER_WATT_HOUR;

/// A register that does not move for this long shows that the car does not charge, in milliseconds. A
/// shorter standstill shows nothing: coarse registers move in steps, and two readings may come close
/// together.
const STANDSTILL: u64 = 2 * 60_000;

/// The register over a session. Only those readings are kept that are needed to price a later one.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Meter {
    start: MeterReading,
    /// Where the last movement of the register began. If the reading at the end contradicts the
    /// movement, it is priced anew from here. The difference to `moved` is what one interval delivers.
    previous: Point,
    /// Where the last movement of the register ended.
    moved: Point,
    /// The last reading. The register stands at `moved` since. A standstill below [`STANDSTILL`]
    /// counts as charging until a later reading shows otherwise.
    last: Point,
    /// What to add to the station's times, in milliseconds. It is 0 unless one of the clocks was wrong, or was set.
    pub(crate) clock_offset: i64,
    /// The last difference that a later reading confirmed. It is tried again after a wrong time.
    pub(crate) trusted_offset: i64,
}

/// A reading, and the usage up to it.
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

    /// Whether a reading can follow: its register is not lower. Only the register counts and not the
    /// time, because a station's clock may be set back.
    fn is_followed_by(&self, reading: &MeterReading) -> bool {
        reading.energy >= self.reading.energy
    }

    fn then(&self, terms: &Terms<'_>, reading: MeterReading) -> Self {
        self.as_part_of(Interval::between(self.reading, reading), terms, reading)
    }

    /// The same, if the interval between is part of a longer one.
    fn as_part_of(&self, whole: Interval, terms: &Terms<'_>, reading: MeterReading) -> Self {
        let mut usage = self.usage.clone();
        usage.add_interval(terms, self.reading, reading, whole);
        Self { reading, usage }
    }
}

impl Meter {
    /// A meter that was stored without the difference that is trusted.
    pub(crate) fn stored(
        start: MeterReading,
        previous: Point,
        moved: Point,
        last: Point,
        clock_offset: i64,
    ) -> Self {
        Self {
            start,
            previous,
            moved,
            last,
            clock_offset,
            trusted_offset: clock_offset,
        }
    }

    pub(crate) fn starting_at(start: MeterReading, clock_offset: i64) -> Self {
        Self {
            start,
            previous: Point::new(start),
            moved: Point::new(start),
            last: Point::new(start),
            clock_offset,
            trusted_offset: clock_offset,
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

    /// Take the reading at the end. It is the billed one:
    ///
    /// | the reading is                          | what is priced anew    |
    /// |-----------------------------------------|------------------------|
    /// | at or above `moved`                     | nothing                |
    /// | below `moved`, but not below `previous` | the last movement      |
    /// | below `previous`, but not below `start` | the whole session      |
    /// | below `start`                           | nothing: it is ignored |
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

    /// Where the next interval begins: it includes a standstill below [`STANDSTILL`].
    fn base(&self) -> &Point {
        let standstill = Interval::between(self.moved.reading, self.last());
        if standstill.duration < STANDSTILL {
            &self.moved
        } else {
            &self.last
        }
    }

    /// The interval of the register's last movement. It is empty as long as the register has not
    /// moved.
    fn last_movement(&self) -> Interval {
        Interval::between(self.previous.reading, self.moved.reading)
    }

    /// The host's clock was set.
    pub(crate) fn set_clock(&mut self, by: i64) {
        let points = [&mut self.previous, &mut self.moved, &mut self.last];
        let readings = points.into_iter().map(|point| &mut point.reading);
        for reading in readings.chain([&mut self.start]) {
            reading.at = reading.at.saturating_add_signed(by);
        }
        for offset in [&mut self.clock_offset, &mut self.trusted_offset] {
            *offset = offset.saturating_add(by);
        }
    }

    pub(crate) fn start(&self) -> MeterReading {
        self.start
    }

    /// The last reading. After the end it is the one of the end.
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

    /// The charging as a receipt states it, at this price.
    pub(crate) fn charging(&self, cost: Price) -> Charging {
        Charging {
            started_at: self.start().at,
            ended_at: self.last().at,
            energy: self.energy(),
            cost,
        }
    }

    /// The possible usages by a later moment if no reading comes until then: the car may charge all
    /// that time, or not at all. A car that has not charged yet is assumed to charge at full power.
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

    /// Whether a reading came since the start.
    pub(crate) fn is_read(&self) -> bool {
        self.last().at > self.start().at
    }

    /// The usage by a later moment if the connector delivers this power until then, in watts.
    pub(crate) fn usage_at_power(&self, terms: &Terms<'_>, at: u64, power: u32) -> Usage {
        let last = self.last();
        let duration = at.saturating_sub(last.at);
        let energy = u64::from(power).saturating_mul(duration) / PER_WATT_HOUR;
        let energy = last.energy.saturating_add(energy);
        self.last.then(terms, MeterReading { energy, at }).usage
    }

    /// The usage if the register moves once more as it did last.
    pub(crate) fn usage_after_next_movement(&self, terms: &Terms<'_>) -> Usage {
        let Interval { energy, duration } = self.last_movement();
        let next = MeterReading {
            energy: self.last().energy.saturating_add(energy),
            at: self.last().at.saturating_add(duration),
        };
        self.base().then(terms, next).usage
    }
}
