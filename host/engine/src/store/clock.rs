//! Steps of the host's clock, and which of them not all sessions have heard of.

use super::error::StoreError;
use super::rows::{Reader, by_dialect, integer};
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

/// Triggers move what waits for a moment.
const INSERT_STEP: &str = "INSERT INTO clock_step (at, by, upto)
     SELECT ?1, ?2, (SELECT coalesce(max(number), 0) FROM session)
     WHERE (SELECT coalesce(max(number), 0) FROM clock_step) = ?3";

/// The same without triggers.
const INSERT_AND_MOVE: &str = "WITH step AS (
        INSERT INTO clock_step (at, by, upto)
        SELECT ?1, ?2, (SELECT coalesce(max(number), 0) FROM session)
        WHERE (SELECT coalesce(max(number), 0) FROM clock_step) = ?3
        RETURNING number, at, by),
     ordered AS (
        INSERT INTO clock_step_order (number, after_event)
        SELECT step.number, coalesce((SELECT max(place) FROM event), 0) FROM step),
     moved_ask AS (
        UPDATE ask SET
            renew_at = step.at,
            expires_at = greatest(0, ask.expires_at + step.by),
            told_at = greatest(0, ask.told_at + step.by),
            hidden_until = CASE WHEN hidden_until = 0 THEN 0 ELSE greatest(0, hidden_until + step.by) END,
            card_seen_at = CASE WHEN ask.card_seen_at IS NOT NULL THEN greatest(0, ask.card_seen_at + step.by) END
        FROM step),
     moved_command AS (
        UPDATE command SET
            sent_at = CASE WHEN command.sent_at IS NOT NULL THEN greatest(0, command.sent_at + step.by) END
        FROM step WHERE command.status = 'sent'),
     moved_delivery AS (
        UPDATE delivery SET
            next_at = greatest(0, delivery.next_at + step.by)
        FROM step WHERE delivery.status = 'waiting'),
     moved_notice AS (
        UPDATE notice SET
            at = greatest(0, notice.at + step.by)
        FROM step),
     moved_recall AS (
        UPDATE recall SET
            at = greatest(0, recall.at + step.by)
        FROM step),
     moved_stop_question AS (
        UPDATE stop_question SET
            asked_at = greatest(0, stop_question.asked_at + step.by)
        FROM step),
     moved_station_transaction AS (
        UPDATE station_transaction SET
            stop_at = CASE WHEN station_transaction.stop_at IS NOT NULL THEN greatest(0, station_transaction.stop_at + step.by) END,
            heard_at = greatest(0, station_transaction.heard_at + step.by)
        FROM step WHERE station_transaction.ended_at IS NULL),
     moved_station AS (
        UPDATE station SET
            connected_at = CASE WHEN station.connected_at IS NOT NULL THEN greatest(0, station.connected_at + step.by) END,
            booted_at = CASE WHEN station.booted_at IS NOT NULL THEN greatest(0, station.booted_at + step.by) END
        FROM step),
     moved_connector AS (
        UPDATE connector SET
            reported_at = greatest(0, connector.reported_at + step.by)
        FROM step)
     SELECT number FROM step";

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
            by_dialect(database, INSERT_STEP, INSERT_AND_MOVE),
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

macro_rules! record {
    ($place:literal) => {
        concat!(
            "SELECT coalesce(
                (SELECT step.at FROM clock_step AS step JOIN clock_step_order USING (number)
                 WHERE number = (SELECT max(number) FROM clock_step)
                   AND after_event >= (SELECT coalesce(max(",
            $place,
            "), 0) FROM event)),
                (SELECT at FROM event WHERE ",
            $place,
            " = (SELECT max(",
            $place,
            ") FROM event)),
                0),
                (SELECT coalesce(max(number), 0) FROM clock_step),
                (SELECT CASE WHEN by > 0 THEN at END FROM clock_step WHERE abs(by) > ?1
                 ORDER BY number DESC LIMIT 1)"
        )
    };
}

/// The condition on keys is that of an index, word for word.
macro_rules! gap {
    ($position:literal) => {
        concat!(
            "SELECT EXISTS (SELECT 1 FROM event WHERE at < ?2 - ?1 AND dedupe IS NOT NULL AND ",
            $position,
            "(dedupe, '/') = 0)
                AND NOT EXISTS (SELECT 1 FROM event
                                WHERE at >= ?2 - ?1 AND at < ?2 - ?3 AND dedupe IS NOT NULL AND ",
            $position,
            "(dedupe, '/') = 0)"
        )
    };
}

/// How far the store has come by the clock.
pub(crate) struct Record {
    /// The moment of what was put on record last, in Unix milliseconds: an event, or a step of the clock that was set
    /// since; 0 if there is nothing.
    pub(crate) latest: u64,
    /// The number of the last step of the clock; 0 if there is none.
    pub(crate) last_step: i64,
    /// When the clock was set far ahead, as it showed then; absent if it was not, or was set far back since.
    pub(crate) set_far_ahead_at: Option<u64>,
    /// No provider told anything for long before the last day, although it did before. What is of the last day says
    /// nothing: it may be by a clock that was far ahead at a start.
    pub(crate) follows_gap: bool,
}

/// The spans by which a clock is judged, in milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Spans {
    /// A clock is set far by a step that is longer.
    pub(crate) far: u64,
    /// How long a clock that is far ahead may take to become right.
    pub(crate) becomes_right: u64,
}

/// Read it at a moment.
pub(crate) async fn record(
    database: &impl Database,
    now: u64,
    Spans { far, becomes_right }: Spans,
) -> Result<Record, StoreError> {
    let rows = database
        .query(
            by_dialect(database, record!("rowid"), record!("place")),
            vec![integer(far)?],
        )
        .await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    let rows = database
        .query(
            by_dialect(database, gap!("instr"), gap!("strpos")),
            vec![integer(far)?, integer(now)?, integer(becomes_right)?],
        )
        .await?;
    let mut gap = Reader::new(rows.into_iter().next().unwrap_or_default());
    Ok(Record {
        latest: row.unsigned()?,
        last_step: row.integer()?,
        set_far_ahead_at: row.optional_unsigned()?,
        follows_gap: gap.integer()? != 0,
    })
}

#[cfg(test)]
mod tests;
