//! Commands in a database in memory.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::*;
use crate::platform::{DatabaseError, Row};

const TABLES: &str = include_str!("../migrations/earlier/version-2.sql");

struct Memory(Mutex<Connection>);

impl Memory {
    fn new() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLES).unwrap();
        Self(Mutex::new(connection))
    }

    /// A command waits, after all others.
    fn insert(&self, id: &str, action: &str) {
        let statement =
            "INSERT INTO command (id, session, action, status) VALUES (?1, 'S', ?2, 'pending')";
        let connection = self.0.lock().unwrap();
        connection.execute(statement, [id, action]).unwrap();
    }

    /// The next command of a lane, by its id.
    fn claim(&self, lane: Lane) -> Option<String> {
        let claimed = now(claim(self, lane, 1)).unwrap()?;
        Some(claimed.command.id)
    }
}

/// What this database answers at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(future).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits"),
    }
}

impl Database for Memory {
    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<Row>, DatabaseError> {
        let parameters = parameters.into_iter().map(|value| match value {
            Value::Integer(number) => rusqlite::types::Value::Integer(number),
            Value::Text(text) => rusqlite::types::Value::Text(text),
            other => panic!("{other:?}"),
        });
        let connection = self.0.lock().unwrap();
        let mut statement = connection.prepare(statement).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map(rusqlite::params_from_iter(parameters), |row| {
            let value = |column| {
                Ok(match row.get_ref(column)? {
                    ValueRef::Integer(number) => Value::Integer(number),
                    ValueRef::Text(text) => Value::Text(str::from_utf8(text).unwrap().into()),
                    other => panic!("{other:?}"),
                })
            };
            (0..columns).map(value).collect()
        });
        Ok(rows.unwrap().collect::<rusqlite::Result<_>>().unwrap())
    }
}

const STOP: &str = r#"{"StopCharging":{"station":"CT-1","connector":1}}"#;
const START: &str = r#"{"StartCharging":{"evse":{"station":"CT-1","connector":1},"id_tag":"S"}}"#;
const LOOK_UP: &str = r#"{"LookUp":{"terminal":"P66-0001","payment":null}}"#;
const ALERT: &str = r#"{"RaiseAlert":{"reason":"CaptureFailed","next_action":"Look at it."}}"#;

#[test]
fn a_stop_is_claimed_although_the_provider_has_more_to_do_than_it_gets_done() {
    let memory = Memory::new();
    for number in 0..1_000 {
        memory.insert(&format!("L{number}"), LOOK_UP);
    }
    memory.insert("A", ALERT);
    memory.insert("T", START);
    memory.insert("S", STOP);
    assert_eq!(memory.claim(Lane::Stops).as_deref(), Some("S"));
    assert_eq!(memory.claim(Lane::Stops), None);
    assert_eq!(memory.claim(Lane::Starts).as_deref(), Some("T"));
    assert_eq!(memory.claim(Lane::Records).as_deref(), Some("A"));
    assert_eq!(memory.claim(Lane::Records), None);
    // Within a lane, the oldest is the next.
    assert_eq!(memory.claim(Lane::Payments).as_deref(), Some("L0"));
    assert_eq!(memory.claim(Lane::Payments).as_deref(), Some("L1"));
}

#[test]
fn a_command_that_cannot_be_read_keeps_nobody_waiting() {
    let memory = Memory::new();
    for action in ["not JSON", "{}", "", r#"{"Later":{}}"#] {
        memory.insert(action, action);
        assert!(now(claim(&memory, Lane::Records, 1)).is_err(), "{action}");
    }
    memory.insert("A", ALERT);
    assert_eq!(memory.claim(Lane::Records).as_deref(), Some("A"));
}

#[test]
fn lanes_name_actions_that_there_are() {
    for lane in Lane::ALL {
        let (names, _) = lane.actions();
        for name in serde_json::from_str::<Vec<String>>(names).unwrap() {
            let action = format!("{{\"{name}\":0}}");
            let error = serde_json::from_str::<Action>(&action).unwrap_err();
            assert!(!error.to_string().contains("unknown variant"), "{error}");
        }
    }
}
