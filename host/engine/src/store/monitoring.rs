//! How terminals and sessions stand, as far as alerts depend on it, and alerts on their way to webhooks.

use std::collections::BTreeMap;

use chargetap_fleet::context::{SessionStatus, StatusRecord};
use chargetap_fleet::text::Serial;

use super::error::StoreError;
use super::rows::{
    Reader, by_dialect, integer, is_full, json, optional_text, place, text, unreadable, with_texts,
};
use crate::platform::Database;

/// Record the status of a terminal.
pub(crate) async fn record_status(
    database: &impl Database,
    terminal: &str,
    seen: &StatusRecord,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO seen (terminal, seen) VALUES (?1, ?2)
             ON CONFLICT (terminal) DO UPDATE SET seen = excluded.seen",
            vec![text(terminal), json(seen)?],
        )
        .await?;
    Ok(())
}

/// The last status of each terminal.
pub(crate) async fn statuses(
    database: &impl Database,
) -> Result<BTreeMap<Serial, StatusRecord>, StoreError> {
    let rows = database
        .query("SELECT terminal, seen FROM seen", Vec::new())
        .await?;
    let pair = |row| {
        let mut row = Reader::new(row);
        let terminal = row.text()?.try_into().map_err(unreadable)?;
        Ok((terminal, row.json()?))
    };
    rows.into_iter().map(pair).collect()
}

/// The last status of one terminal.
pub(crate) async fn status_of(
    database: &impl Database,
    terminal: &str,
) -> Result<Option<StatusRecord>, StoreError> {
    let rows = database
        .query(
            "SELECT seen FROM seen WHERE terminal = ?1",
            vec![text(terminal)],
        )
        .await?;
    let row = rows.into_iter().next();
    row.map(|row| Reader::new(row).json()).transpose()
}

/// How sessions stand, by their ids.
pub(crate) async fn session_statuses(
    database: &impl Database,
    sessions: &[&str],
) -> Result<BTreeMap<String, SessionStatus>, StoreError> {
    let rows = database
        .query(
            with_texts!(
                database,
                "SELECT id, phase = 'authorising', phase = 'needs-attention', view FROM session WHERE id IN ",
                ""
            ),
            vec![json(sessions)?],
        )
        .await?;
    let status = |row| {
        let mut row = Reader::new(row);
        let session = row.text()?;
        let status = SessionStatus {
            is_authorising: row.integer()? != 0,
            needs_attention: row.integer()? != 0,
            was_reported_late: row.members()?.has(&["reported_late"]),
        };
        Ok((session, status))
    };
    rows.into_iter().map(status).collect()
}

/// An alert on its way to an address.
pub(crate) struct Delivery {
    pub(crate) number: u64,
    pub(crate) webhook: String,
    pub(crate) alert: String,
    /// The alert, as JSON.
    pub(crate) body: String,
    /// How often it was tried.
    pub(crate) attempts: u64,
    /// What came of the last attempt.
    pub(crate) error: Option<String>,
    /// When it was tried first, and last.
    pub(crate) first_at: u64,
    pub(crate) last_at: u64,
}

fn delivery(row: crate::platform::Row) -> Result<Delivery, StoreError> {
    let mut row = Reader::new(row);
    Ok(Delivery {
        number: row.unsigned()?,
        webhook: row.text()?,
        alert: row.text()?,
        body: row.text()?,
        attempts: row.unsigned()?,
        error: row.optional_text()?,
        first_at: row.unsigned()?,
        last_at: row.unsigned()?,
    })
}

