use chargetap_contract::money::{Range, Restriction, Tariff};
use chargetap_contract::session::Policy;
use session_orchestrator::offer;

use crate::tariffs::{element, energy, flat, parking, simple, tariff, time, untaxed};

/// Noon on a Thursday, 1 January 2026, UTC.
const NOON: u64 = 1_767_268_800_000;

fn told(tariff: &Tariff, decimals: u8, hold: u64) -> String {
    let policy = Policy {
        tariff: tariff.clone(),
        utc_offsets: vec![],
        currency_decimals: decimals,
        minimum_capture: 0,
        authorise_timeout: 0,
        plug_in_timeout: 0,
        maximum_duration: 0,
        hold_lifetime: 0,
        stop_timeout: 0,
    };
    offer(&policy, hold, NOON)
}

#[test]
fn prices_stand_in_the_order_of_the_regulation_with_vat() {
    // 0.49 x 1.25 = 0.6125; 3.00 an hour are 0.05 a minute, x 1.25 = 0.0625; 0.25 x 1.25 = 0.3125;
    // 6.00 an hour are 0.10 a minute, x 1.25 = 0.125.
    let all = simple(&[
        parking(600_000, 2_500, 1),
        flat(25_000, 2_500),
        time(300_000, 2_500, 1),
        energy(49_000, 2_500, 1),
    ]);
    assert_eq!(
        told(&all, 2, 5_000),
        "0.6125 EUR/kWh, 0.0625 EUR/min, 0.3125 EUR/session, 0.125 EUR/min idle, \
         hold 50.00 EUR. Show your card."
    );
}

#[test]
fn a_price_that_includes_vat_is_shown_as_it_is() {
    let included = Tariff {
        tax_included: true,
        ..simple(&[energy(50_000, 2_500, 1)])
    };
    assert_eq!(
        told(&included, 2, 5_000),
        "0.50 EUR/kWh, hold 50.00 EUR. Show your card."
    );
}

#[test]
fn the_price_of_this_hour_is_shown() {
    let at_night = Restriction::TimeOfDay(Range {
        min: Some(22 * 60),
        max: Some(6 * 60),
    });
    let by_time = tariff(vec![
        element(&[untaxed(energy(20_000, 0, 1))], &[at_night]),
        element(&[untaxed(energy(40_000, 0, 1))], &[]),
    ]);
    assert_eq!(
        told(&by_time, 2, 2_500),
        "0.40 EUR/kWh, hold 25.00 EUR. Show your card."
    );
}

#[test]
fn a_currency_without_a_minor_unit_has_no_decimals_unless_they_count() {
    let yen = Tariff {
        currency: "JPY".into(),
        ..simple(&[energy(60_500, 1_000, 1), flat(100_000, 1_000)])
    };
    // 60.5 x 1.1 = 66.55 and 100 x 1.1 = 110.
    assert_eq!(
        told(&yen, 0, 3_000),
        "66.55 JPY/kWh, 110 JPY/session, hold 3000 JPY. Show your card."
    );
}

#[test]
fn what_costs_nothing_is_free() {
    assert_eq!(
        told(&simple(&[energy(0, 2_500, 1)]), 2, 100),
        "Free, hold 1.00 EUR. Show your card."
    );
}
