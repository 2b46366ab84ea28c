//! Each invariant is broken once, and found.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

use super::*;
use crate::store::disk::Disk;
use crate::store::restores;

/// Session S is settled, and a part of it refunded; session T charges.
const ROWS: &str = r#"
    INSERT INTO event (session, version, event, at, state, view, phase, commands) VALUES
    ('S', 1, '{"CardPresented":{}}', 1, x'01',
     '{"terminal":"P66-1","evse":{"station":"CT-1","connector":1},"hold":{"payment":"pay-1","amount":5000},
       "captured":0,"released":0,"refunded":0}', 'charging', '[]'),
    ('S', 2, '{"CommandEnded":{}}', 2, x'02',
     '{"terminal":"P66-1","evse":{"station":"CT-1","connector":1},"hold":{"payment":"pay-1","amount":5000},
       "captured":458,"released":4542,"refunded":0}', 'settled',
     '[{"id":"S/receipt","action":{"IssueReceipt":{"Session":{}}},"issuer":"SE1"}]'),
    ('S', 3, '{"Refunded":58}', 3, x'03',
     '{"terminal":"P66-1","evse":{"station":"CT-1","connector":1},"hold":{"payment":"pay-1","amount":5000},
       "captured":458,"released":4542,"refunded":58}', 'refunded',
     '[{"id":"S/3/receipt","action":{"IssueReceipt":{"Refund":{"amount":58}}},"issuer":"SE1"}]'),
    ('T', 1, '{"CardPresented":{}}', 4, x'04',
     '{"terminal":"P66-1","evse":{"station":"CT-1","connector":2},"hold":{"payment":"pay-2","amount":5000},
       "captured":0,"released":0,"refunded":0}', 'charging',
     '[{"id":"T/stop","action":{"StopCharging":{"station":"CT-1","connector":2}}}]');
    UPDATE command SET status = 'done' WHERE session = 'S';
    INSERT INTO paper (id, command, session, terminal, amount, document) VALUES
    ('R1', 'S/receipt', 'S', 'P66-1', 458, '{"number":"L-1","subject":{"Session":{}}}'),
    ('R2', 'S/3/receipt', 'S', 'P66-1', 58, '{"number":"L-2","subject":{"Refund":{}}}');
    INSERT INTO station_transaction (key, station, connector, token, session, heard_at)
    VALUES ('session/T', 'CT-1', 2, 'T', 'T', 4);
    INSERT INTO fleet_write (number, at, actor, changes)
    VALUES (1, 5, 'o', '[{"kind":"alert","key":"A-1","after":{"record":{}}}]');
"#;

async fn filled() -> Disk {
    let disk = Disk::fresh().await;
    disk.execute(ROWS).await;
    disk
}

/// The ids of what every check finds, by its name.
async fn found(disk: &Disk) -> Vec<(&'static str, Vec<String>)> {
    let mut found = Vec::new();
    for check in CHECKS {
        let findings = check.run(disk).await.findings;
        let ids: Vec<String> = findings.into_iter().map(|it| it.id).collect();
        if !ids.is_empty() {
            found.push((check.name(), ids));
        }
    }
    found
}

#[tokio::test]
async fn nothing_is_wrong_with_a_database_that_is_right() {
    let disk = filled().await;
    assert_eq!(found(&disk).await, []);
    for check in CHECKS {
        assert!(check.run(&disk).await.count > 0, "{}", check.name());
    }
}

