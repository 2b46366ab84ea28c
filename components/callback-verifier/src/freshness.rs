//! Whether the key and the signature are valid now.
//!
//! While the host's clock cannot be trusted, a callback that needs one is refused by a reason of its own, after
//! its signature was verified.

use chargetap_contract::callback::Rejection;
use chargetap_contract::money::{DurationMs, UnixMs};

use crate::claim::Claim;
use crate::keys::PreparedKey;

/// It is called for authentic claims only, so strangers learn nothing from the reasons.
pub(crate) fn check(
    claim: &Claim<'_>,
    key: &PreparedKey,
    tolerance: DurationMs,
    received_at: Option<UnixMs>,
) -> Result<(), Rejection> {
    let times = [
        key.not_before,
        key.not_after,
        claim.signed_at,
        claim.expires_at,
    ];
    if times.iter().all(Option::is_none) {
        return Ok(());
    }
    let now = received_at.ok_or(Rejection::ClockNotTrusted)?;
    if key.not_before.is_some_and(|begin| now < begin) {
        return Err(Rejection::PrematureKey(key.id.clone()));
    }
    if key.not_after.is_some_and(|end| now >= end) {
        return Err(Rejection::ExpiredKey(key.id.clone()));
    }
    if let Some(end) = claim.expires_at.filter(|end| now >= *end) {
        return Err(Rejection::Stale(seconds(now - end)));
    }
    let Some(signed_at) = claim.signed_at else {
        return Ok(());
    };
    if let Some(excess @ 1..) = now.saturating_sub(signed_at).checked_sub(tolerance) {
        return Err(Rejection::Stale(seconds(excess)));
    }
    if let Some(excess @ 1..) = signed_at.saturating_sub(now).checked_sub(tolerance) {
        return Err(Rejection::FromFuture(seconds(excess)));
    }
    Ok(())
}

/// In whole seconds, rounded up. At most ten digits, so it cannot be a card number.
fn seconds(milliseconds: DurationMs) -> u32 {
    u32::try_from(milliseconds.div_ceil(1000)).unwrap_or(u32::MAX)
}
