//! Receipts, and the numbers that they carry.
//!
//! Signed meter values are kept as the station sent them; at most 16 of a session.

use chargetap_contract::receipt::{Document, Subject, Summary};
use chargetap_contract::terminal::ApplicationId;

use super::error::StoreError;
use super::rows::{Reader, by_dialect, integer, json, optional_integer, optional_text, text};
use crate::platform::{Database, Row, Value};
use crate::terms::Terms;

/// A receipt on its way into the store.
pub(crate) struct NewReceipt<'a> {
    /// The command that asks for it.
    pub(crate) command: &'a str,
    pub(crate) session: &'a Summary,
    /// What it says was moved, in minor units.
    pub(crate) amount: u64,
    pub(crate) document: &'a Document,
}

/// What a receipt is found by.
pub(crate) struct StoredReceipt {
    pub(crate) id: String,
    pub(crate) code: String,
}

/// A number of an issuer's sequence.
pub(crate) struct InvoiceNumber {
    /// The issuer's VAT number.
    pub(crate) issuer: String,
    pub(crate) number: u64,
}

/// How the invoice in a buyer's name stands.
pub(crate) enum InvoiceState {
    /// There can be none: nothing was taken, or something was given back.
    Impossible,
    /// None was asked for.
    None,
    /// It was asked for.
    Coming,
    /// It is the receipt of this id.
    Issued(String),
}

