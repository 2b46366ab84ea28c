//! Every order of events in one session.

#![allow(missing_docs, clippy::expect_used, reason = "tests: a failure here is a failed test")]

use std::time::Instant;

use session_model::{Bounds, OneSession};
use stateright::{Checker, Model};

fn check(model: OneSession) {
    let begun = Instant::now();
    let checker = model.checker().threads(2).spawn_bfs().join();
    println!(
        "{} unique states, depth {}, {:?}: {model:?}",
        checker.unique_state_count(),
        checker.max_depth(),
        begun.elapsed()
    );
    for (name, path) in checker.discoveries() {
        println!("{name}: {}", checker.discovery_classification(name));
        if !matches!(checker.discovery_classification(name), stateright::DiscoveryClassification::Example) {
            for (_, action) in path.into_vec() { println!("    {action:?}"); }
        }
    }
    checker.assert_properties();
}

#[test]
fn probe() {
    let v: Vec<u64> = std::env::var("B").expect("B").split(',').map(|x| x.parse().expect("n")).collect();
    let b = |i: usize| u8::try_from(v[i]).expect("u8");
    check(OneSession {
        bounds: Bounds { losses: b(0), repetitions: b(1), delays: b(2), crashes: b(3), hints: b(4), cards: b(5), energy: v[6] },
        provider_closes_nothing: v.get(7) == Some(&1),
        mistake: None,
    });
}
