//! The last answer of the store.

use std::sync::atomic::AtomicBool;

use crate::interval::Interval;

/// How often the store is asked, in milliseconds.
const PROBE_EVERY: u64 = 1_000;

/// The last answer of the store, and when to ask it again.
pub(crate) struct Readiness {
    pub(super) probes: Interval,
    pub(super) is_ready: AtomicBool,
}

impl Readiness {
    pub(crate) fn new() -> Self {
        Self {
            probes: Interval::new(PROBE_EVERY),
            // The tables have just been made.
            is_ready: AtomicBool::new(true),
        }
    }
}
