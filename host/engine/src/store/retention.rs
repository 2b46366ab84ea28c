//! What goes of sessions that ended, as time passes.
//!
//! | a session is | what goes                                                                                    |
//! |--------------|----------------------------------------------------------------------------------------------|
//! | folded       | its readings, and its commands that are done                                                 |
//! | thinned      | nothing: they are gone                                                                       |
//! | closed       | its events, its state and what was known of its card, also on its receipts; nothing can follow |
//! | removed      | the rest, but the numbers of its receipts                                                    |
//!
//! Each statement changes few rows, because others wait for it.

use super::error::StoreError;
use super::rows::{Reader, by_dialect, integer, is_full};
use crate::platform::{Database, Value};

/// Of how many sessions the readings go at a time.
const THINNED_AT_ONCE: u64 = 20;

/// Delete so many readings and commands that are done of folded sessions. Whether there may be more. The last event of
/// a session stays, and with it the last of all.
///
/// The sessions come first in each join, because SQLite keeps to the order of a CROSS JOIN.
pub(crate) async fn thin(database: &impl Database, most: u64) -> Result<bool, StoreError> {
    for statement in [
        r#"DELETE FROM event WHERE (session, version) IN (
            SELECT event.session, event.version
            FROM (SELECT id, version FROM session WHERE is_folded = 1 AND is_thinned = 0
                  ORDER BY number LIMIT ?1) AS oldest
            CROSS JOIN event
            WHERE event.session = oldest.id AND event.version < oldest.version AND event.event LIKE '{"MeterRead":%'
              AND coalesce(dedupe, read) IS NULL
            LIMIT ?2)
         RETURNING version"#,
        "DELETE FROM command WHERE number IN (
            SELECT command.number
            FROM (SELECT id FROM session WHERE is_folded = 1 AND is_thinned = 0
                  ORDER BY number LIMIT ?1) AS oldest
            CROSS JOIN command
            WHERE command.session = oldest.id AND command.status = 'done' LIMIT ?2)
         RETURNING number",
    ] {
        let parameters = vec![integer(THINNED_AT_ONCE)?, integer(most)?];
        let deleted = database.query(statement, parameters).await?;
        if is_full(&deleted, most) {
            return Ok(true);
        }
    }
    let thinned = database
        .query(
            r#"UPDATE session SET is_thinned = 1
               WHERE number IN (SELECT number FROM session WHERE is_folded = 1 AND is_thinned = 0
                                ORDER BY number LIMIT ?1)
                 AND NOT EXISTS (SELECT 1 FROM event
                                 WHERE event.session = session.id AND event.version < session.version
                                   AND event.event LIKE '{"MeterRead":%' AND coalesce(dedupe, read) IS NULL)
                 AND NOT EXISTS (SELECT 1 FROM command
                                 WHERE command.session = session.id AND command.status = 'done')
               RETURNING number"#,
            vec![integer(THINNED_AT_ONCE)?],
        )
        .await?;
    Ok(!thinned.is_empty())
}

/// A session that was thinned.
pub(crate) struct Thinned {
    /// Its place in the order in which sessions began.
    pub(crate) number: i64,
    pub(crate) session: String,
    version: i64,
    /// When its last event was, by the clock as it was set then, and as it is set now.
    put_at: u64,
    pub(crate) last_at: u64,
    /// The place of that event in the journal.
    last_place: i64,
    /// A command of it waits.
    pub(crate) is_waiting: bool,
}

