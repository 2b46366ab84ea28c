//! The worked examples of OCPI 2.3.0's chapter on tariffs, their figures retyped.
//!
//! Two printed totals are wrong in the specification and stand here as its own rules give them: the
//! Saturday of the complex tariff (12.375 and 13.975), and 20.45 kWh in steps of 100 Wh (5.625 and
//! 6.2375). Its currents are written as the power of three phases at 230 V: 32 A are 22.08 kW. A
//! reservation is no part of our sessions; its time stands as parking time before charging.

use chargetap_contract::money::{Price, Restriction, Tariff};

use crate::course::{MONDAY, Readings, at, price_from};
use crate::tariffs::{
    element, energy, flat, hours, limit, parking, range, simple, tariff, time, untaxed,
};

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const SATURDAY: u64 = MONDAY + 5;

#[derive(Clone)]
struct Example {
    what: &'static str,
    tariff: Tariff,
    start: u64,
    readings: Readings<'static>,
    /// Billed quantity and unit price of each line: watt-hours, seconds, or 1.
    lines: &'static [(u64, u64)],
    /// As published, in ten-thousandths of the currency.
    net: u64,
    gross: u64,
}

fn example(
    what: &'static str,
    tariff: Tariff,
    readings: Readings<'static>,
    lines: &'static [(u64, u64)],
    (net, gross): (u64, u64),
) -> Example {
    Example {
        what,
        tariff,
        start: at(MONDAY, 12, 0),
        readings,
        lines,
        net,
        gross,
    }
}

fn energy_with_minimum() -> Tariff {
    Tariff {
        min_price: Some(limit(50, 55)),
        ..simple(&[energy(25_000, 1_000, 1)])
    }
}

fn start_fee_with_maximum() -> Tariff {
    Tariff {
        max_price: Some(limit(1_000, 1_100)),
        ..simple(&[flat(50_000, 2_000), energy(25_000, 1_000, 1)])
    }
}

fn complex() -> Tariff {
    let power = |min: Option<u64>, max: Option<u64>| Restriction::Power(range(min, max));
    let weekdays = || Restriction::Weekday(vec![1, 2, 3, 4, 5]);
    tariff(vec![
        element(&[flat(250_000, 1_500)], &[]),
        element(&[time(100_000, 2_000, 900)], &[power(None, Some(22_080))]),
        element(
            &[time(200_000, 2_000, 600)],
            &[power(Some(22_080), None), weekdays()],
        ),
        element(
            &[time(125_000, 2_000, 600)],
            &[power(Some(22_080), None), Restriction::Weekday(vec![6, 7])],
        ),
        element(
            &[parking(500_000, 1_000, 300)],
            &[hours((9, 0), (18, 0)), weekdays()],
        ),
        element(
            &[parking(600_000, 1_000, 300)],
            &[hours((10, 0), (17, 0)), Restriction::Weekday(vec![6])],
        ),
    ])
}

/// Reserved time first, then energy at 0.25 and a fee of 0.50 with what the reservation adds to it.
fn reserved(fee: u64, per_hour: u64, step: u32) -> Tariff {
    simple(&[
        flat(fee, 2_000),
        energy(25_000, 1_000, 1),
        parking(per_hour, 2_000, step),
    ])
}

fn steps() -> Tariff {
    let time = |price, step| untaxed(time(price, 0, step));
    let parking = || untaxed(parking(100_000, 0, 900));
    tariff(vec![
        element(
            &[time(120_000, 1_800), parking()],
            &[hours((0, 0), (17, 0))],
        ),
        element(&[time(240_000, 900), parking()], &[hours((17, 0), (20, 0))]),
        element(&[time(240_000, 900)], &[hours((20, 0), (0, 0))]),
    ])
}

fn by_power() -> Tariff {
    let below = |watts: u64| Restriction::Power(range(None, watts));
    tariff(vec![
        element(&[energy(20_000, 2_000, 1)], &[below(16_000)]),
        element(&[energy(35_000, 2_000, 1)], &[below(32_000)]),
        element(&[energy(50_000, 2_000, 1)], &[]),
    ])
}

fn by_duration() -> Tariff {
    let below = |minutes: u64| Restriction::Duration(range(None, minutes * 60_000));
    tariff(vec![
        element(&[energy(0, 2_000, 1)], &[below(30)]),
        element(&[energy(25_000, 2_000, 1)], &[below(60)]),
        element(&[energy(40_000, 2_000, 1)], &[]),
    ])
}

fn north_american(tax_included: bool, price: u64) -> Tariff {
    Tariff {
        currency: "CAD".into(),
        tax_included,
        ..simple(&[untaxed(time(price, 0, 1))])
    }
}

