//! The only thread that writes.
//!
//! Statements that wait together share one commit, and are answered once that commit is on the disk.

use chargetap_engine::platform::{DatabaseError, Row, Value};
use rusqlite::Connection;
use tokio::sync::mpsc;

use super::{Job, database_error, run};
use crate::faults::Faults;
use crate::minute_count::MinuteCount;

/// How many statements may share a commit.
const BATCH: usize = 64;

/// Write what is queued until nobody can queue any more.
pub(super) fn write(
    connection: &Connection,
    mut queue: mpsc::Receiver<Job>,
    faults: &Faults,
    commits: &MinuteCount,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.blocking_recv_many(&mut batch, BATCH) > 0 {
        let (answers, results): (Vec<_>, Vec<_>) = {
            let (jobs, answers): (Vec<_>, Vec<_>) = batch
                .drain(..)
                .map(|job| ((job.statement, job.parameters), job.answer))
                .unzip();
            (answers, commit(connection, &jobs, faults, commits))
        };
        for (answer, result) in answers.into_iter().zip(results) {
            // Fails if the caller no longer waits. Its statement was carried out all the same.
            let _ = answer.send(result);
        }
    }
}

type Statement = (&'static str, Vec<Value>);

/// Run the statements in one transaction. Each is atomic by itself. If the commit fails, or SQLite
/// rolls the transaction back, none of them takes effect.
fn commit(
    connection: &Connection,
    jobs: &[Statement],
    faults: &Faults,
    commits: &MinuteCount,
) -> Vec<Result<Vec<Row>, DatabaseError>> {
    let none = |error: &rusqlite::Error| {
        let reason = error.to_string();
        tracing::error!(reason, "the store cannot be written");
        jobs.iter()
            .map(|_| Err(DatabaseError::Unavailable(reason.clone())))
            .collect()
    };
    let changes = connection.total_changes();
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        return none(&error);
    }
    let mut results = Vec::with_capacity(jobs.len());
    for (statement, parameters) in jobs {
        let result = run(connection, statement, parameters);
        match result {
            Err(error) if connection.is_autocommit() => return none(&error),
            result => results.push(result.map_err(|error| database_error(&error))),
        }
    }
    let changed = connection.total_changes() != changes;
    if changed {
        faults.crash_point();
    }
    if let Err(error) = connection.execute_batch("COMMIT") {
        if !connection.is_autocommit() {
            let _ = connection.execute_batch("ROLLBACK");
        }
        return none(&error);
    }
    if changed {
        commits.add();
        faults.crash_point();
    }
    results
}
