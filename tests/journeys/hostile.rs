//! Components that do harm: sessions go on, nothing is lost, and it is said what is to be done.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::swaps::components::{never_end, trap_at_every_second_step};
use crate::swaps::{folder, gateway};
use crate::world::{Setup, World, components as built, price};

const GENERATOR: &str = "receipt-generator.wasm";
const ORCHESTRATOR: &str = "session-orchestrator.wasm";

/// A gateway with one component that was changed.
async fn with_hostile(component: &str, change: impl FnOnce(&Path)) -> World {
    let mut world = gateway(Setup::default(), "unsigned = true").await;
    change(&file(&world, component));
    world.restart_gateway().await;
    world
}

fn file(world: &World, component: &str) -> PathBuf {
    folder(world, "components").join(component)
}

async fn get(world: &World, path: &str) -> (u16, String) {
    let (status, _, body) = world.get(&world.url(path), "text/html").await;
    (status, String::from_utf8(body).unwrap())
}

/// What is wrong with the components, as operators see it.
async fn components_problem(world: &World) -> Value {
    let status = world.call("GET", "/api/v1/status", None).await;
    assert_eq!(status.status, 200, "{status:?}");
    let parts = status.json()["parts"].clone();
    let mut parts = parts.as_array().unwrap().iter();
    parts.find(|it| it["part"] == "components").unwrap().clone()
}

#[tokio::test]
async fn pages_that_never_end_hold_up_no_session_and_their_receipts_come_with_another_generator() {
    let mut world = with_hostile(GENERATOR, never_end).await;
    let is_over = AtomicBool::new(false);
    let pages = async {
        let mut refused = 0;
        while !is_over.load(Ordering::Relaxed) {
            let page = || world.try_send("GET", "/receipts", Vec::new(), &[]);
            let (one, other, forged) = tokio::join!(
                page(),
                page(),
                world.try_send(
                    "POST",
                    "/callbacks/payter/P66-0001~forged",
                    b"{}".to_vec(),
                    &[]
                )
            );
            for page in [one, other] {
                // So many pages are held back after a while.
                assert!(matches!(page, Some(503 | 429)), "{page:?}");
                refused += usize::from(page == Some(503));
            }
            assert!(matches!(forged, Some(404 | 429)), "{forged:?}");
        }
        refused
    };
    let session = async {
        world.tap("card-1").await;
        let sessions = world.closed_sessions(1).await;
        assert_eq!(sessions[0]["captured"], price(world.metered_energy().await));
        world
            .until("the receipt is issued", async || {
                world.receipt_ids().len() == 1
            })
            .await;
        is_over.store(true, Ordering::Relaxed);
        sessions[0]["captured"].clone()
    };
    let (refused, captured) = tokio::join!(pages, session);
    assert!(refused > 0, "no page was asked for meanwhile");

    // The driver learns that it is not for ever, the operator what to do, and a probe that the gateway works.
    let receipt = format!("/receipts/{}", world.receipt_ids()[0]);
    let (status, text) = get(&world, &receipt).await;
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("Try again later"), "{text}");
    let components = components_problem(&world).await;
    assert_eq!(components["state"], "degraded", "{components:#}");
    let problem = components["problem"].as_str().unwrap();
    for part in [
        "receipt-generator failed: it took longer than a call may",
        "chargetap fleet plugins rollback",
    ] {
        assert!(problem.contains(part), "{problem}");
    }
    let ready = get(&world, "/readyz").await;
    assert_eq!(ready, (200, "ready, and degraded: components\n".to_owned()));
    let errors = world.log().values("error");
    let is_logged = |it: &String| it.starts_with("receipt-generator failed: ");
    assert!(errors.iter().any(is_logged), "{errors:?}");

    world.stop_gateway();
    std::fs::copy(built().join(GENERATOR), file(&world, GENERATOR)).unwrap();
    world.restart_gateway().await;
    let receipts = world.receipts(1).await;
    assert_eq!(receipts[0]["captured"], captured);
}

#[tokio::test]
async fn an_orchestrator_that_traps_at_every_second_step_loses_nothing() {
    let world = with_hostile(ORCHESTRATOR, trap_at_every_second_step).await;
    for (count, card) in [(1, "card-1"), (2, "card-2")] {
        world.tap(card).await;
        world.closed_sessions(count).await;
    }
    let mut metered = 0;
    let receipts = world.receipts(2).await;
    for (session, receipt) in world.closed_sessions(2).await.iter().zip(&receipts) {
        let energy = receipt["charging"]["energy_wh"].as_u64().unwrap();
        assert_eq!(session["captured"], price(energy));
        assert_eq!(receipt["captured"], price(energy));
        metered += energy;
    }
    assert_eq!(metered, world.metered_energy().await);
    let faults = world.log().values("fault");
    let trapped = "session-orchestrator failed: ";
    assert!(
        faults.iter().any(|it| it.starts_with(trapped)),
        "{faults:?}"
    );
    assert!(
        faults.iter().any(|it| it.contains("unreachable")),
        "{faults:?}"
    );
}
