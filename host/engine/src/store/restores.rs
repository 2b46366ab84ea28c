//! Copies that were put in the place of this database, and what the provider has since of which they know nothing.

use super::error::StoreError;
use super::rows::{Reader, by_dialect, integer, json, text};
use crate::platform::{Database, Value};

/// How many transaction ids are left out after a restore: more than any gateway gave out since the copy was made, and
/// few of the 31 bits that OCPP has for them.
const TRANSACTION_IDS_LEFT_OUT: i64 = 1_000_000;

/// Mark a database as restored: what it says of a moment ago is of another time.
///
/// | what waited when the copy was made | what becomes of it                                                        |
/// |------------------------------------|---------------------------------------------------------------------------|
/// | commands                           | on record as sent: whether they were executed since is not known          |
/// | prompts, questions and messages    | gone: the drivers for whom they were are not there any more               |
///
/// It may be done again after it ended in the middle: further ids are left out then.
pub(crate) async fn mark(database: &impl Database, now: u64) -> Result<(), StoreError> {
    for statement in [
        "UPDATE command SET status = 'done' WHERE status <> 'done' AND action -> '$.ShowMessage' IS NOT NULL",
        "UPDATE command SET status = 'sent', sent_at = 0 WHERE status = 'pending' AND status <> 'done'",
        "DELETE FROM ask",
        "DELETE FROM stop_question",
        "DELETE FROM notice",
        // Where no transaction was ever numbered there is no row to change.
        "INSERT INTO sqlite_sequence (name, seq) SELECT 'station_transaction', 0
         WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'station_transaction')",
    ] {
        database.query(statement, Vec::new()).await?;
    }
    let mark = "INSERT INTO restore (at, upto, transactions)
                SELECT ?1, (SELECT coalesce(max(number), 0) FROM session), seq
                FROM sqlite_sequence WHERE name = 'station_transaction'";
    database.query(mark, vec![integer(now)?]).await?;
    let leave_out = "UPDATE sqlite_sequence SET seq = seq + ?1 WHERE name = 'station_transaction'";
    let ids = vec![Value::Integer(TRANSACTION_IDS_LEFT_OUT)];
    database.query(leave_out, ids).await?;
    Ok(())
}

/// Whether a copy was put in this database's place.
pub(crate) async fn is_restored(database: &impl Database) -> Result<bool, StoreError> {
    let statement = "SELECT 1 FROM restore LIMIT 1";
    Ok(!database.query(statement, Vec::new()).await?.is_empty())
}

/// Whether a session was in the copy that was put in this database's place.
pub(crate) async fn was_in_copy(
    database: &impl Database,
    session: &str,
) -> Result<bool, StoreError> {
    let statement =
        "SELECT 1 FROM session WHERE id = ?1 AND number <= (SELECT max(upto) FROM restore)";
    let rows = database.query(statement, vec![text(session)]).await?;
    Ok(!rows.is_empty())
}

/// Whether a vehicle may have charged in a session of the copy without this database knowing: it was to start at a
/// station, and nothing more is known.
pub(crate) async fn may_have_charged(
    database: &impl Database,
    session: &str,
) -> Result<bool, StoreError> {
    let statement = "SELECT 1 FROM session
         WHERE id = ?1 AND station <> '' AND number <= (SELECT max(upto) FROM restore)
           AND NOT EXISTS (SELECT 1 FROM station_transaction WHERE session = ?1)";
    let rows = database.query(statement, vec![text(session)]).await?;
    Ok(!rows.is_empty())
}

/// Whether this number may be that of a transaction which only the lost database knew.
pub(crate) async fn is_lost_transaction(
    database: &impl Database,
    number: i64,
) -> Result<bool, StoreError> {
    let statement =
        "SELECT 1 FROM restore WHERE transactions < ?1 AND ?1 <= transactions + ?2 LIMIT 1";
    let parameters = vec![
        Value::Integer(number),
        Value::Integer(TRANSACTION_IDS_LEFT_OUT),
    ];
    Ok(!database.query(statement, parameters).await?.is_empty())
}

/// The last restore, if the holds at this terminal were not compared with the provider's since.
pub(crate) async fn to_compare(
    database: &impl Database,
    terminal: &str,
) -> Result<Option<i64>, StoreError> {
    let rows = database
        .query(
            "SELECT number FROM restore
             WHERE number = (SELECT max(number) FROM restore)
               AND NOT EXISTS (SELECT 1 FROM hold_comparison WHERE terminal = ?1 AND restore = number)",
            vec![text(terminal)],
        )
        .await?;
    let row = rows.into_iter().next();
    row.map(|row| Reader::new(row).integer()).transpose()
}

/// The holds at a terminal were compared with the provider's, which has these that no session knows.
pub(crate) async fn compared(
    database: &impl Database,
    terminal: &str,
    restore: i64,
    unknown: &[&str],
) -> Result<(), StoreError> {
    database
        .query(
            by_dialect(
                database,
                "INSERT INTO hold_comparison (terminal, restore, unknown) VALUES (?1, ?2, ?3)
                 ON CONFLICT (terminal, restore) DO UPDATE SET unknown = (
                    SELECT json_group_array(value) FROM (
                        SELECT value FROM json_each(hold_comparison.unknown)
                        UNION SELECT value FROM json_each(excluded.unknown)))",
                "INSERT INTO hold_comparison (terminal, restore, unknown) VALUES (?1, ?2, ?3)
                 ON CONFLICT (terminal, restore) DO UPDATE SET unknown = (
                    SELECT CAST(coalesce(jsonb_agg(value), '[]') AS text) FROM (
                        SELECT jsonb_array_elements(CAST(hold_comparison.unknown AS jsonb)) AS value
                        UNION SELECT jsonb_array_elements(CAST(excluded.unknown AS jsonb))) AS both_of_them)",
            ),
            vec![text(terminal), Value::Integer(restore), json(unknown)?],
        )
        .await?;
    Ok(())
}

/// The holds at a terminal that a person decides about.
pub(crate) async fn set_aside(
    database: &impl Database,
    terminal: &str,
) -> Result<Vec<String>, StoreError> {
    let rows = database
        .query(
            "SELECT unknown FROM hold_comparison WHERE terminal = ?1",
            vec![text(terminal)],
        )
        .await?;
    let mut holds = Vec::new();
    for row in rows {
        holds.extend(Reader::new(row).json::<Vec<String>>()?);
    }
    Ok(holds)
}

/// Put on record that the numbers up to this one were given to receipts that are not in this database. Each keeps its
/// place, so that the numbers have no gaps, and none is given out twice.
pub(crate) async fn reserve_receipts(
    database: &impl Database,
    issuer: &str,
    upto: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "WITH RECURSIVE lost (number) AS (
                SELECT 1 + coalesce((SELECT max(number) FROM invoice WHERE issuer = ?1), 0)
                UNION ALL SELECT number + 1 FROM lost WHERE number < ?2)
             INSERT INTO invoice (issuer, number, command)
             SELECT ?1, number, 'lost/' || ?1 || '/' || number FROM lost WHERE number <= ?2",
            vec![text(issuer), integer(upto)?],
        )
        .await?;
    Ok(())
}
