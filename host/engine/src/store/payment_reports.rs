//! Payment reports of providers, and the keys by which a repeated delivery is recognised.

use chargetap_contract::callback::PaymentReport;

use super::error::StoreError;
use super::rows::{Reader, by_dialect, integer, json, optional_text, text};
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

/// Drop the keys of deliveries that no provider repeats any more.
pub(crate) async fn delete_delivery_keys(
    database: &impl Database,
    before: u64,
) -> Result<(), StoreError> {
    for statement in [
        // The last condition is that of an index, word for word.
        by_dialect(
            database,
            "UPDATE event SET dedupe = NULL WHERE at < ?1 AND dedupe IS NOT NULL AND instr(dedupe, '/') = 0",
            "UPDATE event SET dedupe = NULL WHERE at < ?1 AND dedupe IS NOT NULL AND strpos(dedupe, '/') = 0",
        ),
        "UPDATE report SET dedupe = NULL WHERE at < ?1 AND dedupe IS NOT NULL",
    ] {
        database.query(statement, vec![integer(before)?]).await?;
    }
    Ok(())
}
