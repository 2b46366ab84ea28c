//! Which records go: alerts that ended, and incidents with their photographs.

use chargetap_fleet::context::Actor;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::retention::{Outdated, outdated};

use super::records::{self, after};
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::store;

/// How many records one write removes.
const REMOVED_AT_ONCE: usize = 20;

/// Remove some of the records that ended before a moment. The photographs go first, so that none is left behind; if
/// another write came first, the records go the next time.
pub(crate) async fn remove(
    gateway: &Gateway<impl Platform>,
    before: u64,
) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let fleet = records::current(gateway).await?;
    let Outdated { changes, pictures } =
        outdated(&fleet, Moment::from_millis(before), REMOVED_AT_ONCE);
    if changes.is_empty() {
        return Ok(());
    }
    for hash in &pictures {
        store::fleet::delete_picture(platform, hash).await?;
    }
    let now = Moment::from_millis(platform.now());
    let next = after(&fleet, &changes);
    records::write(gateway, next, &changes, &Actor::gateway(), now, None).await?;
    Ok(())
}
