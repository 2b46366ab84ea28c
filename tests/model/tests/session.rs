//! Every order of events in one session.

#![allow(
    missing_docs,
    clippy::panic,
    reason = "tests: a failure here is a failed test"
)]

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

use session_model::{Bounds, OneSession, properties};
use stateright::{Checker, DiscoveryClassification, HasDiscoveries, Model};

/// Nothing goes wrong, and the register is read once.
const CALM: Bounds = Bounds {
    losses: 0,
    repetitions: 0,
    delays: 0,
    crashes: 0,
    hints: 0,
    cards: 0,
    readings: 1,
};

/// Check every state. Fails with the path to the first one that breaks a rule; returns the names of
/// the states that must be reached.
fn check(model: OneSession) -> BTreeSet<&'static str> {
    let checker = model
        .checker()
        .threads(2)
        .finish_when(HasDiscoveries::AnyFailures)
        .spawn_bfs()
        .join();
    println!(
        "{} states, at most {} steps: {model:?}",
        checker.unique_state_count(),
        checker.max_depth()
    );
    let mut reached = BTreeSet::new();
    for (name, path) in checker.discoveries() {
        match checker.discovery_classification(name) {
            DiscoveryClassification::Example => reached.insert(name),
            DiscoveryClassification::Counterexample => {
                let actions = path.into_actions();
                panic!("not so: {name}: {actions:#?}");
            }
        };
    }
    reached
}

fn with(bounds: Bounds) -> OneSession {
    OneSession {
        bounds,
        ..OneSession::default()
    }
}

#[test]
fn a_repetition_breaks_no_rule() {
    check(with(Bounds {
        repetitions: 1,
        ..CALM
    }));
}

#[test]
fn a_crash_breaks_no_rule() {
    check(with(Bounds { crashes: 1, ..CALM }));
}

#[test]
fn a_deadline_that_passes_early_breaks_no_rule() {
    check(with(Bounds { delays: 1, ..CALM }));
}

#[test]
fn a_card_that_is_shown_again_and_the_providers_hint_break_no_rule() {
    check(with(Bounds {
        hints: 1,
        cards: 1,
        ..CALM
    }));
}

#[test]
#[ignore = "many million states: minutes"]
fn a_loss_a_repetition_and_a_crash_break_no_rule() {
    check(with(Bounds {
        losses: 1,
        repetitions: 1,
        crashes: 1,
        ..CALM
    }));
}

#[test]
#[ignore = "many million states: minutes"]
fn a_loss_and_a_deadline_that_passes_early_break_no_rule() {
    check(with(Bounds {
        losses: 1,
        delays: 1,
        ..CALM
    }));
}

#[test]
#[ignore = "many million states: minutes"]
fn an_impatient_driver_and_the_providers_hints_break_no_rule() {
    check(with(Bounds {
        delays: 1,
        hints: 1,
        cards: 1,
        ..CALM
    }));
}

#[test]
#[ignore = "many million states: minutes"]
fn readings_in_any_order_break_no_rule() {
    check(with(Bounds {
        losses: 1,
        repetitions: 1,
        readings: 2,
        ..CALM
    }));
}

#[test]
fn an_earlier_drivers_hold_and_a_loss_break_no_rule() {
    check(OneSession {
        earlier_hold: true,
        ..with(Bounds { losses: 1, ..CALM })
    });
}

#[test]
fn an_earlier_drivers_hold_is_never_mistaken_by_a_host_that_dies() {
    check(OneSession {
        earlier_hold: true,
        ..with(Bounds { crashes: 1, ..CALM })
    });
}

#[test]
fn an_earlier_drivers_hold_is_never_mistaken_by_a_host_that_is_slow() {
    check(OneSession {
        earlier_hold: true,
        ..with(Bounds { delays: 1, ..CALM })
    });
}

#[test]
fn a_provider_that_closes_no_hold_is_left_to_a_person() {
    let reached = check(OneSession {
        provider_closes_nothing: true,
        ..with(Bounds { crashes: 1, ..CALM })
    });
    assert!(reached.contains("a person is called"));
}

#[test]
fn one_loss_is_enough_to_reach_every_end() {
    let mut reached = check(with(Bounds { losses: 1, ..CALM }));
    reached.insert("a person is called");
    let expected: BTreeSet<_> = properties::reached()
        .iter()
        .map(|property| property.name)
        .collect();
    assert_eq!(reached, expected);
}

#[test]
#[ignore = "many million states: minutes"]
fn a_loss_a_repetition_a_deadline_and_a_crash_break_no_rule() {
    check(with(Bounds {
        losses: 1,
        repetitions: 1,
        delays: 1,
        crashes: 1,
        ..CALM
    }));
}

/// Otherwise a session could run for ever, and no rule about its rest would be checked.
#[test]
fn no_state_comes_back() {
    for (delays, crashes) in [(1, 0), (0, 1)] {
        assert_comes_to_rest(with(Bounds {
            losses: 1,
            delays,
            crashes,
            ..CALM
        }));
    }
}

fn assert_comes_to_rest(model: OneSession) {
    let hasher = RandomState::new();
    // States by hash; true once everything that follows was seen.
    let mut seen = HashMap::new();
    let mut path = Vec::new();
    for state in model.init_states() {
        seen.insert(hasher.hash_one(&state), false);
        path.push((hasher.hash_one(&state), model.next_states(&state)));
    }
    while let Some((state, successors)) = path.last_mut() {
        let Some(next) = successors.pop() else {
            seen.insert(*state, true);
            path.pop();
            continue;
        };
        let key = hasher.hash_one(&next);
        match seen.get(&key) {
            None => {
                seen.insert(key, false);
                path.push((key, model.next_states(&next)));
            }
            Some(true) => {}
            Some(false) => panic!("this state leads back to itself: {next:#?}"),
        }
    }
    println!("{} states", seen.len());
}
