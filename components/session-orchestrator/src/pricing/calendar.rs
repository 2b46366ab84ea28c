//! The site's local time.
//!
//! The component has no time zones: the host hands it the site's offsets from UTC of some months around the
//! moment.

use chargetap_contract::money::UtcOffset;

const MINUTE: u64 = 60_000;
const DAY: u64 = 24 * 60 * MINUTE;

/// A local date and time of day at the site.
#[derive(Clone, Copy)]
pub(super) struct Local {
    /// Days since 1970-01-01.
    pub(super) day: u64,
    /// Milliseconds since midnight.
    time: u64,
}

impl Local {
    /// The local time of a moment. The first offset also applies before it begins.
    pub(super) fn of(at: u64, offsets: &[UtcOffset]) -> Self {
        let offset = offsets.iter().rev().find(|offset| offset.from <= at);
        let minutes = offset
            .or(offsets.first())
            .map_or(0, |offset| offset.minutes);
        let local = at.saturating_add_signed(i64::from(minutes) * 60_000);
        Self {
            day: local / DAY,
            time: local % DAY,
        }
    }

    /// Minutes since midnight.
    pub(super) fn minute(self) -> u64 {
        self.time / MINUTE
    }

    /// By ISO 8601: Monday is 1 and Sunday is 7.
    pub(super) fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        u8::try_from((self.day + 3) % 7 + 1).unwrap_or_default()
    }

    /// How long until the next time that it is this minute of the day, in milliseconds: more than zero
    /// and at most a day.
    pub(super) fn until(self, minute: u64) -> u64 {
        let time = minute.saturating_mul(MINUTE) % DAY;
        if time > self.time {
            time - self.time
        } else {
            time + DAY - self.time
        }
    }
}

/// The next change of the local time.
pub(super) fn next_change(at: u64, offsets: &[UtcOffset]) -> Option<u64> {
    offsets
        .iter()
        .map(|offset| offset.from)
        .find(|from| *from > at)
}
