//! Until when a hold covers the price of passing time, worked out by hand.
//!
//! Where an hour costs 6.00, a minute costs 0.10. Prices are rounded half up, so the hold is exceeded
//! from half a cent on: 3 seconds later.

use chargetap_contract::money::{Restriction, Tariff};
use chargetap_contract::session::{Event, Phase};

use crate::course::{MONDAY, Session, at};
use crate::tariffs::{element, energy, flat, hours, parking, range, simple, tariff, time};

const MINUTE: u64 = 60;
const WEEK: u64 = 7 * 24 * 60 * MINUTE;

/// 6.00 and 0.60 an hour.
const DEAR: u64 = 600_000;
const CHEAP: u64 = 60_000;

fn charging(tariff: &Tariff, hold: u64) -> Session {
    Session::charging(at(MONDAY, 12, 0), &[], tariff, hold)
}

/// The deadline lies in the ten seconds before this many minutes and 3 seconds after the start.
#[track_caller]
fn assert_covered_for(session: &Session, minutes: u64) {
    let start = at(MONDAY, 12, 0);
    let seconds = (session.last.deadline.unwrap() - start) / 1_000;
    let covered = minutes * MINUTE + 3;
    assert!(
        (covered - 10..covered).contains(&seconds),
        "{seconds} s, and not {covered} s"
    );
    assert_eq!(session.last.view.phase, Phase::Charging);
}

#[test]
fn time_alone_uses_up_a_hold() {
    let mut session = charging(&simple(&[time(DEAR, 0, 1)]), 100);
    assert_covered_for(&session, 10);
    session.reach_deadline();
    assert_eq!(session.last.view.phase, Phase::Stopping);
}

#[test]
fn a_deadline_that_comes_early_leaves_the_hold_its_time() {
    let mut session = charging(&simple(&[time(DEAR, 0, 1)]), 100);
    session.apply(Event::DeadlineReached(Some(u64::MAX)));
    assert_covered_for(&session, 10);
}

#[test]
fn the_dearer_of_charging_and_parking_counts() {
    let dear_parking = simple(&[time(CHEAP, 0, 1), parking(DEAR, 0, 1)]);
    assert_covered_for(&charging(&dear_parking, 100), 10);
    let dear_charging = simple(&[time(DEAR, 0, 1), parking(CHEAP, 0, 1)]);
    assert_covered_for(&charging(&dear_charging, 100), 10);
}

#[test]
fn a_reading_moves_the_moment_at_which_the_hold_is_used_up() {
    let mut session = charging(&simple(&[parking(DEAR, 0, 1)]), 100);
    assert_covered_for(&session, 10);
    session.meter((5 * MINUTE, 1_000));
    assert_covered_for(&session, 15);
}

#[test]
fn a_short_standstill_may_yet_prove_to_be_parking() {
    let mut session = charging(&simple(&[time(CHEAP, 0, 1), parking(DEAR, 0, 1)]), 110);
    session.meter((10 * MINUTE, 2_000));
    session.meter((14 * MINUTE, 2_000));
    // 10 minutes of charging are 0.10, and 10 of parking since then are 1.00.
    assert_covered_for(&session, 20);
}

#[test]
fn a_parked_car_may_charge_from_the_last_reading_on() {
    let mut session = charging(&simple(&[time(DEAR, 0, 1), parking(CHEAP, 0, 1)]), 120);
    session.meter((MINUTE, 1_000));
    session.meter((11 * MINUTE, 1_000));
    // 1 minute of charging and 10 of parking are 0.20, and 10 of charging since then are 1.00.
    assert_covered_for(&session, 21);
}

#[test]
fn a_price_that_rises_later_counts_from_then_on() {
    let dear_later = tariff(vec![
        element(&[time(DEAR, 0, 1)], &[hours((13, 0), (14, 0))]),
        element(&[time(CHEAP, 0, 1)], &[]),
    ]);
    // An hour is 0.60, and 10 minutes after it are 1.00.
    assert_covered_for(&charging(&dear_later, 160), 70);
}

#[test]
fn a_car_that_never_charged_may_charge_at_full_power() {
    let by_power = tariff(vec![
        element(
            &[time(DEAR, 0, 1)],
            &[Restriction::Power(range(22_000, None))],
        ),
        element(&[time(CHEAP, 0, 1)], &[]),
    ]);
    assert_covered_for(&charging(&by_power, 100), 10);
}

#[test]
fn a_car_that_charged_is_taken_to_charge_at_its_power() {
    let by_power = tariff(vec![
        element(
            &[time(DEAR, 0, 1)],
            &[Restriction::Power(range(22_000, None))],
        ),
        element(&[time(CHEAP, 0, 1)], &[]),
    ]);
    let mut session = charging(&by_power, 100);
    // 1 kWh in 5 minutes are 12 kW: 100 minutes at 0.01. Half a cent more is another 30 seconds.
    session.meter((5 * MINUTE, 1_000));
    let seconds = (session.last.deadline.unwrap() - at(MONDAY, 12, 0)) / 1_000;
    assert!((6_020..6_030).contains(&seconds), "{seconds}");
}

#[test]
fn a_hold_that_covers_everything_leaves_the_session_its_full_duration() {
    let until = at(MONDAY, 12, 0) + WEEK * 1_000;
    let a_week = WEEK / MINUTE * 10;
    let by_time = simple(&[time(DEAR, 0, 1)]);
    assert_eq!(charging(&by_time, a_week).last.deadline, Some(until));
    let bounded = Tariff {
        max_price: Some(crate::tariffs::limit(None, 100)),
        ..by_time
    };
    assert_eq!(charging(&bounded, 100).last.deadline, Some(until));
    // Energy costs nothing as long as no reading shows any.
    let by_energy = simple(&[energy(100_000, 0, 1), time(0, 0, 1), parking(0, 0, 1)]);
    let mut session = charging(&by_energy, 1);
    session.meter((MINUTE, 0));
    assert_eq!(session.last.deadline, Some(until));
}

#[test]
fn a_hold_below_the_price_of_the_first_energy_covers_no_time_at_all() {
    let mut session = charging(&simple(&[flat(500_000, 0), time(CHEAP, 0, 1)]), 499);
    assert_eq!(session.last.deadline, Some(at(MONDAY, 12, 0)));
    session.reach_deadline();
    assert_eq!(session.last.view.phase, Phase::Stopping);
}

#[test]
fn a_flat_price_alone_that_the_hold_does_not_cover_stops_the_session_before_it_is_due() {
    let fee = simple(&[flat(500_000, 0)]);
    assert_eq!(charging(&fee, 499).last.deadline, Some(at(MONDAY, 12, 0)));
    assert_eq!(
        charging(&fee, 500).last.deadline,
        Some(at(MONDAY, 12, 0) + WEEK * 1_000)
    );
}

#[test]
fn a_reading_that_comes_after_the_hold_was_used_up_stops_the_session() {
    let mut session = charging(&simple(&[parking(DEAR, 0, 1)]), 100);
    session.meter((11 * MINUTE, 0));
    assert_eq!(session.last.view.phase, Phase::Stopping);
}