/// A damage, the check that finds it, and where.
const DAMAGES: &[(&str, &str, &str)] = &[
    (
        "PRAGMA ignore_check_constraints = 1; UPDATE command SET status = 'gone' WHERE id = 'T/stop';
         PRAGMA ignore_check_constraints = 0",
        "the file",
        "file",
    ),
    (
        "UPDATE store_version SET version = 1",
        "tables, indexes and triggers are those of this version",
        "version",
    ),
    (
        "DROP TRIGGER session_stepped",
        "tables, indexes and triggers are those of this version",
        "trigger session_stepped",
    ),
    (
        "DROP INDEX session_due; CREATE INDEX session_due ON session (phase)",
        "tables, indexes and triggers are those of this version",
        "index session_due",
    ),
    (
        "CREATE TRIGGER foreign_one AFTER INSERT ON paper BEGIN SELECT 1; END",
        "tables, indexes and triggers are those of this version",
        "trigger foreign_one",
    ),
    (
        "DELETE FROM event WHERE session = 'S' AND version = 1",
        "every session has its events, but what is not kept of old ones",
        "S",
    ),
    (
        "DELETE FROM event WHERE session = 'T'",
        "every session has its events, but what is not kept of old ones",
        "T",
    ),
    (
        "UPDATE session SET closed_at = 9 WHERE id = 'S'",
        "every session has its events, but what is not kept of old ones",
        "S",
    ),
    (
        "DELETE FROM session WHERE id = 'T'",
        "every event has its session",
        "T",
    ),
    (
        "UPDATE session SET phase = 'stopping' WHERE id = 'T'",
        "every session is what its last event made it",
        "T",
    ),
    (
        "UPDATE session SET state = x'09' WHERE id = 'S'",
        "every session is what its last event made it",
        "S",
    ),
    (
        "UPDATE session SET payment = NULL WHERE id = 'T'",
        "every session is what its last event made it",
        "T",
    ),
    (
        "UPDATE session SET view = json_set(view, '$.released', 4541) WHERE id = 'S'",
        "every hold is closed, or its session is open",
        "S",
    ),
    (
        "DELETE FROM invoice WHERE number = 1",
        "the numbers of receipts have no gaps",
        "SE1 1",
    ),
    (
        "DELETE FROM paper WHERE id = 'R1'",
        "every number belongs to a receipt",
        "SE1 1",
    ),
    (
        "UPDATE paper SET document = json_set(document, '$.number', 'L-7') WHERE id = 'R1'",
        "every receipt over money has its number",
        "R1",
    ),
    (
        "DELETE FROM invoice WHERE number = 2",
        "every receipt over money has its number",
        "R2",
    ),
    (
        "UPDATE paper SET amount = 459 WHERE id = 'R1'",
        "receipts and invoices say what was captured",
        "R1",
    ),
    (
        "UPDATE paper SET amount = 57 WHERE id = 'R2'",
        "receipts of refunds add up to what was refunded",
        "S",
    ),
    (
        "DELETE FROM paper WHERE id = 'R2'",
        "every receipt that was asked for is there, or waits",
        "S/3/receipt",
    ),
    (
        "UPDATE command SET session = 'X' WHERE id = 'T/stop'",
        "every command has its session",
        "T/stop",
    ),
    (
        r#"UPDATE command SET action = '{"Teleport":{}}' WHERE id = 'T/stop'"#,
        "every command that waits can be read",
        "T/stop",
    ),
    (
        r#"INSERT INTO command (id, session, action, status) VALUES ('S/capture', 'S', '{"Capture":{}}', 'sent')"#,
        "nothing is to be captured or released once a session is over",
        "S/capture",
    ),
    (
        "UPDATE station_transaction SET session = 'X'",
        "transactions of sessions have their sessions",
        "transaction 1",
    ),
    (
        "UPDATE fleet_item SET item = '{}'",
        "every record is what its last change made it",
        "alert A-1",
    ),
];

#[tokio::test]
async fn each_invariant_that_is_broken_is_found_where_it_is_broken() {
    for (damage, name, id) in DAMAGES {
        let disk = filled().await;
        disk.execute(damage).await;
        let found = found(&disk).await;
        let here = found.iter().find(|(check, _)| check == name);
        let ids = here.map(|(_, ids)| ids.as_slice());
        assert_eq!(ids, Some(&[(*id).to_owned()][..]), "{damage}: {found:#?}");
    }
}

