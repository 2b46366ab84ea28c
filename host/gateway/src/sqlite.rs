//! The store's database: SQLite with one writer, and readers beside it.
//!
//! Callers hand statements to threads that own a connection each, and wait.

mod reader;
mod writer;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chargetap_engine::platform::{DatabaseError, Row, Value};
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use crate::faults::Faults;
use crate::minute_count::MinuteCount;

/// How many statements may be queued for the writer, and for the readers. Further callers wait.
const QUEUE: usize = 1_024;
/// How many threads read: two may be at long lists while others are free for what money waits for.
const READERS: usize = 4;
/// How many compiled statements a connection keeps: more than the store has.
const STATEMENTS: usize = 256;

/// A handle on the database; clones share it.
#[derive(Clone, Debug)]
pub struct Sqlite {
    writes: mpsc::Sender<Job>,
    reads: mpsc::Sender<Job>,
    commits: Arc<MinuteCount>,
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
    /// Open or create the database and start its threads.
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
        let (writes, queue) = mpsc::channel(QUEUE);
        let commits = Arc::new(MinuteCount::new());
        let counted = Arc::clone(&commits);
        let write = move || {
            writer::write(&connection, queue, &faults, &counted);
            drop(lock);
        };
        spawn("store".into(), write).map_err(|error| unusable(error.to_string()))?;
        let (reads, queue) = mpsc::channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        for number in 1..=READERS {
            let connection = reader::connect(path).map_err(|error| unusable(error.to_string()))?;
            let queue = Arc::clone(&queue);
            let read = move || reader::read(&connection, &queue);
            spawn(format!("reader-{number}"), read).map_err(|error| unusable(error.to_string()))?;
        }
        Ok(Self {
            writes,
            reads,
            commits,
        })
    }

    /// How many commits that wrote something there were in the last whole minute.
    pub(crate) fn commits_per_minute(&self) -> u64 {
        self.commits.last_minute()
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
        let gone = || DatabaseError::Unavailable("the store's threads have ended".into());
        let queue = match reader::can_run(statement) {
            true => &self.reads,
            false => &self.writes,
        };
        let (answer, result) = oneshot::channel();
        queue
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

fn spawn(name: String, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(name).spawn(work)?;
    Ok(())
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
    configure(&connection)?;
    if let Some(pages) = pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    // A file that is not a database fails here, and not at the first callback.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

/// What all connections have in common.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Otherwise SQLite recompiles a statement when the value bound to an indexed column changes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // What SQLite keeps aside while a statement runs needs no file, so that none can be missing.
    connection.pragma_update(None, "temp_store", "MEMORY")
}

pub(crate) fn run(
    connection: &Connection,
    statement: &str,
    parameters: &[Value],
) -> rusqlite::Result<Vec<Row>> {
    run_until(connection, statement, parameters, |_| false)
}

/// Run a statement, up to the row that is enough.
pub(crate) fn run_until(
    connection: &Connection,
    statement: &str,
    parameters: &[Value],
    mut is_enough: impl FnMut(&Row) -> bool,
) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(statement)?;
    let columns = statement.column_count();
    let parameters = rusqlite::params_from_iter(parameters.iter().map(Parameter));
    let mut found = statement.query(parameters)?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let row = (0..columns).map(|at| Ok(value(row.get_ref(at)?)));
        let row = row.collect::<rusqlite::Result<Row>>()?;
        let is_last = is_enough(&row);
        rows.push(row);
        if is_last {
            break;
        }
    }
    Ok(rows)
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
            Arc::new(Faults::new(None, pages, None, false)),
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
    async fn what_is_read_does_not_wait_for_what_is_being_written() {
        let folder = tempfile::tempdir().unwrap();
        let database = open(folder.path(), None).unwrap();
        database
            .query("CREATE TABLE t (a TEXT UNIQUE)", vec![])
            .await
            .unwrap();
        // As long as a commit lasts that does not end.
        let other = Connection::open(folder.path().join("journal.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let insert = database.query("INSERT INTO t VALUES (?1)", vec![text("one")]);
        let mut insert = std::pin::pin!(insert);
        let rows = tokio::select! {
            biased;
            written = &mut insert => panic!("{written:?} while another writes"),
            rows = database.query("SELECT a FROM t", vec![]) => rows.unwrap(),
        };
        assert!(rows.is_empty(), "{rows:?}");
        other.execute_batch("ROLLBACK").unwrap();
        insert.await.unwrap();
        let rows = database.query("SELECT a FROM t", vec![]).await.unwrap();
        assert_eq!(rows, [vec![text("one")]]);
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
