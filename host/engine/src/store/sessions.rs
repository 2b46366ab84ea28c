//! Sessions and their phases.

use std::collections::BTreeSet;

use chargetap_contract::session::Evse;
use chargetap_contract::terminal::CardReference;

use super::error::StoreError;
use super::rows::{
    Reader, by_dialect, card_key, integer, json, text, texts, unreadable, with_texts,
};
use crate::platform::{Database, Row, Value};
use crate::terms::Terms;

/// A session as stored.
pub(crate) struct StoredSession {
    /// Which version of the session this is, from 1.
    pub(crate) version: i64,
    pub(crate) terminal: String,
    /// Empty where there is none.
    pub(crate) station: String,
    pub(crate) state: Vec<u8>,
    pub(crate) deadline: Option<u64>,
    /// Its terms. One that began before they were kept, or was closed, has none.
    pub(crate) terms: Option<Terms>,
}

impl StoredSession {
    /// Whether it ended so long ago that only its figures are left, and nothing can follow.
    pub(crate) fn is_closed(&self) -> bool {
        self.state.is_empty()
    }

    /// Whether its deadline has passed.
    pub(crate) fn is_due(&self, now: u64) -> bool {
        self.deadline.is_some_and(|at| at <= now)
    }
}

pub(crate) async fn load(
    database: &impl Database,
    session: &str,
) -> Result<Option<StoredSession>, StoreError> {
    let rows = database
        .query(
            "SELECT session.version, terminal, station, session.state, session.deadline, terms
             FROM session LEFT JOIN event AS first ON first.session = session.id AND first.version = 1
             WHERE id = ?1",
            vec![text(session)],
        )
        .await?;
    rows.into_iter()
        .next()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok(StoredSession {
                version: row.integer()?,
                terminal: row.text()?,
                station: row.text()?,
                state: row.blob()?,
                deadline: row.optional_unsigned()?,
                terms: row.optional_json()?,
            })
        })
        .transpose()
}

/// Those of these sessions whose history is on record, which are not closed.
pub(crate) async fn with_history(
    database: &impl Database,
    sessions: &BTreeSet<&str>,
) -> Result<BTreeSet<String>, StoreError> {
    let rows = database
        .query(
            with_texts!(
                database,
                "SELECT id FROM session WHERE closed_at IS NULL AND id IN ",
                ""
            ),
            vec![json(sessions)?],
        )
        .await?;
    Ok(texts(rows)?.into_iter().collect())
}

/// A running session of a card.
pub(crate) struct RunningSession {
    pub(crate) id: String,
    /// It ends already.
    pub(crate) is_stopping: bool,
    pub(crate) evse: Evse,
}

/// The running sessions that this card started at this terminal, the newest first.
pub(crate) async fn running_with_card(
    database: &impl Database,
    terminal: &str,
    card: &CardReference,
) -> Result<Vec<RunningSession>, StoreError> {
    let rows = database
        .query(
            "SELECT id, phase = 'stopping', station, connector FROM session
             WHERE terminal = ?1 AND card = ?2
             AND phase IN ('authorising', 'starting', 'charging', 'stopping')
             ORDER BY number DESC",
            vec![text(terminal), text(&card_key(card))],
        )
        .await?;
    let running = rows.into_iter().map(|row| {
        let mut row = Reader::new(row);
        Ok(RunningSession {
            id: row.text()?,
            is_stopping: row.integer()? != 0,
            evse: Evse {
                station: row.text()?,
                connector: u32::try_from(row.unsigned()?).unwrap_or_default(),
            },
        })
    });
    running.collect()
}

/// Sessions whose deadline has passed.
pub(crate) async fn due(database: &impl Database, now: u64) -> Result<Vec<String>, StoreError> {
    let rows = database
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
    database: &impl Database,
    session: &str,
    now: u64,
    until: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE session SET deadline = ?3 WHERE id = ?1 AND deadline <= ?2",
            vec![text(session), integer(now)?, integer(until)?],
        )
        .await?;
    Ok(())
}

