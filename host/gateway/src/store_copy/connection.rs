//! One of the two databases between which a store is copied.

use std::collections::BTreeMap;
use std::path::Path;

use chargetap_engine::EngineError;
use chargetap_engine::config::{DatabaseAddress, SecretSource};
use chargetap_engine::copies::{self, CopyState};
use chargetap_engine::platform::{Database, DatabaseError, Dialect, Row, Value};
use futures_util::StreamExt as _;

use super::tables::{Numbers, Table, tables};
use crate::database::OpenError;
use crate::database_file::{DatabaseFile, FileError};
use crate::postgres::session::{RowStream, Session};
use crate::secrets;

/// Rows are written so many at once, and read until they are so many or so large.
const ROWS: usize = 500;
const BYTES: usize = 4 << 20;

/// A connection to a database.
pub(crate) enum Connection {
    File(DatabaseFile),
    Server(Server),
}

/// A connection to a server.
pub(crate) struct Server {
    session: Session,
    /// Where a moment is held: the last number that each table's sequence had given out before it. A sequence always
    /// shows what it gave out until now. Read later, it would have numbers of transactions that are not in the copy,
    /// and a gateway on the restored copy would not know that they are lost, and let them charge. Numbers that were
    /// given out in between are those of the rows.
    given_out: BTreeMap<String, i64>,
}

/// The database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Server(#[from] OpenError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("this program's own tables cannot be made: {0}")]
    Tables(#[from] rusqlite::Error),
}

impl Connection {
    /// Look at what is committed now. Nothing is written, whatever is written by others is not seen, and nobody waits.
    pub(crate) async fn look(
        address: &DatabaseAddress,
        folder: &Path,
    ) -> Result<Self, ConnectError> {
        Ok(match address {
            DatabaseAddress::File(file) => Self::File(DatabaseFile::look(&folder.join(file))?),
            DatabaseAddress::Postgres { url, password } => {
                let session = session(url, password.as_ref(), folder).await?;
                let mut given_out = BTreeMap::new();
                if copies::state(&session).await? == CopyState::Current {
                    for table in tables()? {
                        let last = last_of_sequence(&session, &table).await?;
                        given_out.insert(table.name, last);
                    }
                }
                session.hold_moment().await?;
                Self::Server(Server { session, given_out })
            }
        })
    }

    /// Open a database as it is at every moment. A file, which nobody else may use then, is made if it is not there.
    pub(crate) async fn open(
        address: &DatabaseAddress,
        folder: &Path,
    ) -> Result<Self, ConnectError> {
        Ok(match address {
            DatabaseAddress::File(file) => Self::File(DatabaseFile::open(&folder.join(file))?),
            DatabaseAddress::Postgres { url, password } => Self::Server(Server {
                session: session(url, password.as_ref(), folder).await?,
                given_out: BTreeMap::new(),
            }),
        })
    }

    /// Run one statement, with parameters `?1`, `?2` and so on.
    pub(super) async fn run(
        &self,
        statement: &str,
        parameters: &[Value],
    ) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::File(file) => file.run(statement, parameters),
            Self::Server(server) => server.session.run(statement, parameters).await,
        }
    }

    /// The rows of a table in the order of their keys, or those after one.
    pub(super) async fn rows<'a>(
        &'a self,
        table: &'a Table,
        after: Option<Vec<Value>>,
    ) -> Result<Rows<'a>, DatabaseError> {
        Ok(match self {
            Self::File(file) => Rows::OfFile { file, table, after },
            Self::Server(server) => {
                let statement = table.read(Dialect::Postgres, after.is_some());
                let after = after.unwrap_or_default();
                Rows::OfServer(server.session.stream(&statement, &after).await?)
            }
        })
    }

    /// The last number that the database gave out in a table, or would not give out again.
    pub(super) async fn given_out(&self, table: &Table) -> Result<i64, DatabaseError> {
        if table.numbers == Numbers::None {
            return Ok(0);
        }
        let number = table.number(self.dialect());
        let name = &table.name;
        let of_rows = format!("SELECT coalesce(max(\"{number}\"), 0) FROM \"{name}\"");
        let of_rows = integer(&self.run(&of_rows, &[]).await?);
        let beside = match (self, table.numbers) {
            (Self::File(_), Numbers::OfPlaces) => 0,
            (Self::File(_), _) => {
                let kept = "SELECT max(seq) FROM sqlite_sequence WHERE name = ?1";
                integer(&self.run(kept, &[Value::Text(name.clone())]).await?)
            }
            (Self::Server(server), _) => match server.given_out.get(name) {
                Some(last) => *last,
                None => last_of_sequence(&server.session, table).await?,
            },
        };
        Ok(of_rows.max(beside))
    }

    /// Let the next number that the database gives out in a table follow on this one.
    pub(super) async fn continue_after(
        &self,
        table: &Table,
        last: i64,
    ) -> Result<(), DatabaseError> {
        let name = Value::Text(table.name.clone());
        match (self, table.numbers) {
            (_, Numbers::None) | (Self::File(_), Numbers::OfPlaces) => {}
            (Self::File(_), Numbers::OfRows) => {
                let forget = "DELETE FROM sqlite_sequence WHERE name = ?1";
                self.run(forget, std::slice::from_ref(&name)).await?;
                let keep = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";
                self.run(keep, &[name, Value::Integer(last)]).await?;
            }
            (Self::Server(_), _) => {
                let next = format!(
                    "SELECT setval(pg_get_serial_sequence('\"{}\"', '{}'), ?1, false)",
                    table.name,
                    table.number(Dialect::Postgres)
                );
                let next_number = Value::Integer(last.saturating_add(1));
                self.run(&next, &[next_number]).await?;
            }
        }
        Ok(())
    }
}

