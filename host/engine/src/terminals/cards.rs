//! Whether a terminal has a card that is not dealt with yet.

use crate::error::EngineError;
use crate::platform::Platform;
use crate::store;

/// A card that was shown and not reported for this long is ignored, and the next one awaited, in
/// milliseconds.
const UNREPORTED_CARD: u64 = 15_000;

/// Whether the terminal was shown a card of which the callback may still be on its way.
pub(super) async fn card_is_unreported(
    platform: &impl Platform,
    serial: &str,
) -> Result<bool, EngineError> {
    let sent = store::prompts::latest(platform, serial).await?;
    if sent.is_none_or(|sent| sent.used) {
        return Ok(false);
    }
    let now = platform.now();
    let since = store::prompts::card_shown_since(platform, serial, now).await?;
    Ok(since.is_some_and(|since| now < since.saturating_add(UNREPORTED_CARD)))
}
