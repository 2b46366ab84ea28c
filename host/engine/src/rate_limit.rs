//! Rate limits: how often something may happen, for each of many keys, by token buckets.
//!
//! Not `governor`, which brings a clock of its own: here the host's counts, in virtual time too.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How many keys are remembered at most. When there are more, keys with a full bucket are dropped; if
/// there are none, new keys are refused, so that many sources cannot push others out.
const MOST_KEYS: usize = 10_000;

/// A bucket of tokens for each key, all of one size.
pub struct RateLimit {
    /// How many tokens a full bucket holds.
    size: u64,
    /// How long it takes for one token to come back, in milliseconds.
    refill: u64,
    /// When each bucket that is not full will be full, in Unix milliseconds.
    full_at: Mutex<BTreeMap<String, u64>>,
}

impl RateLimit {
    /// Buckets of so many tokens, of which one comes back after so many milliseconds.
    #[must_use]
    pub fn new(size: u64, refill: u64) -> Self {
        Self {
            size,
            refill,
            full_at: Mutex::default(),
        }
    }

    /// Take a token out of the bucket of this key; whether there was one.
    pub fn take(&self, key: &str, now: u64) -> bool {
        // The map stays whole whatever panics beside it.
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let longest = now.saturating_add(self.refill.saturating_mul(self.size));
        // What is further ahead was written before the clock was set back.
        let is_filling = |at: &u64| (now.saturating_add(1)..=longest).contains(at);
        if full_at.len() >= MOST_KEYS {
            full_at.retain(|_, at| is_filling(at));
        }
        let at = full_at.get(key).copied().filter(is_filling).unwrap_or(now);
        let then = at.saturating_add(self.refill);
        let has_room = full_at.len() < MOST_KEYS || full_at.contains_key(key);
        let is_there = then <= longest && has_room;
        if is_there {
            full_at.insert(key.to_owned(), then);
        }
        is_there
    }
}

impl RateLimit {
    /// Put a token back that was taken.
    pub fn give_back(&self, key: &str) {
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = full_at.get_mut(key) {
            *at = at.saturating_sub(self.refill);
        }
    }

    /// Whether there is a token in the bucket of this key, which stays there.
    pub fn has_token(&self, key: &str, now: u64) -> bool {
        let full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let longest = now.saturating_add(self.refill.saturating_mul(self.size));
        let is_filling = |at: &u64| (now.saturating_add(1)..=longest).contains(at);
        let at = full_at.get(key).copied().filter(is_filling);
        // What could not be remembered has none.
        let has_room = at.is_some() || full_at.len() < MOST_KEYS;
        has_room && at.unwrap_or(now).saturating_add(self.refill) <= longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_000_000;

    #[test]
    fn a_bucket_gives_what_it_holds_and_then_as_fast_as_it_fills() {
        let limit = RateLimit::new(3, 100);
        let taken = |now| (0..10).take_while(|_| limit.take("a", now)).count();
        assert!(limit.has_token("a", NOW));
        assert_eq!(taken(NOW), 3);
        assert!(!limit.has_token("a", NOW + 99));
        assert_eq!(taken(NOW + 99), 0);
        assert_eq!(taken(NOW + 100), 1);
        assert_eq!(taken(NOW + 1_000), 3);
    }

    #[test]
    fn a_token_that_is_put_back_is_there_again() {
        let limit = RateLimit::new(2, 100);
        assert!(limit.take("a", NOW) && limit.take("a", NOW));
        limit.give_back("a");
        assert!(limit.take("a", NOW));
        assert!(!limit.take("a", NOW));
        limit.give_back("b");
        assert!(limit.has_token("b", NOW));
    }

    #[test]
    fn each_key_has_a_bucket_of_its_own() {
        let limit = RateLimit::new(1, 100);
        assert!(limit.take("a", NOW));
        assert!(limit.take("b", NOW));
        assert!(!limit.take("a", NOW));
    }

    #[test]
    fn a_clock_that_is_set_back_locks_no_key_out() {
        let limit = RateLimit::new(1, 100);
        assert!(limit.take("a", NOW));
        assert!(limit.take("a", NOW - 500_000));
    }

    #[test]
    fn many_keys_need_no_more_room_than_there_is() {
        let limit = RateLimit::new(2, 100);
        let taken = (0..MOST_KEYS + 10).filter(|key| limit.take(&key.to_string(), NOW));
        assert_eq!(taken.count(), MOST_KEYS);
        // A known key still has a token, and when the buckets are full again there is room.
        assert!(limit.take("0", NOW));
        assert!(limit.take("new", NOW + 200));
    }
}
