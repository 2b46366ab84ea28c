//! The journal: what must never be lost, in SQLite.
//!
//! Everything that belongs to one event (the event, its dedupe key, the session's new state, the
//! commands it asks for and the deadline) is written by **one statement**: an insert into `event`,
//! which a trigger carries into the other tables. A statement is atomic wherever it runs, so this
//! holds on a connection that is shared with strangers (as in Spin) as well as on one's own, and
//! many callers' statements may share one commit.
//!
//! Two writers cannot both take a session's next version: the second insert does nothing, which is
//! seen in its empty answer, and the step is made again on the newer state.

mod rows;
mod schema;

use std::ops::Range;

use chargetap_contract::session::{Action, Command, Decision, Event, Phase};
use chargetap_contract::terminal::CardReference;

use crate::platform::{DatabaseError, Platform, Row, Value};
use rows::{Reader, integer, json, optional_integer, optional_text, text};

/// The journal could not do it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JournalError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("the journal holds something unreadable: {0}")]
    Unreadable(String),
}

/// A session as stored.
pub(crate) struct Stored {
    /// Which version of the session this is, from 1.
    pub(crate) version: i64,
    pub(crate) terminal: String,
    pub(crate) state: Vec<u8>,
    pub(crate) deadline: Option<u64>,
}

/// An event with what was decided, on its way into the journal.
pub(crate) struct Entry<'a> {
    pub(crate) session: &'a str,
    /// The session's version after this event.
    pub(crate) version: i64,
    pub(crate) event: &'a Event,
    pub(crate) at: u64,
    /// Drops a repetition of the same delivery.
    pub(crate) dedupe: Option<&'a str>,
    /// The armed read that this event uses up.
    pub(crate) read: Option<&'a str>,
    /// The command whose outcome this is.
    pub(crate) ended_command: Option<&'a str>,
    pub(crate) decision: &'a Decision,
}

/// What became of an entry.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Recorded {
    Yes,
    /// The same delivery was recorded before.
    Duplicate,
    /// Another delivery used this read up, or the terminal was told to read anew since.
    ReadStale,
    /// The session moved on meanwhile.
    Stale,
    /// Another session has the EVSE.
    EvseOccupied,
    /// Another session has the hold.
    HoldClaimed,
}

/// A command that was claimed for execution.
pub(crate) struct Claimed {
    pub(crate) session: String,
    pub(crate) command: Command,
}

/// An armed read.
pub(crate) struct Armed {
    pub(crate) expires_at: u64,
    /// The provider confirmed that the terminal reads under it.
    pub(crate) confirmed: bool,
}

/// Make or upgrade the tables. Every statement may run twice, also at the same time.
pub(crate) async fn migrate(platform: &impl Platform) -> Result<(), JournalError> {
    for statement in schema::STATEMENTS {
        platform.query(statement, Vec::new()).await?;
    }
    Ok(())
}

pub(crate) async fn load(
    platform: &impl Platform,
    session: &str,
) -> Result<Option<Stored>, JournalError> {
    let rows = platform
        .query(
            "SELECT version, terminal, state, deadline FROM session WHERE id = ?1",
            vec![text(session)],
        )
        .await?;
    rows.into_iter()
        .next()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok(Stored {
                version: row.integer()?,
                terminal: row.text()?,
                state: row.blob()?,
                deadline: row.optional_unsigned()?,
            })
        })
        .transpose()
}

/// The running session that this card started at this terminal, if any.
pub(crate) async fn running_with_card(
    platform: &impl Platform,
    terminal: &str,
    card: &CardReference,
) -> Result<Option<String>, JournalError> {
    let rows = platform
        .query(
            "SELECT id FROM session WHERE terminal = ?1 AND card = ?2
             AND phase IN ('authorising', 'starting', 'charging', 'stopping')
             ORDER BY number DESC LIMIT 1",
            vec![text(terminal), text(&card_key(card))],
        )
        .await?;
    first_text(rows)
}

