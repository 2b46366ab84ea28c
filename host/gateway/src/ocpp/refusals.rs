//! How often somebody may try to be a station.

use chargetap_engine::RateLimit;

/// How many wrong passwords one source may send for one identity.
const WRONG_PASSWORDS: u64 = 10;
/// How long it takes for one more, in milliseconds.
const ONE_MORE_AFTER: u64 = 5_000;
/// How many refused connections of one source are logged at a time.
const LOGGED: u64 = 20;
/// How long it takes for one more, in milliseconds.
const LOGGED_AGAIN_AFTER: u64 = 10_000;

/// Counts refused connections. Other sources, and other stations of one source, are not kept out.
pub(super) struct Refusals {
    passwords: RateLimit,
    log: RateLimit,
}

impl Default for Refusals {
    fn default() -> Self {
        Self {
            passwords: RateLimit::new(WRONG_PASSWORDS, ONE_MORE_AFTER),
            log: RateLimit::new(LOGGED, LOGGED_AGAIN_AFTER),
        }
    }
}

impl Refusals {
    /// Whether this source may try a password for this identity.
    pub(super) fn may_try(&self, source: &str, identity: &str, now: u64) -> bool {
        self.passwords.has_token(&key(source, identity), now)
    }

    /// A password is tried. Whether it may be.
    pub(super) fn count(&self, source: &str, identity: &str, now: u64) -> bool {
        self.passwords.take(&key(source, identity), now)
    }

    /// It was not wrong.
    pub(super) fn give_back(&self, source: &str, identity: &str) {
        self.passwords.give_back(&key(source, identity));
    }

    /// Whether another refused connection of this source is worth a line in the log.
    pub(super) fn is_logged(&self, source: &str, now: u64) -> bool {
        self.log.take(source, now)
    }
}

fn key(source: &str, identity: &str) -> String {
    format!("{source} {identity}")
}
