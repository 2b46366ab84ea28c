//! The database is copied while the gateway runs, verified, and restored.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::{Value, json};

use crate::operator::chargetap;
use crate::world::{Setup, TERMINAL, World, price};

const COPY: &str = "copy.db";
const ALERTS: &str = "/api/v1/alerts";

/// Run a command in the gateway's folder. Returns what it prints.
pub(crate) fn done(world: &World, arguments: &[&str]) -> String {
    let output = chargetap(arguments, world.folder());
    let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(output.status.success(), "{arguments:?}: {printed}");
    printed
}

/// Run a command that is refused. Returns its error.
pub(crate) fn refused(world: &World, arguments: &[&str]) -> String {
    let output = chargetap(arguments, world.folder());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// The names of the files in the gateway's folder that begin with this.
fn files(folder: &Path, prefix: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
    names.sort();
    names
}

/// Where the database was lost, with all that was beside it.
fn lose_database(folder: &Path) {
    for name in files(folder, "chargetap.db") {
        std::fs::remove_file(folder.join(name)).unwrap();
    }
}

/// Wait until a session costs enough to be captured.
pub(crate) async fn charged(world: &World) {
    let session = world.session();
    world
        .until("it is worth a capture", async || {
            world.session_energy(&session) > 500
        })
        .await;
}

/// The alerts of holds that are not known.
async fn unknown_holds(world: &World) -> Vec<Value> {
    let mut alerts = world.items(ALERTS).await;
    alerts.retain(|alert| alert["kind"] == "hold-unknown");
    alerts
}

pub(crate) async fn stop_by_operator(world: &World) {
    assert_eq!(world.operate(&world.session(), "stop", None).await, 204);
}

#[tokio::test]
async fn a_copy_is_made_while_a_session_charges_and_the_session_goes_on_from_it() {
    let mut world = World::charging(Setup::default()).await;
    let told = done(&world, &["backup", COPY]);
    assert!(told.contains("1 sessions, of which 1 are open"), "{told}");
    let mode = std::fs::metadata(world.folder().join(COPY))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(files(world.folder(), "copy"), [COPY]);
    let error = refused(&world, &["backup", COPY]);
    assert!(error.contains("is there already"), "{error}");

    // Beside the gateway, and on the copy.
    for arguments in [&["verify"][..], &["verify", COPY]] {
        let told = done(&world, arguments);
        assert!(
            told.contains("every session has its events, but what is not kept of old ones"),
            "{told}"
        );
    }
    let error = refused(&world, &["restore", COPY]);
    assert!(error.contains("stop the gateway first"), "{error}");

    world.stop_gateway();
    lose_database(world.folder());
    let told = done(&world, &["restore", COPY]);
    assert!(told.contains("There was no database before"), "{told}");
    world.restart_gateway().await;
    charged(&world).await;
    stop_by_operator(&world).await;
    let closed = world.closed_sessions(1).await;
    assert_eq!(closed[0]["state"], "captured");
    assert_eq!(
        closed[0]["captured"],
        price(world.metered_energy().await),
        "{closed:#?}"
    );
    world.receipts(1).await;
    assert_eq!(world.items(ALERTS).await, Vec::<Value>::new());
    done(&world, &["verify"]);
}

#[tokio::test]
async fn what_is_no_whole_copy_is_refused_and_nothing_changes() {
    let mut world = World::charging(Setup::default()).await;
    done(&world, &["backup", COPY]);
    world.stop_gateway();
    let folder = world.folder();
    let whole = std::fs::read(folder.join(COPY)).unwrap();
    std::fs::write(folder.join("cut.db"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(folder.join("text.db"), "no database, but a text".repeat(99)).unwrap();
    std::fs::write(folder.join("empty.db"), "").unwrap();
    let changed = |name: &str, statement: &str| {
        std::fs::write(folder.join(name), &whole).unwrap();
        let connection = rusqlite::Connection::open(folder.join(name)).unwrap();
        connection.execute_batch(statement).unwrap();
    };
    changed("newer.db", "UPDATE store_version SET version = 99");
    changed("broken.db", "UPDATE session SET phase = 'settled'");
    let before = files(folder, "");
    let database = std::fs::read(folder.join("chargetap.db")).unwrap();
    for (copy, problem) in [
        ("none.db", "there is no database none.db"),
        ("cut.db", ""),
        ("text.db", "not a database"),
        ("empty.db", "no database of a gateway"),
        ("newer.db", "of version 99"),
        ("broken.db", "every session is what its last event made it"),
    ] {
        let error = refused(&world, &["restore", copy]);
        assert!(error.contains(problem), "{copy}: {error}");
        assert!(!error.contains("panicked"), "{copy}: {error}");
    }
    for copy in ["cut.db", "newer.db", "broken.db"] {
        let error = refused(&world, &["verify", copy]);
        assert!(!error.contains("panicked"), "{copy}: {error}");
    }
    let left = files(folder, "");
    let new: Vec<_> = left.iter().filter(|name| !before.contains(name)).collect();
    assert!(new.is_empty(), "{new:?}");
    assert!(std::fs::read(folder.join("chargetap.db")).unwrap().len() >= database.len());
    world.restart_gateway().await;
    stop_by_operator(&world).await;
    world.closed_sessions(1).await;
}

#[tokio::test]
async fn a_hold_that_a_restored_copy_does_not_know_is_left_to_a_person() {
    let mut world = World::new(Setup {
        unplug_after: None,
        ..Setup::default()
    })
    .await;
    world.shows("Show your card").await;
    done(&world, &["backup", COPY]);
    world.tap("card-1").await;
    world
        .until("it charges", async || world.metered_live().await > 0)
        .await;
    world.stop_gateway();
    let told = done(&world, &["restore", COPY]);
    assert_eq!(
        files(world.folder(), "chargetap.db.before-restore-").len(),
        1
    );
    assert!(told.contains("The former database is kept as"), "{told}");

    world.restart_gateway().await;
    world
        .until("an alert is raised", async || {
            !unknown_holds(&world).await.is_empty()
        })
        .await;
    // The station speaks OCPP 1.6, and names its transaction by a number that the copy does not know.
    world
        .until("the station is told to stop", async || {
            world.station().await["transactions"][0]["reason"] == "Remote"
        })
        .await;
    let alert = unknown_holds(&world).await.remove(0);
    assert_eq!(alert["terminal"], TERMINAL);
    let due = world.items("/api/v1/due?what=payment").await.remove(0);
    assert_eq!(due["alert"], alert["key"], "{due:#}");

    // Before a terminal is armed again, orphans are voided there; and a hold that comes now is one.
    world
        .until("the terminal is armed", async || {
            world.is_latest_prompt_confirmed()
        })
        .await;
    world.hold("card-2").await;
    world.terminal_online(false).await;
    world
        .until("the terminal is known to be away", async || {
            !world.is_latest_prompt_confirmed()
        })
        .await;
    world.terminal_online(true).await;
    world.closed_one(2).await;
    let ledger = world.ledger().await;
    let of_lost = &ledger["sessions"][0];
    assert_eq!(alert["payment"]["id"], of_lost["session"]);
    assert_eq!(of_lost["state"], "open", "{ledger:#}");
    assert_eq!(unknown_holds(&world).await.len(), 1);
}

#[tokio::test]
async fn what_the_lost_gateway_captured_is_not_captured_again_and_no_receipt_has_its_number() {
    let mut world = World::charging(Setup {
        policy: "stop_timeout_s = 1",
        ..Setup::default()
    })
    .await;
    charged(&world).await;
    done(&world, &["backup", COPY]);
    let session = world.session();
    stop_by_operator(&world).await;
    let captured = world.closed_sessions(1).await[0]["captured"]
        .as_u64()
        .unwrap();
    assert_eq!(world.receipts(1).await[0]["number"], "L-1");
    world.cable("unplug", 1).await;
    world.stop_gateway();
    let told = done(&world, &["restore", COPY]);
    assert!(told.contains("go on after 1;"), "{told}");

    world.restart_gateway().await;
    // The station would be asked for the transaction's end first, and that takes longer.
    stop_by_operator(&world).await;
    world
        .until("a person is asked", async || {
            world.session_phase(&session) == "needs-attention"
        })
        .await;
    world
        .until("an alert says why", async || {
            let alerts = world.items(ALERTS).await;
            alerts.iter().any(|it| it["kind"] == "closed-elsewhere")
        })
        .await;
    let ledger = world.ledger().await;
    assert_eq!(ledger["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(ledger["sessions"][0]["captured"], captured);

    let said = json!({"found": "captured", "amount": 1, "note": "The provider's books say so."});
    assert_eq!(world.operate(&session, "resolution", Some(said)).await, 204);
    assert_eq!(world.receipts(1).await[0]["number"], "L-2");
    done(&world, &["verify"]);
}
