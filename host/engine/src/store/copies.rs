//! A copy of the store in another database, from its tables to its version.
//!
//! | what the database is      | what its version says                                     |
//! |---------------------------|-----------------------------------------------------------|
//! | it takes rows             | [`UNFINISHED`], by which every program refuses to start   |
//! | all rows are there        | that of this program: it is the last that is written      |
//!
//! Indexes and triggers come after the rows. A trigger would do once more what is already in the rows.
//!
//! A file has a lock. On a server, who makes a copy first [`claim`]s the database, and sees by its [`Trace`] that no
//! gateway was started on the source meanwhile.

use super::error::StoreError;
use super::migrations::{REFUSAL_OF_OLD_PROGRAMS, UNFINISHED, VERSION, version};
use super::rows::{Reader, by_dialect};
use super::schema::{DEFINITIONS, postgres};
use crate::platform::{Database, Dialect, Value};

/// What a database is, for a copy from it or into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyState {
    /// It has no tables.
    Empty,
    /// A copy into it did not end.
    Unfinished,
    /// It is a store of this program's version.
    Current,
    /// It is a store of another version.
    OfVersion(i64),
    /// It has tables, and does not say of which version of a store.
    Unknown,
}

/// What gateways leave on a server: as long as it is the same, none was started there.
#[derive(Debug, PartialEq, Eq)]
pub struct Trace {
    /// The process that led last. Each start has a name of its own.
    leader: String,
    /// The last places of events, and of changes of the fleet.
    event: i64,
    write: i64,
}

/// What gateways have left on a server by now.
pub(crate) async fn trace(database: &impl Database) -> Result<Trace, StoreError> {
    let statement = "SELECT coalesce((SELECT max(process) FROM leader), ''),
                            (SELECT coalesce(max(place), 0) FROM event),
                            (SELECT coalesce(max(number), 0) FROM fleet_write)";
    let rows = database.query(statement, Vec::new()).await?;
    let mut row = Reader::new(rows.into_iter().next().unwrap_or_default());
    Ok(Trace {
        leader: row.text()?,
        event: row.integer()?,
        write: row.integer()?,
    })
}

/// Keep other copies out of a server's database until this connection ends: the row is never committed, and who writes
/// the same one has to wait, and gives up. Nothing else is to be run on this connection.
pub(crate) async fn claim(database: &impl Database) -> Result<(), StoreError> {
    for statement in [
        "BEGIN",
        "SET LOCAL lock_timeout = '1s'",
        "INSERT INTO probe (id, filler) VALUES (2, 'a copy is being made')",
    ] {
        database.query(statement, Vec::new()).await?;
    }
    Ok(())
}

/// What a database is.
pub(crate) async fn state(database: &impl Database) -> Result<CopyState, StoreError> {
    match version(database).await? {
        UNFINISHED => return Ok(CopyState::Unfinished),
        VERSION => return Ok(CopyState::Current),
        0 => {}
        found => return Ok(CopyState::OfVersion(found)),
    }
    // A copy that ended at its very beginning left this one, without a row.
    let others = by_dialect(
        database,
        "SELECT 1 FROM sqlite_schema WHERE name <> 'store_version' LIMIT 1",
        "SELECT 1 FROM information_schema.tables
         WHERE table_schema = current_schema() AND table_name <> 'store_version' LIMIT 1",
    );
    Ok(match database.query(others, Vec::new()).await?.is_empty() {
        true => CopyState::Empty,
        false => CopyState::Unknown,
    })
}

/// Make the tables, for rows of another database.
pub(crate) async fn begin(database: &impl Database) -> Result<(), StoreError> {
    let mut tables = definitions(database.dialect())
        .iter()
        .filter(|it| is_table(it));
    // Of which version they are is said first.
    for statement in tables.by_ref().take(1) {
        database.query(statement, Vec::new()).await?;
    }
    let statement = "INSERT INTO store_version (id, version) VALUES (1, ?1) ON CONFLICT DO NOTHING";
    let unfinished = vec![Value::Integer(UNFINISHED)];
    database.query(statement, unfinished).await?;
    for statement in tables {
        database.query(statement, Vec::new()).await?;
    }
    Ok(())
}

/// All rows are there: make what else belongs to the tables, and say of which version they are. False if somebody else
/// did so meanwhile: nothing of this may be committed then, because a gateway may have been started.
pub(crate) async fn finish(database: &impl Database) -> Result<bool, StoreError> {
    let definitions = definitions(database.dialect()).iter();
    for statement in definitions.filter(|it| !is_table(it)) {
        database.query(statement, Vec::new()).await?;
    }
    let other_than_there = by_dialect(
        database,
        REFUSAL_OF_OLD_PROGRAMS,
        // The last numbers of receipts are a table of their own.
        "INSERT INTO invoice_counter (issuer, last) SELECT issuer, max(number) FROM invoice GROUP BY issuer
         ON CONFLICT (issuer) DO UPDATE SET last = excluded.last",
    );
    database.query(other_than_there, Vec::new()).await?;
    let statement =
        "UPDATE store_version SET version = ?1 WHERE id = 1 AND version = ?2 RETURNING id";
    let versions = vec![Value::Integer(VERSION), Value::Integer(UNFINISHED)];
    Ok(!database.query(statement, versions).await?.is_empty())
}

/// The statements that make the tables in SQLite, without indexes and triggers. What is copied is in these tables:
/// others are for what one of the databases does otherwise.
pub(crate) fn tables() -> impl Iterator<Item = &'static str> {
    DEFINITIONS.iter().copied().filter(|it| is_table(it))
}

fn definitions(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Sqlite => DEFINITIONS,
        Dialect::Postgres => postgres::DEFINITIONS,
    }
}

fn is_table(definition: &str) -> bool {
    definition.starts_with("CREATE TABLE")
}

#[cfg(test)]
mod tests;