#[test]
fn every_check_has_a_damage_that_it_finds() {
    for check in CHECKS {
        let tested = DAMAGES.iter().any(|(_, name, _)| *name == check.name());
        assert!(tested, "{}", check.name());
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_finding() {
    let disk = filled().await;
    disk.execute("DROP TABLE paper").await;
    let found = found(&disk).await;
    let unreadable = found.iter().filter(|(_, ids)| ids == &["-"]).count();
    assert!(unreadable > 3, "{found:#?}");
}

#[tokio::test]
async fn numbers_of_receipts_that_were_lost_leave_no_gap_and_are_not_given_out_again() {
    let disk = filled().await;
    restores::reserve_receipts(&disk, "SE1", 5).await.unwrap();
    restores::reserve_receipts(&disk, "SE1", 4).await.unwrap();
    restores::reserve_receipts(&disk, "SE2", 2).await.unwrap();
    assert_eq!(found(&disk).await, []);
    let last = last_receipts(&disk).await.unwrap();
    assert_eq!(last, [("SE1".to_owned(), 5), ("SE2".to_owned(), 2)]);
}

#[tokio::test]
async fn what_waited_in_a_copy_counts_as_sent_and_its_prompts_are_gone() {
    let disk = filled().await;
    disk.execute(
        r#"INSERT INTO ask (id, terminal, told_at, renew_at, expires_at, ask, chosen)
           VALUES ('A', 'P66-1', 1, 2, 3, '{}', 'null');
           INSERT INTO command (id, session, action, status)
           VALUES ('T/1/0/message', 'T', '{"ShowMessage":{}}', 'pending')"#,
    )
    .await;
    assert!(!restores::is_restored(&disk).await.unwrap());
    assert!(!restores::was_in_copy(&disk, "T").await.unwrap());
    restores::mark(&disk, 9).await.unwrap();
    assert!(restores::is_restored(&disk).await.unwrap());
    assert!(restores::was_in_copy(&disk, "T").await.unwrap());
    let left = "SELECT concat_ws(' ', (SELECT group_concat(id || ' ' || sent_at) FROM command WHERE status = 'sent'),
                                 (SELECT count(*) FROM command WHERE status = 'pending'),
                                 (SELECT count(*) FROM ask))";
    assert_eq!(disk.text(left).await, "T/stop 0 0 0");
    disk.execute(
        "INSERT INTO station_transaction (key, station, connector, token, heard_at) VALUES ('k', 'CT-1', 1, 'X', 9);
         INSERT INTO event SELECT 'U', 1, event, 9, NULL, NULL, NULL, state,
                                  json_set(view, '$.evse.connector', 3, '$.hold.payment', 'pay-3'),
                                  NULL, phase, '[]', NULL, NULL FROM event WHERE session = 'T'",
    )
    .await;
    let number = "SELECT number || '' FROM station_transaction WHERE token = 'X'";
    assert_eq!(disk.text(number).await, "1000002");
    assert!(!restores::was_in_copy(&disk, "U").await.unwrap());
}

#[tokio::test]
async fn the_holds_of_a_terminal_are_compared_once_after_each_restore() {
    let disk = filled().await;
    let to_compare = async || restores::to_compare(&disk, "P66-1").await.unwrap();
    let set_aside = async || restores::set_aside(&disk, "P66-1").await.unwrap();
    assert_eq!(to_compare().await, None);
    restores::mark(&disk, 9).await.unwrap();
    assert_eq!(to_compare().await, Some(1));
    let compared = async |restore, unknown: &[&str]| {
        restores::compared(&disk, "P66-1", restore, unknown)
            .await
            .unwrap();
    };
    compared(1, &["pay-8"]).await;
    assert_eq!(to_compare().await, None);
    assert_eq!(restores::to_compare(&disk, "P66-2").await.unwrap(), Some(1));
    // Somebody else looked at the same time.
    compared(1, &["pay-9", "pay-8"]).await;
    assert_eq!(set_aside().await, ["pay-8", "pay-9"]);
    restores::mark(&disk, 10).await.unwrap();
    assert_eq!(to_compare().await, Some(2));
    compared(2, &[]).await;
    assert_eq!(set_aside().await, ["pay-8", "pay-9"]);
}
