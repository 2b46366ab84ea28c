//! The host's clock was set while a session was under way: its moments move along, so that nothing lasts longer
//! or shorter than it did, and what is told to people is told by the clock as it is now.

use crate::session::{Closing, Session, Stage};
use crate::step::Step;
use crate::waiting;

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
    waiting::go_on(step);
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
