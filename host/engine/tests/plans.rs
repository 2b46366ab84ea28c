//! How SQLite carries out the store's statements: none reads the whole of a table that grows with every session.
//!
//! The statements are taken from the source, and planned on empty tables, as SQLite plans them wherever it was never
//! asked to gather statistics.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests: a failure here is a failed test"
)]

mod statements;

use rusqlite::Connection;

use self::statements::{Dialect, Statement, statements};

const TABLES: &str = include_str!("../src/store/migrations/earlier/version-4.sql");

/// What may be read as a whole, and why.
const READ_WHOLE: [(&str, &str); 17] = [
    ("attempt", "three rows"),
    ("audit_limit", "one row"),
    ("card_key", "one row"),
    ("clock_step", "seldom has a row"),
    ("clock_step_order", "seldom has a row"),
    ("connector", "a row a connector"),
    ("fleet_item", "the fleet, at the start"),
    (
        "lost",
        "the numbers of receipts that a lost database issued, once",
    ),
    ("notice", "a row a terminal at most"),
    ("oldest", "some sessions, found by an index"),
    ("recall", "receipts of the last minutes"),
    ("restore", "seldom has a row"),
    ("seen", "a row a terminal"),
    ("sqlite_sequence", "a row a table"),
    ("station", "a row a station"),
    ("stop_question", "a row a question that is asked"),
    ("this", "a row of parameters"),
];

/// The tables that a statement reads as a whole.
fn read_whole(connection: &Connection, statement: &str) -> rusqlite::Result<Vec<String>> {
    // An index of a part of a table is as small as that part: what is open, or waits.
    let partial = "SELECT name FROM sqlite_schema WHERE type = 'index' AND instr(sql, ' WHERE ')";
    let mut partial = connection.prepare(partial)?;
    let partial = partial.query_map([], |row| row.get(0))?;
    let partial = partial.collect::<rusqlite::Result<Vec<String>>>()?;

    let mut plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}"))?;
    let nothing = vec![rusqlite::types::Null; plan.parameter_count()];
    let steps = plan.query_map(rusqlite::params_from_iter(nothing), |row| row.get(3))?;
    let mut found = Vec::new();
    for step in steps {
        let step: String = step?;
        let words: Vec<&str> = step.split(' ').collect();
        let ["SCAN", table, ..] = words.as_slice() else {
            continue;
        };
        let is_part = words
            .iter()
            .any(|word| partial.iter().any(|name| name == word));
        // Such as what `json_each` makes of a parameter, or a subquery.
        let is_made = words.contains(&"VIRTUAL") || *table == "CONSTANT" || table.starts_with('(');
        if !is_made && !is_part {
            found.push((*table).to_owned());
        }
    }
    Ok(found)
}

fn tables() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(TABLES).unwrap();
    connection
}

#[test]
fn no_statement_reads_the_whole_of_a_table_that_grows_with_every_session() {
    let connection = tables();
    let statements = statements(Dialect::Sqlite);
    assert!(statements.len() > 110, "{} only", statements.len());
    let mut refused = Vec::new();
    for Statement {
        file,
        text: statement,
    } in &statements
    {
        let read = read_whole(&connection, statement)
            .unwrap_or_else(|error| panic!("{file}: {error}: {statement}"));
        let grown = read
            .iter()
            .find(|table| READ_WHOLE.iter().all(|(name, _)| name != table));
        if let Some(table) = grown {
            refused.push(format!("{file} reads all of {table}: {statement}"));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n\n"));
}

#[test]
fn a_statement_without_an_index_is_found() {
    let connection = tables();
    for (statement, expected) in [
        (
            "SELECT id FROM session WHERE station = ?1",
            &["session"][..],
        ),
        ("DELETE FROM report WHERE endpoint = ?1", &["report"]),
        ("SELECT id FROM session WHERE id = ?1", &[]),
    ] {
        assert_eq!(
            read_whole(&connection, statement).unwrap(),
            expected,
            "{statement}"
        );
    }
}
