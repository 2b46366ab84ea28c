//! The store's database: SQLite with one writer.
//!
//! A thread owns the connection. Callers hand it statements and wait. Statements that wait together
//! share one commit, and are answered once that commit is on the disk.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chargetap_engine::platform::{DatabaseError, Row, Value};
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use crate::faults::Faults;

/// How many statements may share a commit.
const BATCH: usize = 64;
/// How many statements may be queued. Further callers wait.
const QUEUE: usize = 1_024;
/// How many compiled statements are kept: more than the store has.
const STATEMENTS: usize = 256;

/// A handle on the database; clones share it.
#[derive(Clone, Debug)]
pub struct Sqlite {
    jobs: mpsc::Sender<Job>,
}

/// The database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another gateway uses it.
    #[error("database {0} is in use by another gateway")]
    InUse(PathBuf),
    /// It or its folder cannot be used.
    #[error("database {path} cannot be opened: {reason}")]
    Unusable {
        /// The database file.
        path: PathBuf,
        /// The error of the system or of SQLite.
        reason: String,
    },
}

#[derive(Debug)]
struct Job {
    statement: &'static str,
    parameters: Vec<Value>,
    answer: oneshot::Sender<Result<Vec<Row>, DatabaseError>>,
}

impl Sqlite {
    /// Open or create the database and start its writer.
    ///
    /// # Errors
    /// It is in use, or cannot be opened.
    pub fn open(path: &Path, faults: Arc<Faults>) -> Result<Self, OpenError> {
        let unusable = |reason: String| OpenError::Unusable {
            path: path.to_owned(),
            reason,
        };
        let lock = lock(path)?;
        let connection =
            connect(path, faults.database_pages).map_err(|error| unusable(error.to_string()))?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        std::thread::Builder::new()
            .name("store".into())
            .spawn(move || {
                write(&connection, queue, &faults);
                drop(lock);
            })
            .map_err(|error| unusable(error.to_string()))?;
        Ok(Self { jobs })
    }

    /// Run one statement; when this returns, what it wrote is on the disk.
    ///
    /// # Errors
    /// Nothing was written.
    pub async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let gone = || DatabaseError::Unavailable("the writer has ended".into());
        let (answer, result) = oneshot::channel();
        self.jobs
            .send(Job {
                statement,
                parameters,
                answer,
            })
            .await
            .map_err(|_| gone())?;
        result.await.map_err(|_| gone())?
    }
}

/// Keep other gateways out: two of them would execute each other's commands.
pub(crate) fn lock(path: &Path) -> Result<File, OpenError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let unusable = |error: std::io::Error| OpenError::Unusable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let file = File::create(PathBuf::from(name)).map_err(unusable)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(unusable(error)),
    }
}

fn connect(path: &Path, pages: Option<u32>) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // WAL with NORMAL may lose an acknowledged commit when the power goes.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Otherwise SQLite recompiles a statement when the value bound to an indexed column changes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if let Some(pages) = pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    // A file that is not a database fails here, and not at the first callback.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn write(connection: &Connection, mut queue: mpsc::Receiver<Job>, faults: &Faults) {
    let mut batch = Vec::with_capacity(BATCH);
    while queue.blocking_recv_many(&mut batch, BATCH) > 0 {
        let (answers, results): (Vec<_>, Vec<_>) = {
            let (jobs, answers): (Vec<_>, Vec<_>) = batch
                .drain(..)
                .map(|job| ((job.statement, job.parameters), job.answer))
                .unzip();
            (answers, commit(connection, &jobs, faults))
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
        faults.crash_point();
    }
    results
}

pub(crate) fn run(
    connection: &Connection,
    statement: &str,
    parameters: &[Value],
) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(statement)?;
    let columns = statement.column_count();
    let parameters = rusqlite::params_from_iter(parameters.iter().map(Parameter));
    let rows = statement.query_map(parameters, |row| {
        (0..columns).map(|at| Ok(value(row.get_ref(at)?))).collect()
    })?;
    rows.collect()
}

struct Parameter<'a>(&'a Value);

impl rusqlite::ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(rusqlite::types::ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        // The store's tables are strict and have no such column.
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

pub(crate) fn database_error(error: &rusqlite::Error) -> DatabaseError {
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => DatabaseError::Constraint(error.to_string()),
        _ => DatabaseError::Unavailable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    fn open(folder: &Path, pages: Option<u32>) -> Result<Sqlite, OpenError> {
        Sqlite::open(
            &folder.join("journal.db"),
            Arc::new(Faults::new(None, pages, None)),
        )
    }

    #[tokio::test]
    async fn an_acknowledged_write_is_there_after_reopening() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), None).unwrap();
        database
            .query("CREATE TABLE t (a TEXT UNIQUE)", vec![])
            .await
            .unwrap();
        database
            .query("INSERT INTO t VALUES (?1)", vec![text("one")])
            .await
            .unwrap();
        let other = Connection::open(folder.path().join("journal.db")).unwrap();
        let found: String = other
            .query_row("SELECT a FROM t", [], |row| row.get(0))
            .unwrap();
        assert_eq!(found, "one");
    }

    #[tokio::test]
    async fn a_statement_that_breaks_a_rule_leaves_the_others_of_its_commit_alone() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), None).unwrap();
        database
            .query("CREATE TABLE t (a TEXT UNIQUE)", vec![])
            .await
            .unwrap();
        let insert = |value| database.query("INSERT INTO t VALUES (?1)", vec![text(value)]);
        let (a, b, c) = tokio::join!(insert("one"), insert("one"), insert("two"));
        assert!(a.is_ok() && c.is_ok());
        assert!(matches!(b, Err(DatabaseError::Constraint(_))), "{b:?}");
        let rows = database
            .query("SELECT a FROM t ORDER BY a", vec![])
            .await
            .unwrap();
        assert_eq!(rows, [vec![text("one")], vec![text("two")]]);
    }

    #[tokio::test]
    async fn a_full_disk_is_reported_and_loses_no_acknowledged_write() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), Some(4)).unwrap();
        database
            .query("CREATE TABLE t (a BLOB)", vec![])
            .await
            .unwrap();
        let insert = |size| {
            database.query(
                "INSERT INTO t VALUES (?1)",
                vec![Value::Blob(vec![7; size])],
            )
        };
        insert(100).await.unwrap();
        let full = insert(100_000).await;
        assert!(
            matches!(full, Err(DatabaseError::Unavailable(_))),
            "{full:?}"
        );
        let rows = database
            .query("SELECT count(*) FROM t", vec![])
            .await
            .unwrap();
        assert_eq!(rows, [vec![Value::Integer(1)]]);
    }

    #[tokio::test]
    async fn a_second_gateway_is_kept_out() {
        let folder = tempfile::tempdir().unwrap();
        let _first = open(folder.path(), None).unwrap();
        assert!(matches!(
            open(folder.path(), None),
            Err(OpenError::InUse(_))
        ));
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("journal.db"),
            "not a database, not at all".repeat(99),
        )
        .unwrap();
        let error = open(folder.path(), None).unwrap_err().to_string();
        assert!(error.contains("journal.db cannot be opened"), "{error}");
    }
}
