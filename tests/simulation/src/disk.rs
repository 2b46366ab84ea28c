//! The disk below the store: SQLite in memory, which survives the gateway but not the world.

use std::collections::BTreeMap;

use chargetap_engine::platform::{DatabaseError, Row, Value};
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode};

pub(crate) struct Disk(Connection);

impl Disk {
    pub(crate) fn new() -> rusqlite::Result<Self> {
        let connection = Connection::open_in_memory()?;
        // Small pages: a statement copies every page before it changes it, for its rollback.
        connection.pragma_update(None, "page_size", 2_048)?;
        connection.set_prepared_statement_cache_capacity(256);
        // As on the native host: a statement is not recompiled when its values change.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        Ok(Self(connection))
    }

    pub(crate) fn query(
        &self,
        statement: &str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        self.run(statement, parameters).map_err(|error| {
            let text = error.to_string();
            match error.sqlite_error_code() {
                Some(ErrorCode::ConstraintViolation) => DatabaseError::Constraint(text),
                _ => DatabaseError::Unavailable(text),
            }
        })
    }

    fn run(&self, statement: &str, parameters: Vec<Value>) -> rusqlite::Result<Vec<Row>> {
        let mut prepared = self.0.prepare_cached(statement)?;
        let columns = prepared.column_count();
        let parameters = rusqlite::params_from_iter(parameters.into_iter().map(to_sqlite));
        let mut rows = prepared.query(parameters)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let values = (0..columns).map(|at| row.get_ref(at).map(from_sqlite));
            found.push(values.collect::<rusqlite::Result<Row>>()?);
        }
        Ok(found)
    }

    /// When the gateway next has something to do by time alone: a deadline, or a command that would
    /// count as abandoned.
    pub(crate) fn next_moment(&self, abandoned_after: u64) -> Option<u64> {
        let moment = self.number(
            "SELECT min(moment) FROM (
                SELECT min(deadline) AS moment FROM session WHERE deadline IS NOT NULL
                UNION ALL
                SELECT min(sent_at) + ?1 FROM command WHERE status = 'sent' AND status <> 'done')",
            [i64::try_from(abandoned_after).unwrap_or(i64::MAX)],
        );
        moment.and_then(|moment| u64::try_from(moment).ok())
    }

    /// The session that could be stopped at a connector.
    pub(crate) fn running_at(&self, connector: u32) -> Option<String> {
        let query = "SELECT id FROM session
                     WHERE connector = ?1 AND phase IN ('starting', 'charging')";
        let mut rows = self
            .run(query, vec![Value::Integer(connector.into())])
            .ok()?;
        match rows.pop()?.pop()? {
            Value::Text(id) => Some(id),
            _ => None,
        }
    }

    /// Insert commissioned terminals, unless there are some.
    pub(crate) fn commission(&self, terminals: &str) -> rusqlite::Result<()> {
        let statement = "INSERT INTO fleet_write (number, at, actor, changes)
             SELECT (SELECT 1 + coalesce(max(number), 0) FROM fleet_write), 0, 'operator', ?1
             WHERE NOT EXISTS (SELECT 1 FROM fleet_item WHERE kind = 'terminal')";
        self.run(statement, vec![Value::Text(terminals.to_owned())])
            .map(drop)
    }

    /// Sessions that a person must look at, with their terminals and payments.
    pub(crate) fn needing_attention(&self) -> Vec<[String; 3]> {
        let query = "SELECT id, terminal, coalesce(payment, '') FROM session
                     WHERE phase = 'needs-attention' ORDER BY number";
        let rows = self.run(query, vec![]).unwrap_or_default();
        let text = |value| match value {
            Value::Text(text) => text,
            _ => String::new(),
        };
        rows.into_iter()
            .filter_map(|row| <[Value; 3]>::try_from(row).ok())
            .map(|row| row.map(text))
            .collect()
    }

    /// Sessions that have not ended, and commands that were not executed.
    pub(crate) fn unfinished(&self) -> i64 {
        let count = self.number(
            "SELECT (SELECT count(*) FROM session WHERE deadline IS NOT NULL OR phase NOT IN
                ('settled', 'refunded', 'cancelled', 'declined', 'failed-nothing-taken', 'needs-attention'))
              + (SELECT count(*) FROM command WHERE status <> 'done')",
            [],
        );
        count.unwrap_or(0)
    }

    /// How many sessions stand in each phase.
    pub(crate) fn phases(&self) -> BTreeMap<String, u64> {
        let counted = self.run("SELECT phase, count(*) FROM session GROUP BY phase", vec![]);
        counted
            .unwrap_or_default()
            .into_iter()
            .filter_map(|row| match <[Value; 2]>::try_from(row) {
                Ok([Value::Text(phase), Value::Integer(count)]) => {
                    Some((phase, u64::try_from(count).unwrap_or(0)))
                }
                _ => None,
            })
            .collect()
    }

    fn number(&self, query: &str, parameters: impl rusqlite::Params) -> Option<i64> {
        let mut prepared = self.0.prepare_cached(query).ok()?;
        prepared.query_row(parameters, |row| row.get(0)).ok()?
    }
}

fn to_sqlite(value: Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Integer(number) => rusqlite::types::Value::Integer(number),
        Value::Text(text) => rusqlite::types::Value::Text(text),
        Value::Blob(bytes) => rusqlite::types::Value::Blob(bytes),
    }
}

fn from_sqlite(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(_) => Value::Null,
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}
