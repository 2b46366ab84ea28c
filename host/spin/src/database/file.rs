//! SQLite: on the connection that all instances share.

use chargetap_engine::platform::{DatabaseError, Row, Value};
use spin_sdk::sqlite::{self, Connection};

/// Spin's connection writes a rollback journal, and commits by deleting it. This makes the deletion
/// itself reach the disk, so that acknowledged writes survive a power cut.
const DURABLE: &str = "PRAGMA synchronous = EXTRA";

pub(crate) struct File(Connection);

impl File {
    pub(super) async fn open() -> Result<Self, DatabaseError> {
        let file = Self(Connection::open_default().await.map_err(failure)?);
        if let Err(error) = file.query(DURABLE, Vec::new()).await {
            // A database that is not a local file takes care of durability itself.
            tracing::warn!(%error, "the database's durability is its own");
        }
        Ok(file)
    }

    /// Run a statement. Its result is read to the end: only then is it known whether it succeeded.
    pub(super) async fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let parameters = parameters.into_iter().map(parameter);
        let result = self
            .0
            .execute(statement, parameters)
            .await
            .map_err(failure)?;
        let rows = result.collect().await.map_err(failure)?;
        rows.into_iter()
            .map(|row| row.values.into_iter().map(value).collect())
            .collect()
    }
}

fn parameter(value: Value) -> sqlite::Value {
    match value {
        Value::Null => sqlite::Value::Null,
        Value::Integer(number) => sqlite::Value::Integer(number),
        Value::Text(text) => sqlite::Value::Text(text),
        Value::Blob(bytes) => sqlite::Value::Blob(bytes),
    }
}

fn value(value: sqlite::Value) -> Result<Value, DatabaseError> {
    match value {
        sqlite::Value::Null => Ok(Value::Null),
        sqlite::Value::Integer(number) => Ok(Value::Integer(number)),
        sqlite::Value::Text(text) => Ok(Value::Text(text)),
        sqlite::Value::Blob(bytes) => Ok(Value::Blob(bytes)),
        sqlite::Value::Real(_) => Err(DatabaseError::Unavailable(
            "it holds a fraction, which the store never writes".into(),
        )),
    }
}

/// Spin passes on SQLite's message, but not its code.
fn failure(error: sqlite::Error) -> DatabaseError {
    match error {
        sqlite::Error::Io(message) if message.contains("constraint") => {
            DatabaseError::Constraint(message)
        }
        other => DatabaseError::Unavailable(other.to_string()),
    }
}
