//! What providers deliver: reports of payments, and the keys by which a repetition is recognised.

use chargetap_contract::callback::PaymentReport;

use super::JournalError;
use super::rows::{integer, json, optional_text, text};
use crate::platform::Platform;

/// Keep a provider's report. Whether it is new.
pub(crate) async fn keep_report(
    platform: &impl Platform,
    endpoint: &str,
    dedupe: Option<&str>,
    report: &PaymentReport,
    now: u64,
) -> Result<bool, JournalError> {
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

/// Forget the keys of deliveries that no provider repeats any more.
pub(crate) async fn forget_deliveries(
    platform: &impl Platform,
    before: u64,
) -> Result<(), JournalError> {
    for statement in [
        "UPDATE event SET dedupe = NULL
         WHERE at < ?1 AND dedupe IS NOT NULL AND instr(dedupe, '/') = 0",
        "UPDATE report SET dedupe = NULL WHERE at < ?1 AND dedupe IS NOT NULL",
    ] {
        platform.query(statement, vec![integer(before)?]).await?;
    }
    Ok(())
}
