//! Orphan holds: holds at a terminal that no session knows. A lost authorisation left them behind, so
//! they are voided.
//!
//! A hold that no session knows was left by an authorisation that arrived after it was given up. It is voided
//! when it is seen: every minute, and before a terminal is armed.

use chargetap_contract::session::{Event, OrphanHold};
use chargetap_contract::terminal::Hold;

use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::payter::PayterError;
use crate::platform::Platform;
use crate::sessions::apply::apply;
use crate::store;

/// Void every orphan hold at a terminal, while no hold is being made there.
pub(crate) async fn void_all(
    gateway: &Gateway<impl Platform>,
    serial: &str,
) -> Result<Result<(), PayterError>, EngineError> {
    let holds = match unclaimed_holds(gateway, serial).await? {
        Ok(holds) => holds,
        Err(error) => return Ok(Err(error)),
    };
    // A session may have begun to authorise since: then one of these may be its own.
    if store::sessions::is_authorising(&gateway.platform, serial).await? {
        return Ok(Ok(()));
    }
    for hold in holds {
        void(gateway, serial, hold).await?;
    }
    Ok(Ok(()))
}

/// Void an orphan hold, by a session of its own.
pub(crate) async fn void(
    gateway: &Gateway<impl Platform>,
    serial: &str,
    hold: Hold,
) -> Result<(), EngineError> {
    let payment = &hold.payment;
    tracing::warn!(terminal = serial, payment, "voiding an orphan hold");
    let orphan = OrphanHold {
        terminal: serial.to_owned(),
        hold,
    };
    let session = orphan.session_id();
    apply(
        gateway,
        &session,
        serial,
        Event::OrphanHoldFound(orphan).into(),
    )
    .await?;
    Ok(())
}

/// The open holds at a terminal that no session knows.
pub(crate) async fn unclaimed_holds(
    gateway: &Gateway<impl Platform>,
    serial: &str,
) -> Result<Result<Vec<Hold>, PayterError>, EngineError> {
    let platform = &gateway.platform;
    let open = match gateway.payter.open_holds(platform, serial).await {
        Ok(open) => open,
        Err(error) => return Ok(Err(error)),
    };
    let mut unclaimed = Vec::new();
    for hold in open {
        if !store::sessions::is_claimed(platform, serial, &hold.payment).await? {
            unclaimed.push(hold);
        }
    }
    Ok(Ok(unclaimed))
}
