//! Payment reports of providers, and the keys by which a repeated delivery is recognised.

use chargetap_contract::callback::PaymentReport;

use super::error::StoreError;
use super::rows::{integer, json, optional_text, text};
use crate::platform::Platform;

/// Store a provider's report. Whether it is new.
pub(crate) async fn insert(
    platform: &impl Platform,
    endpoint: &str,
    dedupe: Option<&str>,
    report: &PaymentReport,
    now: u64,
) -> Result<bool, StoreError> {
    let rows = platform
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
    Ok(!rows.is_empty())
}

/// Drop the keys of deliveries that no provider repeats any more.
pub(crate) async fn delete_delivery_keys(
    platform: &impl Platform,
    before: u64,
) -> Result<(), StoreError> {
    for statement in [
        "UPDATE event SET dedupe = NULL
         WHERE at < ?1 AND dedupe IS NOT NULL AND instr(dedupe, '/') = 0",
        "UPDATE report SET dedupe = NULL WHERE at < ?1 AND dedupe IS NOT NULL",
    ] {
        platform.query(statement, vec![integer(before)?]).await?;
    }
    Ok(())
}
