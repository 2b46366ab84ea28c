//! The gateway opens the configuration and the database of an earlier version.
//!
//! `upgrade/` has a configuration and a database of each kind that was ever deployed, as that version
//! wrote them. They are never changed.

use std::path::Path;

use crate::operator::check_on_a_machine;
use crate::world::{Kept, Setup, TERMINAL, World};

/// One session is settled: 4.58 of 50.00 was captured. The card-2 session charges.
const NOVEMBER: Kept = Kept {
    sql: include_str!("upgrade/2026-11.sql"),
    token: "ctp_84fd36e1219c1a4f443ab320fc3096593850cddfe6637baaf708250d99861e9f",
};
const RECEIPT: &str = "31NYY4N7QR2R362PSH9TNVS80";
const CHARGING: &str = "Y7YFSFNEYJ6CN5GGB2HK";

/// The same, but that version died before it put on record that anything was done.
const NOTHING_DONE: Kept = Kept {
    sql: concat!(
        include_str!("upgrade/2026-11.sql"),
        "UPDATE command SET status = 'sent';"
    ),
    ..NOVEMBER
};

/// The number of the last command in that database.
const NOVEMBERS_LAST_COMMAND: i64 = 11;

#[test]
fn a_configuration_of_the_version_before_is_good_once_it_says_whose_components_are_taken() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/journeys/upgrade");
    let configuration = folder.join("2026-11.toml");
    let told = check_on_a_machine(&configuration);
    assert_eq!(told.lines().count(), 1, "{told}");
    assert!(told.contains("line 10: server.keys: is missing"), "{told}");

    let changed = tempfile::tempdir().unwrap();
    let changed = changed.path().join("2026-11.toml");
    let text = std::fs::read_to_string(configuration).unwrap();
    let text = text.replacen("[server]\n", "[server]\nunsigned = true\n", 1);
    std::fs::write(&changed, text).unwrap();
    assert_eq!(
        check_on_a_machine(&changed),
        "2026-11.toml: good (1 terminals, 1 stations)\n"
    );
}

#[tokio::test]
async fn a_database_of_the_version_before_is_opened_and_its_sessions_go_on() {
    let world = World::new(Setup {
        kept: Some(NOVEMBER),
        onboarded: false,
        simulated_station: false,
        ..Setup::default()
    })
    .await;

    // An issued receipt stays as it was.
    let receipt = world
        .json(&world.url(&format!("/receipts/{RECEIPT}?format=json")))
        .await;
    assert_eq!(receipt["captured"], 458, "{receipt:#}");
    assert_eq!(receipt["number"], "LOCAL-1", "{receipt:#}");

    // So do the records, and the token with which they are fetched.
    let path = format!("/api/v1/terminals/{TERMINAL}");
    let terminal = world.call("GET", &path, None).await.json();
    assert_eq!(terminal["state"], "activated", "{terminal:#}");

    // The running session's state is loaded, and the session is stopped.
    let before = world.session_version(CHARGING);
    world.operate(CHARGING, "stop", None).await;
    world
        .until("the session continues", async || {
            world.session_version(CHARGING) > before
        })
        .await;
    let phase = world.session_phase(CHARGING);
    assert!(
        ["stopping", "capturing", "settled"].contains(&phase.as_str()),
        "{phase}"
    );
}

#[tokio::test]
async fn commands_in_the_words_of_the_version_before_are_taken_up() {
    let world = World::new(Setup {
        kept: Some(NOTHING_DONE),
        onboarded: false,
        simulated_station: false,
        ..Setup::default()
    })
    .await;
    world
        .until("every command of then is done", async || {
            world.open_commands_up_to(NOVEMBERS_LAST_COMMAND) == 0
        })
        .await;
    let log = world.log().lines().join("\n");
    assert!(!log.contains("cannot be read"), "{log}");
    assert_eq!(world.receipt_ids(), [RECEIPT]);
}
