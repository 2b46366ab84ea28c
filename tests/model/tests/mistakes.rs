//! The checker finds mistakes in the host.

#![allow(missing_docs, reason = "tests")]

use std::collections::BTreeSet;

use session_model::{Bounds, Mistake, OneSession};
use stateright::{Checker, HasDiscoveries, Model};

/// The checker must find that a host with this mistake breaks this rule.
fn finds(mistake: Mistake, bounds: Bounds, rule: &'static str) {
    let model = OneSession {
        bounds: Bounds {
            readings: 1,
            ..bounds
        },
        mistake: Some(mistake),
        ..OneSession::default()
    };
    let found = HasDiscoveries::AllOf(BTreeSet::from([rule]));
    let checker = model.checker().threads(2).finish_when(found).spawn_bfs();
    let path = checker.join().assert_any_discovery(rule);
    println!("{mistake:?}: {:#?}", path.into_actions());
}

#[test]
fn an_authorisation_that_is_sent_again_is_found() {
    finds(
        Mistake::SendsAuthorisationAgain,
        Bounds {
            losses: 1,
            ..Bounds::default()
        },
        "an authorisation is sent once",
    );
}

#[test]
fn a_host_that_forgets_what_it_sent_is_found() {
    finds(
        Mistake::ForgetsWhatWasSent,
        Bounds {
            crashes: 1,
            ..Bounds::default()
        },
        "an authorisation is sent once",
    );
}

#[test]
fn a_capture_of_another_amount_is_found() {
    for rule in [
        "a hold is closed in one way only",
        "the final reading is billed",
    ] {
        finds(
            Mistake::CapturesTheWholeHold,
            Bounds {
                losses: 1,
                ..Bounds::default()
            },
            rule,
        );
    }
}

#[test]
fn a_host_that_leaves_orphans_is_found() {
    finds(
        Mistake::LeavesOrphans,
        Bounds {
            losses: 1,
            ..Bounds::default()
        },
        "at rest, every hold is closed or a person was called",
    );
}
