//! Faults that tests switch on, to check that the gateway survives them.

use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Signal, getpid, kill_process};

const DAY: u64 = 24 * 60 * 60 * 1_000;

/// Which faults to make. By default none.
#[derive(Debug, Default)]
pub struct Faults {
    /// End the process as `kill -9` does at the crash point of this number, from 1.
    crash_at: Option<u64>,
    passed: AtomicU64,
    /// Let the database grow to this many pages only, as if the disk were full.
    pub database_pages: Option<u32>,
    /// How far the gateway's clock is ahead, in milliseconds.
    pub clock_ahead: u64,
    /// Render no page, as if each took for ever.
    pub hold_pages: bool,
}

impl Faults {
    /// The faults that the command line asks for.
    #[must_use]
    pub fn new(
        crash_at: Option<u64>,
        database_pages: Option<u32>,
        clock_ahead_days: Option<u32>,
        hold_pages: bool,
    ) -> Self {
        Self {
            crash_at,
            passed: AtomicU64::new(0),
            database_pages,
            clock_ahead: u64::from(clock_ahead_days.unwrap_or(0)) * DAY,
            hold_pages,
        }
    }

    /// A moment at which a crash must lose nothing and repeat nothing.
    pub fn crash_point(&self) {
        let passed = self.passed.fetch_add(1, Ordering::SeqCst) + 1;
        if self.crash_at == Some(passed) {
            // The signal cannot be caught or refused, so this does not return.
            let _ = kill_process(getpid(), Signal::KILL);
        }
    }
}
