//! Retention: what is old is deleted.

use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::store;

const DAY: u64 = 24 * 60 * 60 * 1_000;
/// How long prompts are kept that cannot be answered any more, in milliseconds.
const PROMPTS_KEPT: u64 = DAY;
/// How long it is kept what terminals were to say, in milliseconds: longer than any prompt stands.
const NOTICES_KEPT: u64 = DAY;
/// How long the keys of deliveries are kept, in milliseconds: longer than any provider repeats one,
/// which Adyen does for 30 days.
const DELIVERY_KEYS_KEPT: u64 = 35 * DAY;
/// How long the readings of a session are kept after it ended, in milliseconds: as long as its payment may come back.
const READINGS_KEPT: u64 = 35 * DAY;
/// Of how many sessions the readings are deleted in one statement, for which others wait, and how many such statements
/// follow each other.
const FOLDED_AT_ONCE: u64 = 20;
const FOLDS: usize = 50;
/// How long transactions without a session are kept, in milliseconds: longer than a station repeats a report.
const TRANSACTIONS_KEPT: u64 = 35 * DAY;
/// How long a request to the REST interface is recognised when it comes again, in milliseconds.
const REPETITIONS_KEPT: u64 = 7 * DAY;

/// Delete what is old, if it is time to.
pub(crate) async fn delete_old_if_due(gateway: &Gateway<impl Platform>) {
    if gateway.retention.is_due(gateway.platform.now())
        && let Err(error) = delete_old(gateway).await
    {
        tracing::warn!(%error, "what is old cannot be deleted");
    }
}

async fn delete_old(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let now = platform.now();
    store::prompts::delete_expired(platform, now.saturating_sub(PROMPTS_KEPT)).await?;
    store::notices::delete_old(platform, now.saturating_sub(NOTICES_KEPT)).await?;
    let keys = now.saturating_sub(DELIVERY_KEYS_KEPT);
    store::payment_reports::delete_delivery_keys(platform, keys).await?;
    let transactions = now.saturating_sub(TRANSACTIONS_KEPT);
    store::transactions::forget(platform, transactions).await?;
    store::named_transactions::forget(platform, transactions).await?;
    let repetitions = now.saturating_sub(REPETITIONS_KEPT);
    store::fleet::delete_repetitions(platform, repetitions).await?;
    let ended_before = now.saturating_sub(READINGS_KEPT);
    for _ in 0..FOLDS {
        if !store::sessions::fold(platform, ended_before, FOLDED_AT_ONCE).await? {
            break;
        }
    }
    Ok(())
}
