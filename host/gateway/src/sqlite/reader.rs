//! Threads that only read, each on a connection of its own: what they read neither waits for a commit nor holds one up.
//!
//! A statement sees everything whose writing was answered before it was asked for.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::mpsc;

use super::{Job, configure, database_error, run};

/// A connection that cannot write.
pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    configure(&connection)?;
    Ok(connection)
}

/// Whether a statement only reads. The store's statements begin with what they do.
pub(super) fn can_run(statement: &str) -> bool {
    statement.trim_start().starts_with("SELECT")
}

/// Answer what is queued until nobody can queue any more.
pub(super) fn read(connection: &Connection, queue: &Arc<Mutex<mpsc::Receiver<Job>>>) {
    let next = || {
        // Nothing can panic that has the lock.
        let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.blocking_recv()
    };
    while let Some(job) = next() {
        let rows = run(connection, job.statement, &job.parameters);
        // Fails if the caller no longer waits.
        let _ = job
            .answer
            .send(rows.map_err(|error| database_error(&error)));
    }
}
