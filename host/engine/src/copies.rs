//! A copy of a store in another database, for a host that moves the rows: first [`begin`], then the rows of [`tables`],
//! then [`finish`]. Until then no gateway starts on it.

use crate::error::EngineError;
use crate::platform::Database;
use crate::store;
pub use crate::store::copies::{CopyState, Trace};

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

/// Keep other copies out of a server's database until this connection ends, on which nothing else is to be run. The
/// tables are there.
///
/// # Errors
/// Another copy into it is being made, or it cannot be written.
pub async fn claim(database: &impl Database) -> Result<(), EngineError> {
    Ok(store::copies::claim(database).await?)
}

/// What gateways have left on a server by now: as long as it is the same, none was started there.
///
/// # Errors
/// It cannot be read.
pub async fn trace(database: &impl Database) -> Result<Trace, EngineError> {
    Ok(store::copies::trace(database).await?)
}

/// All rows are there: make indexes and triggers, and put on record that a gateway may start. False if somebody else
/// did so meanwhile: then nothing of this may be committed.
///
/// # Errors
/// They cannot be made.
pub async fn finish(database: &impl Database) -> Result<bool, EngineError> {
    Ok(store::copies::finish(database).await?)
}
