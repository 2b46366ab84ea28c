//! The gateway dies, as by `kill -9`, between any two steps of a swap, and is started again.

use std::os::unix::process::ExitStatusExt;

use super::{folder, gateway, stage, verifier};
use crate::world::Setup;

/// More crash points than a start and a swap pass.
const MOST: u64 = 100;

#[tokio::test]
async fn a_gateway_that_dies_while_it_swaps_starts_with_either_bundle_whole() {
    // Nothing is armed, so that few crash points lie elsewhere.
    let setup = Setup {
        onboarded: false,
        simulated_station: false,
        ..Setup::default()
    };
    let mut world = gateway(setup, "unsigned = true").await;
    world.restart_gateway().await;
    let mut running = verifier(&world, "running").await;
    let (mut before, mut after) = (0, 0);
    // What runs, and what is to take its place.
    let (mut note, mut next_note) = ("one", "two");
    for at in 1..=MOST {
        world.stop_gateway();
        let _ = std::fs::remove_dir_all(folder(&world, "components.next"));
        stage(&world, next_note);
        world.restart_gateway_to_crash(at).await;
        let json = [("content-type", "application/json")];
        let path = "/api/v1/plugins/swap";
        let answer = world.try_send("POST", path, b"{}".to_vec(), &json).await;
        if answer == Some(200) {
            println!("{before} crash points before the exchange, {after} after it");
            assert!(before > 3 && after > 0, "{before} before, {after} after");
            return;
        }
        let status = loop {
            match world.gateway_ended() {
                Some(status) => break status,
                None => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
            }
        };
        assert_eq!(status.signal(), Some(9), "crash point {at}: {status}");
        world.restart_gateway().await;
        let now = verifier(&world, "running").await;
        if now == running {
            before += 1;
        } else {
            after += 1;
            (note, next_note) = (next_note, note);
        }
        running = now;
    }
    panic!("a swap passes more than {MOST} crash points");
}
