//! How far the store has come by the clock.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use super::{Spans, insert_step, record};
use crate::store::disk::{Disk, EventRow, in_every_database};

const SPANS: Spans = Spans {
    far: 100,
    becomes_right: 10,
};

async fn a_clock_that_was_set_far_ahead_is_known_until_it_is_set_far_back(disk: Disk) {
    let known = async || record(&disk, 0, SPANS).await.unwrap().set_far_ahead_at;
    insert_step(&disk, 100, 1_100, 0).await.unwrap();
    assert_eq!(known().await, None, "not far");
    insert_step(&disk, 5_000, 6_100, 1).await.unwrap();
    insert_step(&disk, -6, 6_200, 2).await.unwrap();
    assert_eq!(known().await, Some(6_100));
    insert_step(&disk, -4_900, 1_400, 3).await.unwrap();
    assert_eq!(known().await, None);
}

async fn what_is_of_the_last_day_does_not_hide_that_nothing_was_told_for_long_before(disk: Disk) {
    let tell = async |version: i64, at: i64, dedupe: &str| {
        disk.insert_event(EventRow {
            session: "A",
            version,
            event: "{}",
            at,
            dedupe: Some(dedupe),
            view: r#"{"terminal":"P","evse":{"station":"S","connector":1}}"#,
            card: None,
            phase: "starting",
            commands: "[]",
        })
        .await;
    };
    let tap = async |version: i64, at: i64| tell(version, at, &format!("tap-{version}")).await;
    let follows_gap = async |now| record(&disk, now, SPANS).await.unwrap().follows_gap;
    assert!(!follows_gap(1_000).await, "there is nothing");
    tap(1, 995).await;
    assert!(!follows_gap(1_000).await, "it began today");
    // The clock is far ahead.
    tap(2, 4_999).await;
    assert!(follows_gap(5_000).await);
    // What a station tells says nothing: it has its time from here.
    tell(3, 4_980, "station-stopped/A").await;
    assert!(follows_gap(5_000).await);
    // It goes on for more than a day.
    assert!(!follows_gap(5_020).await);
}

in_every_database![
    a_clock_that_was_set_far_ahead_is_known_until_it_is_set_far_back,
    what_is_of_the_last_day_does_not_hide_that_nothing_was_told_for_long_before,
];
