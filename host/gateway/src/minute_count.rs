//! How often something happened lately.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Counts by the minute, and keeps the count of the last whole one.
#[derive(Debug)]
pub(crate) struct MinuteCount {
    began: Instant,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// Which minute `current` is about.
    minute: u64,
    current: u64,
    before: u64,
}

impl MinuteCount {
    pub(crate) fn new() -> Self {
        Self {
            began: Instant::now(),
            counts: Mutex::default(),
        }
    }

    /// It happened.
    pub(crate) fn add(&self) {
        self.now().add();
    }

    /// How often it happened in the last whole minute.
    pub(crate) fn last_minute(&self) -> u64 {
        self.now().before
    }

    /// The counts, as of now. Every change is whole when the lock is released.
    fn now(&self) -> MutexGuard<'_, Counts> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.move_to(self.began.elapsed().as_secs() / 60);
        counts
    }
}

impl Counts {
    fn add(&mut self) {
        self.current = self.current.saturating_add(1);
    }

    fn move_to(&mut self, minute: u64) {
        if self.minute == minute {
            return;
        }
        let is_next = self.minute.saturating_add(1) == minute;
        self.before = if is_next { self.current } else { 0 };
        self.current = 0;
        self.minute = minute;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_whole_minute_counts_and_no_earlier_one() {
        let mut counts = Counts::default();
        counts.move_to(5);
        counts.add();
        counts.add();
        assert_eq!(counts.before, 0, "it is not over");
        counts.move_to(6);
        counts.add();
        assert_eq!(counts.before, 2);
        counts.move_to(7);
        assert_eq!(counts.before, 1);
        counts.move_to(9);
        assert_eq!(counts.before, 0);
    }
}
