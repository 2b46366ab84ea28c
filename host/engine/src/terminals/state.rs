//! The terminals' state in memory.

use crate::interval::Interval;
use crate::terminals::locks::Locks;

/// How often to look for orphan holds at every terminal, in milliseconds.
const SWEEP_EVERY: u64 = 60_000;

/// The terminals' state.
pub(crate) struct TerminalState {
    /// Terminals that this instance is arming at this moment.
    pub(super) locks: Locks,
    /// When to look for orphan holds at every terminal.
    pub(super) sweep: Interval,
}

impl TerminalState {
    pub(crate) fn new() -> Self {
        Self {
            locks: Locks::default(),
            sweep: Interval::new(SWEEP_EVERY),
        }
    }
}
