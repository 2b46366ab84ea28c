//! A machine fails below the gateway: its disk loses power, is full, cannot be written or is slow, and the process
//! stands still.
//!
//! Elsewhere: a clock that is set (`crashes`, and `Fault::ClockJump` and `Fault::ClockLost` of `tests/simulation`).

use rand::SeedableRng;
use rand::rngs::SmallRng;
use rustix::process::Signal;

use crate::operator::chargetap;
use crate::world::{DiskFault, DiskSetup, Setup, World, free_address, price};

fn on_a_disk(disk: DiskSetup) -> Setup {
    Setup {
        disk: Some(disk),
        ..Setup::default()
    }
}

/// How many sessions there are after the power went while one charged.
async fn sessions_after_power_went(disk: DiskSetup) -> usize {
    let mut world = World::charging(on_a_disk(disk)).await;
    world.lose_power(&mut SmallRng::seed_from_u64(1));
    world.restart_gateway().await;
    world.stored_sessions()
}

#[tokio::test]
async fn a_session_is_still_there_after_the_power_went() {
    let disk = DiskSetup::default();
    assert_eq!(sessions_after_power_went(disk).await, 1);
}

/// Otherwise the crash loop could not find anything.
#[tokio::test]
async fn what_a_disk_has_not_synced_is_lost_when_the_power_goes() {
    let forgetful = DiskSetup {
        forgets: true,
        ..DiskSetup::default()
    };
    let mut world = World::charging(on_a_disk(forgetful)).await;
    world.lose_power(&mut SmallRng::seed_from_u64(1));
    let output = chargetap(&["verify"], world.folder());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

async fn ends_right(world: &World) {
    world.cable("unplug", 1).await;
    captured_right(world).await;
}

/// The session is captured at its price and has its receipt, and nothing else is wrong.
async fn captured_right(world: &World) {
    let closed = world.closed_sessions(1).await;
    let due = price(world.metered_energy().await);
    assert_eq!(closed[0]["captured"], due, "{closed:#?}");
    let receipts = world.receipts(1).await;
    assert_eq!(receipts[0]["captured"], due);
    assert_eq!(receipts[0]["number"], "L-1");
    let output = chargetap(&["verify"], world.folder());
    assert!(output.status.success(), "{output:?}");
}

/// Wait until a session costs enough to be captured.
async fn charged(world: &World) {
    world
        .until("it is worth a capture", async || {
            world.metered_live().await > 500
        })
        .await;
}

/// A session charges, the disk fails and is mended.
async fn disk_fails(fault: DiskFault, told: &str) {
    let world = World::charging(on_a_disk(DiskSetup::default())).await;
    charged(&world).await;
    world.set_disk_fault(fault, true);
    world
        .until(
            "the gateway is not ready, and the log says why and what to do",
            async || {
                let said = |text: &str| world.log().lines().iter().any(|line| line.contains(text));
                !world.is_ready().await
                    && said("the store cannot be written")
                    && said(told)
                    && said("see that its disk has room and can be written")
            },
        )
        .await;
    world.set_disk_fault(fault, false);
    world
        .until("the gateway is ready again", async || {
            world.is_ready().await
        })
        .await;
    ends_right(&world).await;
}

#[tokio::test]
async fn a_session_goes_on_once_a_full_disk_has_room_again() {
    disk_fails(DiskFault::Full, "database or disk is full").await;
}

#[tokio::test]
async fn a_session_goes_on_once_a_disk_can_be_written_again() {
    disk_fails(DiskFault::ReadOnly, "disk I/O error").await;
}

#[tokio::test]
async fn a_disk_that_takes_a_second_for_each_sync_delays_and_loses_nothing() {
    let world = World::new(Setup {
        unplug_after: None,
        power: 1_000,
        ..on_a_disk(DiskSetup {
            sync_takes_ms: 1_000,
            ..DiskSetup::default()
        })
    })
    .await;
    world.tap("card-1").await;
    charged(&world).await;
    ends_right(&world).await;
}

#[tokio::test]
async fn a_capture_waits_for_a_provider_that_is_away_for_a_day() {
    let mut world = World::charging(Setup::default()).await;
    charged(&world).await;
    let payter = world.payter_url().to_owned();
    let nobody = format!("http://{}", free_address());
    world.stop_gateway();
    world.configure(&payter, &nobody);
    world.restart_gateway().await;
    world.cable("unplug", 1).await;
    let session = world.session();
    world
        .until("it is to be captured", async || {
            world.session_phase(&session) == "capturing"
        })
        .await;
    world.stop_gateway();
    world.restart_gateway_ahead(1).await;
    world
        .until("the provider is missed", async || {
            let (_, _, body) = world.get(&world.url("/readyz"), "*/*").await;
            body == b"ready, and degraded: provider\n"
        })
        .await;
    world.stop_gateway();
    world.configure(&nobody, &payter);
    world.restart_gateway_ahead(1).await;
    captured_right(&world).await;
}

#[tokio::test]
async fn a_gateway_that_stood_still_for_longer_than_anybody_waits_goes_on() {
    let world = World::charging(Setup::default()).await;
    charged(&world).await;
    world
        .until("the terminal is armed", async || {
            world.is_latest_prompt_confirmed()
        })
        .await;
    world.signal_gateway(Signal::STOP);
    // The provider gives up: the card gets no answer.
    assert!(world.tap_once("card-1").await);
    world.signal_gateway(Signal::CONT);
    ends_right(&world).await;
}
