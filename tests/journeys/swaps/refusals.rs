//! A bundle that may not take the place of the running one changes nothing.

use std::path::Path;

use serde_json::{Value, json};

use super::components::{add_note, read_nothing, rename_a_command};
use super::{folder, gateway, rollback, stage, swap, verifier};
use crate::bundles::{OWNERS, alter, copy_components, make_key, run};
use crate::fleet::{self, chargetap, text};
use crate::world::{Answer, Setup, World, price};

const ORCHESTRATOR: &str = "session-orchestrator.wasm";

/// A gateway that takes signed components only, after one session that was paid.
async fn signed() -> World {
    let mut world = gateway(Setup::default(), OWNERS).await;
    for name in ["owner", "stranger"] {
        make_key(name, world.folder());
    }
    sign(&world, "components", "owner");
    world.restart_gateway().await;
    world.tap("card-1").await;
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["captured"], price(world.metered_energy().await));
    world
}

fn sign(world: &World, bundle: &str, name: &str) {
    let key = format!("{name}.key.pem");
    run(&["plugins", "sign", bundle, "--key", &key], world.folder());
}

/// Put components there that somebody signs once they are changed.
fn stage_signed(world: &World, name: &str, change: impl FnOnce(&Path)) {
    let next = folder(world, "components.next");
    let _ = std::fs::remove_dir_all(&next);
    copy_components(&next);
    change(&next);
    sign(world, "components.next", name);
}

/// The codes of the reasons why it is refused.
#[track_caller]
fn codes(refused: &Answer) -> Vec<String> {
    assert_eq!(refused.status, 409, "{refused:?}");
    fleet::codes(refused)
}