const TWO_AND_A_HALF_HOURS: Readings<'static> = &[(9_000, 30_000)];

fn simple_examples() -> Vec<Example> {
    vec![
        example(
            "energy alone",
            simple(&[energy(25_000, 1_000, 1)]),
            &[(HOUR, 20_000)],
            &[(20_000, 25_000)],
            (50_000, 55_000),
        ),
        example(
            "energy and a start fee",
            simple(&[flat(50_000, 2_000), energy(25_000, 1_000, 1)]),
            &[(HOUR, 20_000)],
            &[(20_000, 25_000), (1, 50_000)],
            (55_000, 61_000),
        ),
        example(
            "above the minimum price",
            energy_with_minimum(),
            &[(HOUR, 20_000)],
            &[(20_000, 25_000)],
            (50_000, 55_000),
        ),
        example(
            "below the minimum price: less than 2 kWh",
            energy_with_minimum(),
            &[(HOUR, 1_500)],
            &[(1_500, 25_000)],
            (5_000, 5_500),
        ),
        example(
            "40 minutes parked in steps of 15",
            simple(&[
                flat(50_000, 2_000),
                energy(25_000, 1_000, 1),
                parking(200_000, 2_000, 900),
            ]),
            &[(HOUR, 20_000), (HOUR + 40 * MINUTE, 20_000)],
            &[(20_000, 25_000), (45 * MINUTE, 200_000), (1, 50_000)],
            (70_000, 79_000),
        ),
        example(
            "above the maximum price",
            start_fee_with_maximum(),
            &[(HOUR, 50_000)],
            &[(50_000, 25_000), (1, 50_000)],
            (100_000, 110_000),
        ),
        example(
            "below the maximum price",
            start_fee_with_maximum(),
            &[(HOUR, 30_000)],
            &[(30_000, 25_000), (1, 50_000)],
            (80_000, 88_500),
        ),
        example(
            "time alone",
            simple(&[time(200_000, 1_000, 60)]),
            TWO_AND_A_HALF_HOURS,
            &[(9_000, 200_000)],
            (50_000, 55_000),
        ),
        example(
            "time, the tax being included at a rate not told",
            north_american(true, 210_000),
            TWO_AND_A_HALF_HOURS,
            &[(9_000, 210_000)],
            (52_500, 52_500),
        ),
        example(
            "time, the tax being excluded at a rate not told",
            north_american(false, 200_000),
            TWO_AND_A_HALF_HOURS,
            &[(9_000, 200_000)],
            (50_000, 50_000),
        ),
        example(
            "time, and 42 minutes parked in steps of 5",
            simple(&[time(300_000, 1_000, 60), parking(500_000, 2_000, 300)]),
            &[(9_000, 30_000), (9_000 + 42 * MINUTE, 30_000)],
            &[(9_000, 300_000), (45 * MINUTE, 500_000)],
            (112_500, 127_500),
        ),
        example(
            "time for an ad hoc payment",
            simple(&[time(190_000, 520, 300)]),
            TWO_AND_A_HALF_HOURS,
            &[(9_000, 190_000)],
            (47_500, 49_970),
        ),
        example(
            "20.45 kWh in steps of 100 Wh",
            simple(&[flat(50_000, 2_000), energy(25_000, 1_000, 100)]),
            &[(HOUR, 20_450)],
            &[(20_500, 25_000), (1, 50_000)],
            (56_250, 62_375),
        ),
    ]
}

