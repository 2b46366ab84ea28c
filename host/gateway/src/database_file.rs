//! A database file without a writer of its own: a look beside a gateway, or a copy.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chargetap_engine::platform::{Database, DatabaseError, Row, Value};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::sqlite;

/// How many pages are copied between two reports of progress: 4 MiB.
const PAGES: i32 = 1_024;

/// An open database file.
pub(crate) struct DatabaseFile {
    path: PathBuf,
    connection: Mutex<Connection>,
}

/// A database file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("there is no database {0}")]
    Missing(PathBuf),
    #[error("database {path} cannot be read ({reason}): run this command as the gateway's user")]
    Closed {
        path: PathBuf,
        reason: std::io::Error,
    },
    #[error("database {path} cannot be read: {reason}")]
    Unreadable {
        path: PathBuf,
        reason: rusqlite::Error,
    },
    #[error("{path} cannot be written: {reason}")]
    Unwritable {
        path: PathBuf,
        reason: rusqlite::Error,
    },
    #[error("database {0} was not copied: somebody else wrote to the copy")]
    Locked(PathBuf),
}

impl DatabaseFile {
    /// Look at what is committed now. Every statement sees the same, whatever is written meanwhile, and no writer waits.
    pub(crate) fn look(path: &Path) -> Result<Self, FileError> {
        match path.metadata() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(FileError::Missing(path.to_owned()));
            }
            Err(reason) => {
                return Err(FileError::Closed {
                    path: path.to_owned(),
                    reason,
                });
            }
            Ok(_) => {}
        }
        let look = || {
            let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            connection.execute_batch("BEGIN")?;
            connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
            Ok(connection)
        };
        let unreadable = |reason| FileError::Unreadable {
            path: path.to_owned(),
            reason,
        };
        Ok(Self::new(path, look().map_err(unreadable)?))
    }

    /// Open a file that nobody else uses, to write to it.
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        let open = || {
            let connection = Connection::open(path)?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            Ok(connection)
        };
        let unwritable = |reason| FileError::Unwritable {
            path: path.to_owned(),
            reason,
        };
        Ok(Self::new(path, open().map_err(unwritable)?))
    }

    fn new(path: &Path, connection: Connection) -> Self {
        Self {
            path: path.to_owned(),
            connection: Mutex::new(connection),
        }
    }

    /// Statements are atomic, so that the connection is whole even after a panic elsewhere.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Copy all of it into an empty file, as one file that needs no other. `progress` is told how many pages of how many
    /// are copied.
    pub(crate) fn copy_to(
        &self,
        path: &Path,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<(), FileError> {
        let mut copy = Connection::open(path).map_err(|reason| FileError::Unwritable {
            path: path.to_owned(),
            reason,
        })?;
        let source = self.connection();
        let failed = |reason: rusqlite::Error| match reason.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => FileError::Unwritable {
                path: path.to_owned(),
                reason,
            },
            _ => FileError::Unreadable {
                path: self.path.clone(),
                reason,
            },
        };
        let backup = Backup::new(&source, &mut copy).map_err(failed)?;
        loop {
            let step = backup.step(PAGES).map_err(failed)?;
            let state = backup.progress();
            let pages = |count: i32| u64::try_from(count).unwrap_or_default();
            progress(
                pages(state.pagecount.saturating_sub(state.remaining)),
                pages(state.pagecount),
            );
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                // The source is held as it is, and the copy is nobody else's.
                _ => return Err(FileError::Locked(self.path.clone())),
            }
        }
        drop(backup);
        // The log that the gateway writes first is a second file.
        copy.pragma_update(None, "journal_mode", "DELETE")
            .map_err(failed)
    }

    /// Run one statement.
    pub(crate) fn run(
        &self,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, DatabaseError> {
        self.run_until(statement, parameters, |_| false)
    }

    /// Run one statement, up to the row that is enough.
    pub(crate) fn run_until(
        &self,
        statement: &str,
        parameters: &[Value],
        is_enough: impl FnMut(&Row) -> bool,
    ) -> Result<Vec<Row>, DatabaseError> {
        sqlite::run_until(&self.connection(), statement, parameters, is_enough)
            .map_err(|error| sqlite::database_error(&error))
    }

    /// Carry what is in the log of a database over into its file. Whether nobody who reads it was in the way.
    pub(crate) fn empty_log(&self) -> rusqlite::Result<bool> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy: i64 = self
            .connection()
            .query_row(checkpoint, [], |row| row.get(0))?;
        Ok(is_busy == 0)
    }
}

impl Database for DatabaseFile {
    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.run(statement, &parameters)
    }
}
