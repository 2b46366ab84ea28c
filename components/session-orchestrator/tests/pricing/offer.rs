use chargetap_contract::money::{
    Dimension, PriceLimit, PriceTime, Range, Restriction, Tariff, UnitPrice,
};
use chargetap_contract::session::Policy;
use session_orchestrator::offer;

use crate::tariffs::{
    element, energy, flat, hours, limit, parking, range, simple, tariff, time, untaxed,
};

/// Noon on a Thursday, 1 January 2026, UTC.
const NOON: u64 = 1_767_268_800_000;

const MINUTE: u64 = 60_000;

fn told(tariff: &Tariff, decimals: u8, hold: u64) -> String {
    let policy = Policy {
        tariff: tariff.clone(),
        utc_offsets: vec![],
        currency_decimals: decimals,
        minimum_capture: 0,
        authorise_timeout: 0,
        plug_in_timeout: 0,
        maximum_duration: 24 * 60 * MINUTE,
        hold_lifetime: 0,
        stop_timeout: 0,
        offline_timeout: 60 * 60_000,
        maximum_power: 500_000,
    };
    let told = offer(&policy, hold, NOON);
    assert_eq!(told.prices.currency, tariff.currency);
    let units = told
        .prices
        .units
        .iter()
        .map(|it| in_words(it, tariff, decimals));
    let amount =
        |amount: u64| format!("{} {}", number(amount, decimals.into(), 0), tariff.currency);
    let minimum = told
        .prices
        .minimum
        .map(|it| format!("at least {}", amount(it)));
    let hold = format!("hold {}", amount(told.hold));
    let parts: Vec<_> = units.chain(minimum).chain([hold]).collect();
    parts.join(", ")
}

/// Words for these tests alone.
fn in_words(unit: &UnitPrice, tariff: &Tariff, decimals: u8) -> String {
    let per = match unit.dimension {
        Dimension::Energy => "/kWh",
        Dimension::Time => "/min",
        Dimension::Flat => "/session",
        Dimension::ParkingTime => "/min idle",
    };
    let digits = usize::from(decimals);
    let price = number(unit.price, digits + 3, 3);
    let up_to = if unit.is_highest { "up to " } else { "" };
    let price = format!("{up_to}{price} {}{per}", tariff.currency);
    match unit.when {
        PriceTime::Now => price,
        PriceTime::ByPower => format!("by power {price}"),
        PriceTime::After(duration) => format!("{price} after {} min", duration / MINUTE),
        PriceTime::Later => format!("later {price}"),
    }
}

/// A number with so many decimals, of which the last may be left out if they are zeros.
fn number(amount: u64, decimals: usize, optional: usize) -> String {
    let digits = format!("{amount:0width$}", width = decimals + 1);
    let (whole, decimals) = digits.split_at(digits.len() - decimals);
    let (kept, rest) = decimals.split_at(decimals.len() - optional);
    let all = format!("{kept}{}", rest.trim_end_matches('0'));
    if all.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{all}")
    }
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
         hold 50.00 EUR"
    );
}

#[test]
fn a_price_that_includes_vat_is_shown_as_it_is() {
    let included = Tariff {
        tax_included: true,
        ..simple(&[energy(50_000, 2_500, 1)])
    };
    assert_eq!(told(&included, 2, 5_000), "0.50 EUR/kWh, hold 50.00 EUR");
}

#[test]
fn the_price_of_this_hour_comes_before_that_of_later_hours() {
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
        "0.40 EUR/kWh, later 0.20 EUR/kWh, hold 25.00 EUR"
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
        "66.55 JPY/kWh, 110 JPY/session, hold 3000 JPY"
    );
}

#[test]
fn a_price_of_a_minute_is_rounded_half_up() {
    let per_hour = |price| Tariff {
        currency: "JPY".into(),
        ..simple(&[time(price, 0, 1)])
    };
    // 100 yen an hour are 1.6667 a minute, 100.03 are 1.66717, and 100.05 are 1.6675.
    for (price, shown) in [(100_000, "1.667"), (100_030, "1.667"), (100_050, "1.668")] {
        assert_eq!(
            told(&per_hour(price), 0, 3_000),
            format!("{shown} JPY/min, hold 3000 JPY")
        );
    }
}

#[test]
fn what_costs_nothing_is_free() {
    assert_eq!(
        told(&simple(&[energy(0, 2_500, 1)]), 2, 100),
        "hold 1.00 EUR"
    );
}

fn with_minimum(min: PriceLimit) -> Tariff {
    Tariff {
        min_price: Some(min),
        ..simple(&[energy(50_000, 1_000, 1), flat(10_000, 2_000)])
    }
}

#[test]
fn a_minimum_price_stands_behind_the_prices_at_the_highest_vat() {
    // 0.50 x 1.1 = 0.55 and 0.10 x 1.2 = 0.12; 1.75 x 1.2 = 2.10.
    let told = |min| told(&with_minimum(min), 2, 5_000);
    let expected =
        |minimum| format!("0.55 EUR/kWh, 0.12 EUR/session, at least {minimum} EUR, hold 50.00 EUR");
    assert_eq!(told(limit(175, None)), expected("2.10"));
    assert_eq!(told(limit(None, 200)), expected("2.00"));
    assert_eq!(told(limit(175, 211)), expected("2.11"));
    // 0.03 x 1.2 = 0.036 and 0.02 x 1.2 = 0.024.
    assert_eq!(told(limit(3, None)), expected("0.04"));
    assert_eq!(told(limit(2, None)), expected("0.02"));
}

