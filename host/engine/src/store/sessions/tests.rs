//! What becomes of the readings of sessions that ended.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use super::fold;
use crate::store::disk::Disk;
use crate::store::retention::thin;

/// A session of five events, of which two are readings, and the last was at this moment.
fn insert_session(disk: &Disk, id: &str, phase: &str, ended_at: i64) {
    let connection = disk.connection.lock().unwrap();
    let events = [
        r#"{"CardPresented":{}}"#,
        r#"{"ChargingStarted":{}}"#,
        r#"{"MeterRead":{"energy":1}}"#,
        r#"{"MeterRead":{"energy":2}}"#,
        r#"{"ChargingStopped":{}}"#,
    ];
    for (version, event) in (1_i64..).zip(events) {
        let view = format!(
            r#"{{"terminal":"P66-1","evse":{{"station":"CT-{id}","connector":1}},"hold":{{"payment":"{id}"}}}}"#
        );
        let phase = if version < 5 { "charging" } else { phase };
        let at = ended_at - 5 + version;
        let row = (id, version, event, at, view, phase);
        let insert = "INSERT INTO event (session, version, event, at, state, view, phase, commands)
                      VALUES (?1, ?2, ?3, ?4, x'00', ?5, ?6, '[]')";
        connection.execute(insert, row).unwrap();
    }
}

fn readings(disk: &Disk, id: &str) -> i64 {
    let count =
        "SELECT count(*) FROM event WHERE session = ?1 AND event ->> '$.MeterRead' IS NOT NULL";
    let connection = disk.connection.lock().unwrap();
    connection.query_row(count, [id], |row| row.get(0)).unwrap()
}

fn events(disk: &Disk, id: &str) -> i64 {
    let count = "SELECT count(*) FROM event WHERE session = ?1";
    let connection = disk.connection.lock().unwrap();
    connection.query_row(count, [id], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn readings_go_with_the_time_after_the_end_of_their_session_and_nothing_else_does() {
    let disk = Disk::fresh().await;
    insert_session(&disk, "old", "settled", 1_000);
    insert_session(&disk, "new", "settled", 2_000);
    insert_session(&disk, "open", "needs-attention", 1_000);
    assert!(fold(&disk, 1_500, 20).await.unwrap());
    assert!(!fold(&disk, 1_500, 20).await.unwrap(), "once is enough");
    while thin(&disk, 200).await.unwrap() {}
    let left = ["old", "new", "open"].map(|id| (readings(&disk, id), events(&disk, id)));
    assert_eq!(left, [(0, 3), (2, 5), (2, 5)]);
}

#[tokio::test]
async fn only_so_many_sessions_are_folded_at_once() {
    let disk = Disk::fresh().await;
    for id in ["a", "b", "c"] {
        insert_session(&disk, id, "settled", 1_000);
    }
    assert!(fold(&disk, 1_500, 2).await.unwrap());
    while thin(&disk, 200).await.unwrap() {}
    assert_eq!(["a", "b", "c"].map(|id| readings(&disk, id)), [0, 0, 2]);
    assert!(fold(&disk, 1_500, 2).await.unwrap());
    while thin(&disk, 200).await.unwrap() {}
    assert_eq!(readings(&disk, "c"), 0);
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_does_not_age_what_happened_before() {
    let disk = Disk::fresh().await;
    insert_session(&disk, "before", "settled", 1_000);
    let step = "INSERT INTO clock_step (at, by, upto) VALUES (9_000, 8_000, 1)";
    disk.connection.lock().unwrap().execute(step, []).unwrap();
    assert!(!fold(&disk, 9_000, 20).await.unwrap());
    while thin(&disk, 200).await.unwrap() {}
    assert_eq!(readings(&disk, "before"), 2);
    assert!(fold(&disk, 9_001, 20).await.unwrap());
    while thin(&disk, 200).await.unwrap() {}
    assert_eq!(readings(&disk, "before"), 0);
}
