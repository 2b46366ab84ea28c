//! How often receipts may be searched for.

use crate::rate_limit::RateLimit;

/// How many searches of one source are allowed at once, and how often another one, in milliseconds.
const SEARCHES_AT_ONCE: u64 = 10;
const SEARCH_EVERY: u64 = 10_000;

/// The receipts' state.
pub(crate) struct SearchLimits {
    /// How often each source may search for a receipt, or ask for an invoice.
    pub(super) sources: RateLimit,
}

impl SearchLimits {
    pub(crate) fn new() -> Self {
        Self {
            sources: RateLimit::new(SEARCHES_AT_ONCE, SEARCH_EVERY),
        }
    }
}
