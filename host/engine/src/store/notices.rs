//! Notices: what each terminal is to say next, and the receipts whose drivers may ask for them again.

use std::ops::RangeInclusive;

use chargetap_contract::terminal::CardReference;

use super::error::StoreError;
use super::rows::{Reader, card_key, integer, json, text};
use crate::platform::Database;
use crate::terminals::notice::Notice;

/// Store what a terminal is to say, in place of what it was to say before. While a card is being dealt with
/// there, nothing is stored: the notice would be for another driver.
pub(crate) async fn put(
    database: &impl Database,
    terminal: &str,
    notice: &Notice,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO notice (terminal, notice, at) SELECT ?1, ?2, ?3
             WHERE NOT EXISTS (SELECT 1 FROM session WHERE terminal = ?1 AND phase = 'authorising')
             ON CONFLICT (terminal) DO UPDATE SET notice = excluded.notice, at = excluded.at",
            vec![text(terminal), json(notice)?, integer(now)?],
        )
        .await?;
    Ok(())
}

/// A notice that waits, and since when.
pub(crate) struct Waiting {
    pub(crate) notice: Notice,
    since: u64,
}

/// What a terminal is still to say, if it has not waited for longer than this.
pub(crate) async fn waiting(
    database: &impl Database,
    terminal: &str,
    now: u64,
    for_ms: u64,
) -> Result<Option<Waiting>, StoreError> {
    let rows = database
        .query(
            "SELECT notice, at FROM notice WHERE terminal = ?1 AND at BETWEEN ?2 AND ?3",
            vec![
                text(terminal),
                integer(now.saturating_sub(for_ms))?,
                integer(now)?,
            ],
        )
        .await?;
    let mut waiting = rows.into_iter().map(|row| {
        let mut row = Reader::new(row);
        Ok(Waiting {
            notice: row.json()?,
            since: row.unsigned()?,
        })
    });
    waiting.next().transpose()
}

/// This notice does not wait any more. One that was put meanwhile does.
pub(crate) async fn withdraw(
    database: &impl Database,
    terminal: &str,
    waiting: &Waiting,
) -> Result<(), StoreError> {
    database
        .query(
            "DELETE FROM notice WHERE terminal = ?1 AND notice = ?2 AND at = ?3",
            vec![
                text(terminal),
                json(&waiting.notice)?,
                integer(waiting.since)?,
            ],
        )
        .await?;
    Ok(())
}

/// Delete what nobody is told any more.
pub(crate) async fn delete_old(database: &impl Database, before: u64) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM notice WHERE at < ?1",
        "DELETE FROM recall WHERE at < ?1",
    ] {
        database.query(statement, vec![integer(before)?]).await?;
    }
    Ok(())
}

/// A session's receipt that its card may ask for again, for some minutes.
pub(crate) struct Recallable<'a> {
    pub(crate) session: &'a str,
    pub(crate) terminal: &'a str,
    pub(crate) card: &'a CardReference,
    pub(crate) notice: &'a Notice,
}

/// Keep what a card may ask for again.
pub(crate) async fn keep(
    database: &impl Database,
    recallable: &Recallable<'_>,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO recall (session, terminal, card, notice, at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (session) DO NOTHING",
            vec![
                text(recallable.session),
                text(recallable.terminal),
                text(&card_key(recallable.card)),
                json(recallable.notice)?,
                integer(now)?,
            ],
        )
        .await?;
    Ok(())
}

/// What this card may ask for again at this terminal, because its receipt was told in this span of time: once for
/// each session, by this arming if it is the latest.
pub(crate) async fn recall(
    database: &impl Database,
    terminal: &str,
    card: &CardReference,
    arming_id: &str,
    told: RangeInclusive<u64>,
) -> Result<Option<Notice>, StoreError> {
    let rows = database
        .query(
            "UPDATE recall SET arming = ?3
             WHERE session = (SELECT session FROM recall
                              WHERE terminal = ?1 AND card = ?2
                                AND (arming = ?3 OR arming IS NULL AND at BETWEEN ?4 AND ?5)
                              ORDER BY arming IS NULL, at DESC LIMIT 1)
               AND NOT EXISTS (SELECT 1 FROM ask AS this JOIN ask AS later USING (terminal)
                               WHERE this.id = ?3 AND later.number > this.number)
             RETURNING notice",
            vec![
                text(terminal),
                text(&card_key(card)),
                text(arming_id),
                integer(*told.start())?,
                integer(*told.end())?,
            ],
        )
        .await?;
    let mut notices = rows.into_iter().map(|row| Reader::new(row).json());
    notices.next().transpose()
}
