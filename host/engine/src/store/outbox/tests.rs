//! Which command is the next.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use super::*;
use crate::store::disk::{Disk, in_every_database};

/// A command waits, after all others.
async fn insert(disk: &Disk, id: &str, action: &str) {
    disk.execute(&format!(
        "INSERT INTO command (id, session, action, status) VALUES ('{id}', 'S', '{action}', 'pending')"
    ))
    .await;
}

/// The next command of a lane, by its id.
async fn claimed(disk: &Disk, lane: Lane) -> Option<String> {
    let claimed = claim(disk, lane, 1, 1).await.unwrap()?;
    Some(claimed.command.id)
}

const STOP: &str = r#"{"StopCharging":{"station":"CT-1","connector":1}}"#;
const START: &str = r#"{"StartCharging":{"evse":{"station":"CT-1","connector":1},"id_tag":"S"}}"#;
const LOOK_UP: &str = r#"{"LookUp":{"terminal":"P66-0001","payment":null}}"#;
const ALERT: &str = r#"{"RaiseAlert":{"reason":"CaptureFailed","next_action":"Look at it."}}"#;

async fn a_stop_is_claimed_although_the_provider_has_more_to_do_than_it_gets_done(disk: Disk) {
    for number in 0..1_000 {
        insert(&disk, &format!("L{number}"), LOOK_UP).await;
    }
    insert(&disk, "A", ALERT).await;
    insert(&disk, "T", START).await;
    insert(&disk, "S", STOP).await;
    assert_eq!(claimed(&disk, Lane::Stops).await.as_deref(), Some("S"));
    assert_eq!(claimed(&disk, Lane::Stops).await, None);
    assert_eq!(claimed(&disk, Lane::Starts).await.as_deref(), Some("T"));
    assert_eq!(claimed(&disk, Lane::Records).await.as_deref(), Some("A"));
    assert_eq!(claimed(&disk, Lane::Records).await, None);
    // Within a lane, the oldest is the next.
    assert_eq!(claimed(&disk, Lane::Payments).await.as_deref(), Some("L0"));
    assert_eq!(claimed(&disk, Lane::Payments).await.as_deref(), Some("L1"));
}

async fn a_command_that_cannot_be_read_keeps_nobody_waiting(disk: Disk) {
    for action in ["not JSON", "{}", "", r#"{"Later":{}}"#] {
        insert(&disk, action, action).await;
        let claimed = claim(&disk, Lane::Records, 1, 1).await;
        assert!(claimed.is_err(), "{action}");
    }
    insert(&disk, "A", ALERT).await;
    assert_eq!(claimed(&disk, Lane::Records).await.as_deref(), Some("A"));
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

/// A database with several processes, of which this is one.
#[cfg(feature = "peers")]
struct Shared(Disk);

#[cfg(feature = "peers")]
impl Database for Shared {
    fn dialect(&self) -> Dialect {
        self.0.dialect()
    }

    fn process(&self) -> Option<&str> {
        Some("P")
    }

    async fn query(
        &self,
        statement: &'static str,
        parameters: Vec<Value>,
    ) -> Result<Vec<crate::platform::Row>, crate::platform::DatabaseError> {
        self.0.query(statement, parameters).await
    }
}

#[cfg(feature = "peers")]
#[tokio::test]
async fn a_command_whose_claim_was_made_and_not_heard_of_is_found_by_its_number() {
    let shared = Shared(Disk::fresh_on_server().await);
    insert(&shared.0, "S", STOP).await;
    insert(&shared.0, "T", STOP).await;
    assert!(taken_unheard(&shared, 7, 2).await.unwrap().is_none());
    claim(&shared, Lane::Stops, 7, 1).await.unwrap().unwrap();
    claim(&shared, Lane::Stops, 8, 1).await.unwrap().unwrap();
    let found = taken_unheard(&shared, 7, 2).await.unwrap().unwrap();
    assert_eq!(found.command.id, "S");
    assert!(is_under_way(&shared, &found).await.unwrap());
    assert!(taken_unheard(&shared, 9, 2).await.unwrap().is_none());
    complete(&shared, "S").await.unwrap();
    assert!(taken_unheard(&shared, 7, 2).await.unwrap().is_none());
}

#[cfg(feature = "peers")]
#[tokio::test]
async fn a_command_is_abandoned_once_the_process_that_claimed_it_is_gone() {
    let shared = Shared(Disk::fresh_on_server().await);
    insert(&shared.0, "S", STOP).await;
    shared
        .0
        .execute(
            "INSERT INTO process (id, url, token, until) VALUES ('P', 'u', 't', 9000000000000000)",
        )
        .await;
    claim(&shared, Lane::Stops, 7, 1).await.unwrap().unwrap();
    assert!(abandoned(&shared, 0..2).await.unwrap().is_empty());
    shared.0.execute("DELETE FROM process").await;
    assert_eq!(abandoned(&shared, 0..2).await.unwrap().len(), 1);
}

in_every_database![
    a_stop_is_claimed_although_the_provider_has_more_to_do_than_it_gets_done,
    a_command_that_cannot_be_read_keeps_nobody_waiting,
];
