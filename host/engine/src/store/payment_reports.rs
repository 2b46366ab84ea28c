//! Payment reports of providers, and the keys by which a repeated delivery is recognised.

use chargetap_contract::callback::PaymentReport;

use super::error::StoreError;
use super::rows::{Reader, by_dialect, integer, is_full, json, optional_text, text};
use crate::platform::Database;

/// A provider's report on record.
pub(crate) struct StoredReport {
    pub(crate) number: u64,
    /// Whether it was stored just now.
    pub(crate) is_new: bool,
}

/// Store a provider's report, or find it if this delivery of it was stored before.
pub(crate) async fn insert(
    database: &impl Database,
    endpoint: &str,
    dedupe: Option<&str>,
    report: &PaymentReport,
    now: u64,
) -> Result<StoredReport, StoreError> {
    let inserted = database
        .query(
            "INSERT INTO report (endpoint, dedupe, at, report) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO NOTHING RETURNING number",
            vec![
                text(endpoint),
                optional_text(dedupe),
                integer(now)?,
                json(report)?,
            ],
        )
        .await?;
    let is_new = !inserted.is_empty();
    let rows = match is_new {
        true => inserted,
        false => {
            let query = "SELECT number FROM report WHERE dedupe = ?1";
            database.query(query, vec![optional_text(dedupe)]).await?
        }
    };
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    Ok(StoredReport {
        number: row.unsigned()?,
        is_new,
    })
}

/// The last condition is that of an index, word for word.
macro_rules! forget_keys {
    ($position:literal) => {
        concat!(
            "UPDATE event SET dedupe = NULL WHERE (session, version) IN (
                 SELECT session, version FROM event
                 WHERE at < ?1 AND dedupe IS NOT NULL AND ",
            $position,
            "(dedupe, '/') = 0 ORDER BY at LIMIT ?2)
             RETURNING version"
        )
    };
}

/// Drop so many keys of deliveries that no provider repeats any more. Whether there may be more.
pub(crate) async fn delete_delivery_keys(
    database: &impl Database,
    before: u64,
    most: u64,
) -> Result<bool, StoreError> {
    let mut is_any_full = false;
    for statement in [
        by_dialect(database, forget_keys!("instr"), forget_keys!("strpos")),
        "UPDATE report SET dedupe = NULL WHERE number IN (
             SELECT number FROM report WHERE at < ?1 AND dedupe IS NOT NULL ORDER BY at LIMIT ?2)
         RETURNING number",
    ] {
        let parameters = vec![integer(before)?, integer(most)?];
        is_any_full |= is_full(&database.query(statement, parameters).await?, most);
    }
    Ok(is_any_full)
}

/// Delete so many reports that came before a moment. Whether there may be more.
pub(crate) async fn delete_old(
    database: &impl Database,
    before: u64,
    most: u64,
) -> Result<bool, StoreError> {
    let statement = "DELETE FROM report WHERE number IN (
                        SELECT number FROM report WHERE at < ?1 ORDER BY at LIMIT ?2)
                     RETURNING number";
    let parameters = vec![integer(before)?, integer(most)?];
    Ok(is_full(&database.query(statement, parameters).await?, most))
}
