//! Refunds, as the events that recorded them.

use chargetap_contract::money::Currency;
use serde::Deserialize;

use super::error::StoreError;
use super::rows::{Members, Reader, first_text, text, unreadable};
use crate::platform::Database;
use crate::refund::Refund;

/// The refund that was stored under this dedupe key. The session is as it was then, so that the same
/// request gets the same answer.
pub(crate) async fn load(
    database: &impl Database,
    dedupe: &str,
) -> Result<Option<Refund>, StoreError> {
    let rows = database
        .query(
            "SELECT event, view, commands FROM event WHERE dedupe = ?1",
            vec![text(dedupe)],
        )
        .await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let mut row = Reader::new(row);
    let Some(amount) = row.members()?.number(&["Refunded"]) else {
        return Ok(None);
    };
    let view = row.members()?;
    let commands: Vec<Named> = row.json()?;
    let mut receipt = None;
    for command in commands {
        let query = "SELECT id FROM paper WHERE command = ?1";
        let issued = database.query(query, vec![text(&command.id)]).await?;
        receipt = first_text(issued)?.or(receipt);
    }
    Ok(Some(Refund {
        amount,
        currency: view
            .text(&["currency"])
            .ok_or_else(|| unreadable("a view without a currency"))?,
        refunded: refunded(&view),
        left: captured(&view).saturating_sub(refunded(&view)),
        receipt,
    }))
}

/// A command of which only the id is of interest.
#[derive(Deserialize)]
struct Named {
    id: String,
}

fn captured(view: &Members) -> u64 {
    view.number(&["captured"]).unwrap_or_default()
}

fn refunded(view: &Members) -> u64 {
    view.number(&["refunded"]).unwrap_or_default()
}

/// How a session stands.
async fn view(database: &impl Database, session: &str) -> Result<Option<Members>, StoreError> {
    let query = "SELECT view FROM session WHERE id = ?1";
    let rows = database.query(query, vec![text(session)]).await?;
    let row = rows.into_iter().next();
    row.map(|row| Reader::new(row).members()).transpose()
}

/// How much was given back of what a session captured, in minor units; absent if nothing was.
pub(crate) async fn total(
    database: &impl Database,
    session: &str,
) -> Result<Option<u64>, StoreError> {
    let view = view(database, session).await?;
    Ok(view.map(|view| refunded(&view)).filter(|total| *total > 0))
}

/// How much is left of what a session captured, in minor units of this currency; absent if it captured
/// nothing.
pub(crate) async fn left(
    database: &impl Database,
    session: &str,
) -> Result<Option<(u64, Currency)>, StoreError> {
    let view = view(database, session).await?;
    let Some(view) = view.filter(|view| captured(view) > 0) else {
        return Ok(None);
    };
    let currency = view
        .text(&["currency"])
        .ok_or_else(|| unreadable("a view without a currency"))?;
    Ok(Some((
        captured(&view).saturating_sub(refunded(&view)),
        currency,
    )))
}
