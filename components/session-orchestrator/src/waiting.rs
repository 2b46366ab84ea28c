//! What a stage waits for, and when it looks again.

use crate::hold_cover;
use crate::session::{Closing, Stage};
use crate::step::Step;

/// How long to wait before the next look-up of a hold whose answer was lost, in milliseconds: at first, while
/// the driver waits, and at most.
const LOOK_UP_AGAIN_AFTER: u64 = 5_000;
const LOOK_UP_AGAIN_AT_MOST_AFTER: u64 = 5 * 60 * 1_000;

/// Wait for what the stage waits for, as if nothing had happened.
pub(crate) fn go_on(step: &mut Step<'_>) {
    step.deadline = match &step.session.stage {
        Stage::Checking { until } => Some(*until),
        Stage::Authorising {
            give_up_at,
            looking_up,
            ..
        } => Some(match looking_up {
            true => look_up_again_at(*give_up_at, step.now),
            false => *give_up_at,
        }),
        Stage::Starting {
            until, repeat_at, ..
        }
        | Stage::Stopping { until, repeat_at } => Some(repeat_or_end(*until, *repeat_at, step.now)),
        Stage::Charging { until } => Some(hold_cover::covered_until(step, *until)),
        Stage::Closing(Closing { retry_at, .. }) => *retry_at,
        Stage::Ended(_) => None,
    };
}

/// When to look up a hold again. The pause grows with the time since the hold counts as not made.
pub(crate) fn look_up_again_at(give_up_at: u64, now: u64) -> u64 {
    let pause = now.saturating_sub(give_up_at) / 8;
    now.saturating_add(pause.clamp(LOOK_UP_AGAIN_AFTER, LOOK_UP_AGAIN_AT_MOST_AFTER))
}

/// The next moment of something that is awaited until one moment, and repeated at another. Past the first one
/// only the repetition counts.
fn repeat_or_end(until: u64, repeat_at: Option<u64>, now: u64) -> u64 {
    match repeat_at {
        Some(repeat_at) if now >= until => repeat_at,
        Some(repeat_at) => repeat_at.min(until),
        None => until,
    }
}
