//! The outbox: commands from being asked for to being done.
//!
//! Where waiting commands are looked for, the condition says in words that they are not done: only
//! then does SQLite use `command_waiting`, and not read every command there ever was.
//!
//! A command is `pending`, then `sent` (committed before anything is sent), then `done`, in the same statement
//! that stores its outcome. One that was `sent` by a gateway that died gets the outcome `unknown`, and never a
//! second attempt. Only what shows, issues or alerts is done again.

use std::ops::Range;

use chargetap_contract::session::{Action, Command};

use super::error::StoreError;
use super::processes::{now, retake};
use super::rows::{Reader, by_dialect, integer, optional_text, text};
use crate::platform::{Database, Dialect, Value};

/// What a command waits for. One that waits long delays those of its own lane only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// A station that is to stop: it charges on until then, maybe for more than is held.
    Stops,
    /// A station that is to start.
    Starts,
    /// The payment provider.
    Payments,
    /// The store, and the terminal's screen.
    Records,
}

impl Lane {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Stops, Self::Starts, Self::Payments, Self::Records];

    /// Which commands are in it: those whose actions are these or, if it says so, are none of these. So there is none
    /// that is in no lane.
    fn actions(self) -> (&'static str, bool) {
        match self {
            Self::Stops => (r#"["StopCharging"]"#, true),
            Self::Starts => (r#"["StartCharging"]"#, true),
            Self::Payments => (r#"["Authorise","Capture","Cancel","LookUp"]"#, true),
            Self::Records => (
                r#"["StopCharging","StartCharging","Authorise","Capture","Cancel","LookUp"]"#,
                false,
            ),
        }
    }
}

/// A command that was claimed for execution.
#[derive(Debug)]
pub(crate) struct Claimed {
    pub(crate) session: String,
    pub(crate) command: Command,
    /// How often it was claimed, with this time.
    attempts: i64,
}

/// A command that was sent and never ended.
pub(crate) struct Abandoned {
    pub(crate) id: String,
    /// What is on record, if it can be read.
    pub(crate) claimed: Result<Claimed, StoreError>,
}

/// Take the next waiting command of a lane, so that its execution is on record before anything is sent.
/// The number is that of the claim, of all that this process makes.
pub(crate) async fn claim(
    database: &impl Database,
    lane: Lane,
    number: u64,
    now: u64,
) -> Result<Option<Claimed>, StoreError> {
    let (actions, is_in) = lane.actions();
    let mut parameters = vec![integer(now)?, text(actions), Value::Integer(is_in.into())];
    if database.dialect() == Dialect::Postgres {
        parameters.push(optional_text(owner(database, number).as_deref()));
    }
    // An action is a JSON object with its name as the only key. It is not read as JSON, so that one that cannot be
    // read does not keep the others waiting.
    let rows = database
        .query(
            by_dialect(
                database,
                "UPDATE command SET status = 'sent', sent_at = ?1, attempts = attempts + 1
                 WHERE number = (SELECT min(number) FROM command
                                 WHERE status = 'pending' AND status <> 'done'
                                   AND (substr(action, 3, instr(action, '\":') - 3)
                                        IN (SELECT value FROM json_each(?2))) = ?3)
                   AND status = 'pending'
                 RETURNING id, session, action, attempts",
                "UPDATE command SET status = 'sent', sent_at = ?1, attempts = attempts + 1, owner = ?4
                 WHERE number = (SELECT number FROM command
                                 WHERE status = 'pending' AND status <> 'done'
                                   AND (split_part(action, '\"', 2)
                                        IN (SELECT jsonb_array_elements_text(CAST(?2 AS jsonb)))) = (?3 = 1)
                                 ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED)
                 RETURNING id, session, action, attempts",
            ),
            parameters,
        )
        .await?;
    let row = rows.into_iter().next();
    row.map(|row| claimed(Reader::new(row))).transpose()
}

/// The command that a claim of this process took, if it took one and its answer was lost on the way from the server.
pub(crate) async fn taken_unheard(
    database: &impl Database,
    number: u64,
    now: u64,
) -> Result<Option<Claimed>, StoreError> {
    let Some(owner) = owner(database, number) else {
        return Ok(None);
    };
    let rows = retake(database, &owner, now).await?;
    let row = rows.into_iter().next();
    row.map(|row| claimed(Reader::new(row))).transpose()
}

/// The text in the column `owner` of a claimed command: its process and the number of the claim there. Nothing where there
/// is one process only.
fn owner(database: &impl Database, number: u64) -> Option<String> {
    let process = database.process()?;
    Some(format!("{process}/{number}"))
}

macro_rules! abandoned {
    () => {
        "SELECT id, id, session, action, attempts FROM command WHERE status = 'sent' AND status <> 'done' AND "
    };
}

/// Commands that were sent and never ended, and that nobody executes any more: those sent outside of this span of time,
/// and those whose process is gone, where several share the database.
pub(crate) async fn abandoned(
    database: &impl Database,
    except: Range<u64>,
) -> Result<Vec<Abandoned>, StoreError> {
    let rows = database
        .query(
            by_dialect(
                database,
                concat!(
                    abandoned!(),
                    "NOT (sent_at >= ?1 AND sent_at < ?2) ORDER BY number"
                ),
                concat!(
                    abandoned!(),
                    "(NOT (sent_at >= ?1 AND sent_at < ?2)
                      OR owner IS NOT NULL AND NOT EXISTS (
                          SELECT 1 FROM process
                          WHERE process.id = split_part(command.owner, '/', 1) AND process.until > ",
                    now!(),
                    ")) ORDER BY number"
                ),
            ),
            vec![integer(except.start)?, integer(except.end)?],
        )
        .await?;
    let abandoned = |row| {
        let mut row = Reader::new(row);
        let id = row.text()?;
        let claimed = claimed(row);
        Ok(Abandoned { id, claimed })
    };
    rows.into_iter().map(abandoned).collect()
}

fn claimed(mut row: Reader) -> Result<Claimed, StoreError> {
    let id = row.text()?;
    let session = row.text()?;
    let action: Action = row.json()?;
    Ok(Claimed {
        session,
        command: Command { id, action },
        attempts: row.integer()?,
    })
}

/// Whether a command is on record as sent, by this claim of it.
pub(crate) async fn is_under_way(
    database: &impl Database,
    claimed: &Claimed,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            "SELECT 1 FROM command WHERE id = ?1 AND status = 'sent' AND attempts = ?2",
            vec![text(&claimed.command.id), Value::Integer(claimed.attempts)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// A command ended in a way that its session need not know.
pub(crate) async fn complete(database: &impl Database, command: &str) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE command SET status = 'done' WHERE id = ?1 AND status = 'sent'",
            vec![text(command)],
        )
        .await?;
    Ok(())
}

/// A command that was sent and never ended is to be sent again.
pub(crate) async fn requeue(database: &impl Database, command: &str) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE command SET status = 'pending' WHERE id = ?1 AND status = 'sent'",
            vec![text(command)],
        )
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
