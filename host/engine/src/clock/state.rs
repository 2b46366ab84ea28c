//! What the gateway knows of its clock.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::interval::Interval;
use crate::store::clock::{Record, Spans};

/// Before this moment the version was not written: a clock that shows it was never set, as on a
/// machine without a battery. 2026-01-01T00:00:00Z, in Unix milliseconds.
const WRITTEN_AFTER: u64 = 1_767_225_600_000;

/// A clock that moved by less than this was not set, in milliseconds.
const TOLERANCE: u64 = 5_000;

/// For how long a clock that is behind the store is given to become right, in milliseconds. If it does not, it
/// was wrong before, and is right now.
const BECOMES_RIGHT_WITHIN: u64 = 10 * 60_000;

/// A gateway that did not look at its clock for so long stood still, in milliseconds.
const STANDSTILL: u64 = 5_000;

/// A clock that is set so far ahead, or is so far ahead of the store at the start, may be wrong: it is given so long to
/// become right before anything is deleted for its age, in milliseconds.
const FAR_AHEAD: u64 = 30 * 24 * 60 * 60_000;
const BECOMES_RIGHT_FROM_AHEAD_WITHIN: u64 = 24 * 60 * 60_000;
pub(crate) const SPANS: Spans = Spans {
    far: FAR_AHEAD,
    becomes_right: BECOMES_RIGHT_FROM_AHEAD_WITHIN,
};

/// How often it is said that the clock cannot be trusted, in milliseconds.
const WARN_EVERY: u64 = 60_000;

/// What the gateway knows of its clock.
pub(crate) struct Clock {
    state: Mutex<State>,
    /// When it was said last that the clock cannot be trusted.
    pub(crate) warnings: Interval,
}

struct State {
    /// The latest moment that is on record, or that was seen.
    latest: u64,
    /// When the clock was looked at last.
    looked: Option<Look>,
    /// The number of the last step on record that was compared with what was seen of the clock.
    last_step: i64,
    /// By how much the clock was set in steps that are not on record yet, in milliseconds.
    unrecorded: i64,
    /// By how much it was set in steps that another instance put on record since the clock was looked at here.
    unseen: i64,
    /// The clock was set, and not every session was told that can be told.
    is_being_set: bool,
    /// The number of the last step of which every session was told that can be told.
    told_up_to: i64,
    /// Something waits until the clock can be trusted.
    is_waited_for: bool,
    /// When the gateway was opened, by the clock that cannot be set.
    opened_at: u64,
    /// Since when the clock is given time to become right, by the one that cannot be set.
    begun_at: u64,
    /// Since when nothing has kept stations' reports out, by the clock that cannot be set.
    undisturbed_since: u64,
    /// Since when the clock has been far ahead of what it was before, by the clock that cannot be set.
    far_ahead_since: Option<u64>,
}

/// Whether the clock was set, and whether it can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// It goes on as it did.
    Steady,
    /// It was set.
    Set,
    /// It was never set, or is behind what the store has seen.
    NotTrusted,
}

/// Both clocks at one moment.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    /// In Unix milliseconds.
    pub(crate) now: u64,
    /// In milliseconds since some moment.
    pub(crate) elapsed: u64,
}

/// Why the clock cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockProblem {
    /// It was never set.
    #[error("the clock was never set: set it, or let it be set by NTP")]
    NotSet,
    /// It is behind what the store has seen.
    #[error("the clock is behind what the store has seen: set it, or let it be set by NTP")]
    BehindStore,
    /// It was set a moment ago.
    #[error("the clock was set a moment ago: try again")]
    BeingSet,
}

impl Clock {
    /// The clock of a gateway that is opened now.
    pub(crate) fn new(record: &Record, look: Look) -> Self {
        let elapsed = look.elapsed;
        let state = State {
            latest: record.latest,
            looked: None,
            last_step: record.last_step,
            unrecorded: 0,
            unseen: 0,
            is_being_set: false,
            told_up_to: 0,
            is_waited_for: false,
            opened_at: elapsed,
            begun_at: elapsed,
            undisturbed_since: elapsed,
            far_ahead_since: is_far_ahead(record, look.now).then_some(elapsed),
        };
        Self {
            state: Mutex::new(state),
            warnings: Interval::new(WARN_EVERY),
        }
    }

