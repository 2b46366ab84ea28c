//! Steps of the host's clock, and which of them not all sessions have heard of.

use super::error::StoreError;
use super::rows::{Reader, integer};
use crate::platform::{Database, Value};

/// A step of the clock.
pub(crate) struct ClockStep {
    /// Steps are numbered in the order in which they were put on record.
    pub(crate) number: i64,
    /// By how much it was set, in milliseconds.
    pub(crate) by: i64,
    /// The number of the last session that began before.
    pub(crate) upto: i64,
    /// Not all sessions have heard of it.
    pub(crate) is_under_way: bool,
}

/// The clock was set by so much, and shows `now`. What else waits for a moment, such as prompts and deliveries,
/// moves along at once. Nothing is stored if a step is on record after this one: it may be the same.
pub(crate) async fn insert_step(
    database: &impl Database,
    by: i64,
    now: u64,
    after: i64,
) -> Result<(), StoreError> {
    database
        .query(
            "INSERT INTO clock_step (at, by, upto)
             SELECT ?1, ?2, (SELECT coalesce(max(number), 0) FROM session)
             WHERE (SELECT coalesce(max(number), 0) FROM clock_step) = ?3",
            vec![integer(now)?, Value::Integer(by), Value::Integer(after)],
        )
        .await?;
    Ok(())
}

/// The steps that not all sessions have heard of, and those after this one.
pub(crate) async fn steps(
    database: &impl Database,
    after: i64,
) -> Result<Vec<ClockStep>, StoreError> {
    let rows = database
        .query(
            "SELECT number, by, upto, done = 0 FROM clock_step WHERE done = 0 OR number > ?1 ORDER BY number",
            vec![Value::Integer(after)],
        )
        .await?;
    let step = |row| {
        let mut row = Reader::new(row);
        Ok(ClockStep {
            number: row.integer()?,
            by: row.integer()?,
            upto: row.integer()?,
            is_under_way: row.integer()? != 0,
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

/// How far the store has come by the clock.
pub(crate) struct Record {
    /// The moment of what was put on record last, in Unix milliseconds: an event, or a step of the clock that was set
    /// since; 0 if there is nothing.
    pub(crate) latest: u64,
    /// The number of the last step of the clock; 0 if there is none.
    pub(crate) last_step: i64,
}

/// How far the store has come by the clock.
pub(crate) async fn record(database: &impl Database) -> Result<Record, StoreError> {
    let rows = database
        .query(
            "SELECT coalesce(
                (SELECT step.at FROM clock_step AS step JOIN clock_step_order USING (number)
                 WHERE number = (SELECT max(number) FROM clock_step)
                   AND after_event >= (SELECT coalesce(max(rowid), 0) FROM event)),
                (SELECT at FROM event WHERE rowid = (SELECT max(rowid) FROM event)),
                0),
                (SELECT coalesce(max(number), 0) FROM clock_step)",
            Vec::new(),
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    Ok(Record {
        latest: row.unsigned()?,
        last_step: row.integer()?,
    })
}
