//! Which sessions there are, and how they stand.

use chargetap_contract::terminal::CardReference;

use super::rows::{Reader, first_text, integer, text, texts};
use super::{JournalError, card_key};
use crate::platform::{Platform, Row, Value};

/// A session as stored.
pub(crate) struct Stored {
    /// Which version of the session this is, from 1.
    pub(crate) version: i64,
    pub(crate) terminal: String,
    pub(crate) state: Vec<u8>,
    pub(crate) deadline: Option<u64>,
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

/// A session that a station reports on.
pub(crate) struct Reported {
    pub(crate) session: String,
    pub(crate) terminal: String,
}

/// The session that has this OCPP transaction number at this station.
pub(crate) async fn session_of_transaction(
    platform: &impl Platform,
    station: &str,
    transaction: i32,
) -> Result<Option<Reported>, JournalError> {
    let rows = platform
        .query(
            "SELECT id, terminal FROM session WHERE number = ?1 AND station = ?2",
            vec![Value::Integer(transaction.into()), text(station)],
        )
        .await?;
    reported(rows)
}

/// The session that a start under this token at this connector belongs to.
pub(crate) async fn session_of_start(
    platform: &impl Platform,
    station: &str,
    connector: u32,
    id_tag: &str,
) -> Result<Option<Reported>, JournalError> {
    let rows = platform
        .query(
            "SELECT id, terminal FROM session WHERE id = ?1 AND station = ?2 AND connector = ?3",
            vec![
                text(id_tag),
                text(station),
                Value::Integer(connector.into()),
            ],
        )
        .await?;
    reported(rows)
}

fn reported(rows: Vec<Row>) -> Result<Option<Reported>, JournalError> {
    rows.into_iter()
        .next()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok(Reported {
                session: row.text()?,
                terminal: row.text()?,
            })
        })
        .transpose()
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
