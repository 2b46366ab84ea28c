//! How long processes are left alone that did not answer.

use std::collections::HashMap;
use std::time::Instant;

/// The processes that did not answer the last question, and until when they are asked none, by their ids.
///
/// Many stations are asked about one after the other, and each question may take seconds: so much time is lost once, and
/// nothing is known meanwhile.
#[derive(Default)]
pub(super) struct Pauses(HashMap<String, Instant>);

impl Pauses {
    /// Whether a process may be asked at this moment.
    pub(super) fn may_ask(&self, process: &str, now: Instant) -> bool {
        self.0.get(process).is_none_or(|until| now >= *until)
    }

    /// A process answered.
    pub(super) fn answered(&mut self, process: &str) {
        self.0.remove(process);
    }

    /// A process did not answer by now what it was asked at an earlier moment. It is left alone for as long again.
    /// Whether it had answered the question before.
    pub(super) fn unanswered(&mut self, process: &str, asked: Instant, now: Instant) -> bool {
        let until = now.checked_add(now.saturating_duration_since(asked));
        let until = until.unwrap_or(now);
        self.0.insert(process.to_owned(), until).is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_process_that_did_not_answer_is_left_alone_for_as_long_as_the_question_took() {
        let asked = Instant::now();
        let after = |seconds| asked + Duration::from_secs(seconds);
        let mut pauses = Pauses::default();
        assert!(pauses.may_ask("one", asked));
        assert!(pauses.unanswered("one", asked, after(5)));
        for (seconds, may_ask) in [(5, false), (9, false), (10, true)] {
            assert_eq!(pauses.may_ask("one", after(seconds)), may_ask);
            assert!(pauses.may_ask("another", after(seconds)));
        }
        assert!(!pauses.unanswered("one", after(10), after(12)));
        assert!(!pauses.may_ask("one", after(13)));
        pauses.answered("one");
        assert!(pauses.may_ask("one", after(13)));
    }

    #[test]
    fn a_process_that_refuses_at_once_is_asked_the_next_question() {
        let asked = Instant::now();
        let mut pauses = Pauses::default();
        pauses.unanswered("one", asked, asked);
        assert!(pauses.may_ask("one", asked));
    }
}
