//! Asks: what a terminal was told to ask for, and under which id it reports the answer.

use chargetap_contract::session::Evse;

use super::JournalError;
use super::rows::{Reader, integer, json, text};
use crate::asks::{Ask, Chosen, Standing};
use crate::platform::{Platform, Row, Value};

/// What a terminal was told last.
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) ask: Ask,
    /// The choice that led to it.
    pub(crate) chosen: Option<Chosen>,
    /// When it was told.
    pub(crate) told_at: u64,
    /// When it is to be told anew.
    pub(crate) renew_at: u64,
    /// From here on an answer is refused.
    pub(crate) expires_at: u64,
    /// The provider confirmed it.
    pub(crate) confirmed: bool,
    /// A message stands in its place until then.
    pub(crate) hidden_until: u64,
    /// Which option was chosen, from 0.
    pub(crate) answer: Option<u64>,
    /// A card was reported under it.
    pub(crate) used: bool,
}

/// An ask on its way to a terminal.
pub(crate) struct Telling<'a> {
    pub(crate) id: &'a str,
    pub(crate) terminal: &'a str,
    pub(crate) ask: &'a Ask,
    pub(crate) chosen: Option<&'a Chosen>,
    pub(crate) told_at: u64,
    pub(crate) renew_at: u64,
    pub(crate) expires_at: u64,
}

/// Remember an ask before the terminal is told: the answer can be there first. From here on no
/// earlier ask of the terminal counts, whether or not it is told: a card under an earlier one may
/// not be the one that the terminal still knows.
pub(crate) async fn remember_ask(
    platform: &impl Platform,
    telling: &Telling<'_>,
) -> Result<(), JournalError> {
    platform
        .query(
            "INSERT INTO ask (id, terminal, ask, chosen, told_at, renew_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            vec![
                text(telling.id),
                text(telling.terminal),
                json(telling.ask)?,
                json(&telling.chosen)?,
                integer(telling.told_at)?,
                integer(telling.renew_at)?,
                integer(telling.expires_at)?,
            ],
        )
        .await?;
    Ok(())
}

/// Forget asks that nobody can answer any more, except each terminal's last.
pub(crate) async fn forget_asks(
    platform: &impl Platform,
    expired_before: u64,
) -> Result<(), JournalError> {
    platform
        .query(
            "DELETE FROM ask WHERE expires_at < ?1
             AND EXISTS (SELECT 1 FROM ask AS later
                         WHERE later.terminal = ask.terminal AND later.number > ask.number)",
            vec![integer(expired_before)?],
        )
        .await?;
    Ok(())
}

/// The provider confirmed that the terminal asks under this id. A message that was shown meanwhile is
/// in its place.
pub(crate) async fn confirm_ask(platform: &impl Platform, id: &str) -> Result<(), JournalError> {
    platform
        .query(
            "UPDATE ask SET confirmed = 1 WHERE id = ?1 AND hidden_until = 0",
            vec![text(id)],
        )
        .await?;
    Ok(())
}

/// The terminal may have forgotten what it was told last.
pub(crate) async fn doubt_ask(
    platform: &impl Platform,
    terminal: &str,
) -> Result<(), JournalError> {
    platform
        .query(
            "UPDATE ask SET confirmed = 0
             WHERE number = (SELECT max(number) FROM ask WHERE terminal = ?1)",
            vec![text(terminal)],
        )
        .await?;
    Ok(())
}

/// Until then the terminal shows a message in place of what it was told.
pub(crate) async fn hide_ask(
    platform: &impl Platform,
    terminal: &str,
    until: u64,
) -> Result<(), JournalError> {
    platform
        .query(
            "UPDATE ask SET confirmed = 0, hidden_until = ?2
             WHERE number = (SELECT max(number) FROM ask WHERE terminal = ?1)",
            vec![text(terminal), integer(until)?],
        )
        .await?;
    Ok(())
}

/// What the terminal was told last, if ever.
pub(crate) async fn latest_ask(
    platform: &impl Platform,
    terminal: &str,
) -> Result<Option<Told>, JournalError> {
    let rows = platform
        .query(
            "SELECT id, ask, chosen, told_at, renew_at, expires_at, confirmed, hidden_until, answer,
                    EXISTS (SELECT 1 FROM event WHERE event.read = ask.id)
             FROM ask WHERE number = (SELECT max(number) FROM ask WHERE terminal = ?1)",
            vec![text(terminal)],
        )
        .await?;
    told(rows)
}

