//! How often receipts may be searched for, and how many pages are rendered.
//!
//! Neither applies under Spin, which does not know where requests come from.

use crate::http::Request;
use crate::rate_limit::RateLimit;

/// How many searches of one source are allowed at once, and how often another one, in milliseconds.
const SEARCHES_AT_ONCE: u64 = 10;
const SEARCH_EVERY: u64 = 10_000;
/// The same of pages and documents: enough for many phones behind one address, and far from what keeps a processor
/// busy.
const PAGES_AT_ONCE: u64 = 60;
const PAGE_EVERY: u64 = 500;

/// The receipts' state.
pub(crate) struct ReceiptLimits {
    /// How often each source may search for a receipt, or ask for an invoice.
    searches: RateLimit,
    /// How often each source may see a page.
    pages: RateLimit,
}

impl ReceiptLimits {
    pub(crate) fn new() -> Self {
        Self {
            searches: RateLimit::new(SEARCHES_AT_ONCE, SEARCH_EVERY),
            pages: RateLimit::new(PAGES_AT_ONCE, PAGE_EVERY),
        }
    }

    /// Whether the source of a request may search again.
    pub(super) fn may_search(&self, request: &Request, now: u64) -> bool {
        has_room(&self.searches, request, now)
    }

    /// Whether the source of a request may see another page.
    pub(crate) fn may_see(&self, request: &Request, now: u64) -> bool {
        has_room(&self.pages, request, now)
    }
}

fn has_room(limit: &RateLimit, request: &Request, now: u64) -> bool {
    let source = request.source.as_deref();
    source.is_none_or(|source| limit.take(source, now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_source_are_limited_and_of_others_not() {
        let limits = ReceiptLimits::new();
        let of = |source: Option<&str>| Request {
            source: source.map(str::to_owned),
            ..Request::default()
        };
        let seen = |source, now| {
            let tries = (0..1_000).take_while(|_| limits.may_see(&of(source), now));
            tries.count()
        };
        assert_eq!(seen(Some("203.0.113.9"), 1_000), 60);
        assert_eq!(seen(Some("203.0.113.9"), 2_000), 2);
        assert_eq!(seen(Some("203.0.113.10"), 2_000), 60);
        assert_eq!(seen(None, 2_000), 1_000);
        // Searches have a limit of their own, besides.
        assert!(limits.may_search(&of(Some("203.0.113.9")), 2_000));
    }
}
