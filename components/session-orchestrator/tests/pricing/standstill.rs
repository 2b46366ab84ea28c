//! Registers that stand still, worked out by hand: for how long a session charged and parked.

use chargetap_contract::money::{Dimension, Price, Restriction};
use chargetap_contract::session::Phase;

use crate::course::{MONDAY, Readings, Session, at, price};
use crate::tariffs::{element, energy, parking, range, simple, tariff, time};

const MINUTE: u64 = 60;

/// The seconds that were charging and those that were parking.
fn seconds(price: &Price) -> (u64, u64) {
    let sum = |dimension| {
        let lines = price.lines.iter();
        let lines = lines.filter(|line| line.dimension == dimension);
        lines.map(|line| line.quantity).sum::<u64>() / 1_000
    };
    (sum(Dimension::Time), sum(Dimension::ParkingTime))
}

/// The seconds of charging and of parking in a session of these readings.
#[track_caller]
fn charged_and_parked(readings: Readings<'_>) -> (u64, u64) {
    let both = simple(&[time(100_000, 0, 1), parking(500_000, 0, 1)]);
    seconds(&price(&both, readings))
}

#[test]
fn a_register_that_moves_in_steps_charges_between_them() {
    // 6 kW are a step of 100 Wh every minute; it is read every half.
    let readings: Vec<_> = (1..=40)
        .map(|half| (half * MINUTE / 2, half / 2 * 100))
        .collect();
    assert_eq!(charged_and_parked(&readings), (20 * MINUTE, 0));
}

#[test]
fn a_sample_just_before_the_end_makes_no_parking() {
    let readings = [(10 * MINUTE, 2_000), (10 * MINUTE + 1, 2_000)];
    assert_eq!(charged_and_parked(&readings), (601, 0));
}

#[test]
fn two_minutes_without_movement_are_parking_and_less_are_charging() {
    for (still, expected) in [(119, (719, 0)), (120, (600, 120))] {
        let readings = [(600, 2_000), (600 + still, 2_000)];
        assert_eq!(charged_and_parked(&readings), expected);
    }
}

#[test]
fn a_short_standstill_belongs_to_the_charging_after_it() {
    // It moves after 1 minute, stands still for 119 or 120 seconds, and moves again at 10 minutes.
    for (still, expected) in [(119, (600, 0)), (120, (480, 120))] {
        let readings = [(60, 100), (120, 100), (60 + still, 100), (600, 1_000)];
        assert_eq!(charged_and_parked(&readings), expected);
    }
}

#[test]
fn what_lies_between_two_samples_is_charging_if_the_register_moved_between_them() {
    let readings = [(60, 100), (20 * MINUTE, 200)];
    assert_eq!(charged_and_parked(&readings), (20 * MINUTE, 0));
}

#[test]
fn a_wait_before_the_first_energy_is_parking_from_two_minutes_on() {
    let readings = [(MINUTE, 0), (10 * MINUTE, 1_000)];
    assert_eq!(charged_and_parked(&readings), (10 * MINUTE, 0));
    let readings = [(2 * MINUTE, 0), (10 * MINUTE, 1_000)];
    assert_eq!(charged_and_parked(&readings), (8 * MINUTE, 2 * MINUTE));
}

#[test]
fn a_session_that_never_charged_was_parked_however_short_it_was() {
    assert_eq!(charged_and_parked(&[(MINUTE, 0)]), (0, MINUTE));
}

#[test]
fn a_standstill_that_is_read_every_minute_is_parking_to_its_end() {
    let readings: Vec<_> = (10..=72).map(|minute| (minute * MINUTE, 2_000)).collect();
    assert_eq!(charged_and_parked(&readings), (10 * MINUTE, 62 * MINUTE));
}

#[test]
fn a_car_that_charges_again_was_parked_until_the_last_reading_without_movement() {
    let readings = [(600, 2_000), (1_200, 2_000), (1_260, 2_000), (1_300, 2_100)];
    assert_eq!(charged_and_parked(&readings), (640, 660));
}

#[test]
fn the_end_of_charging_has_the_power_of_the_charging_before_it() {
    let fast = Restriction::Power(range(22_000, None));
    let by_power = tariff(vec![
        element(&[time(200_000, 0, 1)], &[fast]),
        element(&[time(100_000, 0, 1)], &[]),
    ]);
    // 4 kWh in 10 minutes are 24 kW; 11 minutes at 2.00 an hour are 0.37.
    let price = price(&by_power, &[(600, 4_000), (660, 4_000)]);
    assert_eq!((seconds(&price), price.gross), ((660, 0), 37));
}

#[test]
fn an_end_below_the_last_sample_leaves_the_parking_after_it() {
    let readings = [
        (30 * MINUTE, 6_000),
        (40 * MINUTE, 8_005),
        (100 * MINUTE, 8_005),
        (101 * MINUTE, 8_000),
    ];
    assert_eq!(charged_and_parked(&readings), (40 * MINUTE, 61 * MINUTE));
}

#[test]
fn an_end_above_the_last_sample_leaves_the_parking_before_it() {
    let readings = [
        (40 * MINUTE, 8_000),
        (100 * MINUTE, 8_000),
        (101 * MINUTE, 8_004),
    ];
    assert_eq!(charged_and_parked(&readings), (41 * MINUTE, 60 * MINUTE));
}

#[test]
fn a_clock_that_is_set_back_takes_no_time_twice() {
    let readings = [(600, 2_000), (300, 3_000), (900, 4_000)];
    assert_eq!(charged_and_parked(&readings), (900, 0));
    // The same, if the reading at the end contradicts all earlier ones.
    let readings = [(1_800, 6_000), (2_400, 8_000), (2_100, 5_000)];
    assert_eq!(charged_and_parked(&readings), (2_400, 0));
}

#[test]
fn a_running_session_counts_a_short_standstill_as_charging_until_it_is_long() {
    let both = simple(&[time(600_000, 0, 1), parking(1_200_000, 0, 1)]);
    let mut session = Session::charging(at(MONDAY, 12, 0), &[], &both, u64::MAX);
    // 0.10 a minute charging, 0.20 parking.
    for (reading, cost) in [
        ((600, 2_000), 100),
        ((660, 2_000), 110),
        ((900, 2_000), 200),
        ((960, 2_100), 210),
    ] {
        session.meter(reading);
        assert_eq!(session.last.view.cost.gross, cost);
    }
}

#[test]
fn a_parked_car_is_taken_to_charge_again_as_it_did_last() {
    // 1 kWh costs 1.00, and 10 minutes of parking 0.10. Another 1 kWh makes it 2.10.
    let both = simple(&[energy(100_000, 0, 1), parking(60_000, 0, 1)]);
    for (hold, phase) in [(210, Phase::Charging), (209, Phase::Stopping)] {
        let mut session = Session::charging(at(MONDAY, 12, 0), &[], &both, hold);
        session.meter((600, 1_000));
        assert_eq!(session.last.view.phase, Phase::Charging);
        session.meter((1_200, 1_000));
        assert_eq!(session.last.view.phase, phase);
    }
}
