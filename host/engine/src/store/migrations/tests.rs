//! Databases as earlier versions made them; `earlier/` has their tables, and is only added to.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;

use super::{VERSION, migrate};
use crate::platform::{Database, DatabaseError, Row, Value};
use crate::store::disk::rows;
use crate::store::error::StoreError;

const EARLIER: [(&str, &str); 11] = [
    ("2026-11-24a", include_str!("earlier/2026-11-24a.sql")),
    ("2026-11-25a", include_str!("earlier/2026-11-25a.sql")),
    ("2026-11-25b", include_str!("earlier/2026-11-25b.sql")),
    ("2026-11-25c", include_str!("earlier/2026-11-25c.sql")),
    ("2026-11-25d", include_str!("earlier/2026-11-25d.sql")),
    ("2026-11-25e", include_str!("earlier/2026-11-25e.sql")),
    ("2026-11-28a", include_str!("earlier/2026-11-28a.sql")),
    ("2026-11-28b", include_str!("earlier/2026-11-28b.sql")),
    ("2026-11-28c", include_str!("earlier/2026-11-28c.sql")),
    ("2026-11-29a", include_str!("earlier/2026-11-29a.sql")),
    ("2026-11-29b", include_str!("earlier/2026-11-29b.sql")),
];

/// Since versions are counted.
const COUNTED: [(&str, &str); 4] = [
    ("version 1", include_str!("earlier/version-1.sql")),
    ("version 2", include_str!("earlier/version-2.sql")),
    ("version 3", include_str!("earlier/version-3.sql")),
    ("version 4", include_str!("earlier/version-4.sql")),
];

/// The tables of the current version: those of version 4.
const CURRENT: &str = include_str!("earlier/version-4.sql");

/// A database that fails after a number of statements.
struct Disk {
    connection: Mutex<Connection>,
    left: AtomicU32,
    run: AtomicU32,
}

impl Disk {
    fn new(tables: &str) -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(tables).unwrap();
        Self {
            connection: Mutex::new(connection),
            left: AtomicU32::new(u32::MAX),
            run: AtomicU32::new(0),
        }
    }

    /// The tables of an earlier version, with a row in each of those that were changed since.
    fn filled(tables: &str) -> Self {
        let disk = Self::new(tables);
        for (table, row) in ROWS {
            let connection = disk.connection.lock().unwrap();
            let columns = columns(&connection, table);
            if columns.is_empty() {
                continue;
            }
            let known = row.iter().filter(|(name, _)| columns.contains_key(*name));
            let (names, values): (Vec<&str>, Vec<&str>) = known.copied().unzip();
            let (names, values) = (names.join(", "), values.join(", "));
            let insert = format!("INSERT INTO {table} ({names}) VALUES ({values})");
            connection.execute(&insert, []).unwrap();
        }
        disk
    }

    /// The rows of the tables that were changed, by the columns that they were given.
    fn rows(&self) -> BTreeMap<&'static str, Vec<String>> {
        let connection = self.connection.lock().unwrap();
        let mut found = BTreeMap::new();
        for (table, row) in ROWS {
            let columns = columns(&connection, table);
            let known = row.iter().map(|(name, _)| *name);
            let quoted: Vec<_> = known
                .filter(|name| columns.contains_key(*name))
                .map(|name| format!("quote({name})"))
                .collect();
            if quoted.is_empty() {
                continue;
            }
            let select = format!("SELECT concat_ws(',', {}) FROM {table}", quoted.join(", "));
            let mut statement = connection.prepare(&select).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            found.insert(table, rows.map(Result::unwrap).collect());
        }
        found
    }

    /// Sessions go on.
    fn serve(&self) {
        let connection = self.connection.lock().unwrap();
        let step = "UPDATE session SET version = version + 1, deadline = 8";
        connection.execute(step, []).unwrap();
    }

    fn shape(&self) -> BTreeSet<String> {
        shape(&self.connection.lock().unwrap())
    }
}

/// Tables that were changed since they were first made, each with a row.
const ROWS: [(&str, &[(&str, &str)]); 8] = [
    (
        "session",
        &[
            ("number", "3"),
            ("id", "'S'"),
            ("version", "2"),
            ("terminal", "'P66-1'"),
            ("card", "'c'"),
            ("station", "'CT-1'"),
            ("connector", "1"),
            ("phase", "'charging'"),
            ("payment", "'pay-1'"),
            ("view", "'{}'"),
            ("state", "x'01'"),
            ("deadline", "7"),
        ],
    ),
    (
        "vehicle",
        &[("station", "'CT-1'"), ("connector", "1"), ("since", "5")],
    ),
    (
        "delivery",
        &[
            ("webhook", "'w'"),
            ("alert", "'a'"),
            ("body", "'{}'"),
            ("status", "'waiting'"),
            ("next_at", "9"),
        ],
    ),
    (
        "connector",
        &[
            ("station", "'CT-1'"),
            ("connector", "1"),
            ("status", "'Charging'"),
            ("reported_at", "5"),
        ],
    ),
    (
        "station_transaction",
        &[
            ("number", "11"),
            ("key", "'k'"),
            ("station", "'CT-1'"),
            ("connector", "1"),
            ("token", "'S'"),
            ("session", "'S'"),
            ("heard_at", "5"),
        ],
    ),
    (
        "named_transaction",
        &[
            ("station", "'CT-1'"),
            ("name", "'T-1'"),
            ("number", "11"),
            ("heard_at", "5"),
        ],
    ),
    ("store_version", &[("id", "1"), ("version", "1")]),
    (
        "receipt",
        &[
            ("id", "'R'"),
            ("session", "'S'"),
            (
                "document",
                r#"'{"summary":{"terminal":"P66-1","captured":458,"card":{"last_four":42},"settled_at":1}}'"#,
            ),
        ],
    ),
];

