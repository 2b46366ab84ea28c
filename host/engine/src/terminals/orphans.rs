//! Orphan holds: holds at a terminal that no session knows. A lost authorisation left them behind, so
//! they are voided.
//!
//! A hold that no session knows was left by an authorisation that arrived after it was given up. It is voided
//! when it is seen: every minute, and before a terminal is armed.
//!
//! After a restore, a hold may as well belong to a session of the lost database. So the first look at each terminal sets
//! aside all that no session knows: an alert has a person decide, and they are neither voided nor taken for the hold of
//! a session. No terminal is armed, and no hold asked for, before that look.

use chargetap_contract::session::{Event, OrphanHold};
use chargetap_contract::terminal::Hold;

use crate::error::EngineError;
use crate::fleet::alerts;
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

/// The open holds at a terminal that no session knows, without those that were set aside.
pub(crate) async fn unclaimed_holds(
    gateway: &Gateway<impl Platform>,
    serial: &str,
) -> Result<Result<Vec<Hold>, PayterError>, EngineError> {
    let platform = &gateway.platform;
    let open = match gateway.payter.open_holds(platform, serial).await {
        Ok(open) => open,
        Err(error) => return Ok(Err(error)),
    };
    // Asked after the holds were listed: a hold of ours, which is made after the first look only, is not among them. And
    // asked before what is set aside: a look that another one came before finds what that set aside.
    let to_compare = store::restores::to_compare(platform, serial).await?;
    let set_aside = store::restores::set_aside(platform, serial).await?;
    let mut unclaimed = Vec::new();
    for hold in open {
        if !set_aside.contains(&hold.payment)
            && !store::sessions::is_claimed(platform, serial, &hold.payment).await?
        {
            unclaimed.push(hold);
        }
    }
    if let Some(restore) = to_compare {
        set_aside_all(gateway, serial, restore, &unclaimed).await?;
        unclaimed.clear();
    }
    Ok(Ok(unclaimed))
}

/// Have a person decide about these holds. The alerts are stored before the look counts as done.
async fn set_aside_all(
    gateway: &Gateway<impl Platform>,
    serial: &str,
    restore: i64,
    holds: &[Hold],
) -> Result<(), EngineError> {
    let next_action = format!(
        "Find out with the payment provider what this hold at {serial} was made for, and capture or release it there."
    );
    for hold in holds {
        alerts::raise_for_unknown_hold(gateway, serial, &hold.payment, &next_action).await?;
    }
    let payments: Vec<&str> = holds.iter().map(|hold| hold.payment.as_str()).collect();
    store::restores::compared(&gateway.platform, serial, restore, &payments).await?;
    let unknown = payments.len();
    tracing::info!(
        terminal = serial,
        unknown,
        "its holds were compared after the restore"
    );
    Ok(())
}