#[test]
fn a_minimum_price_is_no_more_than_the_maximum() {
    let bounded = Tariff {
        max_price: Some(limit(None, 200)),
        ..with_minimum(limit(175, None))
    };
    assert_eq!(
        told(&bounded, 2, 5_000),
        "0.55 EUR/kWh, 0.12 EUR/session, at least 2.00 EUR, hold 50.00 EUR"
    );
}

#[test]
fn a_minimum_of_nothing_is_none() {
    assert_eq!(
        told(&with_minimum(limit(0, 0)), 2, 5_000),
        "0.55 EUR/kWh, 0.12 EUR/session, hold 50.00 EUR"
    );
}

/// What is told of the tariff's elements, without hold and invitation.
fn prices(elements: Vec<chargetap_contract::money::TariffElement>) -> String {
    let told = told(&tariff(elements), 2, 5_000);
    let prices = told.strip_suffix(", hold 50.00 EUR");
    prices.unwrap().to_owned()
}

fn lasting(minutes: u64) -> Restriction {
    Restriction::Duration(range(minutes * MINUTE, None))
}

#[test]
fn a_price_that_waits_for_a_duration_is_told_with_its_start() {
    // 6.00 an hour are 0.10 a minute, and 12.00 are 0.20.
    let told = prices(vec![
        element(&[energy(50_000, 0, 1)], &[]),
        element(&[parking(1_200_000, 0, 1)], &[lasting(120)]),
        element(&[parking(600_000, 0, 1)], &[lasting(60)]),
    ]);
    assert_eq!(
        told,
        "0.50 EUR/kWh, 0.10 EUR/min idle after 60 min, 0.20 EUR/min idle after 120 min"
    );
}

#[test]
fn a_price_that_takes_over_after_a_duration_is_told_with_its_start() {
    let first = |minutes: u64| Restriction::Duration(range(None, minutes * MINUTE));
    let told = prices(vec![
        element(&[energy(0, 0, 1)], &[first(30)]),
        element(&[energy(25_000, 0, 1)], &[first(60)]),
        element(&[energy(40_000, 0, 1)], &[]),
    ]);
    assert_eq!(told, "0.25 EUR/kWh after 30 min, 0.40 EUR/kWh after 60 min");
}

#[test]
fn of_several_prices_of_other_hours_the_highest_is_told() {
    let told = prices(vec![
        element(&[energy(20_000, 0, 1)], &[hours((22, 0), (6, 0))]),
        element(&[energy(60_000, 0, 1)], &[hours((17, 0), (19, 0))]),
        element(&[energy(40_000, 0, 1)], &[]),
    ]);
    assert_eq!(told, "0.40 EUR/kWh, later up to 0.60 EUR/kWh");
}

#[test]
fn a_price_after_some_energy_is_told() {
    let first_ten = Restriction::Energy(range(None, 10_000));
    let told = prices(vec![
        element(&[energy(20_000, 0, 1)], &[first_ten]),
        element(&[energy(40_000, 0, 1)], &[]),
    ]);
    assert_eq!(told, "0.20 EUR/kWh, later 0.40 EUR/kWh");
}

#[test]
fn a_duration_from_the_start_on_is_not_waited_for() {
    let first_ten = Restriction::Energy(range(None, 10_000));
    let told = prices(vec![
        element(&[energy(20_000, 0, 1)], &[first_ten]),
        element(&[energy(40_000, 0, 1)], &[lasting(0)]),
    ]);
    assert_eq!(told, "0.20 EUR/kWh, later 0.40 EUR/kWh");
}

#[test]
fn prices_of_other_powers_are_told() {
    let below = |watts: u64| Restriction::Power(range(None, watts));
    let two = vec![
        element(&[energy(20_000, 0, 1)], &[below(16_000)]),
        element(&[energy(35_000, 0, 1)], &[]),
    ];
    assert_eq!(prices(two), "0.20 EUR/kWh, by power 0.35 EUR/kWh");
    let three = vec![
        element(&[energy(20_000, 0, 1)], &[below(16_000)]),
        element(&[energy(50_000, 0, 1)], &[below(32_000)]),
        element(&[energy(35_000, 0, 1)], &[]),
    ];
    assert_eq!(prices(three), "0.20 EUR/kWh, by power up to 0.50 EUR/kWh");
}

#[test]
fn a_price_that_no_session_comes_to_have_is_not_told() {
    // The first of January 2026, a Thursday, is day 20,454; a session ends on Friday at noon.
    let never = [
        Restriction::Date(range(20_456, None)),
        Restriction::Weekday(vec![6, 7]),
        lasting(24 * 60),
    ];
    for restriction in never {
        let told = prices(vec![
            element(&[energy(90_000, 0, 1)], &[restriction]),
            element(&[energy(40_000, 0, 1)], &[]),
            element(&[energy(80_000, 0, 1)], &[]),
        ]);
        assert_eq!(told, "0.40 EUR/kWh");
    }
    let tomorrow = prices(vec![
        element(&[energy(90_000, 0, 1)], &[Restriction::Weekday(vec![5])]),
        element(&[energy(40_000, 0, 1)], &[]),
    ]);
    assert_eq!(tomorrow, "0.40 EUR/kWh, later 0.90 EUR/kWh");
}

#[test]
fn a_price_that_stays_the_same_is_told_once() {
    let told = prices(vec![
        element(&[energy(40_000, 0, 1)], &[hours((8, 0), (14, 0))]),
        element(&[energy(40_000, 0, 1), time(0, 0, 1)], &[lasting(60)]),
        element(&[energy(40_000, 0, 1), time(0, 0, 1)], &[]),
    ]);
    assert_eq!(told, "0.40 EUR/kWh");
}
