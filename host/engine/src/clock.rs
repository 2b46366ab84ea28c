//! Whether the host's clock can be trusted, and whether it was set.
//!
//! | what is seen                                             | what happens                                       |
//! |----------------------------------------------------------|----------------------------------------------------|
//! | the clock shows a time before this version was written   | sessions wait until it is set                      |
//! | at the start, it is behind what the store has seen       | sessions wait until it is right, ten minutes at most |
//! | it was set while the gateway runs                        | the moments of every open session move along       |
//! | that of a process that does not lead was set             | nothing moves: its new time counts, as at a start  |
//! | it is set far ahead, or is at the start far ahead of all that the store has seen before the last day | nothing is deleted for its age for a day |
//!
//! While sessions wait, callbacks are answered 503, stations are told to repeat what they report, deadlines do not
//! act and no command is sent. How far a clock was set is measured by the host's other clock, the one that cannot
//! be set. A step is on record before any session hears of it, so that after a crash the rest hear of it too.
//!
//! Where several [processes](crate::processes) share a store, each looks at its own clock. What waits for a moment is
//! compared with the clock of the process that leads, so it moves with that one only. Another one whose clock is set
//! takes its new time at once, unless it is behind what the store has seen: then nothing goes on in that process until
//! it is right, however long that takes. If the process leads meanwhile, it is given ten minutes, as at a start.

pub(crate) mod state;

use self::state::{ClockProblem, Look};
use crate::gateway::Gateway;
use crate::platform::Platform;

/// Both clocks of a host now.
pub(crate) fn both(platform: &impl Platform) -> Look {
    Look {
        now: platform.now(),
        elapsed: platform.elapsed(),
    }
}

/// The time, if sessions may go on by it.
pub(crate) fn trusted_now(gateway: &Gateway<impl Platform>) -> Result<u64, ClockProblem> {
    let look = both(&gateway.platform);
    gateway.clock.check(look)?;
    Ok(look.now)
}
