//! What is left of sessions that ended long ago. After each step every invariant holds.

#![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

use chargetap_contract::session::{Decision, Event};

use super::{close, remove, thin, thinned};
use crate::clock::state::SPANS;
use crate::platform::{Database as _, Value};
use crate::store::disk::{Disk, EventRow, in_every_database};
use crate::store::events::{self, Entry};
use crate::store::rows::by_dialect;
use crate::store::sessions::{fold, load};
use crate::store::verification::{CHECKS, SERVER_CHECKS};
use crate::store::{
    clock, fleet, monitoring, named_transactions, payment_reports, prompts, transactions,
};
use crate::terms::Terms;

const SETTLED: &str = r#"{"terminal":"P66-1","card":{"reference":{"high":1,"low":2},"last_four":42},
    "evse":{"station":"CT-1","connector":1},"hold":{"payment":"pay","amount":5000},"captured":458,"released":4542,
    "refunded":0}"#;

/// A session of this id that was settled at 1,000, with four readings, and its receipt.
async fn insert_settled(disk: &Disk, id: &str) {
    let view = SETTLED.replace("\"pay\"", &format!("\"pay-{id}\""));
    let receipt = format!(
        r#"[{{"id":"{id}/receipt","action":{{"IssueReceipt":{{"Session":{{}}}}}},"issuer":"SE1"}}]"#
    );
    for (version, event) in [
        (1, r#"{"CardPresented":{}}"#),
        (2, r#"{"MeterRead":{"energy":1}}"#),
        (3, r#"{"MeterRead":{"energy":2}}"#),
        (4, r#"{"MeterRead":{"energy":3}}"#),
        (5, r#"{"MeterRead":{"energy":4}}"#),
        (6, r#"{"CommandEnded":{}}"#),
    ] {
        // What a station reads has no key.
        let is_reading = event.contains("MeterRead");
        let dedupe = format!("{id}/{version}");
        let (phase, commands) = match version {
            6 => ("settled", receipt.as_str()),
            _ => ("capturing", "[]"),
        };
        disk.insert_event(EventRow {
            session: id,
            version,
            event,
            at: 1_000,
            dedupe: (!is_reading).then_some(dedupe.as_str()),
            view: &view,
            card: Some("c"),
            phase,
            commands,
        })
        .await;
    }
    let number = format!("SELECT CAST(number AS text) FROM invoice WHERE command = '{id}/receipt'");
    let number = disk.text(&number).await;
    disk.execute(&format!(
        r#"INSERT INTO paper (id, command, session, terminal, amount, last_four, document)
           VALUES ('R-{id}', '{id}/receipt', '{id}', 'P66-1', 458, 42,
                   '{{"number":"L-{number}","subject":{{"Session":{{"card":{{"last_four":42}},"captured":458}}}}}}')"#
    ))
    .await;
}

/// Another session begins, at 5,000.
async fn insert_later(disk: &Disk) {
    disk.insert_event(EventRow {
        session: "later",
        version: 1,
        event: r#"{"CardPresented":{}}"#,
        at: 5_000,
        dedupe: None,
        view: r#"{"terminal":"P66-2","evse":{"station":"CT-2","connector":1}}"#,
        card: None,
        phase: "charging",
        commands: "[]",
    })
    .await;
}

/// A session of this id that was settled at 1,000, and of which nothing is left that goes before it is closed.
async fn insert_thinned(disk: &Disk, id: &str) {
    insert_settled(disk, id).await;
    disk.execute("UPDATE command SET status = 'done'").await;
    fold(disk, 2_000, 20).await.unwrap();
    while thin(disk, 200).await.unwrap() {}
}

/// Every invariant that `chargetap verify` checks.
async fn verify(disk: &Disk) {
    for check in by_dialect(disk, CHECKS, SERVER_CHECKS) {
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

async fn a_statement_deletes_few_rows_and_every_invariant_holds_after_each(disk: Disk) {
    for id in ["A", "B"] {
        insert_settled(&disk, id).await;
    }
    disk.execute("UPDATE command SET status = 'done'").await;
    assert!(fold(&disk, 2_000, 20).await.unwrap());
    verify(&disk).await;
    let mut before = disk.count("event").await + disk.count("command").await;
    while thin(&disk, 3).await.unwrap() {
        verify(&disk).await;
        let left = disk.count("event").await + disk.count("command").await;
        assert!(before - left <= 4, "{before} {left}");
        before = left;
    }
    assert_eq!(
        (disk.count("event").await, disk.count("command").await),
        (4, 0)
    );
    assert_eq!(disk.count("session WHERE is_thinned = 1").await, 2);
}

async fn a_closed_session_has_its_figures_and_its_receipt_and_nothing_of_the_card(disk: Disk) {
    insert_thinned(&disk, "A").await;
    insert_later(&disk).await;
    close_all(&disk).await;
    verify(&disk).await;
    let left = "SELECT concat_ws(' ', session.view, session.card, paper.document, paper.last_four)
                FROM session JOIN paper ON paper.session = session.id WHERE session.id = 'A'";
    // A space may follow a colon.
    let left = disk.text(left).await.replace(": ", ":");
    assert!(left.contains(r#""captured":458"#), "{left}");
    assert!(left.contains(r#""number":"L-1""#), "{left}");
    assert!(!left.contains("card") && left.ends_with('}'), "{left}");
    assert_eq!(disk.count("event WHERE session = 'A'").await, 0);
    assert!(load(&disk, "A").await.unwrap().unwrap().is_closed());
    assert!(thinned(&disk, 0, 20).await.unwrap().is_empty());
}

async fn receipts_of_every_kind_lose_the_card_when_their_session_is_closed(disk: Disk) {
    insert_thinned(&disk, "A").await;
    for kind in ["Refund", "Invoice", "Payout"] {
        disk.execute(&format!(
            r#"INSERT INTO paper (id, command, session, terminal, amount, last_four, document)
               VALUES ('{kind}', '{kind}', 'A', 'P66-1', 0, 42,
                       '{{"subject":{{"{kind}":{{"session":{{"card":{{"last_four":42}}}},"amount":9}}}}}}')"#
        ))
        .await;
    }
    insert_later(&disk).await;
    close_all(&disk).await;
    let left = disk.texts("SELECT document FROM paper").await.concat();
    assert!(!left.contains("last_four"), "{left}");
    let with_amounts = left.replace(": ", ":");
    assert_eq!(with_amounts.matches(r#""amount":9"#).count(), 3, "{left}");
}

async fn a_session_whose_receipt_waits_is_not_closed(disk: Disk) {
    insert_settled(&disk, "A").await;
    fold(&disk, 2_000, 20).await.unwrap();
    while thin(&disk, 200).await.unwrap() {}
    insert_later(&disk).await;
    close_all(&disk).await;
    assert_eq!(disk.count("session WHERE closed_at IS NULL").await, 2);
}

async fn a_session_that_waits_for_a_person_is_not_closed(disk: Disk) {
    insert_thinned(&disk, "A").await;
    insert_later(&disk).await;
    disk.execute("UPDATE session SET phase = 'needs-attention' WHERE id = 'A'")
        .await;
    close_all(&disk).await;
    assert_eq!(disk.count("session WHERE closed_at IS NULL").await, 2);
}

async fn a_session_to_which_something_happens_meanwhile_is_not_closed_and_its_receipt_has_the_card(
    disk: Disk,
) {
    insert_thinned(&disk, "A").await;
    insert_later(&disk).await;
    let found = thinned(&disk, 0, 20).await.unwrap();
    disk.execute("UPDATE session SET version = 7 WHERE id = 'A'")
        .await;
    close(&disk, found.first().unwrap()).await.unwrap();
    assert_eq!(disk.count("session WHERE closed_at IS NULL").await, 2);
    assert_eq!(disk.count("paper WHERE last_four = 42").await, 1);
}

async fn a_step_that_was_made_before_its_session_was_closed_is_not_stored_after(disk: Disk) {
    insert_thinned(&disk, "A").await;
    insert_later(&disk).await;
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
        terms: &Terms::example(),
        issuer: None,
    };
    // It is to be made again, and then there is no state to make it on.
    assert_eq!(events::insert(&disk, &entry).await.unwrap(), None);
    assert!(load(&disk, "A").await.unwrap().unwrap().is_closed());
    verify(&disk).await;
}

async fn the_session_with_the_last_event_of_all_is_closed_once_another_event_follows(disk: Disk) {
    insert_thinned(&disk, "A").await;
    close_all(&disk).await;
    assert_eq!(disk.count("session WHERE closed_at IS NULL").await, 1);
    let latest = async || clock::record(&disk, 0, SPANS).await.unwrap().latest;
    assert_eq!(latest().await, 1_000);
    insert_later(&disk).await;
    close_all(&disk).await;
    assert_eq!(disk.count("session WHERE closed_at IS NULL").await, 1);
    assert_eq!(latest().await, 5_000);
}

async fn all_of_a_session_goes_but_the_numbers_of_its_receipts(disk: Disk) {
    for id in ["A", "B"] {
        insert_thinned(&disk, id).await;
    }
    insert_later(&disk).await;
    close_all(&disk).await;
    disk.execute(
        "INSERT INTO station_transaction (key, station, connector, token, session, heard_at)
         VALUES ('a', 'CT-1', 1, 'A', 'A', 0), ('b', 'CT-1', 1, 'B', 'B', 0)",
    )
    .await;
    assert!(!remove(&disk, 1_000, 1).await.unwrap(), "it is not old");
    assert!(remove(&disk, 1_001, 1).await.unwrap(), "there may be more");
    verify(&disk).await;
    assert_eq!(disk.count("session WHERE id <> 'later'").await, 1);
    assert_eq!(
        (
            disk.count("paper").await,
            disk.count("station_transaction").await
        ),
        (1, 1)
    );
    assert_eq!(disk.count("invoice").await, 2);
    insert_settled(&disk, "C").await;
    let number = "SELECT CAST(max(number) AS text) FROM invoice";
    assert_eq!(disk.text(number).await, "3", "no number is given out twice");
}

async fn a_clock_that_is_set_ahead_does_not_age_what_is_closed(disk: Disk) {
    insert_thinned(&disk, "A").await;
    insert_later(&disk).await;
    close_all(&disk).await;
    clock::insert_step(&disk, 8_000, 9_000, 0).await.unwrap();
    remove(&disk, 9_000, 20).await.unwrap();
    assert_eq!(disk.count("session WHERE id = 'A'").await, 1);
    remove(&disk, 9_001, 20).await.unwrap();
    assert_eq!(disk.count("session WHERE id = 'A'").await, 0);
}

async fn a_clock_that_was_set_ahead_before_the_last_event_of_a_session_is_nothing_to_its_age(
    disk: Disk,
) {
    insert_thinned(&disk, "A").await;
    insert_later(&disk).await;
    // The session had begun then.
    clock::insert_step(&disk, 800, 900, 0).await.unwrap();
    let place = by_dialect(&disk, "rowid", "place");
    disk.execute(&format!(
        "UPDATE clock_step_order SET after_event = (SELECT {place} FROM event WHERE session = 'A' AND version = 1)"
    ))
    .await;
    // This looks at the age of each.
    close_all(&disk).await;
    remove(&disk, 1_001, 20).await.unwrap();
    assert_eq!(disk.count("session WHERE id = 'A'").await, 0);
}

async fn what_is_deleted_by_age_goes_in_small_parts_and_what_is_needed_stays(disk: Disk) {
    insert_settled(&disk, "A").await;
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
    )
    .await;
    assert!(prompts::delete_expired(&disk, 50, 1).await.unwrap());
    assert!(prompts::delete_expired(&disk, 50, 1).await.unwrap());
    assert!(!prompts::delete_expired(&disk, 50, 1).await.unwrap());
    assert_eq!(disk.count("ask").await, 1, "the last of a terminal stays");

    assert!(
        payment_reports::delete_delivery_keys(&disk, 50, 1)
            .await
            .unwrap()
    );
    assert_eq!(disk.count("report WHERE dedupe IS NOT NULL").await, 0);
    assert!(!payment_reports::delete_old(&disk, 50, 2).await.unwrap());
    assert_eq!(disk.count("report").await, 1);

    assert!(monitoring::delete_deliveries(&disk, 50, 2).await.unwrap());
    assert_eq!(disk.count("delivery WHERE status = 'waiting'").await, 1);
    assert_eq!(disk.count("delivery").await, 1);

    assert!(!transactions::forget(&disk, 50, 5).await.unwrap());
    let running = "station_transaction WHERE ended_at IS NULL OR session = 'A'";
    assert_eq!(
        (
            disk.count(running).await,
            disk.count("station_transaction").await
        ),
        (2, 2)
    );
    assert!(!named_transactions::forget(&disk, 50, 5).await.unwrap());
    assert_eq!(disk.count("named_transaction").await, 1);
    disk.execute("UPDATE session SET is_folded = 1, is_thinned = 1")
        .await;
    transactions::forget(&disk, 50, 5).await.unwrap();
    assert_eq!(disk.count("station_transaction").await, 1);
}

async fn an_ended_transaction_that_its_station_still_reports_is_not_forgotten(disk: Disk) {
    disk.execute(
        "INSERT INTO station_transaction (number, key, station, connector, token, heard_at, ended_at)
         VALUES (1, 'a', 'S', 1, '', 90, 10), (2, 'b', 'S', 1, '', 10, 10), (3, 'c', 'S', 1, '', 10, 10);
         INSERT INTO named_transaction (station, name, number, heard_at)
         VALUES ('S', 'x', 2, 90), ('S', 'y', 3, 10)",
    )
    .await;
    transactions::forget(&disk, 50, 5).await.unwrap();
    named_transactions::forget(&disk, 50, 5).await.unwrap();
    let left = "SELECT CAST(number AS text) FROM station_transaction
                UNION ALL SELECT CAST(number AS text) FROM named_transaction ORDER BY 1";
    assert_eq!(disk.texts(left).await, ["1", "2", "2"]);
    transactions::forget(&disk, 91, 5).await.unwrap();
    named_transactions::forget(&disk, 91, 5).await.unwrap();
    assert_eq!(disk.count("station_transaction").await, 0);
    assert_eq!(disk.count("named_transaction").await, 0);
}

async fn an_incident_goes_with_the_pictures_that_no_other_one_has_and_only_if_it_goes(disk: Disk) {
    let incident = |key: &str, photographs: &str| {
        format!(
            r#"{{"kind":"incident","key":"{key}","after":{{"record":{{"photographs":[{photographs}]}}}}}}"#
        )
    };
    let removed = |key: &str| format!(r#"{{"kind":"incident","key":"{key}","after":null}}"#);
    let write = async |after: i64, changes: &[String]| {
        let changes = format!("[{}]", changes.join(","));
        disk.write_fleet(after, 10, &changes).await
    };
    let pictures = async || {
        disk.texts("SELECT hash FROM picture ORDER BY hash")
            .await
            .join(",")
    };
    let (own, shared) = (r#"{"hash":"own"}"#, r#"{"hash":"shared"}"#);
    for hash in ["own", "shared"] {
        let parameters = vec![Value::Text(hash.into()), Value::Blob(vec![1])];
        let picture = "INSERT INTO picture (hash, bytes) VALUES (?1, ?2)";
        disk.query(picture, parameters).await.unwrap();
    }
    let both = format!("{own},{shared}");
    let incidents = [
        incident("1", &both),
        incident("2", shared),
        incident("3", shared),
    ];
    assert!(write(0, &incidents).await);
    assert!(!write(0, &[removed("1")]).await, "another write came first");
    assert_eq!(pictures().await, "own,shared");
    assert!(write(1, &[removed("1")]).await);
    assert_eq!(pictures().await, "shared");
    assert!(write(2, &[removed("2"), removed("3")]).await);
    assert_eq!(pictures().await, "");
}

async fn the_audit_log_loses_what_is_old_but_the_last_change_of_each_record(disk: Disk) {
    for (before, key, after) in [
        (0, "kept", r#"{"record":1}"#),
        (1, "changed", r#"{"record":1}"#),
        (2, "changed", r#"{"record":2}"#),
        (3, "removed", r#"{"record":1}"#),
        (4, "removed", "null"),
        (5, "new", r#"{"record":1}"#),
    ] {
        let change = format!(r#"[{{"kind":"site","key":"{key}","after":{after}}}]"#);
        assert!(disk.write_fleet(before, 10 * (before + 1), &change).await);
    }
    while fleet::shorten_audit(&disk, 55, 1).await.unwrap() {}
    verify(&disk).await;
    let left = "SELECT write || ' ' || key FROM fleet_change ORDER BY write";
    assert_eq!(disk.texts(left).await, ["1 kept", "3 changed", "6 new"]);
    assert_eq!(disk.count("fleet_write").await, 3);
    // The newest write stays, whatever its age: its number is not given out again.
    while fleet::shorten_audit(&disk, 1_000, 10).await.unwrap() {}
    assert_eq!(disk.count("fleet_write WHERE number = 6").await, 1);
}

#[tokio::test]
async fn what_is_not_old_cannot_be_deleted_from_the_audit_log() {
    let disk = Disk::fresh().await;
    disk.execute(
        r#"INSERT INTO fleet_write (number, at, actor, changes)
           VALUES (1, 10, 'o', '[{"kind":"site","key":"a","after":{"record":1}}]'),
                  (2, 20, 'o', '[{"kind":"site","key":"a","after":{"record":2}}]')"#,
    )
    .await;
    fleet::shorten_audit(&disk, 15, 10).await.unwrap();
    for statement in ["DELETE FROM fleet_change", "DELETE FROM fleet_write"] {
        let refused = disk.try_execute(statement).await.unwrap_err();
        assert!(refused.contains("only added to"), "{refused}");
    }
}

in_every_database![
    a_statement_deletes_few_rows_and_every_invariant_holds_after_each,
    a_closed_session_has_its_figures_and_its_receipt_and_nothing_of_the_card,
    receipts_of_every_kind_lose_the_card_when_their_session_is_closed,
    a_session_whose_receipt_waits_is_not_closed,
    a_session_that_waits_for_a_person_is_not_closed,
    a_session_to_which_something_happens_meanwhile_is_not_closed_and_its_receipt_has_the_card,
    a_step_that_was_made_before_its_session_was_closed_is_not_stored_after,
    the_session_with_the_last_event_of_all_is_closed_once_another_event_follows,
    all_of_a_session_goes_but_the_numbers_of_its_receipts,
    a_clock_that_is_set_ahead_does_not_age_what_is_closed,
    a_clock_that_was_set_ahead_before_the_last_event_of_a_session_is_nothing_to_its_age,
    what_is_deleted_by_age_goes_in_small_parts_and_what_is_needed_stays,
    an_ended_transaction_that_its_station_still_reports_is_not_forgotten,
    an_incident_goes_with_the_pictures_that_no_other_one_has_and_only_if_it_goes,
    the_audit_log_loses_what_is_old_but_the_last_change_of_each_record,
];
