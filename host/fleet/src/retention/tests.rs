use std::collections::BTreeSet;

use super::{outdated, sessions_of_old_alerts};
use crate::alert::{Alert, AlertKind, NewAlert};
use crate::command::Command;
use crate::fleet::{Change, Fleet};
use crate::incident::{Closing, Incident, Outcome, SignOff};
use crate::moment::Moment;
use crate::world::{DAY, World, text};

/// The world with an incident of this key that is closed now.
fn put_closed_incident(world: &mut World, key: &str) {
    world.open_incident();
    let template = world.fleet.get::<Incident>("I-1").unwrap().clone();
    world.fleet.apply(Change::remove::<Incident>("I-1"), 1);
    let closed = Closing {
        signed: SignOff {
            at: world.now,
            by: text("K-1"),
        },
        outcome: Outcome::Cleared,
        note: text("It was found."),
    };
    world.put(Incident {
        key: text(key),
        closed: Some(closed),
        ..template
    });
}

fn raise(world: &mut World, cause: &str) {
    let alert = NewAlert {
        kind: AlertKind::RefundDue,
        terminal: Some(text("T1")),
        session: Some(cause.to_owned()),
        payment: None,
        evse: None,
        cause: cause.to_owned(),
        next_action: text("Refund 50 minor units."),
    };
    world.command(Command::RaiseOnce(alert)).unwrap();
}

fn after(fleet: &Fleet, before: Moment) -> Fleet {
    let mut left = fleet.clone();
    for change in outdated(fleet, before, &BTreeSet::new(), 100) {
        left.apply(change, 9);
    }
    left
}

#[test]
fn alerts_go_once_they_ended_long_ago_and_open_ones_stay() {
    let mut world = World::activated();
    raise(&mut world, "old");
    let old = world.fleet.each::<Alert>().next().unwrap().key.clone();
    world.command(Command::EndAlert(old)).unwrap();
    raise(&mut world, "open");
    let ended = world.now;
    world.pass(DAY);
    let left = |before| after(&world.fleet, before).each::<Alert>().count();
    assert_eq!(left(ended), 2, "it ended then, and not before");
    let later = Moment::from_millis(ended.millis() + 1);
    let left = after(&world.fleet, later);
    let left: Vec<_> = left.each::<Alert>().map(|it| it.cause.clone()).collect();
    assert_eq!(left, [Some("open".to_owned())]);
}

#[test]
fn an_alert_stays_for_as_long_as_its_sessions_history_is_on_record() {
    let mut world = World::activated();
    for session in ["S", "T"] {
        raise(&mut world, session);
    }
    let keys: Vec<_> = world
        .fleet
        .each::<Alert>()
        .map(|it| it.key.clone())
        .collect();
    for key in keys {
        world.command(Command::EndAlert(key)).unwrap();
    }
    let later = Moment::from_millis(world.now.millis() + 1);
    let sessions = sessions_of_old_alerts(&world.fleet, later);
    assert_eq!(sessions, BTreeSet::from(["S", "T"]));
    assert_eq!(
        sessions_of_old_alerts(&world.fleet, world.now),
        BTreeSet::new()
    );
    let on_record = BTreeSet::from(["S".to_owned()]);
    let mut left = world.fleet.clone();
    for change in outdated(&world.fleet, later, &on_record, 100) {
        left.apply(change, 9);
    }
    let left: Vec<_> = left.each::<Alert>().map(|it| it.cause.clone()).collect();
    assert_eq!(left, [Some("S".to_owned())]);
}

#[test]
fn incidents_go_once_they_were_closed_long_ago_and_open_ones_stay() {
    let mut world = World::activated();
    put_closed_incident(&mut world, "I-7");
    world.open_incident();
    assert_eq!(outdated(&world.fleet, world.now, &BTreeSet::new(), 100), []);
    let later = Moment::from_millis(world.now.millis() + 1);
    let expected = [Change::remove::<Incident>("I-7")];
    assert_eq!(
        outdated(&world.fleet, later, &BTreeSet::new(), 100),
        expected
    );
}

#[test]
fn only_so_many_records_go_at_once() {
    let mut world = World::activated();
    put_closed_incident(&mut world, "I-7");
    put_closed_incident(&mut world, "I-8");
    let later = Moment::from_millis(world.now.millis() + 1);
    let expected = [Change::remove::<Incident>("I-7")];
    assert_eq!(outdated(&world.fleet, later, &BTreeSet::new(), 1), expected);
}
