//! Whether a command that was claimed is sent.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use super::LOOKED_AFTER;
use crate::sessions::clock_steps::watch;
use crate::store::outbox::Lane;
use crate::test_host::{Host, NOON};

/// What the session is told of a command to look a payment up that is executed so long after it was claimed, if this
/// happened to the command meanwhile.
async fn told(milliseconds: u64, meanwhile: &str) -> String {
    let gateway = Host::fresh(None).await.charging(NOON).await;
    let host = gateway.platform();
    host.disk
        .execute(
            r#"INSERT INTO command (id, session, action, status)
               VALUES ('S/look-up', 'S', '{"LookUp":{"terminal":"P66-1","payment":null}}', 'pending')"#,
        )
        .await;
    watch(&gateway).await.unwrap();
    let claimed = gateway.claim(&[Lane::Payments]).await.unwrap().unwrap();
    host.pass(milliseconds);
    host.disk.execute(meanwhile).await;
    gateway.execute(claimed).await.unwrap();
    host.told().await
}

#[tokio::test]
async fn a_command_that_nobody_took_up_is_sent_however_long_ago_it_was_claimed() {
    for milliseconds in [0, LOOKED_AFTER, 60_000] {
        let told = told(milliseconds, "").await;
        assert!(told.contains("CommandEnded"), "{told}");
    }
}

#[tokio::test]
async fn a_command_that_was_taken_up_while_its_process_stood_still_is_not_sent_by_it() {
    for taken_up in [
        "UPDATE command SET status = 'done'",
        "UPDATE command SET attempts = attempts + 1",
    ] {
        assert_eq!(told(LOOKED_AFTER, taken_up).await, "", "{taken_up}");
    }
}
