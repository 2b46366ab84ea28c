//! A database of its own for each test of the store: in memory, or on a server.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

#[cfg(feature = "peers")]
mod server;

use std::sync::Mutex;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::events;
use super::fleet;
use super::migrations::migrate;
use super::rows::by_dialect;
use crate::platform::{Database, DatabaseError, Dialect, Row, Value};

pub(crate) enum Disk {
    InMemory(Mutex<Connection>),
    #[cfg(feature = "peers")]
    OnServer(Box<server::Server>),
}

/// An event as it is put on record, whatever was decided.
#[derive(Clone, Copy)]
pub(crate) struct EventRow<'a> {
    pub(crate) session: &'a str,
    pub(crate) version: i64,
    pub(crate) event: &'a str,
    pub(crate) at: i64,
    pub(crate) dedupe: Option<&'a str>,
    pub(crate) view: &'a str,
    pub(crate) card: Option<&'a str>,
    pub(crate) phase: &'a str,
    pub(crate) commands: &'a str,
}

impl Disk {
    /// One with the tables of now.
    pub(crate) async fn fresh() -> Self {
        let disk = Self::empty();
        migrate(&disk).await.unwrap();
        disk
    }

    /// One without tables.
    pub(crate) fn empty() -> Self {
        Self::InMemory(Mutex::new(Connection::open_in_memory().unwrap()))
    }

    /// One with the tables of now on a server.
    #[cfg(feature = "peers")]
    pub(crate) async fn fresh_on_server() -> Self {
        let disk = Self::OnServer(Box::new(server::Server::connect().await));
        migrate(&disk).await.unwrap();
        disk
    }

    /// Run statements of which nothing is answered.
    pub(crate) async fn execute(&self, statements: &str) {
        self.try_execute(statements).await.unwrap();
    }

    /// The same, if they may be refused.
    pub(crate) async fn try_execute(&self, statements: &str) -> Result<(), String> {
        match self {
            Self::InMemory(connection) => {
                let ran = connection.lock().unwrap().execute_batch(statements);
                ran.map_err(|error| error.to_string())
            }
            #[cfg(feature = "peers")]
            Self::OnServer(server) => server.execute(statements).await,
        }
    }

    /// The texts that a query answers.
    pub(crate) async fn texts(&self, query: &str) -> Vec<String> {
        match self {
            Self::InMemory(connection) => {
                let connection = connection.lock().unwrap();
                let mut query = connection.prepare(query).unwrap();
                let texts = query.query_map([], |row| row.get(0)).unwrap();
                texts.map(Result::unwrap).collect()
            }
            #[cfg(feature = "peers")]
            Self::OnServer(server) => server.texts(query).await,
        }
    }

    /// The first text that a query answers.
    pub(crate) async fn text(&self, query: &str) -> String {
        self.texts(query).await.swap_remove(0)
    }

    /// How many rows there are of a table, or of a part of it.
    pub(crate) async fn count(&self, what: &str) -> i64 {
        let count = format!("SELECT CAST(count(*) AS text) FROM {what}");
        self.text(&count).await.parse().unwrap()
    }

    /// Put an event on record as the store does.
    pub(crate) async fn insert_event(&self, row: EventRow<'_>) {
        let text = |text: &str| Value::Text(text.to_owned());
        let optional = |it: Option<&str>| it.map_or(Value::Null, text);
        let parameters = vec![
            text(row.session),
            Value::Integer(row.version),
            text(row.event),
            Value::Integer(row.at),
            optional(row.dedupe),
            Value::Null,
            Value::Null,
            Value::Blob(vec![1]),
            text(row.view),
            optional(row.card),
            text(row.phase),
            text(row.commands),
            Value::Null,
            Value::Null,
        ];
        let statement = by_dialect(self, events::INSERT, events::INSERT_AND_SPREAD);
        let stored = self.query(statement, parameters).await.unwrap();
        assert_eq!(stored.len(), 1, "{} {}", row.session, row.version);
    }

    /// Put changes of the fleet on record as the store does, as the write after another one. Whether they are.
    pub(crate) async fn write_fleet(&self, after: i64, at: i64, changes: &str) -> bool {
        let parameters = vec![
            Value::Integer(after),
            Value::Integer(at),
            Value::Text("o".into()),
            Value::Null,
            Value::Null,
            Value::Null,
            Value::Text(changes.into()),
        ];
        let statement = by_dialect(self, fleet::WRITE, fleet::WRITE_AND_SPREAD);
        !self.query(statement, parameters).await.unwrap().is_empty()
    }
}

impl Database for Disk {
    fn dialect(&self) -> Dialect {
        match self {
            Self::InMemory(_) => Dialect::Sqlite,
            #[cfg(feature = "peers")]
            Self::OnServer(_) => Dialect::Postgres,
        }
    }

    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::InMemory(connection) => rows(&connection.lock().unwrap(), statement, parameters)
                .map_err(|error| DatabaseError::Unavailable(error.to_string())),
            #[cfg(feature = "peers")]
            Self::OnServer(server) => server.query(statement, parameters).await,
        }
    }
}

/// What a statement answers in SQLite.
pub(crate) fn rows(
    connection: &Connection,
    statement: &str,
    parameters: Vec<Value>,
) -> rusqlite::Result<Vec<Row>> {
    use rusqlite::types::Value as Sqlite;
    let parameters = parameters.into_iter().map(|value| match value {
        Value::Null => Sqlite::Null,
        Value::Integer(number) => Sqlite::Integer(number),
        Value::Text(text) => Sqlite::Text(text),
        Value::Blob(bytes) => Sqlite::Blob(bytes),
    });
    let mut statement = connection.prepare(statement)?;
    let columns = statement.column_count();
    let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| {
        let value = |column| {
            Ok(match row.get_ref(column)? {
                ValueRef::Null | ValueRef::Real(_) => Value::Null,
                ValueRef::Integer(number) => Value::Integer(number),
                ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
            })
        };
        (0..columns).map(value).collect()
    })?;
    rows.collect()
}

/// Run tests on a database of each kind, each on a fresh one.
macro_rules! in_every_database {
    ($($test:ident),+ $(,)?) => {
        mod in_memory {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::store::disk::Disk::fresh().await).await;
            })+
        }

        #[cfg(feature = "peers")]
        mod on_server {
            $(#[tokio::test]
            async fn $test() {
                super::$test($crate::store::disk::Disk::fresh_on_server().await).await;
            })+
        }
    };
}

pub(crate) use in_every_database;
