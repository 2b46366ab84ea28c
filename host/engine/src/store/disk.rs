//! A database in memory, for tests of the store.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use std::sync::Mutex;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::migrations::migrate;
use crate::platform::{Database, DatabaseError, Row, Value};

pub(crate) struct Disk {
    pub(crate) connection: Mutex<Connection>,
}

impl Disk {
    /// One with the tables of now.
    pub(crate) async fn fresh() -> Self {
        let disk = Self {
            connection: Mutex::new(Connection::open_in_memory().unwrap()),
        };
        migrate(&disk).await.unwrap();
        disk
    }

    pub(crate) fn execute(&self, statements: &str) {
        let connection = self.connection.lock().unwrap();
        connection.execute_batch(statements).unwrap();
    }

    pub(crate) fn text(&self, query: &str) -> String {
        let connection = self.connection.lock().unwrap();
        connection.query_row(query, [], |row| row.get(0)).unwrap()
    }
}

impl Database for Disk {
    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        rows(&self.connection.lock().unwrap(), statement, parameters)
            .map_err(|error| DatabaseError::Unavailable(error.to_string()))
    }
}

/// What a statement answers.
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
