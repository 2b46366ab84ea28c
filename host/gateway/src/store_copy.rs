//! A whole store is copied into another database: every row of every table, and what each would give out next.
//!
//! Rows go in the order of their keys, batch by batch, each of which is written as a whole. So a copy that was cut off
//! goes on after the last row of each table. That it is a copy of the same store is seen at the end: then all rows of
//! both are read once more and compared. Only after that a gateway may start on it.

mod connection;
mod tables;
mod target;

use chargetap_engine::EngineError;
use chargetap_engine::copies::{self, CopyState};
use chargetap_engine::platform::{Database, DatabaseError, Dialect, Value};
use chargetap_engine::postgres::storable;
use chargetap_engine::processes;
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

pub(crate) use connection::Connection;
use tables::{Numbers, Table, tables};
pub(crate) use target::Target;

use crate::faults::Faults;
use crate::progress::progress_bar;

/// A store was not copied, or not to the end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    #[error("stop the gateway first: it runs on this database. If it was killed, wait ten seconds")]
    Running,
    #[error(
        "a gateway was started on the source meanwhile: stop it, and begin anew with an empty target"
    )]
    Started,
    #[error("the source is no store of a gateway: is its address right?")]
    NoStore,
    #[error(
        "the source is a copy that did not end: run the `chargetap migrate` again that made it"
    )]
    UnfinishedSource,
    #[error(
        "the source is of version {0}, which is not that of this program: if the source is older, start the gateway on \
         it once; if it is newer, copy it by the program that runs on it"
    )]
    Version(i64),
    #[error("the target is not empty: name a new database, or a file that is not there yet")]
    NotEmpty,
    #[error(
        "the target cannot be claimed: if another `chargetap migrate` or `restore` writes to it, let that end ({0})"
    )]
    Claimed(EngineError),
    #[error(
        "another `chargetap migrate` ended this copy meanwhile: the target is as that left it, and a gateway may run on it"
    )]
    Ended,
    #[error(
        "table {table} of the target has {found} rows, and that of the source {expected}: was the target begun from \
         another source, or has a gateway run on the source since? Begin anew with an empty target"
    )]
    Count {
        table: String,
        expected: u64,
        found: u64,
    },
    #[error(
        "the rows of table {0} are others in the target than in the source: was the target begun from another source, \
         or has a gateway run on the source since? Begin anew with an empty target"
    )]
    Rows(String),
    #[error(
        "the target would give out numbers of table {0} once more: begin anew with an empty target"
    )]
    Numbers(String),
    #[error("table {table} of the source cannot be read: {reason}")]
    Unreadable {
        table: String,
        reason: DatabaseError,
    },
    #[error("table {table} of the target cannot be written: {reason}")]
    Unwritable {
        table: String,
        reason: DatabaseError,
    },
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error("this program's own tables cannot be made: {0}")]
    Tables(#[from] rusqlite::Error),
}

/// What was copied.
#[derive(Debug)]
pub(crate) struct Copied {
    /// How many rows are in the target.
    pub(crate) rows: u64,
    /// How many of them were there already, of a copy that was cut off.
    pub(crate) found: u64,
}

/// Copy a store into a database that is empty, or into which a copy of the same store did not end. `watch` sees the
/// source as it is at every moment, where no gateway may run on it and nothing else keeps it out.
///
/// # Errors
/// It cannot be read or written, or is not the same afterwards. No gateway starts on the target then.
pub(crate) async fn copy(
    source: &Connection,
    into: &Target,
    watch: Option<&Connection>,
    faults: &Faults,
) -> Result<Copied, CopyError> {
    let target = &into.connection;
    match copies::state(source).await? {
        CopyState::Current => {}
        CopyState::OfVersion(version) => return Err(CopyError::Version(version)),
        CopyState::Unfinished => return Err(CopyError::UnfinishedSource),
        CopyState::Empty | CopyState::Unknown => return Err(CopyError::NoStore),
    }
    match copies::state(target).await? {
        CopyState::Empty | CopyState::Unfinished => {}
        _ => return Err(CopyError::NotEmpty),
    }
    copies::begin(target).await?;
    into.claim().await.map_err(CopyError::Claimed)?;
    let tables = tables()?;
    let (mut rows, mut found) = (0_u64, 0_u64);
    for table in &tables {
        rows = rows.saturating_add(count(source, table).await?);
        found = found.saturating_add(count(target, table).await?);
    }
    let bar = progress_bar(
        rows,
        "{spinner} {bar:30} {pos} of {len} rows, {elapsed}: {msg}",
    );
    bar.set_position(found);
    for table in &tables {
        bar.set_message(table.name.clone());
        copy_rows(source, target, table, faults, &bar).await?;
    }
    bar.set_position(0);
    for table in &tables {
        bar.set_message(format!("{} is checked", table.name));
        compare(source, target, table, &bar).await?;
    }
    bar.finish_and_clear();
    if let Some(watch) = watch {
        // One that was stopped again wrote what is not in the copy.
        let is_same = copies::trace(watch).await? == copies::trace(source).await?;
        if !is_same || processes::is_any_alive(watch).await? {
            return Err(CopyError::Started);
        }
    }
    // All of it or nothing: triggers must not see the rows of a copy that goes on.
    target.query("BEGIN", Vec::new()).await?;
    for table in &tables {
        continue_numbers(source, target, table).await?;
    }
    if !copies::finish(target).await? {
        return Err(CopyError::Ended);
    }
    target.query("COMMIT", Vec::new()).await?;
    Ok(Copied { rows, found })
}

