//! Terminal prompts: what a terminal was told to ask for, and under which arming id it reports the
//! answer.

use super::error::StoreError;
use super::rows::{Reader, integer, is_full, json, text, unreadable};
use crate::event::EventOutcome;
use crate::platform::{Database, Row, Value};
use crate::terminals::prompt::{Chosen, Prompt, SentPrompt};

/// Prompts as [`sent`] reads them.
macro_rules! sent_prompts {
    () => {
        "SELECT id, ask, chosen, told_at, renew_at, expires_at, confirmed, hidden_until, answer,
                EXISTS (SELECT 1 FROM event WHERE event.read = ask.id)
                OR EXISTS (SELECT 1 FROM recall WHERE recall.arming = ask.id)
                OR question IS NOT NULL,
                question, asked_at
         FROM ask LEFT JOIN stop_question ON stop_question.arming = ask.id"
    };
}

/// A prompt on its way to a terminal.
pub(crate) struct NewPrompt<'a> {
    pub(crate) arming_id: &'a str,
    pub(crate) terminal: &'a str,
    pub(crate) prompt: &'a Prompt,
    /// The choice that led to it.
    pub(crate) chosen: Option<&'a Chosen>,
    pub(crate) sent_at: u64,
    pub(crate) renew_at: u64,
    pub(crate) expires_at: u64,
    /// Whether the prompt before is known to have a question, which this one puts or drops.
    pub(crate) knows_question: bool,
}

/// Insert a prompt before it is sent, because the answer can be there first. From here on no earlier
/// prompt of the terminal counts, whether or not this one arrives: a card under an earlier one may
/// not be the card that the terminal still has.
///
/// Whether it was inserted: it is not if a card asked a question meanwhile, which the next prompt must put.
pub(crate) async fn insert(
    database: &impl Database,
    new: &NewPrompt<'_>,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            "INSERT INTO ask (id, terminal, ask, chosen, told_at, renew_at, expires_at)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
             WHERE ?8 = 1 OR NOT EXISTS (SELECT 1 FROM stop_question JOIN ask ON ask.id = arming
                                     WHERE number = (SELECT max(number) FROM ask WHERE terminal = ?2))
             RETURNING number",
            vec![
                text(new.arming_id),
                text(new.terminal),
                json(new.prompt)?,
                json(&new.chosen)?,
                integer(new.sent_at)?,
                integer(new.renew_at)?,
                integer(new.expires_at)?,
                Value::Integer(new.knows_question.into()),
            ],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// Delete so many prompts that expired before a moment, except the last of each terminal, and the questions under those
/// that are gone. Whether there may be more.
pub(crate) async fn delete_expired(
    database: &impl Database,
    expired_before: u64,
    most: u64,
) -> Result<bool, StoreError> {
    let deleted = database
        .query(
            "DELETE FROM ask WHERE number IN (
                SELECT number FROM ask AS expired
                WHERE expires_at < ?1
                  AND EXISTS (SELECT 1 FROM ask AS later
                              WHERE later.terminal = expired.terminal AND later.number > expired.number)
                ORDER BY expires_at LIMIT ?2)
             RETURNING number",
            vec![integer(expired_before)?, integer(most)?],
        )
        .await?;
    database
        .query(
            "DELETE FROM stop_question WHERE arming NOT IN (SELECT id FROM ask)",
            vec![],
        )
        .await?;
    Ok(is_full(&deleted, most))
}

/// The provider confirmed the prompt. A message that was shown meanwhile stands in its place.
pub(crate) async fn confirm(database: &impl Database, arming_id: &str) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE ask SET confirmed = 1 WHERE id = ?1 AND hidden_until = 0",
            vec![text(arming_id)],
        )
        .await?;
    Ok(())
}

/// The terminal may have lost its latest prompt, so it has to be sent again.
pub(crate) async fn invalidate(database: &impl Database, terminal: &str) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE ask SET confirmed = 0
             WHERE number = (SELECT max(number) FROM ask WHERE terminal = ?1)",
            vec![text(terminal)],
        )
        .await?;
    Ok(())
}

/// Until then the terminal shows a message in place of its latest prompt.
pub(crate) async fn mask(
    database: &impl Database,
    terminal: &str,
    until: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE ask SET confirmed = 0, hidden_until = ?2
             WHERE number = (SELECT max(number) FROM ask WHERE terminal = ?1)",
            vec![text(terminal), integer(until)?],
        )
        .await?;
    Ok(())
}

