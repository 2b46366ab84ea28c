//! The gateway dies, as by `kill -9`, between any two steps of a swap, and is started again.

use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use super::{folder, gateway, rollback, stage, verifier};
use crate::world::Setup;

/// More crash points than a start and a swap pass.
const MOST: u64 = 100;
/// How long a gateway may take to die.
const PATIENCE: Duration = Duration::from_secs(60);

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
    let mut previous = None;
    let (mut before, mut half_way, mut after) = (0, 0, 0);
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
            println!("{before} crashes before the exchange, {half_way} half way, {after} after it");
            assert!(
                half_way > 0 && after > 0,
                "{half_way} half way, {after} after"
            );
            return;
        }
        assert_eq!(answer, None, "crash point {at}");
        let ended = async {
            loop {
                match world.gateway_ended() {
                    Some(status) => break status,
                    None => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        };
        let status = tokio::time::timeout(PATIENCE, ended).await.unwrap();
        assert_eq!(status.signal(), Some(9), "crash point {at}: {status}");
        world.restart_gateway().await;
        let mut now = verifier(&world, "running").await;
        let beside = verifier(&world, "previous").await;
        let is_half_way = now == running && beside != previous;
        if is_half_way {
            // The new bundle is where the previous one belongs, and goes on from there.
            half_way += 1;
            assert_eq!(rollback(&world).await.status, 200);
            now = verifier(&world, "running").await;
            assert_eq!(now, beside);
        }
        if now == running {
            before += 1;
        } else {
            after += u32::from(!is_half_way);
            (note, next_note) = (next_note, note);
        }
        running = now;
        previous = verifier(&world, "previous").await;
    }
    panic!("a swap passes more than {MOST} crash points");
}