    /// Every change of the state is whole when the lock is released.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether sessions may go on at this moment.
    pub(crate) fn check(&self, look: Look) -> Result<(), ClockProblem> {
        let mut state = self.lock();
        let problem = state.problem(look);
        state.is_waited_for |= problem.is_some();
        if problem.is_none() {
            // A host may decide by the clock before its first tick. From here on a step is noticed.
            state.looked.get_or_insert(look);
        }
        problem.map_or(Ok(()), Err)
    }

    /// Why sessions may not go on at this moment, for somebody who only wants to know.
    pub(crate) fn problem(&self, look: Look) -> Option<ClockProblem> {
        self.lock().problem(look)
    }

    /// For how long the gateway has been open, in milliseconds.
    pub(crate) fn open_for(&self, elapsed: u64) -> u64 {
        elapsed.saturating_sub(self.lock().opened_at)
    }

    /// Whether the clock is good enough to delete something for its age: what is deleted for a clock that is ahead does
    /// not come back.
    pub(crate) fn tells_age(&self, look: Look) -> bool {
        let state = self.lock();
        let became_right =
            |since| look.elapsed.saturating_sub(since) >= BECOMES_RIGHT_FROM_AHEAD_WITHIN;
        state.problem(look).is_none() && state.far_ahead_since.is_none_or(became_right)
    }

    /// Whether something waited for the clock, which can be trusted now.
    pub(crate) fn take_waiters(&self) -> bool {
        std::mem::take(&mut self.lock().is_waited_for)
    }

    /// Look at the clock, now and then.
    pub(crate) fn look(&self, look: Look) -> Seen {
        let mut state = self.lock();
        if look.now < WRITTEN_AFTER {
            return Seen::NotTrusted;
        }
        state.notice_standstill(look);
        let step = match state.looked {
            Some(_) => state.step(look),
            None => {
                let is_behind = look.now.saturating_add(TOLERANCE) < state.latest;
                let waited = look.elapsed.saturating_sub(state.begun_at);
                if is_behind && waited < BECOMES_RIGHT_WITHIN {
                    return Seen::NotTrusted;
                }
                is_behind.then(|| difference(look.now, state.latest.saturating_add(waited)))
            }
        };
        state.looked = Some(look);
        state.is_being_set |= step.is_some();
        if let Some(by) = step.filter(|by| by.unsigned_abs() > FAR_AHEAD) {
            // Set back, it is where it was.
            state.far_ahead_since = (by > 0).then_some(look.elapsed);
        }
        state.latest = match step {
            Some(_) => look.now,
            None => state.latest.max(look.now),
        };
        // What another instance had put on record by now is seen now, or was seen the last time.
        let unseen = std::mem::take(&mut state.unseen);
        match step {
            None => Seen::Steady,
            Some(by) => {
                let beyond = state.unrecorded.saturating_add(by);
                state.unrecorded = beyond_tolerance(beyond.saturating_sub(unseen));
                Seen::Set
            }
        }
    }

    /// Look at the clock of a process that does not lead. Whether it goes on as it did, so that nothing is to be done.
    pub(crate) fn goes_on(&self, look: Look) -> bool {
        let mut state = self.lock();
        if look.now < WRITTEN_AFTER {
            return true;
        }
        state.notice_standstill(look);
        let goes_on = state.looked.is_some() && state.problem(look).is_none();
        if goes_on {
            state.looked = Some(look);
            state.latest = state.latest.max(look.now);
        }
        goes_on
    }

    /// Begin anew by this look and by what is on record now, as a gateway that is opened. Nothing is known of steps of
    /// before.
    pub(crate) fn begin_anew(&self, record: &Record, look: Look) {
        let mut state = self.lock();
        state.latest = record.latest;
        state.last_step = record.last_step;
        (state.unrecorded, state.unseen) = (0, 0);
        state.is_being_set = false;
        state.looked = None;
        state.begun_at = look.elapsed;
        state.far_ahead_since = is_far_ahead(record, look.now).then_some(look.elapsed);
        if state.problem(look).is_none() {
            state.looked = Some(look);
            state.latest = state.latest.max(look.now);
        }
    }

    /// The number of the last step on record that is known here.
    pub(crate) fn last_step(&self) -> i64 {
        self.lock().last_step
    }

    /// Compare what is on record, by number and by how much the clock was set, with what was seen of the clock. Returns
    /// by how much it was set in what is not on record, in milliseconds.
    pub(crate) fn compare(&self, recorded: &[(i64, i64)]) -> i64 {
        let mut state = self.lock();
        for (number, by) in recorded {
            if *number <= state.last_step {
                continue;
            }
            state.last_step = *number;
            match state.unrecorded {
                0 => state.unseen = state.unseen.saturating_add(*by),
                unrecorded => {
                    state.unrecorded = beyond_tolerance(unrecorded.saturating_sub(*by));
                }
            }
        }
        state.unrecorded
    }

