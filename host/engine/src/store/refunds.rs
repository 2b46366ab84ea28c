//! Refunds, as the events that recorded them.

use chargetap_contract::money::Currency;

use super::error::StoreError;
use super::rows::{Reader, text};
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
            "SELECT event ->> '$.Refunded', view ->> '$.currency', view ->> '$.refunded',
                    (view ->> '$.captured') - (view ->> '$.refunded'),
                    (SELECT paper.id FROM json_each(event.commands) AS command JOIN paper
                     ON paper.command = command.value ->> '$.id')
             FROM event WHERE dedupe = ?1 AND event ->> '$.Refunded' IS NOT NULL",
            vec![text(dedupe)],
        )
        .await?;
    let refund = |row| {
        let mut row = Reader::new(row);
        Ok(Refund {
            amount: row.unsigned()?,
            currency: row.text()?,
            refunded: row.unsigned()?,
            left: row.unsigned()?,
            receipt: row.optional_text()?,
        })
    };
    rows.into_iter().next().map(refund).transpose()
}

/// How much was given back of what a session captured, in minor units; absent if nothing was.
pub(crate) async fn total(
    database: &impl Database,
    session: &str,
) -> Result<Option<u64>, StoreError> {
    let rows = database
        .query(
            "SELECT view ->> '$.refunded' FROM session
             WHERE id = ?1 AND view ->> '$.refunded' > 0",
            vec![text(session)],
        )
        .await?;
    let total = rows.into_iter().next();
    total.map(|row| Reader::new(row).unsigned()).transpose()
}

/// How much is left of what a session captured, in minor units of this currency; absent if it captured
/// nothing.
pub(crate) async fn left(
    database: &impl Database,
    session: &str,
) -> Result<Option<(u64, Currency)>, StoreError> {
    let rows = database
        .query(
            "SELECT (view ->> '$.captured') - (view ->> '$.refunded'), view ->> '$.currency'
             FROM session WHERE id = ?1 AND view ->> '$.captured' > 0",
            vec![text(session)],
        )
        .await?;
    let left = |row| {
        let mut row = Reader::new(row);
        Ok((row.unsigned()?, row.text()?))
    };
    rows.into_iter().next().map(left).transpose()
}
