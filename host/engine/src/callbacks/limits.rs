//! How many callbacks are looked at that are not authentic, or at which the verifier fails. Those of a provider are, however
//! many there are: all its terminals call from few addresses.
//!
//! The limit by source does not apply under Spin, which does not know where requests come from.

use crate::rate_limit::RateLimit;

/// How many callbacks of one source may be refused at once, and how often another one, in milliseconds, before it is
/// listened to no more for a while.
const REFUSED_AT_ONCE: u64 = 200;
const REFUSED_EVERY: u64 = 20;
/// How many read-backs of one terminal, and how often another one, in milliseconds.
const READ_BACKS_AT_ONCE: u64 = 2;
const READ_BACK_EVERY: u64 = 30_000;

/// The callbacks' state.
pub(crate) struct CallbackLimits {
    /// How often a callback of each source may be refused.
    pub(super) refused: RateLimit,
    /// How often a callback that does not count may have its terminal polled.
    pub(super) read_backs: RateLimit,
}

impl CallbackLimits {
    pub(crate) fn new() -> Self {
        Self {
            refused: RateLimit::new(REFUSED_AT_ONCE, REFUSED_EVERY),
            read_backs: RateLimit::new(READ_BACKS_AT_ONCE, READ_BACK_EVERY),
        }
    }
}
