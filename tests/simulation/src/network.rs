//! The network: whether a request and its answer arrive, and when.

use crate::faults::Fault;
use crate::world::State;

/// The longest that anything is under way, in milliseconds: longer than any timeout.
const LONG: u64 = 120_000;

/// The fate of one request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fate {
    /// It never leaves, and the sender knows.
    pub(crate) not_sent: bool,
    pub(crate) request_lost: bool,
    pub(crate) answer_lost: bool,
    /// How long the request is under way, in milliseconds.
    pub(crate) out: u64,
    /// How long the answer is under way, in milliseconds.
    pub(crate) back: u64,
}

impl State {
    /// Draw the delay and the loss of a request and its answer.
    pub(crate) fn fate(&mut self) -> Fate {
        Fate {
            not_sent: self.fault_often(Fault::NotSent),
            request_lost: self.fault_often(Fault::RequestLost),
            answer_lost: self.fault_often(Fault::AnswerLost),
            out: self.travel(),
            back: self.travel(),
        }
    }

    pub(crate) fn travel(&mut self) -> u64 {
        if self.fault_often(Fault::Delayed) {
            self.rng.pick(1_000..LONG)
        } else {
            self.rng.pick(5..80)
        }
    }
}
