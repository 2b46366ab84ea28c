//! Work that is done at most once in a period, by a caller that comes more often.

use std::sync::atomic::{AtomicU64, Ordering};

/// When something was done last, and how often it is to be done.
pub(crate) struct Interval {
    /// In milliseconds.
    period: u64,
    /// In Unix milliseconds.
    last: AtomicU64,
}

impl Interval {
    pub(crate) fn new(period: u64) -> Self {
        Self {
            period,
            last: AtomicU64::new(0),
        }
    }

    /// Whether it is time again; if so, the next time is a period from now. A clock that was set back
    /// makes it time as well.
    pub(crate) fn is_due(&self, now: u64) -> bool {
        let is_due = now.abs_diff(self.last.load(Ordering::Relaxed)) >= self.period;
        if is_due {
            self.last.store(now, Ordering::Relaxed);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_time_once_in_a_period_and_when_the_clock_was_set_back() {
        let interval = Interval::new(100);
        assert!(interval.is_due(1_000));
        assert!(!interval.is_due(1_099));
        assert!(interval.is_due(1_100));
        assert!(interval.is_due(500));
        assert!(!interval.is_due(501));
    }
}