macro_rules! claim {
    () => {
        "UPDATE delivery SET attempts = attempts + 1, next_at = ?2, last_at = ?1,
                             first_at = CASE WHEN attempts = 0 THEN ?1 ELSE first_at END
         WHERE number = (SELECT number FROM delivery WHERE status = 'waiting' AND next_at <= ?1 "
    };
}
macro_rules! claimed {
    () => {
        " RETURNING number, webhook, alert, body, attempts, error, first_at, last_at"
    };
}

/// Claim a delivery whose time has come. Until `until` it is not claimed again.
pub(crate) async fn claim_delivery(
    database: &impl Database,
    now: u64,
    until: u64,
) -> Result<Option<Delivery>, StoreError> {
    let rows = database
        .query(
            by_dialect(
                database,
                concat!(claim!(), "ORDER BY next_at LIMIT 1)", claimed!()),
                concat!(
                    claim!(),
                    "ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)",
                    claimed!()
                ),
            ),
            vec![integer(now)?, integer(until)?],
        )
        .await?;
    rows.into_iter().next().map(delivery).transpose()
}

/// What came of a delivery: it arrived, is tried again at a moment, or is given up. Nothing is stored if it was claimed
/// again meanwhile: then that claim says what becomes of it.
pub(crate) async fn complete_delivery(
    database: &impl Database,
    claimed: &Delivery,
    status: &str,
    next_at: u64,
    error: Option<&str>,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE delivery SET status = ?2, next_at = ?3, error = ?4
             WHERE number = ?1 AND status = 'waiting' AND attempts = ?5",
            vec![
                integer(claimed.number)?,
                text(status),
                integer(next_at)?,
                optional_text(error),
                integer(claimed.attempts)?,
            ],
        )
        .await?;
    Ok(())
}

/// Delete so many deliveries that arrived, or were given up, and were last tried before a moment. Whether there may be
/// more.
pub(crate) async fn delete_deliveries(
    database: &impl Database,
    before: u64,
    most: u64,
) -> Result<bool, StoreError> {
    let statement = "DELETE FROM delivery WHERE number IN (
                        SELECT number FROM delivery WHERE status <> 'waiting' AND last_at < ?1
                        ORDER BY last_at LIMIT ?2)
                     RETURNING number";
    let parameters = vec![integer(before)?, integer(most)?];
    Ok(is_full(&database.query(statement, parameters).await?, most))
}

/// Deliveries that were given up: the newest before one, as many as that.
pub(crate) async fn dead_letters(
    database: &impl Database,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Delivery>, StoreError> {
    let rows = database
        .query(
            "SELECT number, webhook, alert, body, attempts, error, first_at, last_at FROM delivery
             WHERE status = 'dead' AND number < ?1
             ORDER BY number DESC LIMIT ?2",
            vec![place(before)?, integer(limit.into())?],
        )
        .await?;
    rows.into_iter().map(delivery).collect()
}

/// Try a delivery again that was given up. Whether there was one.
pub(crate) async fn redeliver(
    database: &impl Database,
    number: u64,
    now: u64,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            "UPDATE delivery SET status = 'waiting', attempts = 0, next_at = ?2
             WHERE number = ?1 AND status = 'dead' RETURNING number",
            vec![integer(number)?, integer(now)?],
        )
        .await?;
    Ok(!rows.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

    use super::*;
    use crate::store::disk::{Disk, in_every_database};

    async fn what_comes_late_of_an_attempt_says_nothing_against_the_next_one(disk: Disk) {
        disk.execute(
            "INSERT INTO delivery (webhook, alert, body, status, next_at) VALUES ('W', 'A', '{}', 'waiting', 0)",
        )
        .await;
        let first = claim_delivery(&disk, 0, 10).await.unwrap().unwrap();
        let second = claim_delivery(&disk, 10, 20).await.unwrap().unwrap();
        let status = async || {
            disk.text("SELECT status FROM delivery WHERE number = 1")
                .await
        };
        complete_delivery(&disk, &first, "dead", 20, Some("silent"))
            .await
            .unwrap();
        assert_eq!(status().await, "waiting");
        complete_delivery(&disk, &second, "delivered", 20, None)
            .await
            .unwrap();
        complete_delivery(&disk, &second, "waiting", 20, Some("silent"))
            .await
            .unwrap();
        assert_eq!(status().await, "delivered");
    }

    in_every_database![what_comes_late_of_an_attempt_says_nothing_against_the_next_one];
}