    /// Sessions wait until they were told of a step.
    pub(crate) fn hold(&self) {
        self.lock().is_being_set = true;
    }

    /// Every session was told that can be told.
    pub(crate) fn release(&self) {
        self.lock().is_being_set = false;
    }

    /// Whether the step of this number is still to be told to the sessions that can be told.
    pub(crate) fn is_to_be_told(&self, step: i64) -> bool {
        self.lock().told_up_to < step
    }

    /// The step of this number was told to every session that can be told.
    pub(crate) fn set_told(&self, step: i64) {
        self.lock().told_up_to = step;
    }

    /// A station's report could not be stored.
    pub(crate) fn disturbed(&self, elapsed: u64) {
        self.lock().undisturbed_since = elapsed;
    }

    /// For how long nothing has kept stations' reports out, in milliseconds.
    pub(crate) fn undisturbed_for(&self, elapsed: u64) -> u64 {
        let state = self.lock();
        let stands_still = state
            .looked
            .is_some_and(|before| elapsed.saturating_sub(before.elapsed) >= STANDSTILL);
        if stands_still {
            return 0;
        }
        elapsed.saturating_sub(state.undisturbed_since)
    }
}

/// Whether the clock is far ahead of what the store has seen, or was set so a short while ago.
fn is_far_ahead(record: &Record, now: u64) -> bool {
    let was_set = |at| now.saturating_sub(at) < BECOMES_RIGHT_FROM_AHEAD_WITHIN;
    record.latest > 0 && now.saturating_sub(record.latest) > FAR_AHEAD
        || record.follows_gap
        || record.set_far_ahead_at.is_some_and(was_set)
}

impl State {
    /// A gateway that did not look for long stood still meanwhile.
    fn notice_standstill(&mut self, look: Look) {
        let since = self
            .looked
            .map_or(0, |before| look.elapsed.saturating_sub(before.elapsed));
        if since >= STANDSTILL {
            self.undisturbed_since = look.elapsed;
        }
    }

    /// Why sessions may not go on at this moment.
    fn problem(&self, look: Look) -> Option<ClockProblem> {
        if look.now < WRITTEN_AFTER {
            Some(ClockProblem::NotSet)
        } else if self.is_being_set || self.step(look).is_some() {
            Some(ClockProblem::BeingSet)
        } else if look.now.saturating_add(TOLERANCE) < self.latest {
            Some(ClockProblem::BehindStore)
        } else {
            None
        }
    }

    /// By how much the clock was set since it was looked at.
    fn step(&self, look: Look) -> Option<i64> {
        let before = self.looked?;
        let expected = before
            .now
            .saturating_add(look.elapsed.saturating_sub(before.elapsed));
        (look.now.abs_diff(expected) > TOLERANCE).then(|| difference(look.now, expected))
    }
}

/// Nothing where two instances only measured the same step differently.
fn beyond_tolerance(by: i64) -> i64 {
    match by.unsigned_abs() > TOLERANCE {
        true => by,
        false => 0,
    }
}

