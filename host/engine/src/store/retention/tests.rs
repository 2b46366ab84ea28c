//! What is left of sessions that ended long ago. After each step every invariant holds.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use chargetap_contract::session::{Decision, Event};

use super::{close, remove, thin, thinned};
use crate::clock::state::SPANS;
use crate::store::disk::Disk;
use crate::store::events::{self, Entry};
use crate::store::sessions::{fold, load};
use crate::store::verification::CHECKS;
use crate::store::{
    clock, fleet, monitoring, named_transactions, payment_reports, prompts, transactions,
};

const SETTLED: &str = r#"{"terminal":"P66-1","card":{"reference":{"high":1,"low":2},"last_four":42},
    "evse":{"station":"CT-1","connector":1},"hold":{"payment":"pay","amount":5000},"captured":458,"released":4542,
    "refunded":0}"#;

/// A session of this id that was settled at 1,000, with four readings, and its receipt.
fn insert_settled(disk: &Disk, id: &str) {
    let view = SETTLED.replace("\"pay\"", &format!("\"pay-{id}\""));
    let commands = format!(
        r#"[{{"id":"{id}/receipt","action":{{"IssueReceipt":{{"Session":{{}}}}}},"issuer":"SE1"}}]"#
    );
    let connection = disk.connection.lock().unwrap();
    for (version, event) in [
        (1, r#"{"CardPresented":{}}"#),
        (2, r#"{"MeterRead":{"energy":1}}"#),
        (3, r#"{"MeterRead":{"energy":2}}"#),
        (4, r#"{"MeterRead":{"energy":3}}"#),
        (5, r#"{"MeterRead":{"energy":4}}"#),
        (6, r#"{"CommandEnded":{}}"#),
    ] {
        let commands = if version == 6 {
            commands.as_str()
        } else {
            "[]"
        };
        let phase = if version == 6 { "settled" } else { "capturing" };
        let statement = "INSERT INTO event (session, version, event, at, dedupe, state, view, card, phase, commands)
                         VALUES (?1, ?2, ?3, 1000, ?1 || '/' || ?2, x'01', ?4, 'c', ?5, ?6)";
        let row = (id, version, event, &view, phase, commands);
        connection.execute(statement, row).unwrap();
    }
    // What a station reads has no key.
    let keys = "UPDATE event SET dedupe = NULL WHERE version BETWEEN 2 AND 5";
    connection.execute(keys, []).unwrap();
    let number = "SELECT number FROM invoice WHERE command = ?1 || '/receipt'";
    let number: i64 = connection
        .query_row(number, [id], |row| row.get(0))
        .unwrap();
    let document = format!(
        r#"{{"number":"L-{number}","subject":{{"Session":{{"card":{{"last_four":42}},"captured":458}}}}}}"#
    );
    let receipt = "INSERT INTO paper (id, command, session, terminal, amount, last_four, document)
                   VALUES ('R-' || ?1, ?1 || '/receipt', ?1, 'P66-1', 458, 42, ?2)";
    connection.execute(receipt, (id, document)).unwrap();
}

/// Another session begins, at 5,000.
fn insert_later(disk: &Disk) {
    disk.execute(
        r#"INSERT INTO event (session, version, event, at, state, view, phase, commands)
           VALUES ('later', 1, '{"CardPresented":{}}', 5000, x'01',
                   '{"terminal":"P66-2","evse":{"station":"CT-2","connector":1}}', 'charging', '[]')"#,
    );
}

/// A session of this id that was settled at 1,000, and of which nothing is left that goes before it is closed.
async fn insert_thinned(disk: &Disk, id: &str) {
    insert_settled(disk, id);
    disk.execute("UPDATE command SET status = 'done'");
    fold(disk, 2_000, 20).await.unwrap();
    while thin(disk, 200).await.unwrap() {}
}

fn count(disk: &Disk, what: &str) -> i64 {
    let connection = disk.connection.lock().unwrap();
    let count = format!("SELECT count(*) FROM {what}");
    connection.query_row(&count, [], |row| row.get(0)).unwrap()
}

/// Every invariant that `chargetap verify` checks.
async fn verify(disk: &Disk) {
    for check in CHECKS {
        let findings = check.run(disk).await.findings;
        assert!(findings.is_empty(), "{}: {findings:#?}", check.name());
    }
}

async fn close_all(disk: &Disk) {
    for session in thinned(disk, 0, 20).await.unwrap() {
        assert_eq!(session.last_at, 1_000);
        if !session.is_waiting {
            close(disk, &session).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_statement_deletes_few_rows_and_every_invariant_holds_after_each() {
    let disk = Disk::fresh().await;
    for id in ["A", "B"] {
        insert_settled(&disk, id);
    }
    disk.execute("UPDATE command SET status = 'done'");
    assert!(fold(&disk, 2_000, 20).await.unwrap());
    verify(&disk).await;
    let mut before = count(&disk, "event") + count(&disk, "command");
    while thin(&disk, 3).await.unwrap() {
        verify(&disk).await;
        let left = count(&disk, "event") + count(&disk, "command");
        assert!(before - left <= 4, "{before} {left}");
        before = left;
    }
    assert_eq!((count(&disk, "event"), count(&disk, "command")), (4, 0));
    assert_eq!(count(&disk, "session WHERE is_thinned = 1"), 2);
}

#[tokio::test]
async fn a_closed_session_has_its_figures_and_its_receipt_and_nothing_of_the_card() {
    let disk = Disk::fresh().await;
    insert_thinned(&disk, "A").await;
    insert_later(&disk);
    close_all(&disk).await;
    verify(&disk).await;
    let left =
        "SELECT concat_ws(' ', (SELECT view || coalesce(card, '') FROM session WHERE id = 'A'),
                                 (SELECT document || coalesce(last_four, '') FROM paper),
                                 (SELECT count(*) FROM event WHERE session = 'A'))";
    let left = disk.text(left);
    assert!(left.contains(r#""captured":458"#), "{left}");
    assert!(left.contains(r#""number":"L-1""#), "{left}");
    assert!(!left.contains("card") && left.ends_with(" 0"), "{left}");
    assert!(load(&disk, "A").await.unwrap().unwrap().is_closed());
    assert!(thinned(&disk, 0, 20).await.unwrap().is_empty());
}

#[tokio::test]
async fn receipts_of_every_kind_lose_the_card_when_their_session_is_closed() {
    let disk = Disk::fresh().await;
    insert_thinned(&disk, "A").await;
    for kind in ["Refund", "Invoice", "Payout"] {
        let document = format!(
            r#"{{"subject":{{"{kind}":{{"session":{{"card":{{"last_four":42}}}},"amount":9}}}}}}"#
        );
        let receipt =
            "INSERT INTO paper (id, command, session, terminal, amount, last_four, document)
                       VALUES (?1, ?1, 'A', 'P66-1', 0, 42, ?2)";
        let connection = disk.connection.lock().unwrap();
        connection.execute(receipt, (kind, document)).unwrap();
    }
    insert_later(&disk);
    close_all(&disk).await;
    let left = disk.text("SELECT group_concat(document) FROM paper");
    assert!(!left.contains("last_four"), "{left}");
    assert_eq!(left.matches(r#""amount":9"#).count(), 3, "{left}");
}

#[tokio::test]
async fn a_session_whose_receipt_waits_is_not_closed() {
    let disk = Disk::fresh().await;
    insert_settled(&disk, "A");
    fold(&disk, 2_000, 20).await.unwrap();
    while thin(&disk, 200).await.unwrap() {}
    insert_later(&disk);
    close_all(&disk).await;
    assert_eq!(count(&disk, "session WHERE closed_at IS NULL"), 2);
}

#[tokio::test]
async fn a_session_to_which_something_happens_meanwhile_is_not_closed_and_its_receipt_has_the_card()
{
    let disk = Disk::fresh().await;
    insert_thinned(&disk, "A").await;
    insert_later(&disk);
    let found = thinned(&disk, 0, 20).await.unwrap();
    disk.execute("UPDATE session SET version = 7 WHERE id = 'A'");
    close(&disk, found.first().unwrap()).await.unwrap();
    assert_eq!(count(&disk, "session WHERE closed_at IS NULL"), 2);
    assert_eq!(count(&disk, "paper WHERE last_four = 42"), 1);
}

#[tokio::test]
async fn a_step_that_was_made_before_its_session_was_closed_is_not_stored_after() {
    let disk = Disk::fresh().await;
    insert_thinned(&disk, "A").await;
    insert_later(&disk);
    close_all(&disk).await;
    let view = r#"{"phase":"Refunded","terminal":"P66-1","card":null,"evse":{"station":"CT-1","connector":1},
        "hold":{"payment":"pay-A","amount":5000,"at":1000},"currency":"EUR","energy":0,
        "cost":{"net":0,"vat":0,"gross":0,"tax_included":false,"lines":[],"vat_totals":[]},
        "captured":458,"released":4542,"refunded":458,"reported_late":null,"unpaid":null}"#;
    let entry = Entry {
        session: "A",
        version: 7,
        envelope: &Event::ClockSet(1).into(),
        at: 6_000,
        decision: &Decision {
            state: vec![1],
            view: serde_json::from_str(view).unwrap(),
            commands: Vec::new(),
            deadline: None,
        },
        issuer: None,
    };
    // It is to be made again, and then there is no state to make it on.
    assert_eq!(events::insert(&disk, &entry).await.unwrap(), None);
    assert!(load(&disk, "A").await.unwrap().unwrap().is_closed());
    verify(&disk).await;
}

#[tokio::test]
async fn the_session_with_the_last_event_of_all_is_closed_once_another_event_follows() {
    let disk = Disk::fresh().await;
    insert_thinned(&disk, "A").await;
    close_all(&disk).await;
    assert_eq!(count(&disk, "session WHERE closed_at IS NULL"), 1);
    let latest = async || clock::record(&disk, 0, SPANS).await.unwrap().latest;
    assert_eq!(latest().await, 1_000);
    insert_later(&disk);
    close_all(&disk).await;
    assert_eq!(count(&disk, "session WHERE closed_at IS NULL"), 1);
    assert_eq!(latest().await, 5_000);
}

#[tokio::test]
async fn all_of_a_session_goes_but_the_numbers_of_its_receipts() {
    let disk = Disk::fresh().await;
    for id in ["A", "B"] {
        insert_thinned(&disk, id).await;
    }
    insert_later(&disk);
    close_all(&disk).await;
    disk.execute(
        "INSERT INTO station_transaction (key, station, connector, token, session, heard_at)
         VALUES ('a', 'CT-1', 1, 'A', 'A', 0), ('b', 'CT-1', 1, 'B', 'B', 0)",
    );
    assert!(!remove(&disk, 1_000, 1).await.unwrap(), "it is not old");
    assert!(remove(&disk, 1_001, 1).await.unwrap(), "there may be more");
    verify(&disk).await;
    assert_eq!(count(&disk, "session WHERE id <> 'later'"), 1);
    assert_eq!(
        (count(&disk, "paper"), count(&disk, "station_transaction")),
        (1, 1)
    );
    assert_eq!(count(&disk, "invoice"), 2);
    insert_settled(&disk, "C");
    let number = "SELECT max(number) || '' FROM invoice";
    assert_eq!(disk.text(number), "3", "no number is given out twice");
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_does_not_age_what_is_closed() {
    let disk = Disk::fresh().await;
    insert_thinned(&disk, "A").await;
    insert_later(&disk);
    close_all(&disk).await;
    disk.execute("INSERT INTO clock_step (at, by, upto) VALUES (9000, 8000, 100)");
    remove(&disk, 9_000, 20).await.unwrap();
    assert_eq!(count(&disk, "session WHERE id = 'A'"), 1);
    remove(&disk, 9_001, 20).await.unwrap();
    assert_eq!(count(&disk, "session WHERE id = 'A'"), 0);
}

#[tokio::test]
async fn a_clock_that_was_set_ahead_before_the_last_event_of_a_session_is_nothing_to_its_age() {
    let disk = Disk::fresh().await;
    insert_thinned(&disk, "A").await;
    insert_later(&disk);
    // The session had begun then.
    disk.execute(
        "INSERT INTO clock_step (at, by, upto) VALUES (900, 800, 100);
         UPDATE clock_step_order SET after_event = (SELECT rowid FROM event WHERE session = 'A' AND version = 1)",
    );
    // This looks at the age of each.
    close_all(&disk).await;
    remove(&disk, 1_001, 20).await.unwrap();
    assert_eq!(count(&disk, "session WHERE id = 'A'"), 0);
}

#[tokio::test]
async fn what_is_deleted_by_age_goes_in_small_parts_and_what_is_needed_stays() {
    let disk = Disk::fresh().await;
    insert_settled(&disk, "A");
    disk.execute(
        "INSERT INTO ask (id, terminal, told_at, renew_at, expires_at, ask, chosen)
         VALUES ('1', 'P', 0, 0, 10, '', ''), ('2', 'P', 0, 0, 10, '', ''), ('3', 'P', 0, 0, 10, '', '');
         INSERT INTO report (endpoint, dedupe, at, report) VALUES ('e', 'k', 10, '{}'), ('e', NULL, 90, '{}');
         INSERT INTO delivery (webhook, alert, body, status, next_at, last_at)
         VALUES ('w', '1', '', 'delivered', 0, 10), ('w', '2', '', 'dead', 0, 10), ('w', '3', '', 'waiting', 0, 10);
         INSERT INTO station_transaction (number, key, station, connector, token, session, heard_at, ended_at)
         VALUES (1, 'a', 'S', 1, '', NULL, 10, 10), (2, 'b', 'S', 1, '', 'A', 10, 10),
                (3, 'c', 'S', 1, '', NULL, 10, NULL);
         INSERT INTO named_transaction (station, name, number, heard_at)
         VALUES ('S', 'x', 1, 10), ('S', 'y', 3, 10), ('S', 'z', NULL, 10)",
    );
    assert!(prompts::delete_expired(&disk, 50, 1).await.unwrap());
    assert!(prompts::delete_expired(&disk, 50, 1).await.unwrap());
    assert!(!prompts::delete_expired(&disk, 50, 1).await.unwrap());
    assert_eq!(count(&disk, "ask"), 1, "the last of a terminal stays");

    assert!(
        payment_reports::delete_delivery_keys(&disk, 50, 1)
            .await
            .unwrap()
    );
    assert_eq!(count(&disk, "report WHERE dedupe IS NOT NULL"), 0);
    assert!(!payment_reports::delete_old(&disk, 50, 2).await.unwrap());
    assert_eq!(count(&disk, "report"), 1);

    assert!(monitoring::delete_deliveries(&disk, 50, 2).await.unwrap());
    assert_eq!(count(&disk, "delivery WHERE status = 'waiting'"), 1);
    assert_eq!(count(&disk, "delivery"), 1);

    assert!(!transactions::forget(&disk, 50, 5).await.unwrap());
    let running = "station_transaction WHERE ended_at IS NULL OR session = 'A'";
    assert_eq!(
        (count(&disk, running), count(&disk, "station_transaction")),
        (2, 2)
    );
    assert!(!named_transactions::forget(&disk, 50, 5).await.unwrap());
    assert_eq!(count(&disk, "named_transaction"), 1);
    disk.execute("UPDATE session SET is_folded = 1, is_thinned = 1");
    transactions::forget(&disk, 50, 5).await.unwrap();
    assert_eq!(count(&disk, "station_transaction"), 1);
}

#[tokio::test]
async fn an_ended_transaction_that_its_station_still_reports_is_not_forgotten() {
    let disk = Disk::fresh().await;
    disk.execute(
        "INSERT INTO station_transaction (number, key, station, connector, token, heard_at, ended_at)
         VALUES (1, 'a', 'S', 1, '', 90, 10), (2, 'b', 'S', 1, '', 10, 10), (3, 'c', 'S', 1, '', 10, 10);
         INSERT INTO named_transaction (station, name, number, heard_at)
         VALUES ('S', 'x', 2, 90), ('S', 'y', 3, 10)",
    );
    transactions::forget(&disk, 50, 5).await.unwrap();
    named_transactions::forget(&disk, 50, 5).await.unwrap();
    let left = "SELECT group_concat(number) FROM (SELECT number FROM station_transaction
                UNION ALL SELECT number FROM named_transaction ORDER BY number)";
    assert_eq!(disk.text(left), "1,2,2");
    transactions::forget(&disk, 91, 5).await.unwrap();
    named_transactions::forget(&disk, 91, 5).await.unwrap();
    assert_eq!(count(&disk, "station_transaction"), 0);
    assert_eq!(count(&disk, "named_transaction"), 0);
}

#[tokio::test]
async fn an_incident_goes_with_the_pictures_that_no_other_one_has_and_only_if_it_goes() {
    let disk = Disk::fresh().await;
    let incident = |key: &str, photographs: &str| {
        format!(
            r#"{{"kind":"incident","key":"{key}","after":{{"record":{{"photographs":[{photographs}]}}}}}}"#
        )
    };
    let removed = |key: &str| format!(r#"{{"kind":"incident","key":"{key}","after":null}}"#);
    let write = |number: u64, changes: &[String]| {
        format!(
            "INSERT INTO fleet_write (number, at, actor, changes) VALUES ({number}, 10, 'o', '[{}]')",
            changes.join(",")
        )
    };
    let pictures =
        || disk.text("SELECT coalesce(group_concat(hash ORDER BY hash), '') FROM picture");
    let (own, shared) = (r#"{"hash":"own"}"#, r#"{"hash":"shared"}"#);
    disk.execute("INSERT INTO picture (hash, bytes) VALUES ('own', x'01'), ('shared', x'02')");
    let both = format!("{own},{shared}");
    disk.execute(&write(
        1,
        &[
            incident("1", &both),
            incident("2", shared),
            incident("3", shared),
        ],
    ));
    // Another write came first.
    let lost = write(1, &[removed("1")]);
    disk.connection
        .lock()
        .unwrap()
        .execute(&lost, [])
        .unwrap_err();
    assert_eq!(pictures(), "own,shared");
    disk.execute(&write(2, &[removed("1")]));
    assert_eq!(pictures(), "shared");
    disk.execute(&write(3, &[removed("2"), removed("3")]));
    assert_eq!(pictures(), "");
}

#[tokio::test]
async fn the_audit_log_loses_what_is_old_but_the_last_change_of_each_record() {
    let disk = Disk::fresh().await;
    let write = |number: u64, key: &str, after: &str| {
        disk.execute(&format!(
            r#"INSERT INTO fleet_write (number, at, actor, changes)
               VALUES ({number}, {number}0, 'o', '[{{"kind":"site","key":"{key}","after":{after}}}]')"#
        ));
    };
    write(1, "kept", r#"{"record":1}"#);
    write(2, "changed", r#"{"record":1}"#);
    write(3, "changed", r#"{"record":2}"#);
    write(4, "removed", r#"{"record":1}"#);
    write(5, "removed", "null");
    write(6, "new", r#"{"record":1}"#);
    while fleet::shorten_audit(&disk, 55, 1).await.unwrap() {}
    verify(&disk).await;
    let left = "SELECT group_concat(write || ' ' || key, ', ' ORDER BY write) FROM fleet_change";
    assert_eq!(disk.text(left), "1 kept, 3 changed, 6 new");
    assert_eq!(count(&disk, "fleet_write"), 3);
    // The newest write stays, whatever its age: its number is not given out again.
    while fleet::shorten_audit(&disk, 1_000, 10).await.unwrap() {}
    assert_eq!(count(&disk, "fleet_write WHERE number = 6"), 1);
}

#[tokio::test]
async fn what_is_not_old_cannot_be_deleted_from_the_audit_log() {
    let disk = Disk::fresh().await;
    disk.execute(
        r#"INSERT INTO fleet_write (number, at, actor, changes)
           VALUES (1, 10, 'o', '[{"kind":"site","key":"a","after":{"record":1}}]'),
                  (2, 20, 'o', '[{"kind":"site","key":"a","after":{"record":2}}]')"#,
    );
    fleet::shorten_audit(&disk, 15, 10).await.unwrap();
    let connection = disk.connection.lock().unwrap();
    for statement in ["DELETE FROM fleet_change", "DELETE FROM fleet_write"] {
        let refused = connection.execute(statement, []).unwrap_err().to_string();
        assert!(refused.contains("only added to"), "{refused}");
    }
}
