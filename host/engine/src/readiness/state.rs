//! How the parts were when they were looked at last.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chargetap_fleet::api::PartStatus;

use crate::interval::Interval;

/// How often the parts are looked at, in milliseconds.
const PROBE_EVERY: u64 = 1_000;

/// How the parts were when they were looked at last, and when to look again.
pub(crate) struct Readiness {
    pub(super) probes: Interval,
    parts: Mutex<Vec<PartStatus>>,
}

impl Readiness {
    pub(crate) fn new() -> Self {
        Self {
            probes: Interval::new(PROBE_EVERY),
            // The tables have just been made.
            parts: Mutex::default(),
        }
    }

    /// How the parts were last; nothing before the first look.
    pub(super) fn parts(&self) -> Vec<PartStatus> {
        self.lock().clone()
    }

    pub(super) fn replace_parts(&self, parts: Vec<PartStatus>) {
        *self.lock() = parts;
    }

    /// The lock is held only to read or to replace.
    fn lock(&self) -> MutexGuard<'_, Vec<PartStatus>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