/// See that no gateway runs on a database, before what is in it counts: one that ends later writes more. A file has a
/// lock for that.
pub(crate) async fn ensure_stopped(database: &Connection) -> Result<(), CopyError> {
    let has_processes = database.dialect() == Dialect::Postgres
        && matches!(
            copies::state(database).await?,
            CopyState::Current | CopyState::OfVersion(_)
        );
    match has_processes && processes::is_any_alive(database).await? {
        true => Err(CopyError::Running),
        false => Ok(()),
    }
}

async fn count(connection: &Connection, table: &Table) -> Result<u64, CopyError> {
    let rows = connection.run(&table.count(), &[]).await?;
    Ok(match rows.first().map(Vec::as_slice) {
        Some([Value::Integer(count)]) => count.unsigned_abs(),
        _ => 0,
    })
}

async fn copy_rows(
    source: &Connection,
    target: &Connection,
    table: &Table,
    faults: &Faults,
    bar: &ProgressBar,
) -> Result<(), CopyError> {
    let unreadable = |reason| CopyError::Unreadable {
        table: table.name.clone(),
        reason,
    };
    let unwritable = |reason| CopyError::Unwritable {
        table: table.name.clone(),
        reason,
    };
    let dialect = target.dialect();
    let last = target.run(&table.last(dialect), &[]).await;
    let last = last.map_err(unwritable)?;
    let after = last.first().map(|row| table.key_of(row));
    let mut rows = source.rows(table, after).await.map_err(unreadable)?;
    loop {
        let batch = rows.next().await.map_err(unreadable)?;
        if batch.is_empty() {
            return Ok(());
        }
        let count = batch.len();
        let values: Vec<Value> = batch.into_iter().flatten().collect();
        let written = target.run(&table.insert(dialect, count), &values).await;
        written.map_err(unwritable)?;
        bar.inc(count as u64);
        faults.crash_point();
    }
}

/// Whether a table has the same rows in both.
async fn compare(
    source: &Connection,
    target: &Connection,
    table: &Table,
    bar: &ProgressBar,
) -> Result<(), CopyError> {
    let expected = Sum::of(source, table, bar).await?;
    let found = Sum::of(target, table, &ProgressBar::hidden()).await?;
    if found.rows != expected.rows {
        return Err(CopyError::Count {
            table: table.name.clone(),
            expected: expected.rows,
            found: found.rows,
        });
    }
    match found.hash == expected.hash {
        true => Ok(()),
        false => Err(CopyError::Rows(table.name.clone())),
    }
}

/// How many rows a table has, and the hash of all of them in the order of their keys.
struct Sum {
    rows: u64,
    hash: [u8; 32],
}

impl Sum {
    async fn of(
        connection: &Connection,
        table: &Table,
        bar: &ProgressBar,
    ) -> Result<Self, CopyError> {
        let (mut count, mut hash) = (0_u64, Sha256::new());
        let mut rows = connection.rows(table, None).await?;
        loop {
            let batch = rows.next().await?;
            if batch.is_empty() {
                break;
            }
            for row in &batch {
                add(&mut hash, row);
            }
            count = count.saturating_add(batch.len() as u64);
            bar.inc(batch.len() as u64);
        }
        Ok(Self {
            rows: count,
            hash: hash.finalize().into(),
        })
    }
}

/// Each value with its kind and length, so that no two rows have the same bytes. A text counts as a server keeps it.
fn add(hash: &mut Sha256, row: &[Value]) {
    let mut add = |kind: u8, bytes: &[u8]| {
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for value in row {
        match value {
            Value::Null => add(0, &[]),
            Value::Integer(number) => add(1, &number.to_be_bytes()),
            Value::Text(text) => add(2, storable(text).as_bytes()),
            Value::Blob(bytes) => add(3, bytes),
        }
    }
}

/// What was given out in the source, or in the target itself, is not given out in the target.
async fn continue_numbers(
    source: &Connection,
    target: &Connection,
    table: &Table,
) -> Result<(), CopyError> {
    let last = source.given_out(table).await?;
    // A number that is once given out is never taken back.
    let last = last.max(target.given_out(table).await?);
    target.continue_after(table, last).await?;
    let is_place = table.numbers == Numbers::OfPlaces;
    match is_place || target.given_out(table).await? >= last {
        true => Ok(()),
        false => Err(CopyError::Numbers(table.name.clone())),
    }
}

#[cfg(test)]
mod tests;
