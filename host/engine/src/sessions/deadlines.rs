//! Sessions whose deadline has passed.

use chargetap_contract::session::Event;

use super::apply::apply_to;
use crate::error::EngineError;
use crate::event::EventOutcome;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::stations::readings;
use crate::store;

/// When to come back to a session that could not be stepped at its deadline, in milliseconds.
const POSTPONEMENT: u64 = 60_000;

/// Step every session whose deadline has passed. One that cannot be stepped does not keep the others
/// waiting.
pub(crate) async fn reach(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let now = platform.now();
    for session in store::sessions::due(platform, now).await? {
        let reason = match reach_one(gateway, &session).await {
            Ok(EventOutcome::NotApplicable) => "refused".to_owned(),
            Ok(_) => continue,
            Err(error) => error.to_string(),
        };
        tracing::error!(
            session,
            reason,
            "a session could not be stepped at its deadline"
        );
        let until = now.saturating_add(POSTPONEMENT);
        store::sessions::postpone(platform, &session, now, until).await?;
    }
    Ok(())
}

async fn reach_one(
    gateway: &Gateway<impl Platform>,
    session: &str,
) -> Result<EventOutcome, EngineError> {
    let platform = &gateway.platform;
    // Whether to stop before it costs more than is held, or what is owed at the end, is decided on the last register.
    if let Some(transaction) = store::transactions::of_session(platform, session).await? {
        readings::tell_untold_if_possible(gateway, transaction).await?;
    }
    let Some(stored) = store::sessions::load(platform, session).await? else {
        return Ok(EventOutcome::UnknownSession);
    };
    let terminal = stored.terminal.clone();
    let station = &stored.station;
    let reachable_for = platform
        .station_connected_for(station)
        .await
        .map(|duration| duration.min(gateway.undisturbed_for()));
    let envelope = Event::DeadlineReached(reachable_for).into();
    apply_to(gateway, session, &terminal, Some(stored), envelope).await
}

#[cfg(test)]
mod tests;
