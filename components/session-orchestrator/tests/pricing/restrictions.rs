//! Where restrictions begin and end to hold, worked out by hand.

use chargetap_contract::money::{Dimension, Price, Restriction, Tariff, UtcOffset};
use chargetap_contract::session::Phase;

use crate::course::{MONDAY, Session, at, price, price_from};
use crate::tariffs::{element, energy, flat, hours, parking, range, simple, tariff, time};

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;

const CHEAP: u64 = 20_000;
const DEAR: u64 = 40_000;

/// Energy is cheap while the restriction holds, and dear otherwise.
fn cheap_while(restriction: Restriction) -> Tariff {
    tariff(vec![
        element(&[energy(CHEAP, 0, 1)], &[restriction]),
        element(&[energy(DEAR, 0, 1)], &[]),
    ])
}

/// The watt-hours that were cheap and those that were dear.
fn cheap_and_dear(price: &Price) -> (u64, u64) {
    let sum = |unit_price| {
        let lines = price.lines.iter();
        let lines = lines.filter(|line| line.unit_price == unit_price);
        lines.map(|line| line.quantity).sum::<u64>()
    };
    (sum(CHEAP), sum(DEAR))
}

fn at_night() -> Tariff {
    cheap_while(hours((22, 0), (6, 0)))
}

#[test]
fn hours_may_cross_midnight() {
    // From 21:00 to 07:00 the next day, 1 kWh an hour.
    let price = price_from(at(MONDAY, 21, 0), &[], &at_night(), &[(10 * HOUR, 10_000)]);
    assert_eq!(cheap_and_dear(&price), (8_000, 2_000));
}

#[test]
fn every_night_of_a_long_interval_counts() {
    // Two days from noon to noon: 16 of 48 hours are at night.
    let price = price_from(at(MONDAY, 12, 0), &[], &at_night(), &[(48 * HOUR, 48_000)]);
    assert_eq!(cheap_and_dear(&price), (16_000, 32_000));
}

#[test]
fn an_interval_that_cannot_be_meant_is_priced_all_the_same() {
    // A thousand years, with two changes a day.
    let readings = [(1_000 * 365 * 24 * HOUR, 1_000_000)];
    let (cheap, dear) = cheap_and_dear(&price(&at_night(), &readings));
    assert_eq!(cheap + dear, 1_000_000);
}

#[test]
fn hours_that_end_where_they_begin_are_the_whole_day() {
    let all_day = cheap_while(hours((13, 0), (13, 0)));
    // From noon on.
    assert_eq!(
        cheap_and_dear(&price(&all_day, &[(2 * HOUR, 2_000)])),
        (2_000, 0)
    );
}

#[test]
fn an_end_at_midnight_is_the_end_of_the_day() {
    let evening = cheap_while(hours((20, 0), (0, 0)));
    let price = price_from(at(MONDAY, 19, 0), &[], &evening, &[(6 * HOUR, 6_000)]);
    assert_eq!(cheap_and_dear(&price), (4_000, 2_000));
}

#[test]
fn a_weekday_changes_at_midnight() {
    let weekend = cheap_while(Restriction::Weekday(vec![6, 7]));
    // From Sunday 23:30 to Monday 00:30.
    let sunday = at(MONDAY + 6, 23, 30);
    let price = price_from(sunday, &[], &weekend, &[(HOUR, 4_000)]);
    assert_eq!(cheap_and_dear(&price), (2_000, 2_000));
}

#[test]
fn a_date_range_begins_on_its_first_day_and_ends_before_its_last() {
    let tuesday_only = cheap_while(Restriction::Date(range(MONDAY + 1, MONDAY + 2)));
    let monday = at(MONDAY, 22, 0);
    let price = price_from(monday, &[], &tuesday_only, &[(28 * HOUR, 28_000)]);
    assert_eq!(cheap_and_dear(&price), (24_000, 4_000));
}

fn offset(from: u64, minutes: i16) -> UtcOffset {
    UtcOffset { from, minutes }
}

#[test]
fn times_of_day_are_the_sites_own() {
    // 21:00 in India, which is 5:30 ahead, is 15:30 UTC.
    let india = [offset(0, 330)];
    let price = price_from(
        at(MONDAY, 15, 30),
        &india,
        &at_night(),
        &[(2 * HOUR, 2_000)],
    );
    assert_eq!(cheap_and_dear(&price), (1_000, 1_000));
    // Sunday 20:00 UTC is Monday in India.
    let weekend = cheap_while(Restriction::Weekday(vec![6, 7]));
    let price = price_from(at(MONDAY - 1, 20, 0), &india, &weekend, &[(HOUR, 1_000)]);
    assert_eq!(cheap_and_dear(&price), (0, 1_000));
    // 01:00 UTC is the evening before in New York.
    let new_york = [offset(0, -300)];
    let price = price_from(at(MONDAY, 1, 0), &new_york, &weekend, &[(HOUR, 1_000)]);
    assert_eq!(cheap_and_dear(&price), (1_000, 0));
}