impl Database for Disk {
    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.run.fetch_add(1, Ordering::Relaxed);
        let left = self.left.load(Ordering::Relaxed);
        let gone = || DatabaseError::Unavailable("the power is gone".into());
        self.left
            .store(left.checked_sub(1).ok_or_else(gone)?, Ordering::Relaxed);
        let connection = self.connection.lock().unwrap();
        rows(&connection, statement, parameters)
            .map_err(|error| DatabaseError::Unavailable(error.to_string()))
    }
}

/// The columns of a table; none if there is no such table.
fn columns(connection: &Connection, table: &str) -> BTreeMap<String, String> {
    let about = "SELECT name, concat_ws(' ', type, \"notnull\", pk, coalesce(dflt_value, '-'))
                 FROM pragma_table_info(?1)
                 WHERE EXISTS (SELECT 1 FROM sqlite_schema WHERE name = ?1 AND type = 'table')";
    let mut statement = connection.prepare(about).unwrap();
    let columns = statement
        .query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    columns.map(Result::unwrap).collect()
}

/// Tables, indexes, triggers and views. The order of columns, which no statement asks for, is left out, and so are tables
/// that an upgrade leaves aside.
fn shape(connection: &Connection) -> BTreeSet<String> {
    let all = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema
               WHERE name <> 'sqlite_sequence' AND tbl_name NOT LIKE '%_of_version_0'";
    let mut statement = connection.prepare(all).unwrap();
    let found = statement.query_map([], |row| {
        let text = |at| row.get::<_, String>(at);
        let (kind, name, table, sql) = (text(0)?, text(1)?, text(2)?, text(3)?);
        let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(match kind.as_str() {
            "table" => format!("table {name} {:?}", columns(connection, &name)),
            // Indexes that SQLite makes itself are numbered in the order of what they are for.
            "index" if sql.is_empty() => format!("unique {table} ({})", indexed(connection, &name)),
            _ => format!("{name}: {sql}"),
        })
    });
    found.unwrap().map(Result::unwrap).collect()
}

fn indexed(connection: &Connection, index: &str) -> String {
    let columns = "SELECT group_concat(name, ', ') FROM pragma_index_info(?1)";
    connection
        .query_row(columns, [index], |row| row.get(0))
        .unwrap()
}

async fn fresh() -> Disk {
    let disk = Disk::new("");
    migrate(&disk).await.unwrap();
    disk
}

#[tokio::test]
async fn every_earlier_database_gets_the_tables_of_a_new_one_and_keeps_its_rows() {
    let expected = fresh().await.shape();
    for (name, tables) in earlier() {
        let disk = Disk::filled(&tables);
        let mut before = disk.rows();
        let receipts = before.remove("receipt");
        before.remove("store_version");
        migrate(&disk).await.unwrap();
        let shape = disk.shape();
        let difference: Vec<_> = shape.symmetric_difference(&expected).collect();
        assert!(difference.is_empty(), "{name}: {difference:#?}");
        let after = disk.rows();
        for (table, rows) in before {
            assert_eq!(after.get(table), Some(&rows), "{name}: {table}");
        }
        // Receipts stand in another table now.
        let moved = "SELECT 1 FROM paper WHERE id = 'R' AND amount = 458 AND last_four = 42";
        let moved = disk
            .connection
            .lock()
            .unwrap()
            .query_row(moved, [], |_| Ok(()));
        assert_eq!(moved.is_ok(), receipts.is_some(), "{name}");
    }
}

#[tokio::test]
async fn an_upgrade_that_ends_anywhere_is_taken_up_by_the_next_start() {
    for (name, tables) in EARLIER.into_iter().chain(COUNTED) {
        let whole = Disk::filled(tables);
        migrate(&whole).await.unwrap();
        let statements = whole.run.load(Ordering::Relaxed);
        assert!(statements > 70, "{name}: {statements}");
        for survived in 0..statements {
            let disk = Disk::filled(tables);
            disk.left.store(survived, Ordering::Relaxed);
            migrate(&disk).await.unwrap_err();
            disk.left.store(u32::MAX, Ordering::Relaxed);
            migrate(&disk).await.unwrap();
            let place = format!("{name} after {survived} statements");
            assert_eq!(disk.shape(), whole.shape(), "{place}");
            assert_eq!(disk.rows(), whole.rows(), "{place}");
        }
    }
}