#[tokio::test]
async fn what_is_not_signed_or_was_altered_or_is_not_there_is_refused() {
    let world = signed().await;
    let running = verifier(&world, "running").await;
    assert_eq!(codes(&swap(&world, json!({})).await), ["no-next-bundle"]);
    assert_eq!(codes(&rollback(&world).await), ["no-previous-bundle"]);

    stage(&world, "nobody signed this");
    assert_eq!(codes(&swap(&world, json!({})).await), ["bundle-refused"]);
    stage_signed(&world, "stranger", |_| {});
    assert_eq!(codes(&swap(&world, json!({})).await), ["bundle-refused"]);
    // The keys of the start count.
    let key = |name: &str| world.folder().join(format!("{name}.pub.pem"));
    std::fs::copy(key("stranger"), key("owner")).unwrap();
    assert_eq!(codes(&swap(&world, json!({})).await), ["bundle-refused"]);
    stage_signed(&world, "owner", |_| {});
    alter(&folder(&world, "components.next").join(ORCHESTRATOR));
    let altered = swap(&world, json!({})).await;
    assert_eq!(codes(&altered), ["bundle-refused"]);
    let detail = altered.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("components.next/session-orchestrator.wasm"),
        "{detail}"
    );
    assert!(
        detail.contains("changed after the folder was signed"),
        "{detail}"
    );
    stage_signed(&world, "owner", |_| {});
    assert_eq!(
        codes(&swap(&world, json!({})).await),
        ["bundle-runs-already"]
    );

    assert_eq!(verifier(&world, "running").await, running);
    assert_eq!(verifier(&world, "previous").await, None);
    let audit = "/api/v1/audit?kind=bundle-swap&key=components";
    assert_eq!(world.items(audit).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_component_that_decides_otherwise_is_shown_and_taken_only_if_that_is_accepted() {
    let world = signed().await;
    stage_signed(&world, "owner", |next| {
        rename_a_command(&next.join(ORCHESTRATOR))
    });
    let refused = swap(&world, json!({})).await;
    let codes = codes(&refused);
    assert_eq!(codes[0], "decisions-differ");
    assert_eq!(codes[1], "difference");
    let refused = refused.json();
    let place = format!(
        "session {}, event 1 (card-presented) /commands/0/id",
        world.session()
    );
    let mut reasons = refused["reasons"].as_array().unwrap().iter();
    let difference = reasons.find(|it| it["at"] == *place).unwrap();
    let shown = difference["text"].as_str().unwrap();
    for part in ["before: ", "/look-up-before", "after: ", "/Look-up-before"] {
        assert!(shown.contains(part), "{shown}");
    }
    let printed = chargetap(&world, &["plugins", "swap"]).await;
    let printed = text(&printed.stderr);
    assert!(printed.contains("--accept-differences true"), "{printed}");
    assert!(printed.contains("/Look-up-before"), "{printed}");

    let accept = ["plugins", "swap", "--accept-differences", "true"];
    let swapped = chargetap(&world, &accept).await;
    assert!(swapped.status.success(), "{swapped:?}");
    let audit = "/api/v1/audit?kind=bundle-swap&key=components";
    let changes = world.items(audit).await;
    let accepted = changes[0]["after"]["differences"].as_u64();
    assert!(accepted.unwrap() > 0, "{changes:#?}");
    // Who goes back need not accept anything.
    assert_eq!(rollback(&world).await.status, 200);
}

#[tokio::test]
async fn a_component_that_cannot_read_open_sessions_is_never_taken() {
    let setup = Setup {
        unplug_after: None,
        power: 1_000,
        ..Setup::default()
    };
    let mut world = gateway(setup, "unsigned = true").await;
    world.restart_gateway().await;
    world.tap("card-1").await;
    world
        .until("it costs more than is waived", async || {
            world.metered_live().await > 500
        })
        .await;
    let next = folder(&world, "components.next");
    copy_components(&next);
    read_nothing(&next.join(ORCHESTRATOR));
    let refused = swap(&world, json!({"events": 0, "accept_differences": true})).await;
    assert_eq!(codes(&refused), ["bundle-unreadable", "difference"]);
    let refused = refused.json();
    let at = refused["reasons"][1]["at"].as_str().unwrap();
    assert_eq!(at, format!("open session {}", world.session()));

    // The session goes on.
    world.cable("unplug", 1).await;
    let sessions = world.closed_sessions(1).await;
    assert_eq!(sessions[0]["captured"], price(world.metered_energy().await));
}

#[tokio::test]
async fn a_component_that_cannot_be_compiled_is_refused() {
    let mut world = gateway(Setup::default(), "unsigned = true").await;
    world.restart_gateway().await;
    let next = folder(&world, "components.next");
    copy_components(&next);
    // One that does what another one does.
    let verifier = next.join("callback-verifier.wasm");
    std::fs::copy(&verifier, next.join(ORCHESTRATOR)).unwrap();
    add_note(&verifier, "second");
    assert_eq!(codes(&swap(&world, json!({})).await), ["bundle-unusable"]);
}

#[tokio::test]
async fn nothing_changes_if_the_folder_of_the_running_components_has_others() {
    let mut world = gateway(Setup::default(), "unsigned = true").await;
    world.restart_gateway().await;
    stage(&world, "second");
    let places = ["running", "next", "previous"];
    let mut before = Vec::new();
    for place in places {
        before.push(verifier(&world, place).await);
    }
    let deployed = folder(&world, "components").join("callback-verifier.wasm");
    add_note(&deployed, "without a swap");
    assert_eq!(codes(&swap(&world, json!({})).await), ["folders-changed"]);
    for (place, before) in places.into_iter().zip(before) {
        assert_eq!(verifier(&world, place).await, before, "{place}");
    }
    // That it did not come about is on record after what was begun.
    let audit = "/api/v1/audit?kind=bundle-swap&key=components";
    let changes = world.items(audit).await;
    let [undone, begun] = &changes[..] else {
        panic!("{changes:#?}");
    };
    assert_eq!(undone["after"]["after"], begun["after"]["before"]);
    assert_eq!(undone["after"]["before"], begun["after"]["after"]);
}

#[tokio::test]
async fn nothing_changes_if_the_folders_cannot_be_exchanged() {
    let mut world = gateway(Setup::default(), "unsigned = true").await;
    world.restart_gateway().await;
    stage(&world, "second");
    let [running, next] = [
        verifier(&world, "running").await,
        verifier(&world, "next").await,
    ];
    // The gateway opens every file of the folder to write it to the disk, and this one cannot be opened.
    let dangling = folder(&world, "components.next").join("notes.txt");
    std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
    let refused = swap(&world, json!({})).await;
    assert_eq!(codes(&refused), ["folders-not-exchanged"]);
    assert_eq!(verifier(&world, "running").await, running);
    assert_eq!(verifier(&world, "next").await, next);
    assert_eq!(verifier(&world, "previous").await, None);

    std::fs::remove_file(dangling).unwrap();
    assert_eq!(swap(&world, json!({})).await.status, 200);
    assert_eq!(verifier(&world, "running").await, next);
    assert_eq!(verifier(&world, "previous").await, running);
}

#[tokio::test]
async fn of_two_swaps_at_once_one_is_refused() {
    let mut world = gateway(Setup::default(), "unsigned = true").await;
    world.restart_gateway().await;
    stage(&world, "second");
    let (one, other) = tokio::join!(swap(&world, json!({})), swap(&world, json!({})));
    let (swapped, refused) = match one.status {
        200 => (one, other),
        _ => (other, one),
    };
    assert_eq!(swapped.status, 200, "{swapped:?}");
    assert_eq!(codes(&refused), ["swap-under-way"]);
}
