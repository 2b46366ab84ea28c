//! Claims of commands whose answers were not heard. The store may have made them: such a claim is made again, and the
//! store is first asked for the command that it took. Otherwise that command would wait until it counts as abandoned,
//! which is long for a driver whose charging is to stop.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::store::outbox::Lane;

/// For how long a claim is made again, in milliseconds: much shorter than a command may be under way before others take
/// it up.
const MADE_AGAIN_FOR: u64 = 30_000;

/// The claims of this process.
#[derive(Default)]
pub(crate) struct Claims(Mutex<State>);

#[derive(Default)]
struct State {
    /// The number of the last one.
    last: u64,
    unheard: Vec<Claim>,
}

/// A claim to be made.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claim {
    lane: Lane,
    /// No other claim of this process has it.
    pub(super) number: u64,
    /// An answer to it was not heard.
    pub(super) is_made_again: bool,
    /// When it was made first, by the clock that cannot be set.
    since: u64,
}

impl Claims {
    /// What to claim next in a lane: again what was not heard of, or anew.
    pub(super) fn next(&self, lane: Lane, elapsed: u64) -> Claim {
        let mut state = self.state();
        let unheard = &mut state.unheard;
        unheard.retain(|it| elapsed.saturating_sub(it.since) < MADE_AGAIN_FOR);
        if let Some(at) = unheard.iter().position(|it| it.lane == lane) {
            return unheard.swap_remove(at);
        }
        state.last += 1;
        Claim {
            lane,
            number: state.last,
            is_made_again: false,
            since: elapsed,
        }
    }

    /// The answer to a claim was not heard.
    pub(super) fn unheard(&self, claim: Claim) {
        self.state().unheard.push(Claim {
            is_made_again: true,
            ..claim
        });
    }

    /// It is whole even after a panic elsewhere: a claim that is not in it is found as abandoned.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_made_again_in_its_lane_until_it_is_heard_of() {
        let claims = Claims::default();
        let first = claims.next(Lane::Stops, 0).number;
        claims.unheard(claims.next(Lane::Stops, 0));
        let other = claims.next(Lane::Payments, 5_000).number;
        let again = claims.next(Lane::Stops, 5_000);
        let unheard = again.number;
        assert_ne!(first, unheard);
        claims.unheard(again);
        assert_eq!(claims.next(Lane::Stops, 10_000).number, unheard);
        let next = claims.next(Lane::Stops, 10_000).number;
        assert!(![first, unheard, other].contains(&next));
    }

    #[test]
    fn a_claim_is_not_made_again_when_others_may_soon_take_up_its_command() {
        let claims = Claims::default();
        let claim = claims.next(Lane::Stops, 0);
        let number = claim.number;
        claims.unheard(claim);
        let again = claims.next(Lane::Stops, MADE_AGAIN_FOR - 1);
        assert_eq!(again.number, number);
        claims.unheard(again);
        assert_ne!(claims.next(Lane::Stops, MADE_AGAIN_FOR).number, number);
    }
}