/// Each earlier database, and each that a later version took up without changing the tables that were there, as those did
/// from before versions were counted.
fn earlier() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (at, (name, tables)) in EARLIER.iter().enumerate() {
        all.push(((*name).to_owned(), (*tables).to_owned()));
        for (later, added) in EARLIER.iter().skip(at + 1) {
            let added = ["TABLE", "UNIQUE INDEX", "INDEX", "TRIGGER"].iter().fold(
                (*added).to_owned(),
                |added, kind| {
                    let (plain, careful) = (
                        format!("CREATE {kind} "),
                        format!("CREATE {kind} IF NOT EXISTS "),
                    );
                    added.replace(&plain, &careful)
                },
            );
            all.push((format!("{name} and {later}"), format!("{tables}{added}")));
        }
    }
    let counted = COUNTED.map(|(name, tables)| (name.to_owned(), tables.to_owned()));
    all.extend(counted);
    all
}

/// Two instances start together: before one runs its statement of a number, the other upgrades all, and serves.
struct Late<'a> {
    disk: &'a Disk,
    statement: u32,
    run: AtomicU32,
}

impl Database for Late<'_> {
    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        if self.run.fetch_add(1, Ordering::Relaxed) == self.statement {
            migrate(self.disk).await.unwrap();
            self.disk.serve();
        }
        self.disk.query(statement, parameters).await
    }
}

#[tokio::test]
async fn what_an_instance_does_late_changes_nothing_of_an_upgrade_that_another_made() {
    for (name, tables) in EARLIER.into_iter().chain(COUNTED) {
        let whole = Disk::filled(tables);
        migrate(&whole).await.unwrap();
        let statements = whole.run.load(Ordering::Relaxed);
        whole.serve();
        for statement in 0..statements {
            let disk = Disk::filled(tables);
            let late = Late {
                disk: &disk,
                statement,
                run: AtomicU32::new(0),
            };
            // It may fail, and starts again.
            let _ = migrate(&late).await;
            migrate(&disk).await.unwrap();
            let place = format!("{name} before statement {statement}");
            assert_eq!(disk.shape(), whole.shape(), "{place}");
            assert_eq!(disk.rows(), whole.rows(), "{place}");
        }
    }
}

// A program of then runs this at its start.
#[tokio::test]
async fn a_program_from_before_versions_were_counted_does_not_start_on_this_version() {
    for (name, tables) in EARLIER {
        let disk = Disk::filled(tables);
        migrate(&disk).await.unwrap();
        let connection = disk.connection.lock().unwrap();
        let cleared = "CREATE TABLE IF NOT EXISTS receipt (id TEXT PRIMARY KEY) STRICT;
                       DELETE FROM receipt WHERE id IN (SELECT id FROM paper)";
        let error = connection.execute_batch(cleared).unwrap_err();
        assert!(
            error.to_string().contains("it is a view"),
            "{name}: {error}"
        );
    }
}

#[tokio::test]
async fn a_database_of_this_version_is_only_asked_for_its_version() {
    let disk = fresh().await;
    let before = disk.run.load(Ordering::Relaxed);
    let changes = disk.connection.lock().unwrap().total_changes();
    migrate(&disk).await.unwrap();
    assert_eq!(disk.run.load(Ordering::Relaxed) - before, 2);
    assert_eq!(disk.connection.lock().unwrap().total_changes(), changes);
}

#[tokio::test]
async fn a_newer_database_is_refused_and_left_alone() {
    let disk = fresh().await;
    let changes = {
        let newer = format!("UPDATE store_version SET version = {}", VERSION + 1);
        let connection = disk.connection.lock().unwrap();
        connection.execute_batch(&newer).unwrap();
        connection.total_changes()
    };
    let error = migrate(&disk).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Newer { found, known } if found == VERSION + 1 && known == VERSION),
        "{error}"
    );
    assert!(
        error.to_string().contains("start the newer program again"),
        "{error}"
    );
    assert_eq!(disk.connection.lock().unwrap().total_changes(), changes);
}

// Whoever changes the tables adds a version, its steps, and the tables of that version here.
#[tokio::test]
async fn the_tables_are_those_that_are_kept_of_their_version() {
    let shape = fresh().await.shape();
    let kept = Disk::new(CURRENT).shape();
    let difference: Vec<_> = shape.symmetric_difference(&kept).collect();
    assert!(difference.is_empty(), "{difference:#?}");
}

// The second begins with tables whose program ended before it said of which version they are.
#[cfg(feature = "peers")]
#[tokio::test]
async fn tables_of_an_earlier_version_on_a_server_get_what_they_lack() {
    for said in [
        "UPDATE store_version SET version = 3",
        "DELETE FROM store_version",
    ] {
        let disk = crate::store::disk::Disk::fresh_on_server().await;
        disk.execute("ALTER TABLE event DROP COLUMN terms").await;
        disk.execute(said).await;
        migrate(&disk).await.unwrap();
        assert_eq!(disk.count("event WHERE terms IS NULL").await, 0, "{said}");
        let version = disk.text("SELECT CAST(version AS text) FROM store_version");
        assert_eq!(version.await, VERSION.to_string());
    }
}