fn restricted_examples() -> Vec<Example> {
    vec![
        Example {
            start: at(MONDAY, 9, 30),
            ..example(
                "a Monday at less than 32 A, then 42 minutes parked",
                complex(),
                &[(165 * MINUTE, 30_250), (207 * MINUTE, 30_250)],
                &[
                    (165 * MINUTE, 100_000),
                    (45 * MINUTE, 500_000),
                    (1, 250_000),
                ],
                (90_000, 103_000),
            )
        },
        Example {
            start: at(SATURDAY, 13, 30),
            ..example(
                "a Saturday at more than 32 A, then 71 minutes parked",
                complex(),
                &[(114 * MINUTE, 83_600), (185 * MINUTE, 83_600)],
                &[
                    (114 * MINUTE, 125_000),
                    (75 * MINUTE, 600_000),
                    (1, 250_000),
                ],
                (123_750, 139_750),
            )
        },
        Example {
            start: at(MONDAY, 16, 55),
            ..example(
                "10 minutes across 17:00 and 2 minutes parked",
                steps(),
                &[(10 * MINUTE, 2_000), (12 * MINUTE, 2_000)],
                &[
                    (5 * MINUTE, 120_000),
                    (5 * MINUTE, 240_000),
                    (15 * MINUTE, 100_000),
                ],
                (5_500, 5_500),
            )
        },
        Example {
            start: at(MONDAY, 16, 35),
            ..example(
                "35 minutes across 17:00",
                steps(),
                &[(35 * MINUTE, 7_000)],
                &[(25 * MINUTE, 120_000), (20 * MINUTE, 240_000)],
                (13_000, 13_000),
            )
        },
        Example {
            start: at(MONDAY, 19, 40),
            ..example(
                "12 minutes, and 20 parked across 20:00, from when parking is free",
                steps(),
                &[(12 * MINUTE, 2_000), (32 * MINUTE, 2_000)],
                &[(12 * MINUTE, 240_000), (15 * MINUTE, 100_000)],
                (7_300, 7_300),
            )
        },
        example(
            "1 kWh at 6 kW, 40 at 48 kW, 0.5 at 4 kW",
            by_power(),
            &[(600, 1_000), (3_600, 41_000), (4_050, 41_500)],
            &[(1_500, 20_000), (40_000, 50_000)],
            (203_000, 243_600),
        ),
        example(
            "40 minutes, of which 30 are free",
            by_duration(),
            &[(30 * MINUTE, 5_000), (40 * MINUTE, 6_200)],
            &[(1_200, 25_000)],
            (3_000, 3_600),
        ),
    ]
}

fn reserved_examples() -> Vec<Example> {
    vec![
        example(
            "15 minutes reserved",
            reserved(50_000, 500_000, 60),
            &[(15 * MINUTE, 0), (75 * MINUTE, 20_000)],
            &[(20_000, 25_000), (15 * MINUTE, 500_000), (1, 50_000)],
            (67_500, 76_000),
        ),
        example(
            "13 minutes reserved in steps of 5, with a fee of 2.00",
            reserved(250_000, 500_000, 300),
            &[(13 * MINUTE, 0), (73 * MINUTE, 20_000)],
            &[(20_000, 25_000), (15 * MINUTE, 500_000), (1, 250_000)],
            (87_500, 100_000),
        ),
        example(
            "22 minutes reserved in steps of 10",
            reserved(50_000, 200_000, 600),
            &[(22 * MINUTE, 0), (82 * MINUTE, 20_000)],
            &[(20_000, 25_000), (30 * MINUTE, 200_000), (1, 50_000)],
            (65_000, 73_000),
        ),
        example(
            "a reservation that expired after 1 hour, with a fee; the fee takes some energy here",
            simple(&[flat(400_000, 2_000), parking(200_000, 2_000, 600)]),
            &[(HOUR, 0), (HOUR + 1, 1)],
            &[(HOUR, 200_000), (1, 400_000)],
            (60_000, 72_000),
        ),
        example(
            "22 minutes reserved at another price",
            reserved(50_000, 300_000, 600),
            &[(22 * MINUTE, 0), (82 * MINUTE, 20_000)],
            &[(20_000, 25_000), (30 * MINUTE, 300_000), (1, 50_000)],
            (70_000, 79_000),
        ),
        example(
            "a reservation that expired after 1.5 hours",
            simple(&[parking(600_000, 2_000, 600)]),
            &[(90 * MINUTE, 0)],
            &[(90 * MINUTE, 600_000)],
            (90_000, 108_000),
        ),
    ]
}

/// Lines as quantity in watt-hours, seconds or 1, and unit price.
fn lines(price: &Price) -> Vec<(u64, u64)> {
    use chargetap_contract::money::Dimension;
    let quantity = |dimension, quantity| match dimension {
        Dimension::Time | Dimension::ParkingTime => {
            assert_eq!(quantity % 1_000, 0, "whole seconds");
            quantity / 1_000
        }
        _ => quantity,
    };
    let lines = price.lines.iter();
    lines
        .map(|line| (quantity(line.dimension, line.quantity), line.unit_price))
        .collect()
}

#[test]
fn every_published_example_costs_what_it_says() {
    let examples = [
        simple_examples(),
        restricted_examples(),
        reserved_examples(),
    ]
    .concat();
    assert_eq!(examples.len(), 26);
    for it in examples {
        let price = price_from(it.start, &[], &it.tariff, it.readings);
        assert_eq!(lines(&price), it.lines, "{}", it.what);
        assert_eq!(price.gross, (it.gross + 50) / 100, "gross: {}", it.what);
        // VAT is taken out of the rounded gross, so net may be off the exact one by half a cent.
        let off = (price.net * 100).abs_diff(it.net);
        assert!(off <= 50, "net {}: {}", price.net, it.what);
        assert_eq!(price.net + price.vat, price.gross, "{}", it.what);
    }
}
