//! Reads: what a terminal was told to report its next card under.

use super::JournalError;
use super::rows::{Reader, integer, text};
use crate::platform::Platform;

/// An armed read.
pub(crate) struct Armed {
    pub(crate) expires_at: u64,
    /// What the terminal was told to show.
    pub(crate) offer: String,
    /// The provider confirmed that the terminal reads under it.
    pub(crate) confirmed: bool,
}

/// Remember a read before the terminal is told of it: its callback can be there first. From here on
/// no earlier read of the terminal counts, whether or not it is told: a card under an earlier one may
/// not be the one that the terminal still knows.
pub(crate) async fn remember_read(
    platform: &impl Platform,
    read: &str,
    terminal: &str,
    expires_at: u64,
    offer: &str,
) -> Result<(), JournalError> {
    platform
        .query(
            "INSERT INTO read (id, terminal, expires_at, offer) VALUES (?1, ?2, ?3, ?4)",
            vec![
                text(read),
                text(terminal),
                integer(expires_at)?,
                text(offer),
            ],
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
            "SELECT expires_at, offer, armed FROM read
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
                offer: row.text()?,
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
