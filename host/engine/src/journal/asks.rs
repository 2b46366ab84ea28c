//! Asks: what a terminal was told to ask for, and under which id it reports the answer.

use chargetap_contract::session::Evse;

use super::JournalError;
use super::rows::{Reader, integer, json, text};
use crate::asks::{Ask, Chosen, Standing};
use crate::platform::{Platform, Value};

/// What a terminal was told last.
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) ask: Ask,
    /// The choice that led to it.
    pub(crate) chosen: Option<Chosen>,
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

/// Remember an ask before the terminal is told: the answer can be there first. From here on no
/// earlier ask of the terminal counts, whether or not it is told: a card under an earlier one may
/// not be the one that the terminal still knows.
pub(crate) async fn remember_ask(
    platform: &impl Platform,
    id: &str,
    terminal: &str,
    expires_at: u64,
    ask: &Ask,
    chosen: Option<&Chosen>,
) -> Result<(), JournalError> {
    platform
        .query(
            "INSERT INTO ask (id, terminal, expires_at, ask, chosen) VALUES (?1, ?2, ?3, ?4, ?5)",
            vec![
                text(id),
                text(terminal),
                integer(expires_at)?,
                json(ask)?,
                json(&chosen)?,
            ],
        )
        .await?;
    Ok(())
}

/// The provider confirmed that the terminal asks under this id.
pub(crate) async fn confirm_ask(platform: &impl Platform, id: &str) -> Result<(), JournalError> {
    platform
        .query("UPDATE ask SET confirmed = 1 WHERE id = ?1", vec![text(id)])
        .await?;
    Ok(())
}

/// The terminal may have forgotten what it was told.
pub(crate) async fn doubt_ask(platform: &impl Platform, id: &str) -> Result<(), JournalError> {
    platform
        .query("UPDATE ask SET confirmed = 0 WHERE id = ?1", vec![text(id)])
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
            "SELECT id, ask, chosen, expires_at, confirmed, hidden_until, answer,
                    EXISTS (SELECT 1 FROM event WHERE event.read = ask.id)
             FROM ask WHERE number = (SELECT max(number) FROM ask WHERE terminal = ?1)",
            vec![text(terminal)],
        )
        .await?;
    rows.into_iter()
        .next()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok(Told {
                id: row.text()?,
                ask: row.json()?,
                chosen: row.json()?,
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

/// The EVSE that a terminal offered under this id, if any.
pub(crate) async fn offered_evse(
    platform: &impl Platform,
    id: &str,
) -> Result<Option<Evse>, JournalError> {
    let rows = platform
        .query("SELECT ask FROM ask WHERE id = ?1", vec![text(id)])
        .await?;
    let ask = rows
        .into_iter()
        .next()
        .map(|row| Reader::new(row).json())
        .transpose()?;
    Ok(match ask {
        Some(Ask::Card(card)) => card.evse,
        _ => None,
    })
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
                    (SELECT since FROM vehicle WHERE station = ?1 AND connector = ?2)",
            vec![text(&evse.station), Value::Integer(evse.connector.into())],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    Ok(Standing {
        session: row.optional_text()?,
        vehicle_since: row.optional_unsigned()?,
    })
}

/// A vehicle was plugged in. It waits for a session, unless one has the EVSE, and since it was first
/// said so.
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

/// No vehicle is plugged in, or none can be charged.
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
