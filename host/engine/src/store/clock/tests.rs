//! How far the store has come by the clock.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use super::{insert_step, record};
use crate::store::disk::Disk;

#[tokio::test]
async fn a_clock_that_was_set_far_ahead_is_known_until_it_is_set_far_back() {
    let disk = Disk::fresh().await;
    let known = async || record(&disk, 100).await.unwrap().set_far_ahead_at;
    insert_step(&disk, 100, 1_100, 0).await.unwrap();
    assert_eq!(known().await, None, "not far");
    insert_step(&disk, 5_000, 6_100, 1).await.unwrap();
    insert_step(&disk, -6, 6_200, 2).await.unwrap();
    assert_eq!(known().await, Some(6_100));
    insert_step(&disk, -4_900, 1_400, 3).await.unwrap();
    assert_eq!(known().await, None);
}
