//! How the parts were when they were looked at last.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chargetap_fleet::api::{Part, PartStatus};

use crate::interval::Interval;

/// How often the parts are looked at, in milliseconds.
const PROBE_EVERY: u64 = 1_000;
/// How long a look may take, in milliseconds. Only the store can keep it waiting.
const LONGEST_PROBE: u64 = 3_000;

const STORE_IS_SILENT: &str = "the database has not answered for more than 3 seconds: see that its disk works, and \
                               that no other program locks it";

/// How the parts were when they were looked at last, and when to look again.
pub(crate) struct Readiness {
    probes: Interval,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// How the parts were last; nothing before the first look has ended.
    parts: Vec<PartStatus>,
    /// When the look began that is under way, by the clock that cannot be set.
    begun_at: Option<u64>,
}

/// A look that is under way, until it ends or is given up.
pub(super) struct Probe<'a>(&'a Readiness);

impl Readiness {
    pub(crate) fn new() -> Self {
        Self {
            probes: Interval::new(PROBE_EVERY),
            seen: Mutex::default(),
        }
    }

    /// Begins to look, if it is time and nobody looks already.
    pub(super) fn begin(&self, now: u64, elapsed: u64) -> Option<Probe<'_>> {
        let mut seen = self.lock();
        if seen.begun_at.is_some() || !self.probes.is_due(now) {
            return None;
        }
        seen.begun_at = Some(elapsed);
        Some(Probe(self))
    }

    /// How the parts were last; nothing before the first look. While a look takes too long, the store has failed.
    pub(super) fn parts(&self, elapsed: u64) -> Vec<PartStatus> {
        let seen = self.lock();
        let is_late = |begun_at| elapsed.saturating_sub(begun_at) > LONGEST_PROBE;
        let mut parts = seen.parts.clone();
        if seen.begun_at.is_some_and(is_late) {
            parts.retain(|it| it.part != Part::Store);
            parts.insert(
                0,
                PartStatus::new(Part::Store, Some(STORE_IS_SILENT.to_owned())),
            );
        }
        parts
    }

    /// Every change is whole when the lock is released.
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Probe<'_> {
    /// The look has ended, and the parts are like this.
    pub(super) fn end(self, parts: Vec<PartStatus>) {
        self.0.lock().parts = parts;
    }
}

/// Whoever looks may go away before the end. Then the next one looks.
impl Drop for Probe<'_> {
    fn drop(&mut self) {
        self.0.lock().begun_at = None;
    }
}

#[cfg(test)]
mod tests {
    use chargetap_fleet::api::PartState;

    use super::*;

    const NOW: u64 = 1_700_000_000_000;

    fn good() -> Vec<PartStatus> {
        [Part::Store, Part::Clock]
            .map(|part| PartStatus::new(part, None))
            .to_vec()
    }

    #[test]
    fn the_parts_are_looked_at_once_a_second_and_for_one_caller_at_a_time() {
        let readiness = Readiness::new();
        let probe = readiness.begin(NOW, 0).unwrap();
        assert!(readiness.begin(NOW + 2_000, 2_000).is_none());
        assert!(readiness.parts(2_000).is_empty());
        probe.end(good());
        assert_eq!(readiness.parts(2_000), good());
        readiness.begin(NOW + 2_000, 2_000).unwrap().end(good());
        assert!(readiness.begin(NOW + 2_999, 2_999).is_none());
        assert!(readiness.begin(NOW + 3_000, 3_000).is_some());
    }

    #[test]
    fn a_store_that_does_not_answer_has_failed_until_it_does() {
        let readiness = Readiness::new();
        readiness.begin(NOW, 0).unwrap().end(good());
        let probe = readiness.begin(NOW + 5_000, 5_000).unwrap();
        assert_eq!(readiness.parts(8_000), good());
        let late = readiness.parts(8_001);
        let states: Vec<_> = late.iter().map(|it| (it.part, it.state)).collect();
        let expected = [
            (Part::Store, PartState::Failed),
            (Part::Clock, PartState::Good),
        ];
        assert_eq!(states, expected);
        probe.end(good());
        assert_eq!(readiness.parts(9_000), good());
    }

    #[test]
    fn a_store_that_never_answered_has_failed() {
        let readiness = Readiness::new();
        let _probe = readiness.begin(NOW, 0).unwrap();
        let late = readiness.parts(3_001);
        assert_eq!(late.len(), 1);
        let problem = late[0].problem.as_deref().unwrap();
        assert!(problem.contains("has not answered"), "{problem}");
    }

    #[test]
    fn a_look_that_was_given_up_is_made_again() {
        let readiness = Readiness::new();
        drop(readiness.begin(NOW, 0));
        assert!(readiness.parts(60_000).is_empty());
        assert!(readiness.begin(NOW + 60_000, 60_000).is_some());
    }
}
