//! What needs a person stays on record until a person saw to it.

use std::sync::atomic::AtomicU16;

use serde_json::{Value, json};

use super::command_line::{chargetap, text};
use super::monitoring::receiver;
use super::{codes, commissioned};
use crate::world::{Setup, TERMINAL, World};

const ALERTS: &str = "/api/v1/alerts";
const DUE: &str = "/api/v1/due?what=session";

/// The payment of a session was closed by somebody else, and the session has ended.
async fn closed_elsewhere() -> World {
    let world = World::new(Setup {
        unplug_after: None,
        ..Setup::default()
    })
    .await;
    charge_and_void_elsewhere(&world).await;
    world
}

async fn charge_and_void_elsewhere(world: &World) {
    world.tap("card-1").await;
    world
        .until("it charges", async || world.metered_live().await > 0)
        .await;
    world.void_elsewhere().await;
    assert_eq!(world.operate(&world.session(), "stop", None).await, 204);
    world
        .until("an alert is raised", async || {
            world.items(ALERTS).await.len() == 1
        })
        .await;
}

#[tokio::test]
async fn an_alert_of_a_session_is_delivered_as_that_of_a_terminal_is() {
    let world = World::new(Setup {
        unplug_after: None,
        ..Setup::default()
    })
    .await;
    static STATUS: AtomicU16 = AtomicU16::new(204);
    let (url, mut deliveries) = receiver(&STATUS).await;
    world
        .succeeds("PUT", "/api/v1/webhooks/ops", Some(json!({"url": url})))
        .await;
    charge_and_void_elsewhere(&world).await;
    let (_, body) = deliveries.recv().await.unwrap();
    let delivered: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(delivered["type"], "alert.raised");
    assert_eq!(delivered["data"]["kind"], "closed-elsewhere");
    assert_eq!(delivered["data"]["session"], world.session());
    assert!(
        delivered["data"]["next_action"].is_string(),
        "{delivered:#}"
    );
}

#[tokio::test]
async fn a_session_that_needs_a_person_is_due_until_an_operator_resolves_its_alert() {
    let world = closed_elsewhere().await;
    let session = world.session();
    let alert = world.items(ALERTS).await.remove(0);
    assert_eq!(alert["kind"], "closed-elsewhere", "{alert:#}");
    assert_eq!(alert["session"], session);
    assert_eq!(alert["terminal"], TERMINAL);
    let next_action =
        "Find out with the payment provider who closed this payment session, and how.";
    assert_eq!(alert["next_action"], next_action);
    let raised = "chargetap_alerts_total{reason=\"closed-elsewhere\"}";
    assert_eq!(world.metric(raised).await, 1);

    let due = world.items(DUE).await.remove(0);
    assert_eq!(due["alert"], alert["key"]);
    assert_eq!(
        due["text"],
        format!(
            "Session {session} at {TERMINAL} has a payment that somebody else closed. {next_action}"
        )
    );

    // Taking notice of it changes nothing.
    let path = format!("{ALERTS}/{}", alert["key"].as_str().unwrap());
    world
        .succeeds("POST", &format!("{path}/acknowledge"), None)
        .await;
    assert_eq!(world.items(DUE).await.len(), 1);

    let resolve = format!("{path}/resolve");
    let note = json!({"note": "The acquirer released it after a call."});
    let support = world.token_for("support", json!("everywhere")).await;
    let refused = world
        .call_as(&support, "POST", &resolve, Some(note.clone()), &[])
        .await;
    assert_eq!(refused.status, 403);
    let resolved = world.succeeds("POST", &resolve, Some(note.clone())).await;
    assert!(resolved["ended"].is_string(), "{resolved:#}");
    assert_eq!(resolved["resolved"]["note"], note["note"]);
    assert!(world.items(DUE).await.is_empty());
    let again = world.call("POST", &resolve, Some(note.clone())).await;
    assert_eq!(
        (again.status, codes(&again)),
        (409, vec!["alert-ended".to_owned()])
    );

    let audit = format!(
        "/api/v1/audit?kind=alert&key={}",
        alert["key"].as_str().unwrap()
    );
    let latest = world.items(&audit).await.remove(0);
    assert_eq!(latest["before"]["resolved"], Value::Null);
    assert_eq!(latest["after"]["resolved"]["note"], note["note"]);
    assert_eq!(latest["by"], latest["after"]["resolved"]["signed"]["by"]);
}

