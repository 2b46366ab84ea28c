//! Which records go: alerts that ended, and incidents with their photographs.

use chargetap_fleet::context::Actor;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::retention::outdated;

use super::records::{self, after};
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;

/// How many records one write removes.
const REMOVED_AT_ONCE: usize = 20;

/// Remove some of the records that ended before a moment. If another write came first, they go the next time.
pub(crate) async fn remove(
    gateway: &Gateway<impl Platform>,
    before: u64,
) -> Result<(), EngineError> {
    let fleet = records::current(gateway).await?;
    let changes = outdated(&fleet, Moment::from_millis(before), REMOVED_AT_ONCE);
    if changes.is_empty() {
        return Ok(());
    }
    let now = Moment::from_millis(gateway.platform.now());
    let next = after(&fleet, &changes);
    records::write(gateway, next, &changes, &Actor::gateway(), now, None).await?;
    Ok(())
}