macro_rules! fold {
    ($place:literal) => {
        concat!(
            "UPDATE session SET is_folded = 1
             WHERE number IN (
                SELECT oldest.number
                FROM (SELECT number, id, version FROM session
                      WHERE is_folded = 0
                        AND phase IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken')
                      ORDER BY number LIMIT ?2) AS oldest
                JOIN event AS last ON last.session = oldest.id AND last.version = oldest.version
                WHERE last.at + coalesce((SELECT sum(by) FROM clock_step JOIN clock_step_order USING (number)
                                          WHERE after_event >= last.",
            $place,
            "), 0) < ?1)
             RETURNING number"
        )
    };
}

/// Fold some sessions that ended before a moment: from then on `retention` deletes their readings. Whether there may be
/// more such sessions. Of those that began first, a few are looked at: where all of these had an event since, others wait
/// for them.
///
/// What an event's moment would be by the clock as it is set now is what counts.
pub(crate) async fn fold(
    database: &impl Database,
    ended_before: u64,
    sessions: u64,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            by_dialect(database, fold!("rowid"), fold!("place")),
            vec![integer(ended_before)?, integer(sessions)?],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// A session that a station reports on.
#[derive(Clone)]
pub(crate) struct Reported {
    pub(crate) session: String,
    pub(crate) terminal: String,
}

/// The session that a start under this token at this station belongs to, and its connector. A station may leave out
/// at which connector it is.
pub(crate) async fn of_start(
    database: &impl Database,
    station: &str,
    connector: Option<u32>,
    token: &str,
) -> Result<Option<(Reported, u32)>, StoreError> {
    let rows = database
        .query(
            "SELECT id, terminal, connector FROM session
             WHERE id = ?1 AND station = ?2 AND connector = coalesce(?3, connector)",
            vec![
                text(token),
                text(station),
                connector.map_or(Value::Null, |connector| Value::Integer(connector.into())),
            ],
        )
        .await?;
    rows.into_iter()
        .next()
        .map(|row| {
            let mut row = Reader::new(row);
            let session = Reported {
                session: row.text()?,
                terminal: row.text()?,
            };
            let connector = u32::try_from(row.unsigned()?).unwrap_or_default();
            Ok((session, connector))
        })
        .transpose()
}

/// The sessions that charge at this station, or wait for their start there.
pub(crate) async fn active_at(
    database: &impl Database,
    station: &str,
) -> Result<Vec<String>, StoreError> {
    let rows = database
        .query(
            // The second condition is that of an index, word for word: without it SQLite does not use the index.
            "SELECT id FROM session WHERE station = ?1
             AND phase IN ('authorising', 'starting', 'charging', 'stopping') AND phase <> 'authorising'",
            vec![text(station)],
        )
        .await?;
    texts(rows)
}

/// What a session costs.
pub(crate) struct SessionCost {
    pub(crate) currency: String,
    /// So far, in minor units.
    pub(crate) cost: u64,
    /// The amount of the hold, in minor units.
    pub(crate) hold: u64,
    /// The price is final.
    pub(crate) is_final: bool,
}

/// What a session with a hold costs.
pub(crate) async fn cost(
    database: &impl Database,
    session: &str,
) -> Result<Option<SessionCost>, StoreError> {
    let rows = database
        .query(
            "SELECT view, phase NOT IN ('starting', 'charging', 'stopping') FROM session WHERE id = ?1",
            vec![text(session)],
        )
        .await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let mut row = Reader::new(row);
    let view = row.members()?;
    let Some(hold) = view.number(&["hold", "amount"]) else {
        return Ok(None);
    };
    Ok(Some(SessionCost {
        currency: view
            .text(&["currency"])
            .ok_or_else(|| unreadable("a view without a currency"))?,
        cost: view
            .number(&["cost", "gross"])
            .ok_or_else(|| unreadable("a view without a cost"))?,
        hold,
        is_final: row.integer()? != 0,
    }))
}

/// Whether a session with this token waits for its start at this station, or charges there.
pub(crate) async fn awaits_start(
    database: &impl Database,
    station: &str,
    token: &str,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            "SELECT 1 FROM session WHERE id = ?1 AND station = ?2
             AND phase IN ('starting', 'charging', 'stopping')",
            vec![text(token), text(station)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Whether the session charges, or waits for the end of that.
pub(crate) async fn is_charging(
    database: &impl Database,
    session: &str,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            "SELECT 1 FROM session WHERE id = ?1 AND phase IN ('charging', 'stopping')",
            vec![text(session)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Whether a session is making a hold at this terminal, so that nothing may disturb it.
pub(crate) async fn is_authorising(
    database: &impl Database,
    terminal: &str,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            "SELECT 1 FROM session WHERE terminal = ?1 AND phase = 'authorising' LIMIT 1",
            vec![text(terminal)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Whether the session still waits for its hold.
pub(crate) async fn awaits_hold(
    database: &impl Database,
    session: &str,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            "SELECT 1 FROM session WHERE id = ?1 AND phase = 'authorising'",
            vec![text(session)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Whether a session of ours knows this payment session at the terminal.
pub(crate) async fn is_claimed(
    database: &impl Database,
    terminal: &str,
    payment: &str,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            "SELECT 1 FROM session WHERE terminal = ?1 AND payment = ?2",
            vec![text(terminal), text(payment)],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// A session that has not ended.
pub(crate) struct OpenSession {
    /// Its place in the order in which sessions began.
    pub(crate) number: i64,
    pub(crate) session: String,
    pub(crate) terminal: String,
}

/// Sessions that have not ended.
pub(crate) async fn open(database: &impl Database) -> Result<Vec<OpenSession>, StoreError> {
    let rows = database
        .query(
            // The first condition is that of an index, word for word, here and below.
            "SELECT number, id, terminal FROM session
             WHERE phase NOT IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken')
               AND phase <> 'needs-attention'",
            Vec::new(),
        )
        .await?;
    open_sessions(rows)
}

/// Sessions of which something is still to come: those that have not ended, and those that need attention.
pub(crate) async fn unresolved(database: &impl Database) -> Result<Vec<OpenSession>, StoreError> {
    let rows = database
        .query(
            "SELECT number, id, terminal FROM session
             WHERE phase NOT IN ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken')
               AND phase = 'needs-attention'",
            Vec::new(),
        )
        .await?;
    let mut unresolved = open(database).await?;
    unresolved.extend(open_sessions(rows)?);
    Ok(unresolved)
}

fn open_sessions(rows: Vec<Row>) -> Result<Vec<OpenSession>, StoreError> {
    let open = |row| {
        let mut row = Reader::new(row);
        Ok(OpenSession {
            number: row.integer()?,
            session: row.text()?,
            terminal: row.text()?,
        })
    };
    rows.into_iter().map(open).collect()
}

/// Terminals of sessions that have not ended.
pub(crate) async fn terminals_in_use(
    database: &impl Database,
) -> Result<BTreeSet<String>, StoreError> {
    let open = open(database).await?;
    Ok(open.into_iter().map(|open| open.terminal).collect())
}

/// Whether a session runs that a card may still stop.
pub(crate) async fn is_any_active(database: &impl Database) -> Result<bool, StoreError> {
    let rows = database
        .query(
            // A column of the index, so that the table itself is not read.
            "SELECT station FROM session
             WHERE phase IN ('authorising', 'starting', 'charging', 'stopping') LIMIT 1",
            Vec::new(),
        )
        .await?;
    Ok(!rows.is_empty())
}

/// The fingerprint of the key by which the sessions' cards are named, if it is known.
pub(crate) async fn naming_key(database: &impl Database) -> Result<Option<String>, StoreError> {
    let statement = "SELECT fingerprint FROM card_key";
    let rows = database.query(statement, Vec::new()).await?;
    Ok(texts(rows)?.pop())
}

/// Keep the fingerprint of the key by which the sessions' cards are named from now on.
pub(crate) async fn keep_naming_key(
    database: &impl Database,
    fingerprint: &str,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO card_key (id, fingerprint) VALUES (1, ?1)
             ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint",
            vec![text(fingerprint)],
        )
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
