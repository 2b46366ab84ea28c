//! A copy of a store in another database, for a host that moves the rows: first [`begin`], then the rows of [`tables`],
//! then [`finish`]. Until then no gateway starts on it.

use crate::error::EngineError;
use crate::platform::Database;
use crate::store;
pub use crate::store::copies::CopyState;

/// What a database is, for a copy from it or into it.
///
/// # Errors
/// It cannot be read.
pub async fn state(database: &impl Database) -> Result<CopyState, EngineError> {
    Ok(store::copies::state(database).await?)
}

/// The statements that make, in SQLite, the tables whose rows are copied. `probe` and `store_version` are among them,
/// whose rows are not.
pub fn tables() -> impl Iterator<Item = &'static str> {
    store::copies::tables()
}

/// Make the tables in an empty database, or in one that a copy into it did not end. It is on record that rows are to come.
///
/// # Errors
/// They cannot be made.
pub async fn begin(database: &impl Database) -> Result<(), EngineError> {
    Ok(store::copies::begin(database).await?)
}

/// All rows are there: make indexes and triggers, and put on record that a gateway may start.
///
/// # Errors
/// They cannot be made.
pub async fn finish(database: &impl Database) -> Result<(), EngineError> {
    Ok(store::copies::finish(database).await?)
}