pub(crate) async fn record(
    platform: &impl Platform,
    entry: &Entry<'_>,
) -> Result<Recorded, JournalError> {
    let Decision {
        state,
        view,
        commands,
        deadline,
    } = entry.decision;
    let parameters = vec![
        text(entry.session),
        Value::Integer(entry.version),
        json(entry.event)?,
        integer(entry.at)?,
        optional_text(entry.dedupe),
        optional_text(entry.read),
        optional_text(entry.ended_command),
        Value::Blob(state.clone()),
        json(view)?,
        optional_text(view.card.map(|card| card_key(&card.reference)).as_deref()),
        text(phase_name(view.phase)),
        json(commands)?,
        optional_integer(*deadline)?,
    ];
    let inserted = platform
        .query(
            "INSERT INTO event (session, version, event, at, dedupe, read, ended_command,
                                state, view, card, phase, commands, deadline)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
             WHERE NOT EXISTS (SELECT 1 FROM read AS this JOIN read AS later USING (terminal)
                               WHERE this.id = ?6 AND later.number > this.number)
             ON CONFLICT DO NOTHING RETURNING version",
            parameters,
        )
        .await;
    match inserted {
        Ok(rows) if !rows.is_empty() => Ok(Recorded::Yes),
        Ok(_) | Err(DatabaseError::Constraint(_)) => why_not(platform, entry).await,
        Err(error) => Err(error.into()),
    }
}

