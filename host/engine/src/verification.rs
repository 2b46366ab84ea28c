//! Verification of a database, and what a copy of one says of itself: for the commands that look at a database beside a
//! gateway, copy it, or put a copy in its place.

use chargetap_contract::Components;
use chargetap_contract::session::Policy;

use crate::error::EngineError;
use crate::platform::Database;
use crate::sessions::apply;
use crate::store;
pub use crate::store::verification::{CHECKS, Check, Checked, Contents, Finding, SERVER_CHECKS};

/// What is in a database.
///
/// # Errors
/// It cannot be read, or is none of a gateway.
pub async fn contents(database: &impl Database) -> Result<Contents, EngineError> {
    Ok(store::verification::contents(database).await?)
}

/// Whether these components can read the sessions of which something is still to come.
///
/// # Errors
/// The database cannot be read, or a component fails.
pub async fn check_states(
    database: &impl Database,
    components: &impl Components,
    policy: &Policy,
    now: u64,
) -> Result<Checked, EngineError> {
    let mut checked = Checked::default();
    for open in store::sessions::unresolved(database).await? {
        let Some(stored) = store::sessions::load(database, &open.session).await? else {
            continue;
        };
        checked.count = checked.count.saturating_add(1);
        let read = components.step(policy, Some(&stored.state), &apply::READ, now)?;
        if let Err(refusal) = read
            && let Some(problem) = apply::unread(&refusal)
        {
            checked.findings.push(Finding {
                id: open.session,
                problem: format!("these components cannot read it: {problem}"),
                action: "Put the newer components back, or restore a copy: `chargetap restore --help`.",
            });
        }
    }
    Ok(checked)
}

/// Bring a copy to the tables of this program, as its next start would.
///
/// # Errors
/// It is of a newer program, or cannot be written.
pub async fn upgrade(database: &impl Database) -> Result<(), EngineError> {
    Ok(store::migrations::migrate(database).await?)
}

/// The last number that was given to a receipt, of each issuer by its VAT number.
///
/// # Errors
/// It cannot be read, or is none of a gateway.
pub async fn last_receipts(database: &impl Database) -> Result<Vec<(String, u64)>, EngineError> {
    Ok(store::verification::last_receipts(database).await?)
}

/// Put on record that an issuer's numbers up to this one were given to receipts that are not in this database.
///
/// # Errors
/// It cannot be stored.
pub async fn reserve_receipts(
    database: &impl Database,
    issuer: &str,
    upto: u64,
) -> Result<(), EngineError> {
    Ok(store::restores::reserve_receipts(database, issuer, upto).await?)
}

/// Mark a copy as restored, for the gateway that starts on it: see `store/restores.rs`.
///
/// # Errors
/// It cannot be stored.
pub async fn mark_restored(database: &impl Database, now: u64) -> Result<(), EngineError> {
    Ok(store::restores::mark(database, now).await?)
}