#[tokio::test]
async fn an_alert_that_is_raised_again_after_a_crash_stays_one() {
    let mut world = closed_elsewhere().await;
    world.stop_gateway();
    world.forget_that_alerts_were_raised();
    world.restart_gateway().await;
    world
        .until("the command is executed again", async || {
            world
                .log()
                .lines()
                .join("\n")
                .contains("taking up an abandoned command")
                && world.commands_left() == 0
        })
        .await;
    assert_eq!(world.items(ALERTS).await.len(), 1);
}

#[tokio::test]
async fn a_session_that_needed_a_person_before_alerts_were_kept_gets_its_alert() {
    let mut world = closed_elsewhere().await;
    world.stop_gateway();
    world.remove_alerts();
    world.restart_gateway().await;
    world
        .until("the alert is raised anew", async || {
            world.items(ALERTS).await.len() == 1
        })
        .await;
    let alert = world.items(ALERTS).await.remove(0);
    assert_eq!(alert["session"], world.session());

    // People see to it with the command line.
    let due = text(&chargetap(&world, &["due", "list"]).await.stdout);
    let key = alert["key"].as_str().unwrap();
    for part in [key, &world.session(), "somebody else closed"] {
        assert!(due.contains(part), "{part} in {due}");
    }
    let resolve = [
        "alert",
        "resolve",
        key,
        "--note",
        "released by the acquirer",
    ];
    let resolved = chargetap(&world, &resolve).await;
    assert!(resolved.status.success(), "{resolved:?}");
    assert!(world.items(DUE).await.is_empty());
}

#[tokio::test]
async fn an_alert_ends_by_itself_when_its_session_needs_nobody_any_more() {
    let mut world = commissioned().await;
    world.charge_and_pay().await;
    world.receipts(1).await;
    let session = world.session();
    world.stop_gateway();
    world.insert_alert(&session, "RefundDue");
    world.restart_gateway().await;
    world
        .until("the alert is raised", async || {
            world.items(ALERTS).await.len() == 1
        })
        .await;
    // No refund is due any more. That is seen at once when one is recorded.
    let refund = json!({"reference": "r-1", "amount": 1});
    assert_eq!(world.operate(&session, "refunds", Some(refund)).await, 200);
    let alert = world.items(ALERTS).await.remove(0);
    assert!(alert["ended"].is_string(), "{alert:#}");
    assert_eq!(alert["resolved"], Value::Null);
    assert!(world.items(DUE).await.is_empty());
}

#[tokio::test]
async fn the_operator_says_what_became_of_the_money_and_the_receipt_follows() {
    let world = closed_elsewhere().await;
    let session = world.session();
    let resolution = |found: &str, amount: Option<u64>| json!({"found": found, "amount": amount, "note": "The portal says so."});
    // More than it costs.
    let too_much = resolution("captured", Some(4_999));
    assert_eq!(
        world.operate(&session, "resolution", Some(too_much)).await,
        409
    );
    let unsaid = resolution("captured", None);
    assert_eq!(
        world.operate(&session, "resolution", Some(unsaid)).await,
        400
    );
    let arguments = [
        "session",
        "resolve",
        &session,
        "--found",
        "captured",
        "--amount",
        "1",
        "--note",
        "The portal says so.",
    ];
    let resolved = chargetap(&world, &arguments).await;
    assert!(resolved.status.success(), "{resolved:?}");
    let receipt = world.receipts(1).await.remove(0);
    assert_eq!(world.session_phase(&session), "settled");
    let page = world.get(receipt["link"].as_str().unwrap(), "text/plain");
    let page = String::from_utf8(page.await.2).unwrap();
    assert!(page.contains("0.01"), "{page}");
    // What was said is in the audit log, and nothing is due any more.
    let alert = world.items(ALERTS).await.remove(0);
    assert_eq!(alert["resolved"]["note"], "The portal says so.");
    assert!(world.items(DUE).await.is_empty());
    let again = resolution("voided", None);
    assert_eq!(
        world.operate(&session, "resolution", Some(again)).await,
        409
    );
}
