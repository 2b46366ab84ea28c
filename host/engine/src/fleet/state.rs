//! The fleet's state in memory.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chargetap_fleet::fleet::Fleet;
use secrecy::SecretString;

use crate::interval::Interval;
use crate::rate_limit::RateLimit;

/// How many calls of one token, or of one source without a valid token, are answered at once, and how
/// often another one, in milliseconds.
const CALLS_AT_ONCE: u64 = 500;
const CALL_EVERY: u64 = 10;
/// How often the records are looked through for alerts, in milliseconds.
const MONITOR_EVERY: u64 = 30_000;

/// The fleet's state.
pub(crate) struct FleetState {
    /// How often each token may call, and each source without one.
    pub(super) callers: RateLimit,
    /// When to look through the records for alerts.
    pub(super) monitoring: Interval,
    /// The records as they were last read.
    records: Mutex<Arc<Fleet>>,
    /// The first operator's token, until it is handed out.
    bootstrap_token: Mutex<Option<SecretString>>,
}

impl FleetState {
    pub(crate) fn new(records: Fleet) -> Self {
        Self {
            callers: RateLimit::new(CALLS_AT_ONCE, CALL_EVERY),
            monitoring: Interval::new(MONITOR_EVERY),
            records: Mutex::new(Arc::new(records)),
            bootstrap_token: Mutex::default(),
        }
    }

    /// The records as they were last read.
    pub(crate) fn records(&self) -> Arc<Fleet> {
        self.lock_records().clone()
    }

    /// Newer records. Older ones than those that are known change nothing.
    pub(super) fn replace_records(&self, records: Arc<Fleet>) {
        let mut known = self.lock_records();
        if known.write < records.write {
            *known = records;
        }
    }

    pub(super) fn keep_bootstrap_token(&self, token: SecretString) {
        *self.lock_token() = Some(token);
    }

    /// The bootstrap token, the first time.
    pub(crate) fn take_bootstrap_token(&self) -> Option<SecretString> {
        self.lock_token().take()
    }

    /// The lock is held only to read or to replace.
    fn lock_records(&self) -> MutexGuard<'_, Arc<Fleet>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_token(&self) -> MutexGuard<'_, Option<SecretString>> {
        self.bootstrap_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