/// Which of the journal's rules kept an entry out.
async fn why_not(platform: &impl Platform, entry: &Entry<'_>) -> Result<Recorded, JournalError> {
    let evse = &entry.decision.view.evse;
    let rows = platform
        .query(
            "SELECT EXISTS (SELECT 1 FROM event WHERE dedupe = ?1),
                    EXISTS (SELECT 1 FROM event WHERE read = ?2)
                    OR EXISTS (SELECT 1 FROM read AS this JOIN read AS later USING (terminal)
                               WHERE this.id = ?2 AND later.number > this.number),
                    EXISTS (SELECT 1 FROM event WHERE session = ?3 AND version = ?4),
                    EXISTS (SELECT 1 FROM session
                            WHERE station = ?5 AND connector = ?6 AND id <> ?3
                              AND phase IN ('authorising', 'starting', 'charging', 'stopping'))",
            vec![
                optional_text(entry.dedupe),
                optional_text(entry.read),
                text(entry.session),
                Value::Integer(entry.version),
                text(&evse.station),
                Value::Integer(evse.connector.into()),
            ],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    let mut holds = || row.integer().map(|truth| truth != 0);
    let (duplicate, read_stale, stale, occupied) = (holds()?, holds()?, holds()?, holds()?);
    let begins = entry.version == 1;
    Ok(if duplicate {
        Recorded::Duplicate
    } else if read_stale {
        Recorded::ReadStale
    } else if stale {
        Recorded::Stale
    } else if begins && occupied {
        Recorded::EvseOccupied
    } else if entry.decision.view.hold.is_some() {
        Recorded::HoldClaimed
    } else {
        // What was in the way is gone again.
        Recorded::Stale
    })
}

/// Whether this delivery was recorded before.
pub(crate) async fn is_duplicate(
    platform: &impl Platform,
    dedupe: &str,
) -> Result<bool, JournalError> {
    let rows = platform
        .query("SELECT 1 FROM event WHERE dedupe = ?1", vec![text(dedupe)])
        .await?;
    Ok(!rows.is_empty())
}

/// Take the next waiting command, so that its execution is on record before anything is sent.
pub(crate) async fn claim(
    platform: &impl Platform,
    now: u64,
) -> Result<Option<Claimed>, JournalError> {
    let rows = platform
        .query(
            "UPDATE command SET status = 'sent', sent_at = ?1, attempts = attempts + 1
             WHERE number = (SELECT min(number) FROM command WHERE status = 'pending')
               AND status = 'pending'
             RETURNING id, session, action",
            vec![integer(now)?],
        )
        .await?;
    rows.into_iter().next().map(claimed).transpose()
}

/// Commands that were sent and never ended, except those sent within this span of time: whoever
/// sent the others is gone. What cannot be read is left to people.
pub(crate) async fn abandoned(
    platform: &impl Platform,
    except: Range<u64>,
) -> Result<Vec<Claimed>, JournalError> {
    let rows = platform
        .query(
            "SELECT id, session, action FROM command
             WHERE status = 'sent' AND NOT (sent_at >= ?1 AND sent_at < ?2) ORDER BY number",
            vec![integer(except.start)?, integer(except.end)?],
        )
        .await?;
    let readable = |row| {
        claimed(row)
            .inspect_err(|error| tracing::error!(%error, "an abandoned command cannot be read"))
            .ok()
    };
    Ok(rows.into_iter().filter_map(readable).collect())
}

fn claimed(row: Row) -> Result<Claimed, JournalError> {
    let mut row = Reader::new(row);
    let id = row.text()?;
    let session = row.text()?;
    let action: Action = row.json()?;
    Ok(Claimed {
        session,
        command: Command { id, action },
    })
}

/// A command ended in a way that its session need not know.
pub(crate) async fn finish(platform: &impl Platform, command: &str) -> Result<(), JournalError> {
    platform
        .query(
            "UPDATE command SET status = 'done' WHERE id = ?1 AND status = 'sent'",
            vec![text(command)],
        )
        .await?;
    Ok(())
}

/// A command that was sent and never ended is to be sent again.
pub(crate) async fn repeat(platform: &impl Platform, command: &str) -> Result<(), JournalError> {
    platform
        .query(
            "UPDATE command SET status = 'pending' WHERE id = ?1 AND status = 'sent'",
            vec![text(command)],
        )
        .await?;
    Ok(())
}

/// Sessions whose deadline has passed.
pub(crate) async fn due(platform: &impl Platform, now: u64) -> Result<Vec<String>, JournalError> {
    let rows = platform
        .query(
            "SELECT id FROM session WHERE deadline <= ?1 ORDER BY deadline LIMIT 100",
            vec![integer(now)?],
        )
        .await?;
    texts(rows)
}

/// A session whose deadline passed could not be stepped: come back to it at `until`, so that it does
/// not keep the others waiting.
pub(crate) async fn postpone(
    platform: &impl Platform,
    session: &str,
    now: u64,
    until: u64,
) -> Result<(), JournalError> {
    platform
        .query(
            "UPDATE session SET deadline = ?3 WHERE id = ?1 AND deadline <= ?2",
            vec![text(session), integer(now)?, integer(until)?],
        )
        .await?;
    Ok(())
}

/// The session's OCPP transaction number.
pub(crate) async fn transaction(
    platform: &impl Platform,
    session: &str,
) -> Result<Option<i64>, JournalError> {
    let rows = platform
        .query(
            "SELECT number FROM session WHERE id = ?1",
            vec![text(session)],
        )
        .await?;
    rows.into_iter()
        .next()
        .map(|row| Reader::new(row).integer())
        .transpose()
}

/// The session that has this OCPP transaction number at this station.
pub(crate) async fn session_of_transaction(
    platform: &impl Platform,
    station: &str,
    transaction: i32,
) -> Result<Option<String>, JournalError> {
    let rows = platform
        .query(
            "SELECT id FROM session WHERE number = ?1 AND station = ?2",
            vec![Value::Integer(transaction.into()), text(station)],
        )
        .await?;
    first_text(rows)
}

/// The session that a start under this token at this connector belongs to.
pub(crate) async fn session_of_start(
    platform: &impl Platform,
    station: &str,
    connector: u32,
    id_tag: &str,
) -> Result<Option<String>, JournalError> {
    let rows = platform
        .query(
            "SELECT id FROM session WHERE id = ?1 AND station = ?2 AND connector = ?3",
            vec![
                text(id_tag),
                text(station),
                Value::Integer(connector.into()),
            ],
        )
        .await?;
    first_text(rows)
}

/// Whether a session is making a hold at this terminal, so that nothing may disturb it.
pub(crate) async fn is_authorising(
    platform: &impl Platform,
    terminal: &str,
) -> Result<bool, JournalError> {
    let rows = platform
        .query(
            "SELECT 1 FROM session WHERE terminal = ?1 AND phase = 'authorising' LIMIT 1",
            vec![text(terminal)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Whether the session still waits for its hold.
pub(crate) async fn awaits_hold(
    platform: &impl Platform,
    session: &str,
) -> Result<bool, JournalError> {
    let rows = platform
        .query(
            "SELECT 1 FROM session WHERE id = ?1 AND phase = 'authorising'",
            vec![text(session)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Whether a session of ours knows this payment session at the terminal.
pub(crate) async fn is_claimed(
    platform: &impl Platform,
    terminal: &str,
    payment: &str,
) -> Result<bool, JournalError> {
    let rows = platform
        .query(
            "SELECT 1 FROM session WHERE terminal = ?1 AND payment = ?2",
            vec![text(terminal), text(payment)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Terminals of sessions that have not ended.
pub(crate) async fn terminals_in_use(
    platform: &impl Platform,
) -> Result<Vec<String>, JournalError> {
    let rows = platform
        .query(
            "SELECT DISTINCT terminal FROM session WHERE phase NOT IN
             ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken',
              'needs-attention')",
            Vec::new(),
        )
        .await?;
    texts(rows)
}

/// Remember a read before the terminal is told of it: its callback can be there first. From here on
/// no earlier read of the terminal counts, whether or not it is told: a card under an earlier one may
/// not be the one that the terminal still knows.
pub(crate) async fn remember_read(
    platform: &impl Platform,
    read: &str,
    terminal: &str,
    expires_at: u64,
) -> Result<(), JournalError> {
    platform
        .query(
            "INSERT INTO read (id, terminal, expires_at) VALUES (?1, ?2, ?3)",
            vec![text(read), text(terminal), integer(expires_at)?],
        )
        .await?;
    Ok(())
}

/// The provider confirmed that the terminal reads under this id.
pub(crate) async fn confirm_read(platform: &impl Platform, read: &str) -> Result<(), JournalError> {
    platform
        .query("UPDATE read SET armed = 1 WHERE id = ?1", vec![text(read)])
        .await?;
    Ok(())
}

/// The terminal's latest read, if nothing has used it yet.
pub(crate) async fn latest_read(
    platform: &impl Platform,
    terminal: &str,
) -> Result<Option<Armed>, JournalError> {
    let rows = platform
        .query(
            "SELECT expires_at, armed FROM read
             WHERE number = (SELECT max(number) FROM read WHERE terminal = ?1)
               AND NOT EXISTS (SELECT 1 FROM event WHERE event.read = read.id)",
            vec![text(terminal)],
        )
        .await?;
    rows.into_iter()
        .next()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok(Armed {
                expires_at: row.unsigned()?,
                confirmed: row.integer()? != 0,
            })
        })
        .transpose()
}

/// Since when the terminal has shown an unreported card under its latest read.
pub(crate) async fn card_seen_since(
    platform: &impl Platform,
    terminal: &str,
    now: u64,
) -> Result<Option<u64>, JournalError> {
    let rows = platform
        .query(
            "UPDATE read SET card_seen_at = coalesce(card_seen_at, ?2)
             WHERE number = (SELECT max(number) FROM read WHERE terminal = ?1)
             RETURNING card_seen_at",
            vec![text(terminal), integer(now)?],
        )
        .await?;
    rows.into_iter()
        .next()
        .map(|row| Reader::new(row).unsigned())
        .transpose()
}

/// Whether an event used this read up.
pub(crate) async fn is_used(platform: &impl Platform, read: &str) -> Result<bool, JournalError> {
    let rows = platform
        .query("SELECT 1 FROM event WHERE read = ?1", vec![text(read)])
        .await?;
    Ok(!rows.is_empty())
}

/// Keep a receipt; a session has one, and the first stays.
pub(crate) async fn keep_receipt(
    platform: &impl Platform,
    id: &str,
    session: &str,
    document: &impl serde::Serialize,
) -> Result<String, JournalError> {
    let rows = platform
        .query(
            "INSERT INTO receipt (id, session, document) VALUES (?1, ?2, ?3)
             ON CONFLICT (session) DO UPDATE SET session = excluded.session RETURNING id",
            vec![text(id), text(session), json(document)?],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    row.text()
}

/// A receipt's stored document.
pub(crate) async fn receipt<T: serde::de::DeserializeOwned>(
    platform: &impl Platform,
    id: &str,
) -> Result<Option<T>, JournalError> {
    let rows = platform
        .query("SELECT document FROM receipt WHERE id = ?1", vec![text(id)])
        .await?;
    rows.into_iter()
        .next()
        .map(|row| Reader::new(row).json())
        .transpose()
}

/// Whether the database answers.
pub(crate) async fn ping(platform: &impl Platform) -> Result<(), JournalError> {
    platform
        .query(
            "SELECT count(*) FROM command WHERE status = 'pending'",
            Vec::new(),
        )
        .await?;
    Ok(())
}

fn card_key(card: &CardReference) -> String {
    format!("{:016x}{:016x}", card.high, card.low)
}

fn texts(rows: Vec<Row>) -> Result<Vec<String>, JournalError> {
    rows.into_iter()
        .map(|row| Reader::new(row).text())
        .collect()
}

fn first_text(rows: Vec<Row>) -> Result<Option<String>, JournalError> {
    Ok(texts(rows)?.into_iter().next())
}

/// The phase as stored and logged: the contract's name for it.
pub(crate) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Authorising => "authorising",
        Phase::Starting => "starting",
        Phase::Charging => "charging",
        Phase::Stopping => "stopping",
        Phase::Capturing => "capturing",
        Phase::Voiding => "voiding",
        Phase::Settled => "settled",
        Phase::Refunded => "refunded",
        Phase::Cancelled => "cancelled",
        Phase::Declined => "declined",
        Phase::FailedNothingTaken => "failed-nothing-taken",
        Phase::NeedsAttention => "needs-attention",
    }
}
