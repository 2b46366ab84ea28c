//! Which records go: alerts that ended, and incidents with their photographs.

use std::collections::BTreeSet;

use chargetap_fleet::context::Actor;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::retention::{outdated, sessions_of_old_alerts};

use super::records::{self, after};
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::store;

/// How many records one write removes.
const REMOVED_AT_ONCE: usize = 20;

/// Remove some of the records that ended before a moment. If another write came first, they go the next time.
pub(crate) async fn remove(
    gateway: &Gateway<impl Platform>,
    before: u64,
) -> Result<(), EngineError> {
    let fleet = records::current(gateway).await?;
    let (before, platform) = (Moment::from_millis(before), &gateway.platform);
    let sessions = sessions_of_old_alerts(&fleet, before);
    let sessions = match sessions.is_empty() {
        true => BTreeSet::new(),
        false => store::sessions::with_history(platform, &sessions).await?,
    };
    let changes = outdated(&fleet, before, &sessions, REMOVED_AT_ONCE);
    if changes.is_empty() {
        return Ok(());
    }
    let now = Moment::from_millis(gateway.platform.now());
    let next = after(&fleet, &changes);
    records::write(gateway, next, &changes, &Actor::gateway(), now, None).await?;
    Ok(())
}
