//! When to come back to abandoned commands that could not be taken up: their session cannot be stepped, or they cannot
//! be read. Each such try costs a component call or a line in the log.
//!
//! This is kept in memory: whatever kept them from it may be gone after a start.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The pause after the first failure, in milliseconds. It doubles with each.
const FIRST_PAUSE: u64 = 1_000;
/// The longest, in milliseconds.
const LONGEST_PAUSE: u64 = 15 * 60_000;

/// Commands that could not be taken up. Moments are those of a clock that is never set.
#[derive(Default)]
pub(crate) struct Retries(Mutex<BTreeMap<String, Failed>>);

struct Failed {
    pause: u64,
    at: u64,
}

impl Retries {
    /// Whether it is time for this command.
    pub(super) fn is_due(&self, command: &str, elapsed: u64) -> bool {
        let failed = self.failures();
        let failed = failed.get(command);
        failed.is_none_or(|it| elapsed.saturating_sub(it.at) >= it.pause)
    }

    /// A command could not be taken up. Returns how long to leave it, in milliseconds.
    pub(super) fn failed(&self, command: &str, elapsed: u64) -> u64 {
        let mut failed = self.failures();
        let before = failed.get(command).map(|it| it.pause);
        let pause = before.map_or(FIRST_PAUSE, |it| it.saturating_mul(2).min(LONGEST_PAUSE));
        let now = Failed { pause, at: elapsed };
        failed.insert(command.to_owned(), now);
        pause
    }

    /// Forget all other commands.
    pub(super) fn keep_only<'a>(&self, commands: impl Iterator<Item = &'a str>) {
        let mut failed = self.failures();
        if !failed.is_empty() {
            let kept: BTreeSet<_> = commands.collect();
            failed.retain(|command, _| kept.contains(command.as_str()));
        }
    }

    /// Every change of the map is a single call, so it is whole even after a panic elsewhere.
    fn failures(&self) -> MutexGuard<'_, BTreeMap<String, Failed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_fails_is_left_twice_as_long_each_time_up_to_a_quarter_of_an_hour() {
        let retries = Retries::default();
        let mut now = 0;
        let mut pauses = Vec::new();
        for _ in 0..12 {
            assert!(retries.is_due("S/1", now));
            let pause = retries.failed("S/1", now);
            assert!(!retries.is_due("S/1", now + pause - 1));
            now += pause;
            pauses.push(pause / 1_000);
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert!(retries.is_due("S/2", now), "others do not wait");
    }

    #[test]
    fn a_command_that_is_abandoned_no_more_is_forgotten() {
        let retries = Retries::default();
        retries.failed("S/1", 0);
        retries.failed("S/2", 0);
        retries.keep_only(["S/2"].into_iter());
        assert!(retries.is_due("S/1", 0));
        assert!(!retries.is_due("S/2", 0));
    }
}
