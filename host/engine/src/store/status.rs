//! Counts for operators: how much waits, and how stations and terminals are.

use super::error::StoreError;
use super::rows::{Reader, integer, json, texts};
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
            "SELECT max(event.at) FROM command
             JOIN event ON event.session = command.session
             JOIN json_each(event.commands) AS asked ON asked.value ->> '$.id' = command.id
             WHERE command.number = (SELECT min(number) FROM command INDEXED BY command_waiting
                                     WHERE status <> 'done')",
            Vec::new(),
        )
        .await?;
    if let Some(row) = rows.into_iter().next() {
        waiting.oldest_at = Reader::new(row).optional_unsigned()?;
    }
    Ok(waiting)
}

/// How many sessions of which something is still to come are in which phase.
pub(crate) async fn unresolved_phases(
    database: &impl Database,
) -> Result<Vec<(String, u64)>, StoreError> {
    let rows = database
        .query(
            // Its condition is that of the index, word for word. SQLite would read another index as a whole.
            "SELECT phase, count(*) FROM session INDEXED BY session_unresolved
             WHERE phase NOT IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken')
             GROUP BY phase ORDER BY phase",
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
            "SELECT wanted.value FROM json_each(?1) AS wanted JOIN ask
             ON ask.number = (SELECT max(number) FROM ask WHERE terminal = wanted.value)
             WHERE ask.confirmed = 1 AND ask.expires_at > ?2",
            vec![json(terminals)?, integer(now)?],
        )
        .await?;
    texts(rows)
}
