//! What becomes of the readings of sessions that ended.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use super::fold;
use crate::store::clock::insert_step;
use crate::store::disk::{Disk, EventRow, in_every_database};
use crate::store::retention::thin;

/// A session of five events, of which two are readings, and the last was at this moment.
async fn insert_session(disk: &Disk, id: &str, phase: &str, ended_at: i64) {
    let events = [
        r#"{"CardPresented":{}}"#,
        r#"{"ChargingStarted":{}}"#,
        r#"{"MeterRead":{"energy":1}}"#,
        r#"{"MeterRead":{"energy":2}}"#,
        r#"{"ChargingStopped":{}}"#,
    ];
    let view = format!(
        r#"{{"terminal":"P66-1","evse":{{"station":"CT-{id}","connector":1}},"hold":{{"payment":"{id}"}}}}"#
    );
    for (version, event) in (1_i64..).zip(events) {
        disk.insert_event(EventRow {
            session: id,
            version,
            event,
            at: ended_at - 5 + version,
            dedupe: None,
            view: &view,
            card: None,
            phase: if version < 5 { "charging" } else { phase },
            commands: "[]",
        })
        .await;
    }
}

async fn readings(disk: &Disk, id: &str) -> i64 {
    let of_session = format!("event WHERE session = '{id}' AND event LIKE '{{\"MeterRead\":%'");
    disk.count(&of_session).await
}

async fn events(disk: &Disk, id: &str) -> i64 {
    disk.count(&format!("event WHERE session = '{id}'")).await
}

async fn readings_go_with_the_time_after_the_end_of_their_session_and_nothing_else_does(
    disk: Disk,
) {
    insert_session(&disk, "old", "settled", 1_000).await;
    insert_session(&disk, "new", "settled", 2_000).await;
    insert_session(&disk, "open", "needs-attention", 1_000).await;
    assert!(fold(&disk, 1_500, 20).await.unwrap());
    assert!(!fold(&disk, 1_500, 20).await.unwrap(), "once is enough");
    while thin(&disk, 200).await.unwrap() {}
    for (id, left) in [("old", (0, 3)), ("new", (2, 5)), ("open", (2, 5))] {
        let found = (readings(&disk, id).await, events(&disk, id).await);
        assert_eq!(found, left, "{id}");
    }
}

async fn only_so_many_sessions_are_folded_at_once(disk: Disk) {
    for id in ["a", "b", "c"] {
        insert_session(&disk, id, "settled", 1_000).await;
    }
    assert!(fold(&disk, 1_500, 2).await.unwrap());
    while thin(&disk, 200).await.unwrap() {}
    for (id, left) in [("a", 0), ("b", 0), ("c", 2)] {
        assert_eq!(readings(&disk, id).await, left, "{id}");
    }
    assert!(fold(&disk, 1_500, 2).await.unwrap());
    while thin(&disk, 200).await.unwrap() {}
    assert_eq!(readings(&disk, "c").await, 0);
}

async fn a_clock_that_is_set_ahead_does_not_age_what_happened_before(disk: Disk) {
    insert_session(&disk, "before", "settled", 1_000).await;
    insert_step(&disk, 8_000, 9_000, 0).await.unwrap();
    assert!(!fold(&disk, 9_000, 20).await.unwrap());
    while thin(&disk, 200).await.unwrap() {}
    assert_eq!(readings(&disk, "before").await, 2);
    assert!(fold(&disk, 9_001, 20).await.unwrap());
    while thin(&disk, 200).await.unwrap() {}
    assert_eq!(readings(&disk, "before").await, 0);
}

in_every_database![
    readings_go_with_the_time_after_the_end_of_their_session_and_nothing_else_does,
    only_so_many_sessions_are_folded_at_once,
    a_clock_that_is_set_ahead_does_not_age_what_happened_before,
];
