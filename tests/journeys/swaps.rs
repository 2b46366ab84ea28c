//! Another bundle of components takes the place of the running one, and drivers notice nothing.

pub(crate) mod components;
mod crashes;
mod refusals;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use crate::bundles::copy_components;
use crate::fleet::{chargetap, text};
use crate::world::{Answer, Setup, World, components as built, price};
use components::add_note;

const VERIFIER: &str = "callback-verifier";

/// A gateway with a folder of components of its own, which takes what this line says.
pub(crate) async fn gateway(setup: Setup, trust: &str) -> World {
    let mut world = World::new(setup).await;
    world.stop_gateway();
    copy_components(&folder(&world, "components"));
    world.configure(
        &format!(
            "components = \"{}\"\n        unsigned = true",
            built().display()
        ),
        &format!("components = \"components\"\n{trust}"),
    );
    world
}

/// The same at work, without signatures.
async fn unsigned(setup: Setup) -> World {
    let mut world = gateway(setup, "unsigned = true").await;
    world.restart_gateway().await;
    world
}

pub(crate) fn folder(world: &World, name: &str) -> PathBuf {
    world.folder().join(name)
}

/// Put components beside those that run which are the same but for a note in one of them.
fn stage(world: &World, note: &str) {
    let next = folder(world, "components.next");
    copy_components(&next);
    add_note(&next.join("callback-verifier.wasm"), note);
}

async fn swap(world: &World, body: Value) -> Answer {
    world.call("POST", "/api/v1/plugins/swap", Some(body)).await
}

async fn rollback(world: &World) -> Answer {
    world.call("POST", "/api/v1/plugins/rollback", None).await
}

/// The SHA-256 of a bundle's verifier, by which bundles are told apart here.
async fn verifier(world: &World, bundle: &str) -> Option<String> {
    let shown = world.call("GET", "/api/v1/plugins", None).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    let shown = shown.json();
    let items = shown["items"].as_array().unwrap();
    let found = items
        .iter()
        .find(|it| it["bundle"] == bundle && it["name"] == VERIFIER)?;
    assert_eq!(found["problem"], Value::Null, "{shown:#}");
    Some(found["sha256"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn components_are_swapped_and_swapped_back_while_a_session_runs_and_no_call_fails() {
    let setup = Setup {
        unplug_after: None,
        power: 1_000,
        ..Setup::default()
    };
    let world = unsigned(setup).await;
    world.tap("card-1").await;
    world
        .until("energy flows", async || world.metered_live().await > 0)
        .await;
    let first = verifier(&world, "running").await.unwrap();
    stage(&world, "second");
    let second = verifier(&world, "next").await.unwrap();
    assert_ne!(first, second);

    // The verifier refuses it, and the generator renders the page.
    let callback = async || {
        let path = "/callbacks/payter/P66-0001~forged";
        world.try_send("POST", path, b"{}".to_vec(), &[]).await
    };
    let is_over = AtomicBool::new(false);
    let calls = async {
        let mut calls = 0;
        while !is_over.load(Ordering::Relaxed) {
            let page = world.try_send("GET", "/receipts", Vec::new(), &[]).await;
            // So many pages, and so many refusals, are held back after a while.
            assert!(matches!(page, Some(200 | 429)), "{page:?}");
            let forged = callback().await;
            assert!(matches!(forged, Some(404 | 429)), "{forged:?}");
            calls += 1;
        }
        calls
    };
    let swaps = async {
        let swapped = swap(&world, json!({})).await;
        assert_eq!(swapped.status, 200, "{swapped:?}");
        let swapped = swapped.json();
        assert_eq!(swapped["before"][0]["sha256"], *first);
        assert_eq!(swapped["after"][0]["sha256"], *second);
        let comparison = &swapped["comparison"];
        assert!(comparison["events"].as_u64().unwrap() > 3, "{swapped:#}");
        assert_eq!(comparison["open_sessions"], 1);
        assert_eq!(comparison["differences"], json!([]));
        assert_eq!(verifier(&world, "running").await.as_ref(), Some(&second));
        assert_eq!(verifier(&world, "previous").await.as_ref(), Some(&first));
        assert_eq!(verifier(&world, "next").await, None);

        for running in [&first, &second] {
            let back = rollback(&world).await;
            assert_eq!(back.status, 200, "{back:?}");
            assert_eq!(verifier(&world, "running").await.as_ref(), Some(running));
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let (calls, ()) = tokio::join!(calls, swaps);
    assert!(calls > 3, "only {calls} calls");

    // The prompt that the terminal shows was made before, and its card stops the session.
    world.tap("card-1").await;
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["captured"], price(world.metered_energy().await));
}

#[tokio::test]
async fn after_a_swap_the_gateway_starts_with_the_new_components_and_rolls_back_by_one_command() {
    let mut world = unsigned(Setup::default()).await;
    world.tap("card-1").await;
    world.closed_sessions(1).await;
    let first = verifier(&world, "running").await;
    stage(&world, "second");
    let second = verifier(&world, "next").await;

    let shown = chargetap(&world, &["plugins", "show"]).await;
    let shown = text(&shown.stdout);
    for part in ["BUNDLE", "running", "next", "receipt-generator"] {
        assert!(shown.contains(part), "{shown}");
    }
    let swapped = chargetap(&world, &["plugins", "swap", "--events", "5"]).await;
    assert!(swapped.status.success(), "{swapped:?}");
    let swapped = text(&swapped.stdout);
    assert!(swapped.contains("events: 5"), "{swapped}");
    assert!(swapped.contains("differing_decisions: 0"), "{swapped}");

    world.stop_gateway();
    world.restart_gateway().await;
    assert_eq!(verifier(&world, "running").await, second);

    let back = chargetap(&world, &["plugins", "rollback"]).await;
    assert!(back.status.success(), "{back:?}");
    assert_eq!(verifier(&world, "running").await, first);
    world.stop_gateway();
    world.restart_gateway().await;
    assert_eq!(verifier(&world, "running").await, first);
}

#[tokio::test]
async fn a_swap_is_in_the_audit_log_and_for_operators_of_the_whole_fleet_only() {
    let world = unsigned(Setup::default()).await;
    stage(&world, "second");
    for (scope, reach) in [
        ("support", json!("everywhere")),
        ("read-only", json!("everywhere")),
        ("operator", json!({"sites": ["stora-torget"]})),
    ] {
        let token = world.token_for(scope, reach).await;
        for path in ["/api/v1/plugins/swap", "/api/v1/plugins/rollback"] {
            let body = path.ends_with("swap").then(|| json!({}));
            let answer = world.call_as(&token, "POST", path, body, &[]).await;
            assert_eq!(answer.status, 403, "{scope}: {answer:?}");
        }
    }
    let again = [("idempotency-key", "swap-1")];
    let path = "/api/v1/plugins/swap";
    let mut answers = Vec::new();
    for _ in 0..2 {
        let answer = world.call_as(world.token(), "POST", path, Some(json!({})), &again);
        answers.push(answer.await.json());
    }
    // The same call again swaps nothing.
    assert_eq!(answers[0], answers[1]);
    let audit = "/api/v1/audit?kind=bundle-swap&key=components";
    let changes = world.items(audit).await;
    assert_eq!(changes.len(), 1, "{changes:#?}");
    let after = &changes[0]["after"];
    assert_eq!(after["before"], answers[0]["before"]);
    assert_eq!(after["after"], answers[0]["after"]);
    assert_eq!(after["differences"], 0);
}