macro_rules! thinned {
    ($place:literal) => {
        concat!(
            "SELECT oldest.number, oldest.id, oldest.version, last.at,
                    last.at + coalesce((SELECT CAST(sum(by) AS bigint)
                                        FROM clock_step JOIN clock_step_order USING (number)
                                        WHERE after_event >= last.",
            $place,
            "), 0), last.",
            $place,
            ", EXISTS (SELECT 1 FROM command WHERE command.session = oldest.id AND status <> 'done')
             FROM (SELECT number, id, version FROM session
                   WHERE is_thinned = 1 AND closed_at IS NULL AND number > ?1
                     AND phase IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken')
                   ORDER BY number LIMIT ?2) AS oldest
             JOIN event AS last ON last.session = oldest.id AND last.version = oldest.version
             WHERE last.",
            $place,
            " < (SELECT max(",
            $place,
            ") FROM event)
             ORDER BY oldest.number"
        )
    };
}

/// So many sessions that have ended, were thinned and are not closed, after a place in the order in which sessions
/// began. The one with the last event of all is not among them: that event says how far the clock has come, and SQLite
/// would give its place to the next one.
pub(crate) async fn thinned(
    database: &impl Database,
    after: i64,
    limit: u64,
) -> Result<Vec<Thinned>, StoreError> {
    let rows = database
        .query(
            by_dialect(database, thinned!("rowid"), thinned!("place")),
            vec![Value::Integer(after), integer(limit)?],
        )
        .await?;
    let thinned = |row| {
        let mut row = Reader::new(row);
        Ok(Thinned {
            number: row.integer()?,
            session: row.text()?,
            version: row.integer()?,
            put_at: row.unsigned()?,
            last_at: row.integer()?.try_into().unwrap_or_default(),
            last_place: row.integer()?,
            is_waiting: row.integer()? != 0,
        })
    };
    rows.into_iter().map(thinned).collect()
}

/// A trigger deletes its history, and the card on its receipts.
const CLOSE: &str =
    "UPDATE session SET card = NULL, state = x'', view = json_remove(view, '$.card'),
                        closed_at = ?3, last_place = ?4
     WHERE number = ?1 AND version = ?2 AND closed_at IS NULL";

/// The same without triggers.
const CLOSE_AND_DELETE: &str = "WITH closed AS (
        UPDATE session SET card = NULL, state = '', view = CAST(CAST(view AS jsonb) - 'card' AS text),
            closed_at = ?3, last_place = ?4
        WHERE number = ?1 AND version = ?2 AND closed_at IS NULL
        RETURNING id),
     forgotten AS (DELETE FROM event USING closed WHERE event.session = closed.id),
     over AS (DELETE FROM command USING closed WHERE command.session = closed.id AND command.status = 'done'),
     receipts AS (
        UPDATE paper SET last_four = NULL,
            document = CAST(CAST(document AS jsonb) #- '{subject,Session,card}' #- '{subject,Refund,session,card}'
                            #- '{subject,Invoice,session,card}' #- '{subject,Payout,session,card}' AS text)
        FROM closed WHERE paper.session = closed.id)
     SELECT id FROM closed";

/// Close a session, unless something happens to it meanwhile: all of it or nothing.
pub(crate) async fn close(database: &impl Database, ended: &Thinned) -> Result<(), StoreError> {
    database
        .query(
            by_dialect(database, CLOSE, CLOSE_AND_DELETE),
            vec![
                Value::Integer(ended.number),
                Value::Integer(ended.version),
                integer(ended.put_at)?,
                Value::Integer(ended.last_place),
            ],
        )
        .await?;
    Ok(())
}

/// A trigger deletes what belongs to them.
macro_rules! remove {
    () => {
        "DELETE FROM session WHERE number IN (
            SELECT number FROM (SELECT number, closed_at, last_place FROM session WHERE closed_at IS NOT NULL
                                ORDER BY closed_at LIMIT ?2) AS oldest
            WHERE closed_at + coalesce((SELECT sum(by) FROM clock_step JOIN clock_step_order USING (number)
                                        WHERE after_event >= oldest.last_place), 0) < ?1)
         RETURNING number"
    };
}

/// The same without triggers.
const REMOVE_AND_DELETE: &str = concat!(
    "WITH removed AS (",
    remove!(),
    ", id),
     receipts AS (DELETE FROM paper USING removed WHERE paper.session = removed.id RETURNING paper.command),
     numbers AS (UPDATE invoice SET command = 'past/' || invoice.command FROM receipts
                 WHERE invoice.command = receipts.command),
     signed AS (DELETE FROM signed_value USING removed WHERE signed_value.session = removed.id),
     over AS (DELETE FROM command USING removed WHERE command.session = removed.id),
     transactions AS (DELETE FROM station_transaction USING removed WHERE station_transaction.session = removed.id)
     SELECT number FROM removed"
);

/// Remove so many sessions whose last event was before a moment, by the clock as it is set now, with their receipts.
/// Whether there may be more.
pub(crate) async fn remove(
    database: &impl Database,
    before: u64,
    most: u64,
) -> Result<bool, StoreError> {
    let statement = by_dialect(database, remove!(), REMOVE_AND_DELETE);
    let parameters = vec![integer(before)?, integer(most)?];
    Ok(is_full(&database.query(statement, parameters).await?, most))
}

#[cfg(test)]
mod tests;
