//! Counts for operators: how much waits, and how stations and terminals are.

use super::error::StoreError;
use super::rows::{Reader, by_dialect, integer, json, texts, with_texts};
use super::stations::out_of_order;
use crate::platform::Database;

/// Commands that are not done.
#[derive(Default)]
pub(crate) struct Waiting {
    pub(crate) pending: u64,
    pub(crate) sent: u64,
    /// When the oldest of them was asked for, in Unix milliseconds.
    pub(crate) oldest_at: Option<u64>,
}

/// The commands that are not done.
pub(crate) async fn waiting_commands(database: &impl Database) -> Result<Waiting, StoreError> {
    let rows = database
        .query(
            "SELECT status = 'pending', count(*) FROM command WHERE status <> 'done' GROUP BY status",
            Vec::new(),
        )
        .await?;
    let mut waiting = Waiting::default();
    for row in rows {
        let mut row = Reader::new(row);
        let count = match row.integer()? {
            0 => &mut waiting.sent,
            _ => &mut waiting.pending,
        };
        *count = row.unsigned()?;
    }
    let rows = database
        .query(
            // The event that asked for it, the last time if that was several times.
            by_dialect(
                database,
                "SELECT max(event.at) FROM command
                 JOIN event ON event.session = command.session
                 JOIN json_each(event.commands) AS asked ON asked.value ->> '$.id' = command.id
                 WHERE command.number = (SELECT min(number) FROM command INDEXED BY command_waiting
                                         WHERE status <> 'done')",
                "SELECT max(event.at) FROM command
                 JOIN event ON event.session = command.session
                 CROSS JOIN LATERAL jsonb_array_elements(CAST(event.commands AS jsonb)) AS asked (value)
                 WHERE asked.value ->> 'id' = command.id
                   AND command.number = (SELECT min(number) FROM command WHERE status <> 'done')",
            ),
            Vec::new(),
        )
        .await?;
    if let Some(row) = rows.into_iter().next() {
        waiting.oldest_at = Reader::new(row).optional_unsigned()?;
    }
    Ok(waiting)
}

macro_rules! unresolved_by_phase {
    () => {
        "WHERE phase NOT IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken')
         GROUP BY phase ORDER BY phase"
    };
}

/// How many sessions of which something is still to come are in which phase.
pub(crate) async fn unresolved_phases(
    database: &impl Database,
) -> Result<Vec<(String, u64)>, StoreError> {
    let rows = database
        .query(
            // Its condition is that of the index, word for word. SQLite would read another index as a whole.
            by_dialect(
                database,
                concat!(
                    "SELECT phase, count(*) FROM session INDEXED BY session_unresolved ",
                    unresolved_by_phase!()
                ),
                concat!(
                    "SELECT phase, count(*) FROM session ",
                    unresolved_by_phase!()
                ),
            ),
            Vec::new(),
        )
        .await?;
    let count = |row| {
        let mut row = Reader::new(row);
        Ok((row.text()?, row.unsigned()?))
    };
    rows.into_iter().map(count).collect()
}

/// The stations that say of themselves, or of a connector, that it is out of order.
pub(crate) async fn stations_out_of_order(
    database: &impl Database,
) -> Result<Vec<String>, StoreError> {
    let rows = database
        .query(
            concat!(
                "SELECT DISTINCT station FROM connector WHERE status IN ",
                out_of_order!()
            ),
            Vec::new(),
        )
        .await?;
    texts(rows)
}

/// Those of these terminals that show the last prompt that they were sent.
pub(crate) async fn armed(
    database: &impl Database,
    terminals: &[&str],
    now: u64,
) -> Result<Vec<String>, StoreError> {
    let rows = database
        .query(
            with_texts!(
                database,
                "SELECT terminal FROM ask
                 WHERE confirmed = 1 AND expires_at > ?2
                   AND number = (SELECT max(number) FROM ask AS last WHERE last.terminal = ask.terminal)
                   AND terminal IN ",
                ""
            ),
            vec![json(terminals)?, integer(now)?],
        )
        .await?;
    texts(rows)
}
