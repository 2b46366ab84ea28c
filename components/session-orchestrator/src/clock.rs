//! The host's clock was set while a session was under way: its moments move along, so that nothing lasts longer
//! or shorter than it did, and what is told to people is told by the clock as it is now.

use crate::session::{Closing, Session, Stage};
use crate::step::Step;
use crate::{authorisation, hold_cover, step};

/// Move every moment of the session.
pub(crate) fn set(step: &mut Step<'_>, by: i64) {
    let Session {
        tapped_at,
        held_at,
        register,
        meter,
        late,
        stage,
        ..
    } = &mut step.session;
    let moments = [tapped_at, held_at].into_iter();
    let late = late.iter_mut().map(|late| &mut late.at);
    for moment in moments.chain(late).chain(stage.moments()) {
        *moment = moment.saturating_add_signed(by);
    }
    register.set_clock(by);
    if let Some(meter) = meter {
        meter.set_clock(by);
    }
    go_on_waiting(step);
}

/// Wait for what the stage waits for, as if nothing had happened.
pub(crate) fn go_on_waiting(step: &mut Step<'_>) {
    step.deadline = match &step.session.stage {
        Stage::Checking { until } => Some(*until),
        Stage::Authorising {
            give_up_at,
            looking_up,
            ..
        } => Some(match looking_up {
            true => authorisation::look_up_again_at(*give_up_at, step.now),
            false => *give_up_at,
        }),
        Stage::Starting {
            until, repeat_at, ..
        }
        | Stage::Stopping { until, repeat_at } => {
            Some(step::look_again_at(*until, *repeat_at, step.now))
        }
        Stage::Charging { until } => Some(hold_cover::covered_until(step, *until)),
        Stage::Closing(Closing { retry_at, .. }) => *retry_at,
        Stage::Ended(_) => None,
    };
}

impl Stage {
    fn moments(&mut self) -> Vec<&mut u64> {
        match self {
            Self::Checking { until } | Self::Charging { until } => vec![until],
            Self::Authorising { give_up_at, .. } => vec![give_up_at],
            Self::Starting {
                until, repeat_at, ..
            }
            | Self::Stopping { until, repeat_at } => [until].into_iter().chain(repeat_at).collect(),
            Self::Closing(Closing {
                since, retry_at, ..
            }) => [since].into_iter().chain(retry_at).collect(),
            Self::Ended(_) => Vec::new(),
        }
    }
}