#[test]
fn the_night_is_an_hour_shorter_when_summer_time_begins() {
    // Stockholm, 29 March 2026: UTC+1, and from 01:00 UTC on UTC+2, so 06:00 is 04:00 UTC.
    let day = 20_541;
    let stockholm = [offset(0, 60), offset(at(day, 1, 0), 120)];
    let price = price_from(at(day, 0, 0), &stockholm, &at_night(), &[(8 * HOUR, 8_000)]);
    assert_eq!(cheap_and_dear(&price), (4_000, 4_000));
}

#[test]
fn the_night_is_an_hour_longer_when_summer_time_ends() {
    // Stockholm, 25 October 2026: UTC+2, and from 01:00 UTC on UTC+1, so 06:00 is 05:00 UTC.
    let day = 20_751;
    let stockholm = [offset(0, 120), offset(at(day, 1, 0), 60)];
    let price = price_from(at(day, 0, 0), &stockholm, &at_night(), &[(8 * HOUR, 8_000)]);
    assert_eq!(cheap_and_dear(&price), (5_000, 3_000));
    // The hour from 02:00 to 03:00 comes twice.
    let repeated = cheap_while(hours((2, 0), (3, 0)));
    let price = price_from(at(day, 0, 0), &stockholm, &repeated, &[(8 * HOUR, 8_000)]);
    assert_eq!(cheap_and_dear(&price), (2_000, 6_000));
}

#[test]
fn an_amount_of_energy_is_reached_within_an_interval() {
    let first_ten = cheap_while(Restriction::Energy(range(None, 10_000)));
    assert_eq!(
        cheap_and_dear(&price(&first_ten, &[(HOUR, 25_000)])),
        (10_000, 15_000)
    );
    let second_ten = cheap_while(Restriction::Energy(range(10_000, 20_000)));
    assert_eq!(
        cheap_and_dear(&price(&second_ten, &[(HOUR, 25_000)])),
        (10_000, 15_000)
    );
}

#[test]
fn time_is_divided_where_an_amount_of_energy_is_reached() {
    let first_ten = tariff(vec![
        element(
            &[time(100_000, 0, 1)],
            &[Restriction::Energy(range(None, 10_000))],
        ),
        element(&[time(200_000, 0, 1)], &[]),
    ]);
    // 10 of 25 kWh take 24 of 60 minutes.
    let price = price(&first_ten, &[(HOUR, 25_000)]);
    let times: Vec<u64> = price
        .lines
        .iter()
        .map(|line| line.quantity / 1_000)
        .collect();
    assert_eq!(times, [24 * MINUTE, 36 * MINUTE]);
}

#[test]
fn a_duration_is_reached_within_an_interval() {
    let half_an_hour = cheap_while(Restriction::Duration(range(None, 30 * 60_000)));
    let readings = [(40 * MINUTE, 8_000)];
    assert_eq!(
        cheap_and_dear(&price(&half_an_hour, &readings)),
        (6_000, 2_000)
    );
    // It is the session's duration, not the interval's.
    let readings = [(20 * MINUTE, 4_000), (40 * MINUTE, 8_000)];
    assert_eq!(
        cheap_and_dear(&price(&half_an_hour, &readings)),
        (6_000, 2_000)
    );
}

#[test]
fn power_is_the_mean_of_an_interval_and_a_maximum_does_not_belong_to_its_range() {
    let slow = cheap_while(Restriction::Power(range(None, 16_000)));
    // 15.999 kW, 16 kW and 48 kW for a quarter of an hour each, a Wh less at first.
    let readings = [(900, 3_999), (1_800, 7_999), (2_700, 19_999)];
    assert_eq!(cheap_and_dear(&price(&slow, &readings)), (3_999, 16_000));
    let fast = cheap_while(Restriction::Power(range(16_000, None)));
    assert_eq!(cheap_and_dear(&price(&fast, &readings)), (16_000, 3_999));
}

#[test]
fn all_restrictions_of_an_element_must_hold() {
    let both = [
        hours((22, 0), (6, 0)),
        Restriction::Weekday(vec![1, 2, 3, 4, 5]),
    ];
    let weeknights = tariff(vec![
        element(&[energy(CHEAP, 0, 1)], &both),
        element(&[energy(DEAR, 0, 1)], &[]),
    ]);
    // Friday 21:00 to Saturday 07:00: the night's hours before midnight.
    let price = price_from(
        at(MONDAY + 4, 21, 0),
        &[],
        &weeknights,
        &[(10 * HOUR, 10_000)],
    );
    assert_eq!(cheap_and_dear(&price), (2_000, 8_000));
}