/// The last number that a table's sequence gave out until now.
async fn last_of_sequence(session: &Session, table: &Table) -> Result<i64, DatabaseError> {
    if table.numbers == Numbers::None {
        return Ok(0);
    }
    let (name, number) = (&table.name, table.number(Dialect::Postgres));
    let sequence = format!("SELECT pg_get_serial_sequence('\"{name}\"', '{number}')");
    let sequence = session.run(&sequence, &[]).await?;
    let Some([Value::Text(sequence)]) = sequence.first().map(Vec::as_slice) else {
        return Ok(0);
    };
    let last = format!("SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM {sequence}");
    Ok(integer(&session.run(&last, &[]).await?))
}

pub(super) async fn session(
    url: &str,
    password: Option<&SecretSource>,
    folder: &Path,
) -> Result<Session, OpenError> {
    let password = password.map(|source| secrets::read(source, folder));
    Ok(Session::open(url, password.transpose()?.as_ref()).await?)
}

fn integer(rows: &[Row]) -> i64 {
    match rows.first().map(Vec::as_slice) {
        Some([Value::Integer(number)]) => *number,
        _ => 0,
    }
}

impl Database for Connection {
    fn dialect(&self) -> Dialect {
        match self {
            Self::File(_) => Dialect::Sqlite,
            Self::Server(_) => Dialect::Postgres,
        }
    }

    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.run(statement, &parameters).await
    }
}

/// The rows of a table that are still to come.
pub(super) enum Rows<'a> {
    /// SQLite finds the row after a key at once.
    OfFile {
        file: &'a DatabaseFile,
        table: &'a Table,
        after: Option<Vec<Value>>,
    },
    /// PostgreSQL may have to sort them, and does so once.
    OfServer(RowStream),
}

impl Rows<'_> {
    /// The next of them; none at the end.
    pub(super) async fn next(&mut self) -> Result<Vec<Row>, DatabaseError> {
        let mut batch = Batch::default();
        match self {
            Self::OfFile { file, table, after } => {
                let statement = table.read(Dialect::Sqlite, after.is_some());
                let key = after.clone().unwrap_or_default();
                let rows = file.run_until(&statement, &key, |row| batch.is_full_with(row))?;
                if let Some(row) = rows.last() {
                    *after = Some(table.key_of(row));
                }
                Ok(rows)
            }
            Self::OfServer(stream) => {
                let mut rows = Vec::new();
                while let Some(row) = stream.next().await {
                    let row = row?;
                    let is_full = batch.is_full_with(&row);
                    rows.push(row);
                    if is_full {
                        break;
                    }
                }
                Ok(rows)
            }
        }
    }
}

#[derive(Default)]
struct Batch {
    rows: usize,
    bytes: usize,
}

impl Batch {
    fn is_full_with(&mut self, row: &[Value]) -> bool {
        let bytes = row.iter().map(|value| match value {
            Value::Null | Value::Integer(_) => 0,
            Value::Text(text) => text.len(),
            Value::Blob(bytes) => bytes.len(),
        });
        self.rows = self.rows.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes.sum());
        self.rows >= ROWS || self.bytes >= BYTES
    }
}