/// Store a receipt. A command has one, and the first stays.
pub(crate) async fn insert(
    database: &impl Database,
    receipt: &NewReceipt<'_>,
) -> Result<StoredReceipt, StoreError> {
    let Document { id, code, .. } = receipt.document;
    let last_four = receipt.session.card.and_then(|card| card.last_four);
    let rows = database
        .query(
            "INSERT INTO paper (id, command, session, code, terminal, amount, last_four, document)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (command) DO UPDATE SET command = excluded.command RETURNING id, code",
            vec![
                text(id),
                text(receipt.command),
                text(&receipt.session.session),
                optional_text(code.as_deref()),
                text(&receipt.session.terminal),
                integer(receipt.amount)?,
                optional_integer(last_four.map(u64::from))?,
                json(receipt.document)?,
            ],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    Ok(StoredReceipt {
        id: row.text()?,
        code: row.optional_text()?.unwrap_or_default(),
    })
}

/// A receipt's document.
pub(crate) async fn load(
    database: &impl Database,
    id: &str,
) -> Result<Option<Document>, StoreError> {
    let query = "SELECT document FROM paper WHERE id = ?1";
    let rows = database.query(query, vec![text(id)]).await?;
    rows.into_iter().next().map(document).transpose()
}

/// The last receipts, newest first, each with its place among all; those before a place, if it is given.
pub(crate) async fn recorded(
    database: &impl Database,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<(i64, Document)>, StoreError> {
    let rows = database
        .query(
            "SELECT number, document FROM paper WHERE number < ?1 ORDER BY number DESC LIMIT ?2",
            vec![
                Value::Integer(before.unwrap_or(i64::MAX)),
                Value::Integer(limit.into()),
            ],
        )
        .await?;
    let recorded = |row| {
        let mut row = Reader::new(row);
        Ok((row.integer()?, row.json()?))
    };
    rows.into_iter().map(recorded).collect()
}

/// The id of the receipt with this code.
pub(crate) async fn find_by_code(
    database: &impl Database,
    code: &str,
) -> Result<Option<String>, StoreError> {
    let query = "SELECT id FROM paper WHERE code = ?1";
    let rows = database.query(query, vec![text(code)]).await?;
    let mut ids = rows.into_iter().map(|row| Reader::new(row).text());
    ids.next().transpose()
}

/// The sessions of the receipts with this number or code. Issuers may number alike.
pub(crate) async fn sessions_of(
    database: &impl Database,
    number: &str,
    code: &str,
) -> Result<Vec<String>, StoreError> {
    let query = by_dialect(
        database,
        "SELECT DISTINCT session FROM paper WHERE document ->> '$.number' = ?1 OR code = ?2",
        "SELECT DISTINCT session FROM paper WHERE CAST(document AS jsonb) ->> 'number' = ?1 OR code = ?2",
    );
    let rows = database.query(query, vec![text(number), text(code)]);
    let rows = rows.await?;
    rows.into_iter()
        .map(|row| Reader::new(row).text())
        .collect()
}

/// The receipts of a card's last four digits at a terminal over one of these amounts, the newest
/// first, with what they say was moved.
pub(crate) async fn find_by_card(
    database: &impl Database,
    terminal: &str,
    last_four: u16,
    amounts: &[u64],
) -> Result<Vec<(u64, Document)>, StoreError> {
    let rows = database
        .query(
            by_dialect(
                database,
                "SELECT amount, document FROM paper
                 WHERE terminal = ?1 AND last_four = ?2
                   AND amount IN (SELECT value FROM json_each(?3))
                 ORDER BY number DESC LIMIT 100",
                "SELECT amount, document FROM paper
                 WHERE terminal = ?1 AND last_four = ?2
                   AND amount IN (SELECT CAST(value AS bigint)
                                  FROM jsonb_array_elements_text(CAST(?3 AS jsonb)) AS value)
                 ORDER BY number DESC LIMIT 100",
            ),
            vec![text(terminal), integer(last_four.into())?, json(amounts)?],
        )
        .await?;
    let found = |row| {
        let mut row = Reader::new(row);
        Ok((row.unsigned()?, row.json()?))
    };
    rows.into_iter().map(found).collect()
}

/// Count a search for a receipt: how many there were in this minute, this one included. The counts of other minutes are
/// deleted, but for those next to it: another process may be in one of these.
pub(crate) async fn count_search(database: &impl Database, minute: u64) -> Result<u64, StoreError> {
    let minute = integer(minute)?;
    let forget = "DELETE FROM attempt WHERE abs(minute - ?1) > 1";
    database.query(forget, vec![minute.clone()]).await?;
    let count = "INSERT INTO attempt (minute, count) VALUES (?1, 1)
                 ON CONFLICT (minute) DO UPDATE SET count = attempt.count + 1 RETURNING count";
    let rows = database.query(count, vec![minute]).await?;
    Reader::new(rows.into_iter().next().unwrap_or_default()).unsigned()
}

/// Issuers of receipts that are numbered and still to be issued.
pub(crate) async fn issuers_in_use(database: &impl Database) -> Result<Vec<String>, StoreError> {
    let query = "SELECT DISTINCT issuer FROM invoice
                 WHERE command IN (SELECT id FROM command WHERE status <> 'done')";
    let rows = database.query(query, Vec::new()).await?;
    rows.into_iter()
        .map(|row| Reader::new(row).text())
        .collect()
}

/// The latest receipt or invoice over what a session took, to which a refund refers.
pub(crate) async fn latest_bill(
    database: &impl Database,
    session: &str,
) -> Result<Option<Document>, StoreError> {
    let rows = database
        .query(
            "SELECT document FROM paper WHERE session = ?1 ORDER BY number DESC",
            vec![text(session)],
        )
        .await?;
    for row in rows {
        let bill = document(row)?;
        if !matches!(bill.subject, Subject::Refund(_)) {
            return Ok(Some(bill));
        }
    }
    Ok(None)
}

/// How the invoice of a session stands.
pub(crate) async fn invoice_state(
    database: &impl Database,
    session: &str,
) -> Result<InvoiceState, StoreError> {
    let rows = database
        .query(
            "SELECT EXISTS (SELECT 1 FROM command WHERE id = ?1 || '/invoice'),
                    (SELECT id FROM paper WHERE command = ?1 || '/invoice'),
                    coalesce((SELECT view FROM session WHERE id = ?1), '{}')",
            // The command is called so by the orchestrator: a session has one.
            vec![text(session)],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    let is_asked_for = row.integer()? != 0;
    let issued = row.optional_text()?;
    let view = row.members()?;
    let amount = |name| view.number(&[name]).unwrap_or_default();
    let is_possible = amount("captured") > 0 && amount("refunded") == 0;
    Ok(match issued {
        Some(id) => InvoiceState::Issued(id),
        None if is_asked_for => InvoiceState::Coming,
        None if is_possible => InvoiceState::None,
        None => InvoiceState::Impossible,
    })
}

/// The number that was given out with the event that asked for this receipt.
pub(crate) async fn invoice_number(
    database: &impl Database,
    command: &str,
) -> Result<Option<InvoiceNumber>, StoreError> {
    let query = "SELECT issuer, number FROM invoice WHERE command = ?1";
    let rows = database.query(query, vec![text(command)]).await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let mut row = Reader::new(row);
    Ok(Some(InvoiceNumber {
        issuer: row.text()?,
        number: row.unsigned()?,
    }))
}

/// The application on the card that began a session.
pub(crate) async fn card_application(
    database: &impl Database,
    session: &str,
) -> Result<Option<ApplicationId>, StoreError> {
    let rows = database
        .query(
            "SELECT event FROM event WHERE session = ?1 AND version = 1",
            vec![text(session)],
        )
        .await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(None);
    };
    let event = Reader::new(row).members()?;
    event.parse(&["CardPresented", "read", "application"])
}

/// What the first event of a session keeps.
#[derive(Default)]
pub(crate) struct Beginning {
    /// The price as the terminal showed it.
    pub(crate) told_price: Option<String>,
    pub(crate) terms: Option<Terms>,
}

/// What the first event of a session keeps. Sessions of earlier versions kept less of it, or nothing.
pub(crate) async fn beginning(
    database: &impl Database,
    session: &str,
) -> Result<Beginning, StoreError> {
    let rows = database
        .query(
            "SELECT event, terms FROM event WHERE session = ?1 AND version = 1",
            vec![text(session)],
        )
        .await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok(Beginning::default());
    };
    let mut row = Reader::new(row);
    Ok(Beginning {
        told_price: row.members()?.text(&["CardPresented", "told_price"]),
        terms: row.optional_json()?,
    })
}

/// How many signed values of a session are kept: one is of its beginning and one of its end, and a
/// station must not fill the disk.
const MOST_SIGNED_VALUES: u64 = 16;

/// Store a value that a meter signed, once.
pub(crate) async fn insert_signed_value(
    database: &impl Database,
    session: &str,
    packet: &str,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO signed_value (session, packet) SELECT ?1, ?2
             WHERE (SELECT count(*) FROM signed_value WHERE session = ?1) < ?3
             ON CONFLICT DO NOTHING",
            vec![text(session), text(packet), integer(MOST_SIGNED_VALUES)?],
        )
        .await?;
    Ok(())
}

/// What a meter signed during a session, in the order of arrival.
pub(crate) async fn signed_values(
    database: &impl Database,
    session: &str,
) -> Result<Vec<String>, StoreError> {
    let query = "SELECT packet FROM signed_value WHERE session = ?1 ORDER BY number";
    let rows = database.query(query, vec![text(session)]).await?;
    rows.into_iter()
        .map(|row| Reader::new(row).text())
        .collect()
}

fn document(row: Row) -> Result<Document, StoreError> {
    Reader::new(row).json()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

    use super::*;
    use crate::store::disk::{Disk, in_every_database};

    async fn processes_whose_clocks_show_different_minutes_both_count_searches(disk: Disk) {
        for count in 1..=3 {
            for minute in [41, 42] {
                assert_eq!(count_search(&disk, minute).await.unwrap(), count);
            }
        }
        count_search(&disk, 50).await.unwrap();
        let minutes = "SELECT CAST(sum(minute) AS text) FROM attempt";
        assert_eq!(disk.text(minutes).await, "50");
    }

    in_every_database![processes_whose_clocks_show_different_minutes_both_count_searches];
}
