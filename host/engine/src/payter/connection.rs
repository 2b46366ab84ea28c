//! What Payter's last answers say of the connection to it. Every terminal is polled every few seconds, so nobody has to
//! ask Payter for this only. While nothing is asked, the last answer counts, however old it is.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::http::{ProviderResponse, SendError};

/// For how long a good answer outweighs failures that came after it, in milliseconds. Every terminal is asked more
/// often, so the failures of one do not count while others answer.
const FAILS_AFTER: u64 = 15_000;

/// The connection to Payter.
#[derive(Default)]
pub(super) struct Connection {
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    /// When the last good one came, by the clock that cannot be set.
    good_at: Option<u64>,
    /// Why the last answer was not good; nothing if it was.
    failure: Option<String>,
}

impl Connection {
    /// A request was answered, or not.
    pub(super) fn answered(&self, reply: &Result<ProviderResponse, SendError>, elapsed: u64) {
        let mut answers = self.lock();
        answers.failure = failure(reply);
        if answers.failure.is_none() {
            answers.good_at = Some(elapsed);
        }
    }

    /// Why Payter does not work, and what to do; nothing if its last answer was good, or another of the last seconds.
    pub(super) fn problem(&self, elapsed: u64) -> Option<String> {
        let answers = self.lock();
        let is_recent = |at: u64| elapsed.saturating_sub(at) < FAILS_AFTER;
        let failure = answers.failure.clone();
        failure.filter(|_| !answers.good_at.is_some_and(is_recent))
    }

    /// Every change is whole when the lock is released.
    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an answer says against the connection, and what to do. That a request was refused says nothing against it.
fn failure(reply: &Result<ProviderResponse, SendError>) -> Option<String> {
    match reply {
        Ok(ProviderResponse { status, .. }) => match status {
            401 | 403 => Some(format!(
                "Payter refuses the API key (status {status}): correct payter.api_key, and restart the gateway"
            )),
            500.. => Some(format!(
                "Payter fails (status {status}): see whether Payter reports a disturbance, and that payter.url is its \
                 address"
            )),
            _ => None,
        },
        Err(SendError::NotSent(reason) | SendError::Lost(reason)) => Some(format!(
            "Payter cannot be reached ({reason}): see that the machine has a network, and that payter.url is Payter's \
             address"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16) -> Result<ProviderResponse, SendError> {
        Ok(ProviderResponse {
            status,
            body: Vec::new(),
        })
    }

    #[test]
    fn a_failure_counts_once_no_other_answer_was_good_for_a_while() {
        let connection = Connection::default();
        assert_eq!(connection.problem(0), None, "nothing was asked");
        connection.answered(&reply(200), 1_000);
        connection.answered(&reply(503), 2_000);
        assert_eq!(connection.problem(2_000), None);
        let problem = connection.problem(16_000).unwrap();
        assert!(problem.contains("status 503"), "{problem}");
        connection.answered(&reply(404), 17_000);
        assert_eq!(connection.problem(60_000), None, "it answers");
    }

    #[test]
    fn a_refused_key_and_a_lost_network_are_told_at_once_if_nothing_was_good_before() {
        let lost = || Err(SendError::Lost("reset".into()));
        for (reply, expected) in [
            (reply(401), "payter.api_key"),
            (lost(), "payter.url"),
            (Err(SendError::NotSent("refused".into())), "network"),
        ] {
            let connection = Connection::default();
            connection.answered(&reply, 5);
            let problem = connection.problem(5).unwrap();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