/// What the terminal was told under this id.
pub(crate) async fn ask_of(
    platform: &impl Platform,
    terminal: &str,
    id: &str,
) -> Result<Option<Told>, JournalError> {
    let rows = platform
        .query(
            "SELECT id, ask, chosen, told_at, renew_at, expires_at, confirmed, hidden_until, answer,
                    EXISTS (SELECT 1 FROM event WHERE event.read = ask.id)
             FROM ask WHERE terminal = ?1 AND id = ?2",
            vec![text(terminal), text(id)],
        )
        .await?;
    told(rows)
}

fn told(rows: Vec<Row>) -> Result<Option<Told>, JournalError> {
    rows.into_iter()
        .next()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok(Told {
                id: row.text()?,
                ask: row.json()?,
                chosen: row.json()?,
                told_at: row.unsigned()?,
                renew_at: row.unsigned()?,
                expires_at: row.unsigned()?,
                confirmed: row.integer()? != 0,
                hidden_until: row.unsigned()?,
                answer: row.optional_unsigned()?,
                used: row.integer()? != 0,
            })
        })
        .transpose()
}

/// The driver chose this option. Whether it is on record, and so the first and to the latest ask.
pub(crate) async fn answer_ask(
    platform: &impl Platform,
    id: &str,
    option: u64,
) -> Result<bool, JournalError> {
    let rows = platform
        .query(
            "UPDATE ask SET answer = ?2
             WHERE id = ?1 AND answer IS NULL
               AND NOT EXISTS (SELECT 1 FROM ask AS later
                               WHERE later.terminal = ask.terminal AND later.number > ask.number)
             RETURNING number",
            vec![text(id), integer(option)?],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Since when the terminal has shown an unreported card under its latest ask.
pub(crate) async fn card_seen_since(
    platform: &impl Platform,
    terminal: &str,
    now: u64,
) -> Result<Option<u64>, JournalError> {
    let rows = platform
        .query(
            "UPDATE ask SET card_seen_at = coalesce(card_seen_at, ?2)
             WHERE number = (SELECT max(number) FROM ask WHERE terminal = ?1)
             RETURNING card_seen_at",
            vec![text(terminal), integer(now)?],
        )
        .await?;
    rows.into_iter()
        .next()
        .map(|row| Reader::new(row).unsigned())
        .transpose()
}

/// Whether an event used this ask up.
pub(crate) async fn is_used(platform: &impl Platform, id: &str) -> Result<bool, JournalError> {
    let rows = platform
        .query("SELECT 1 FROM event WHERE read = ?1", vec![text(id)])
        .await?;
    Ok(!rows.is_empty())
}

/// How an EVSE stands.
pub(crate) async fn standing(
    platform: &impl Platform,
    evse: &Evse,
) -> Result<Standing, JournalError> {
    let rows = platform
        .query(
            "SELECT (SELECT id FROM session WHERE station = ?1 AND connector = ?2
                     AND phase IN ('authorising', 'starting', 'charging', 'stopping')),
                    (SELECT since FROM vehicle
                     WHERE station = ?1 AND connector = ?2 AND served = 0)",
            vec![text(&evse.station), Value::Integer(evse.connector.into())],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    Ok(Standing {
        session: row.optional_text()?,
        vehicle_since: row.optional_unsigned()?,
    })
}

/// A vehicle was plugged in. It waits for a session since it was first said so, unless one has the
/// EVSE or it had one.
pub(crate) async fn vehicle_came(
    platform: &impl Platform,
    evse: &Evse,
    now: u64,
) -> Result<(), JournalError> {
    platform
        .query(
            "INSERT INTO vehicle (station, connector, since) SELECT ?1, ?2, ?3
             WHERE NOT EXISTS (SELECT 1 FROM session WHERE station = ?1 AND connector = ?2
                               AND phase IN ('authorising', 'starting', 'charging', 'stopping'))
             ON CONFLICT DO NOTHING",
            vec![
                text(&evse.station),
                Value::Integer(evse.connector.into()),
                integer(now)?,
            ],
        )
        .await?;
    Ok(())
}

/// No vehicle is plugged in.
pub(crate) async fn vehicle_left(
    platform: &impl Platform,
    evse: &Evse,
) -> Result<(), JournalError> {
    platform
        .query(
            "DELETE FROM vehicle WHERE station = ?1 AND connector = ?2",
            vec![text(&evse.station), Value::Integer(evse.connector.into())],
        )
        .await?;
    Ok(())
}
