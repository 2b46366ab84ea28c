//! Steps of the host's clock, and which of them not all sessions have heard of.

use super::error::StoreError;
use super::rows::{Reader, integer};
use crate::platform::{Database, Value};

/// A step of the clock that not all sessions have heard of.
pub(crate) struct ClockStep {
    pub(crate) number: i64,
    /// By how much it was set, in milliseconds.
    pub(crate) by: i64,
    /// The number of the last session that began before.
    pub(crate) upto: i64,
}

/// The clock was set by so much, and shows `now`. What else waits for a moment, such as prompts and deliveries,
/// moves along at once.
pub(crate) async fn insert_step(
    database: &impl Database,
    by: i64,
    now: u64,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO clock_step (at, by, upto)
             SELECT ?1, ?2, coalesce(max(number), 0) FROM session",
            vec![integer(now)?, Value::Integer(by)],
        )
        .await?;
    Ok(())
}

pub(crate) async fn steps_under_way(
    database: &impl Database,
) -> Result<Vec<ClockStep>, StoreError> {
    let rows = database
        .query(
            "SELECT number, by, upto FROM clock_step WHERE done = 0",
            Vec::new(),
        )
        .await?;
    let step = |row| {
        let mut row = Reader::new(row);
        Ok(ClockStep {
            number: row.integer()?,
            by: row.integer()?,
            upto: row.integer()?,
        })
    };
    rows.into_iter().map(step).collect()
}

pub(crate) async fn complete_step(database: &impl Database, number: i64) -> Result<(), StoreError> {
    database
        .query(
            "UPDATE clock_step SET done = 1 WHERE number = ?1",
            vec![Value::Integer(number)],
        )
        .await?;
    Ok(())
}

/// The moment of what was put on record last, in Unix milliseconds: an event, or a step of the clock that was set since;
/// 0 if there is nothing.
pub(crate) async fn latest(database: &impl Database) -> Result<u64, StoreError> {
    let rows = database
        .query(
            "SELECT coalesce(
                (SELECT step.at FROM clock_step AS step JOIN clock_step_order USING (number)
                 WHERE number = (SELECT max(number) FROM clock_step)
                   AND after_event >= (SELECT coalesce(max(rowid), 0) FROM event)),
                (SELECT at FROM event WHERE rowid = (SELECT max(rowid) FROM event)),
                0)",
            Vec::new(),
        )
        .await?;
    Reader::new(rows.into_iter().next().unwrap_or_default()).unsigned()
}