/// The terminal's latest prompt, if it ever had one.
pub(crate) async fn latest(
    database: &impl Database,
    terminal: &str,
) -> Result<Option<SentPrompt>, StoreError> {
    let rows = database
        .query(
            concat!(
                sent_prompts!(),
                " WHERE number = (SELECT max(number) FROM ask WHERE terminal = ?1)"
            ),
            vec![text(terminal)],
        )
        .await?;
    sent(rows)
}

/// The prompt of this arming id.
pub(crate) async fn load(
    database: &impl Database,
    terminal: &str,
    arming_id: &str,
) -> Result<Option<SentPrompt>, StoreError> {
    let rows = database
        .query(
            concat!(sent_prompts!(), " WHERE terminal = ?1 AND id = ?2"),
            vec![text(terminal), text(arming_id)],
        )
        .await?;
    sent(rows)
}

fn sent(rows: Vec<Row>) -> Result<Option<SentPrompt>, StoreError> {
    rows.into_iter()
        .next()
        .map(|row| {
            let mut row = Reader::new(row);
            Ok(SentPrompt {
                arming_id: row.text()?,
                prompt: row.json()?,
                chosen: row.json()?,
                sent_at: row.unsigned()?,
                renew_at: row.unsigned()?,
                expires_at: row.unsigned()?,
                confirmed: row.integer()? != 0,
                masked_until: row.unsigned()?,
                answer: row.optional_unsigned()?,
                used: row.integer()? != 0,
                question: match row.optional_text()? {
                    Some(question) => {
                        let question = serde_json::from_str(&question).map_err(unreadable)?;
                        Some((question, row.unsigned()?))
                    }
                    None => None,
                },
            })
        })
        .transpose()
}

/// The driver is to be asked whose card was shown again under this prompt: that is stored once, and if the prompt is the
/// latest.
pub(crate) async fn put_question(
    database: &impl Database,
    arming_id: &str,
    question: &Chosen,
    now: u64,
) -> Result<EventOutcome, StoreError> {
    let rows = database
        .query(
            "INSERT INTO stop_question (arming, question, asked_at)
             SELECT id, ?2, ?3 FROM ask
             WHERE id = ?1
               AND NOT EXISTS (SELECT 1 FROM event WHERE read = ?1)
               AND NOT EXISTS (SELECT 1 FROM ask AS later
                               WHERE later.terminal = ask.terminal AND later.number > ask.number)
             ON CONFLICT (arming) DO NOTHING
             RETURNING arming",
            vec![text(arming_id), json(question)?, integer(now)?],
        )
        .await?;
    if !rows.is_empty() {
        return Ok(EventOutcome::Stored);
    }
    let asked = database
        .query(
            "SELECT 1 FROM stop_question WHERE arming = ?1",
            vec![text(arming_id)],
        )
        .await?;
    Ok(match asked.is_empty() {
        true => EventOutcome::StaleArming,
        false => EventOutcome::Duplicate,
    })
}

/// The driver chose this option. Whether it was stored: it is if it is the first answer, to the
/// latest prompt.
pub(crate) async fn answer(
    database: &impl Database,
    arming_id: &str,
    option: u64,
) -> Result<bool, StoreError> {
    let rows = database
        .query(
            "UPDATE ask SET answer = ?2
             WHERE id = ?1 AND answer IS NULL
               AND NOT EXISTS (SELECT 1 FROM ask AS later
                               WHERE later.terminal = ask.terminal AND later.number > ask.number)
             RETURNING number",
            vec![text(arming_id), integer(option)?],
        )
        .await?;
    Ok(!rows.is_empty())
}

/// A card was reported under an earlier prompt: under the latest, none is awaited any more, and it has to be sent again.
/// That is so once for each prompt, as the report may be repeated while the terminal has the next driver's card.
pub(crate) async fn drop_card(
    database: &impl Database,
    terminal: &str,
    earlier: &str,
) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE ask SET confirmed = 0, card_seen_at = 0
             WHERE number = (SELECT max(number) FROM ask WHERE terminal = ?1)
               AND EXISTS (SELECT 1 FROM ask AS earlier
                           WHERE earlier.id = ?2 AND coalesce(earlier.card_seen_at, 0) >= 0)",
            vec![text(terminal), text(earlier)],
        )
        .await?;
    database
        .query(
            "UPDATE ask SET card_seen_at = -1
             WHERE id = ?2 AND number < (SELECT max(number) FROM ask WHERE terminal = ?1)",
            vec![text(terminal), text(earlier)],
        )
        .await?;
    Ok(())
}

/// Since when the terminal has shown an unreported card under its latest prompt.
pub(crate) async fn card_shown_since(
    database: &impl Database,
    terminal: &str,
    now: u64,
) -> Result<Option<u64>, StoreError> {
    let rows = database
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
