//! The gateway dies, as by `kill -9`, between any two steps, and is started again.

use std::os::unix::process::ExitStatusExt;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::task::{JoinSet, LocalSet};

use crate::world::{Setup, World, price};

const SIGKILL: i32 = 9;
const BUYER: [(&str, &str); 3] = [
    ("name", "Beispiel GmbH"),
    ("address", "Hauptstr. 1, 10115 Berlin"),
    ("vat-number", "DE136695976"),
];
/// How many journeys run at once: they mostly wait.
const AT_ONCE: usize = 8;
/// More crash points than a session passes, so that the last journeys see none.
const MOST: u64 = 2_000;
/// A driver taps again if nothing has happened for this long.
const TAP_AGAIN: Duration = Duration::from_millis(1_500);

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_dies_between_any_two_steps_captures_once_and_loses_nothing() {
    everywhere(1, || None).await;
}

#[tokio::test]
async fn an_abandoned_command_that_cannot_be_taken_up_is_left_twice_as_long_each_time() {
    let mut world = World::new(Setup::default()).await;
    world.stop_gateway();
    world.insert_unreadable_command();
    world.restart_gateway().await;
    let pauses = || world.log().values("again_in");
    world
        .until("it was tried three times", async || pauses().len() > 2)
        .await;
    assert_eq!(pauses()[..3], ["1 s", "2 s", "4 s"]);
}

/// Crash at every point, or at one of so many, each in a world with a database of its own: a file unless it is given.
pub(crate) async fn everywhere(one_of: usize, database: impl FnMut() -> Option<String>) {
    let crashes = crash_everywhere(one_of, database);
    LocalSet::new().run_until(crashes).await;
}

async fn crash_everywhere(one_of: usize, mut database: impl FnMut() -> Option<String>) {
    let mut journeys = JoinSet::new();
    let mut points = (1..=MOST).step_by(one_of);
    let mut crashed = 0;
    let mut finished = false;
    loop {
        while !finished && journeys.len() < AT_ONCE {
            let next = points.next();
            let next =
                next.unwrap_or_else(|| panic!("a session passes more than {MOST} crash points"));
            journeys.spawn_local(journey_with_crash(next, database()));
        }
        let Some(journey) = journeys.join_next().await else {
            break;
        };
        match journey.unwrap() {
            true => crashed += 1,
            false => finished = true,
        }
    }
    println!("{crashed} crash points");
    assert!(crashed > 30, "only {crashed} crash points were passed");
}

/// Drive a session to its end with a gateway that dies at this crash point and is restarted.
/// Returns whether it died.
async fn journey_with_crash(at: u64, server: Option<String>) -> bool {
    let setup = Setup {
        server,
        unplug_after: Some(2_000),
        gateway: vec!["--crash-at".into(), at.to_string()],
        ..Setup::default()
    };
    let mut world = World::new(setup).await;
    let mut died = false;
    let mut tapped: Option<Instant> = None;
    let begun = Instant::now();
    loop {
        revive(&mut world, &mut died, at).await;
        let ledger = world.ledger().await;
        let sessions = ledger["sessions"].as_array().unwrap();
        let captured = sessions
            .iter()
            .filter(|session| session["state"] == "captured")
            .count();
        let open = sessions.iter().any(|session| session["state"] == "open");
        if captured > 0
            && !open
            && let Some(receipt) = world.receipt_of_capture().await
        {
            assert_right(&world, &receipt, at).await;
            bill_and_refund(&mut world, &mut died, &receipt, at).await;
            // Without a crash, the journey has passed all its crash points.
            return died;
        }
        let waited = tapped.is_none_or(|tapped| tapped.elapsed() > TAP_AGAIN);
        if captured == 0 && !open && waited && world.tap_once("card-1").await {
            tapped = Some(Instant::now());
        }
        assert!(
            begun.elapsed() < Duration::from_secs(90),
            "crash point {at}: {ledger:#}\n{:#}\n{}",
            world.station().await,
            world.log().lines().join("\n")
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Start the gateway again if it died.
async fn revive(world: &mut World, died: &mut bool, at: u64) {
    if let Some(status) = world.gateway_ended() {
        assert_eq!(status.signal(), Some(SIGKILL), "crash point {at}: {status}");
        assert!(!*died, "crash point {at}: it died again");
        *died = true;
        world.restart_gateway().await;
    }
}

/// Request an invoice and then a refund. Each is repeated until it is issued.
async fn bill_and_refund(world: &mut World, died: &mut bool, receipt: &Value, at: u64) {
    let form = format!("{}/invoice", receipt["link"].as_str().unwrap());
    let session = receipt["session"].as_str().unwrap().to_owned();
    let begun = Instant::now();
    for (kind, number) in [("invoice", "L-2"), ("refund", "L-3")] {
        loop {
            revive(world, died, at).await;
            if let Some(issued) = world.receipt_of_kind(kind).await {
                assert_eq!(issued["number"], number, "crash point {at}");
                break;
            }
            if kind == "invoice" {
                world.try_submit(&form, &BUYER).await;
            } else {
                world.try_refund(&session, "r-1", 1).await;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(90),
                "crash point {at}: no {kind}\n{}",
                world.log().lines().join("\n")
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

async fn assert_right(world: &World, receipt: &Value, at: u64) {
    let ledger = world.ledger().await;
    let captured: Vec<&Value> = ledger["sessions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|session| session["state"] == "captured")
        .collect();
    let [session] = captured.as_slice() else {
        panic!("crash point {at}: not one capture: {ledger:#}");
    };
    let energy = world.metered_energy().await;
    assert_eq!(session["captured"], price(energy), "crash point {at}");
    assert_eq!(receipt["captured"], session["captured"], "crash point {at}");
    assert_eq!(receipt["released"], session["released"], "crash point {at}");
    // The first number: a crash uses up none.
    assert_eq!(receipt["number"], "L-1", "crash point {at}");
    assert_eq!(receipt["charging"]["energy_wh"], energy, "crash point {at}");
}

#[tokio::test]
async fn a_step_of_the_clock_that_was_undone_while_the_gateway_was_dead_moves_no_session() {
    const YEAR: i64 = 365 * 24 * 60 * 60 * 1_000;
    let mut world = World::charging(Setup::default()).await;
    world.stop_gateway();
    world.set_clock_ahead(YEAR);
    world.restart_gateway().await;
    // The clock is not ahead any more. Sessions wait until that is certain.
    world
        .until("the gateway waits for its clock", async || {
            let problems = world.log().values("error");
            problems
                .iter()
                .any(|it| it.contains("behind what the store has seen"))
        })
        .await;
    assert_eq!(world.heard_clock_steps(), 0);
}
