//! How many callbacks are looked at.
//!
//! The limit by source does not apply under Spin, which does not know where requests come from.

use crate::rate_limit::RateLimit;

/// How many callbacks of one source are looked at at once, and how often another one, in
/// milliseconds: more than all terminals of a site cause together.
const CALLBACKS_AT_ONCE: u64 = 200;
const CALLBACK_EVERY: u64 = 20;
/// How many read-backs of one terminal, and how often another one, in milliseconds.
const READ_BACKS_AT_ONCE: u64 = 2;
const READ_BACK_EVERY: u64 = 30_000;

/// The callbacks' state.
pub(crate) struct CallbackLimits {
    /// How often each source may call back.
    pub(super) sources: RateLimit,
    /// How often a callback that does not count may have its terminal polled.
    pub(super) read_backs: RateLimit,
}

impl CallbackLimits {
    pub(crate) fn new() -> Self {
        Self {
            sources: RateLimit::new(CALLBACKS_AT_ONCE, CALLBACK_EVERY),
            read_backs: RateLimit::new(READ_BACKS_AT_ONCE, READ_BACK_EVERY),
        }
    }
}