/// What to add to the second moment to have the first, in milliseconds.
pub(crate) fn difference(to: u64, from: u64) -> i64 {
    i64::try_from(i128::from(to) - i128::from(from)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: u64 = 365 * 24 * 60 * 60_000;
    const HOUR: u64 = 60 * 60_000;
    const NOON: u64 = WRITTEN_AFTER + YEAR;

    fn at(now: u64, elapsed: u64) -> Look {
        Look { now, elapsed }
    }

    fn record(latest: u64) -> Record {
        Record {
            latest,
            last_step: 0,
            set_far_ahead_at: None,
            follows_gap: false,
        }
    }

    fn opened(latest: u64, last_step: i64) -> Clock {
        let record = Record {
            latest,
            last_step,
            set_far_ahead_at: None,
            follows_gap: false,
        };
        Clock::new(&record, at(latest, 0))
    }

    fn running() -> Clock {
        let clock = opened(NOON, 0);
        assert_eq!(clock.look(at(NOON, 0)), Seen::Steady);
        clock
    }

    #[test]
    fn time_that_passes_is_no_step() {
        let clock = running();
        assert_eq!(clock.look(at(NOON + HOUR, HOUR)), Seen::Steady);
        assert_eq!(clock.check(at(NOON + HOUR + 10, HOUR + 10)), Ok(()));
    }

    #[test]
    fn a_clock_that_is_set_is_noticed_in_both_directions() {
        for by in [HOUR, YEAR] {
            let by_signed = i64::try_from(by).unwrap();
            let clock = running();
            let behind = at(NOON - by + 250, 250);
            assert!(clock.check(behind).is_err());
            assert_eq!(clock.look(behind), Seen::Set);
            assert_eq!(clock.compare(&[]), -by_signed);
            let clock = running();
            let ahead = at(NOON + by + 250, 250);
            assert_eq!(clock.check(ahead), Err(ClockProblem::BeingSet));
            assert_eq!(clock.look(ahead), Seen::Set);
            assert_eq!(clock.compare(&[]), by_signed);
            assert_eq!(clock.check(ahead), Err(ClockProblem::BeingSet));
            clock.release();
            assert_eq!(clock.check(ahead), Ok(()));
        }
    }

    #[test]
    fn a_step_is_told_until_it_is_on_record_and_a_second_one_is_added() {
        let clock = running();
        let hour = i64::try_from(HOUR).unwrap();
        assert_eq!(clock.look(at(NOON + HOUR, 0)), Seen::Set);
        assert_eq!(clock.compare(&[]), hour);
        // The store could not be written.
        assert_eq!(clock.look(at(NOON + HOUR, 0)), Seen::Steady);
        assert_eq!(clock.compare(&[]), hour);
        assert_eq!(clock.look(at(NOON + 3 * HOUR, 0)), Seen::Set);
        assert_eq!(clock.compare(&[]), 3 * hour);
        assert_eq!(clock.compare(&[(1, 3 * hour)]), 0);
        assert_eq!(clock.look(at(NOON + 3 * HOUR, 0)), Seen::Steady);
        assert_eq!(clock.compare(&[(1, 3 * hour)]), 0);
    }

    /// What instances of one host do: look at the clock, or compare it with the record and put on record what is not.
    fn run(order: &[(usize, bool)], set_before: usize) -> Vec<(i64, i64)> {
        let clocks = [running(), running()];
        let mut record: Vec<(i64, i64)> = Vec::new();
        for (turn, (instance, looks)) in order.iter().enumerate() {
            let elapsed = 250 * u64::try_from(turn).unwrap();
            let step = if turn < set_before { 0 } else { HOUR };
            let clock = &clocks[*instance];
            if *looks {
                clock.look(at(NOON + step + elapsed, elapsed));
                continue;
            }
            let by = clock.compare(&record);
            if by != 0 {
                record.push((clock.last_step() + 1, by));
                assert_eq!(clock.compare(&record), 0);
            }
        }
        record
    }

    #[test]
    fn instances_that_see_the_same_step_put_it_on_record_once_in_whatever_order_they_look() {
        let hour = i64::try_from(HOUR).unwrap();
        // Each of two instances looks and compares three times, in its own order, and the two in every order of both.
        let turns = 12_u32;
        for mask in 0..1_u32 << turns {
            if mask.count_ones() != turns / 2 {
                continue;
            }
            let mut next = [true, true];
            let order: Vec<(usize, bool)> = (0..turns)
                .map(|turn| {
                    let instance = usize::from(mask >> turn & 1 == 1);
                    let looks = next[instance];
                    next[instance] = !looks;
                    (instance, looks)
                })
                .collect();
            for set_before in 0..order.len() {
                let record = run(&order, set_before);
                // It is on record if anybody looked, and compared later, after the clock was set.
                let is_seen = (0..2).any(|instance| {
                    let mut own = order[set_before..].iter().filter(|turn| turn.0 == instance);
                    own.any(|turn| turn.1) && own.any(|turn| !turn.1)
                });
                let expected: &[(i64, i64)] = if is_seen { &[(1, hour)] } else { &[] };
                assert_eq!(record, expected, "{order:?}, set before turn {set_before}");
            }
        }
    }

    #[test]
    fn a_step_that_was_put_on_record_before_the_first_look_is_not_taken_for_a_later_one() {
        let hour = i64::try_from(HOUR).unwrap();
        let clock = opened(NOON + HOUR, 1);
        assert_eq!(clock.look(at(NOON + HOUR, 0)), Seen::Steady);
        // Another instance was late.
        assert_eq!(clock.compare(&[(1, hour), (2, hour)]), 0);
        assert_eq!(clock.look(at(NOON + HOUR + 250, 250)), Seen::Steady);
        assert_eq!(clock.look(at(NOON + 2 * HOUR + 500, 500)), Seen::Set);
        assert_eq!(clock.compare(&[]), hour);
    }

    #[test]
    fn a_clock_that_was_never_set_is_waited_for_without_end() {
        let clock = opened(NOON, 0);
        for elapsed in [0, HOUR, YEAR] {
            assert_eq!(clock.look(at(elapsed, elapsed)), Seen::NotTrusted);
            assert_eq!(clock.check(at(elapsed, elapsed)), Err(ClockProblem::NotSet));
        }
        assert_eq!(clock.look(at(NOON + YEAR, YEAR)), Seen::Steady);
        assert_eq!(clock.check(at(NOON + YEAR, YEAR)), Ok(()));
    }

    #[test]
    fn a_clock_behind_the_store_is_given_ten_minutes_to_become_right() {
        let clock = opened(NOON, 0);
        let early = NOON - HOUR;
        assert_eq!(clock.look(at(early, 0)), Seen::NotTrusted);
        assert_eq!(clock.check(at(early, 0)), Err(ClockProblem::BehindStore));
        // It becomes right in time.
        assert_eq!(clock.look(at(NOON + 60_000, 30_000)), Seen::Steady);
        assert_eq!(clock.check(at(NOON + 60_000, 30_000)), Ok(()));
        // It does not: then it was an hour ahead before.
        let clock = opened(NOON, 0);
        assert_eq!(clock.look(at(early, 0)), Seen::NotTrusted);
        let elapsed = BECOMES_RIGHT_WITHIN;
        let hour = i64::try_from(HOUR).unwrap();
        assert_eq!(clock.look(at(early + elapsed, elapsed)), Seen::Set);
        assert_eq!(clock.compare(&[]), -hour);
    }

    #[test]
    fn a_process_that_does_not_lead_takes_the_time_to_which_its_clock_is_set() {
        let clock = running();
        assert!(clock.goes_on(at(NOON + 250, 250)));
        let ahead = at(NOON + HOUR + 500, 500);
        assert_eq!(clock.check(ahead), Err(ClockProblem::BeingSet));
        assert!(!clock.goes_on(ahead));
        clock.begin_anew(&record(NOON), ahead);
        assert_eq!(clock.check(ahead), Ok(()));
        assert!(clock.goes_on(at(NOON + HOUR + 750, 750)));
        // Nothing is put on record of it, also if it leads later.
        assert_eq!(clock.look(at(NOON + HOUR + 1_000, 1_000)), Seen::Steady);
        assert_eq!(clock.compare(&[]), 0);
    }

    #[test]
    fn a_process_that_does_not_lead_and_whose_clock_is_set_behind_the_store_waits_until_it_is_right()
     {
        let clock = running();
        for elapsed in [250, HOUR, YEAR] {
            let behind = at(NOON - HOUR, elapsed);
            assert!(!clock.goes_on(behind));
            clock.begin_anew(&record(NOON), behind);
            assert_eq!(clock.check(behind), Err(ClockProblem::BehindStore));
        }
        // It is right, or what is on record is found to have been wrong.
        for (latest, now) in [(NOON, NOON + HOUR), (NOON - HOUR, NOON - HOUR)] {
            let clock = running();
            clock.begin_anew(&record(NOON), at(NOON - 2 * HOUR, 250));
            let right = at(now, 500);
            assert!(!clock.goes_on(right));
            clock.begin_anew(&record(latest), right);
            assert_eq!(clock.check(right), Ok(()));
        }
    }

    #[test]
    fn a_process_that_leads_while_its_clock_is_behind_the_store_waits_ten_minutes_at_most() {
        let clock = running();
        let behind = at(NOON - HOUR, YEAR);
        clock.begin_anew(&record(NOON), behind);
        assert_eq!(clock.look(behind), Seen::NotTrusted);
        let waited = BECOMES_RIGHT_WITHIN;
        let later = at(behind.now + waited, behind.elapsed + waited);
        assert_eq!(clock.look(later), Seen::Set);
        assert_eq!(clock.compare(&[]), -i64::try_from(HOUR).unwrap());
    }

    #[test]
    fn the_step_of_a_clock_that_two_processes_share_is_put_on_record_by_the_one_that_leads_only() {
        let hour = i64::try_from(HOUR).unwrap();
        for first in ["the one that leads", "the other one"] {
            let (leading, other) = (running(), running());
            let look = at(NOON + HOUR, 0);
            let mut recorded = Vec::new();
            let mut lead = || {
                assert_eq!(leading.look(look), Seen::Set);
                assert_eq!(leading.compare(&[]), hour);
                recorded.push((1, hour));
            };
            match first {
                "the other one" => {
                    other.begin_anew(&record(NOON), look);
                    lead();
                }
                _ => {
                    lead();
                    let latest = look.now;
                    other.begin_anew(
                        &Record {
                            last_step: 1,
                            ..record(latest)
                        },
                        look,
                    );
                }
            }
            // The other one leads later.
            for elapsed in [250, 500] {
                assert_eq!(other.look(at(NOON + HOUR + elapsed, elapsed)), Seen::Steady);
                assert_eq!(other.compare(&recorded), 0, "{first}");
            }
        }
    }

    #[test]
    fn nothing_is_old_by_a_clock_that_is_behind_being_set_or_far_ahead_at_the_start() {
        let record = Record {
            latest: NOON,
            last_step: 0,
            set_far_ahead_at: None,
            follows_gap: false,
        };
        let day = 24 * HOUR;
        let ahead = Clock::new(&record, at(NOON + YEAR, 0));
        assert!(!ahead.tells_age(at(NOON + YEAR + HOUR, HOUR)));
        assert!(ahead.tells_age(at(NOON + YEAR + day, day)));
        let right = Clock::new(&record, at(NOON + day, 0));
        assert!(right.tells_age(at(NOON + day, 0)));
        assert!(!right.tells_age(at(NOON - HOUR, 0)), "it is behind");
        let set = running();
        assert!(!set.tells_age(at(NOON + HOUR, 0)), "it was set");
        let nothing = Record {
            latest: 0,
            last_step: 0,
            set_far_ahead_at: None,
            follows_gap: false,
        };
        assert!(Clock::new(&nothing, at(NOON, 0)).tells_age(at(NOON, 0)));
    }

    #[test]
    fn nothing_is_old_for_a_day_by_a_clock_that_was_set_far_ahead_also_after_a_start() {
        let day = 24 * HOUR;
        let clock = running();
        clock.look(at(NOON + 10 * YEAR, 0));
        clock.compare(&[(1, i64::try_from(10 * YEAR).unwrap())]);
        clock.release();
        let later = |elapsed| at(NOON + 10 * YEAR + elapsed, elapsed);
        for elapsed in [0, HOUR, day - HOUR] {
            clock.look(later(elapsed));
            assert_eq!(clock.check(later(elapsed)), Ok(()), "sessions go on");
            assert!(!clock.tells_age(later(elapsed)));
        }
        clock.look(later(day));
        assert!(clock.tells_age(later(day)));

        let record = Record {
            latest: NOON + 10 * YEAR,
            last_step: 1,
            set_far_ahead_at: Some(NOON + 10 * YEAR),
            follows_gap: false,
        };
        let started = Clock::new(&record, at(NOON + 10 * YEAR + HOUR, 0));
        assert!(!started.tells_age(at(NOON + 10 * YEAR + HOUR, 0)));
        let started = Clock::new(&record, at(NOON + 10 * YEAR + day, 0));
        assert!(started.tells_age(at(NOON + 10 * YEAR + day, 0)));
    }

    #[test]
    fn nothing_is_old_for_a_day_if_there_is_nothing_of_long_before_yesterday() {
        let record = Record {
            follows_gap: true,
            ..record(NOON + YEAR)
        };
        let day = 24 * HOUR;
        let restarted = Clock::new(&record, at(NOON + YEAR + HOUR, 0));
        assert!(!restarted.tells_age(at(NOON + YEAR + HOUR, 0)));
        assert!(restarted.tells_age(at(NOON + YEAR + HOUR + day, day)));
    }

    #[test]
    fn a_clock_that_was_far_ahead_and_is_set_back_tells_age() {
        let clock = running();
        for now in [NOON + YEAR, NOON] {
            clock.look(at(now, 0));
            clock.release();
        }
        assert!(clock.tells_age(at(NOON, 0)));
    }

    #[test]
    fn a_standstill_and_a_report_that_could_not_be_stored_disturb() {
        let clock = running();
        assert_eq!(clock.undisturbed_for(1_000), 1_000);
        assert_eq!(clock.undisturbed_for(60_000), 0, "it stands still");
        clock.look(at(NOON + 60_000, 60_000));
        assert_eq!(clock.undisturbed_for(61_000), 1_000);
        clock.disturbed(62_000);
        assert_eq!(clock.undisturbed_for(62_500), 500);
    }
}