#[test]
fn each_dimension_takes_the_first_element_that_prices_it() {
    let both = tariff(vec![
        element(&[time(100_000, 0, 1)], &[]),
        element(&[time(900_000, 0, 1), energy(CHEAP, 0, 1)], &[]),
        element(&[energy(DEAR, 0, 1), flat(30_000, 0)], &[]),
        element(&[flat(90_000, 0)], &[]),
    ]);
    let price = price(&both, &[(HOUR, 1_000)]);
    let lines: Vec<_> = price
        .lines
        .iter()
        .map(|it| (it.dimension, it.unit_price))
        .collect();
    assert_eq!(
        lines,
        [
            (Dimension::Energy, CHEAP),
            (Dimension::Time, 100_000),
            (Dimension::Flat, 30_000)
        ]
    );
}

#[test]
fn what_no_element_prices_is_free() {
    let first_ten = tariff(vec![element(
        &[energy(CHEAP, 0, 1)],
        &[Restriction::Energy(range(None, 10_000))],
    )]);
    assert_eq!(price(&first_ten, &[(HOUR, 25_000)]).gross, 200);
}

#[test]
fn time_without_energy_is_parking_time() {
    let both = simple(&[time(100_000, 0, 1), parking(500_000, 0, 1)]);
    let readings = [(600, 0), (1_200, 2_000), (1_800, 2_000), (2_400, 2_500)];
    let price = price(&both, &readings);
    let lines: Vec<_> = price
        .lines
        .iter()
        .map(|it| (it.dimension, it.quantity))
        .collect();
    assert_eq!(
        lines,
        [
            (Dimension::Time, 1_200_000),
            (Dimension::ParkingTime, 1_200_000)
        ]
    );
}

#[test]
fn a_session_without_energy_costs_its_parking_time_alone() {
    let fee = simple(&[flat(50_000, 0), time(100_000, 0, 1), energy(CHEAP, 0, 1)]);
    assert_eq!(price(&fee, &[(HOUR, 0)]).gross, 0);
    let with_parking = simple(&[flat(50_000, 0), parking(200_000, 0, 900)]);
    assert_eq!(price(&with_parking, &[(10 * MINUTE, 0)]).gross, 50);
}

#[test]
fn an_end_below_the_last_sample_corrects_the_last_interval() {
    let half_an_hour = cheap_while(Restriction::Duration(range(None, 30 * 60_000)));
    // The last interval is the one after half an hour.
    let readings = [
        (30 * MINUTE, 6_000),
        (40 * MINUTE, 8_005),
        (40 * MINUTE, 8_000),
    ];
    assert_eq!(
        cheap_and_dear(&price(&half_an_hour, &readings)),
        (6_000, 2_000)
    );
}

#[test]
fn an_end_below_what_was_sampled_before_spreads_over_the_session() {
    let half_an_hour = cheap_while(Restriction::Duration(range(None, 30 * 60_000)));
    let readings = [
        (30 * MINUTE, 6_000),
        (40 * MINUTE, 8_000),
        (60 * MINUTE, 5_000),
    ];
    assert_eq!(
        cheap_and_dear(&price(&half_an_hour, &readings)),
        (2_500, 2_500)
    );
}

#[test]
fn a_session_stops_before_the_next_interval_exceeds_the_hold_at_that_intervals_price() {
    let half_an_hour = cheap_while(Restriction::Duration(range(None, 30 * 60_000)));
    // 10 kWh cost 2.00, and another 10 kWh cost 4.00: 6.00 in all.
    for (hold, phase) in [(600, Phase::Charging), (599, Phase::Stopping)] {
        let mut session = Session::charging(at(MONDAY, 12, 0), &[], &half_an_hour, hold);
        session.meter((30 * MINUTE, 10_000));
        assert_eq!(session.last.view.cost.gross, 200);
        assert_eq!(session.last.view.phase, phase);
    }
}

#[test]
fn the_state_does_not_grow_with_the_readings() {
    let mut session = Session::charging(at(MONDAY, 0, 0), &[], &at_night(), u64::MAX);
    session.meter((HOUR, 1_000));
    session.meter((12 * HOUR, 12_000));
    let size = session.last.state.len();
    for minute in 1..1_000 {
        session.meter((12 * HOUR + minute * MINUTE, 12_000 + minute * 100));
    }
    // Numbers take a byte or two more as they grow.
    assert!(session.last.state.len() < size + 20);
}
