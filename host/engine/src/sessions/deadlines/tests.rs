//! What a session knows when it is told that its deadline has passed.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use super::reach;
use crate::test_host::{Host, NOON};

#[tokio::test]
async fn a_session_knows_the_last_register_before_its_deadline_is_decided_on() {
    let gateway = Host::fresh(None).await.charging(NOON - 2_000).await;
    let host = gateway.platform();
    let untold = format!("UPDATE station_transaction SET untold_at = {NOON} - 2000");
    host.disk.execute(&untold).await;
    reach(&gateway).await.unwrap();
    let told = host.told().await;
    assert!(told.starts_with(r#"{"MeterRead":{"energy":5000"#), "{told}");
    assert!(told.contains(r#" {"DeadlineReached":null}"#), "{told}");
}
