//! Net, VAT and gross, worked out by hand with decimal fractions.

use chargetap_contract::money::{Price, Tariff};

use crate::course::price;
use crate::tariffs::{energy, flat, limit, parking, simple, time, untaxed};

const HOUR: u64 = 3_600;

fn figures(price: &Price) -> (u64, u64, u64) {
    (price.net, price.vat, price.gross)
}

/// Rate, adjustment, net, VAT and gross of each rate.
fn by_rate(price: &Price) -> Vec<(Option<u32>, i64, u64, u64, u64)> {
    let totals = price.vat_totals.iter();
    totals
        .map(|it| (it.vat_rate, it.adjustment, it.net, it.vat, it.gross))
        .collect()
}

#[test]
fn energy_and_a_fee_with_vat_are_rounded_once() {
    // 7.42 kWh x 0.49 + 0.25 = 3.8858; x 1.25 = 4.85725, so 4.86; VAT 0.972, so 0.97.
    let tariff = simple(&[energy(49_000, 2_500, 1), flat(25_000, 2_500)]);
    let price = price(&tariff, &[(HOUR, 7_420)]);
    assert_eq!(figures(&price), (389, 97, 486));
    let amounts: Vec<u64> = price.lines.iter().map(|line| line.amount).collect();
    assert_eq!(amounts, [363_580, 25_000]);
}

#[test]
fn exactly_half_a_cent_is_rounded_up() {
    // 50 Wh at 0.10 is half a cent.
    let tariff = simple(&[energy(10_000, 0, 1)]);
    assert_eq!(price(&tariff, &[(HOUR, 50)]).gross, 1);
    assert_eq!(price(&tariff, &[(HOUR, 49)]).gross, 0);
}

#[test]
fn lines_that_were_rounded_are_not_what_the_price_is_made_of() {
    // 1 s at 17.99 an hour is 0.4997 cents, which is 0.500 on its line and nothing in the price.
    let tariff = simple(&[time(1_799_000, 0, 1)]);
    let price = price(&tariff, &[(1, 1)]);
    assert_eq!((price.lines[0].amount, price.gross), (500, 0));
}

#[test]
fn tax_that_is_included_is_taken_out() {
    // 10 kWh at 0.50 are 5.00, of which a fifth is VAT at 25 %.
    let tariff = Tariff {
        tax_included: true,
        ..simple(&[energy(50_000, 2_500, 1)])
    };
    assert_eq!(figures(&price(&tariff, &[(HOUR, 10_000)])), (400, 100, 500));
}

#[test]
fn every_vat_rate_has_its_own_total_from_the_lowest() {
    let tariff = simple(&[
        flat(50_000, 2_000),
        energy(25_000, 1_000, 1),
        untaxed(parking(60_000, 0, 60)),
    ]);
    let price = price(&tariff, &[(HOUR, 20_000), (2 * HOUR, 20_000)]);
    assert_eq!(
        by_rate(&price),
        [
            (None, 0, 60, 0, 60),
            (Some(1_000), 0, 500, 50, 550),
            (Some(2_000), 0, 50, 10, 60)
        ]
    );
    assert_eq!(figures(&price), (610, 60, 670));
}

#[test]
fn the_totals_of_the_rates_are_what_each_adds_to_the_rounded_sum() {
    // Half a cent without VAT and 0.55 cents with: 1.05 cents in all, of which one comes first.
    let tariff = simple(&[flat(500, 0), energy(10_000, 1_000, 1)]);
    let price = price(&tariff, &[(HOUR, 50)]);
    assert_eq!(
        by_rate(&price),
        [(Some(0), 0, 1, 0, 1), (Some(1_000), 0, 0, 0, 0)]
    );
    assert_eq!(price.gross, 1);
}

#[test]
fn what_is_above_the_maximum_is_taken_off_the_highest_rate_first() {
    // 12.50 at 10 % and 0.50 at 20 % are 13.75 and 0.60; 11.00 remain, all of it at 10 %.
    let tariff = Tariff {
        max_price: Some(limit(1_000, 1_100)),
        ..simple(&[flat(50_000, 2_000), energy(25_000, 1_000, 1)])
    };
    assert_eq!(
        by_rate(&price(&tariff, &[(HOUR, 50_000)])),
        [
            (Some(1_000), -250_000, 1_000, 100, 1_100),
            (Some(2_000), -50_000, 0, 0, 0)
        ]
    );
}

#[test]
fn a_maximum_of_one_kind_bounds_that_kind() {
    // 20 kWh at 0.50 and 25 %: 10.00 and 12.50.
    let costs = simple(&[energy(50_000, 2_500, 1)]);
    let at_most = |net, gross| Tariff {
        max_price: Some(limit(net, gross)),
        ..costs.clone()
    };
    let price = |tariff| figures(&price(&tariff, &[(HOUR, 20_000)]));
    assert_eq!(price(at_most(Some(800), None)), (800, 200, 1_000));
    assert_eq!(price(at_most(None, Some(800))), (640, 160, 800));
    // Of both, the lower one bounds.
    assert_eq!(price(at_most(Some(800), Some(800))), (640, 160, 800));
    assert_eq!(price(at_most(Some(600), Some(800))), (600, 150, 750));
}

#[test]
fn limits_bound_prices_that_include_tax_just_so() {
    let costs = Tariff {
        tax_included: true,
        ..simple(&[energy(62_500, 2_500, 1)])
    };
    let at_most = Tariff {
        max_price: Some(limit(800, None)),
        ..costs.clone()
    };
    assert_eq!(
        figures(&price(&at_most, &[(HOUR, 20_000)])),
        (800, 200, 1_000)
    );
    let at_least = Tariff {
        min_price: Some(limit(1_200, None)),
        ..costs
    };
    assert_eq!(
        figures(&price(&at_least, &[(HOUR, 20_000)])),
        (1_200, 300, 1_500)
    );
}

#[test]
fn what_the_minimum_adds_is_at_the_lowest_rate() {
    // 1 kWh at 0.25 and 10 %, and a fee of 0.10 at 20 %: 0.275 and 0.12. 0.605 are missing.
    let tariff = Tariff {
        min_price: Some(limit(None, 100)),
        ..simple(&[flat(10_000, 2_000), energy(25_000, 1_000, 1)])
    };
    assert_eq!(
        by_rate(&price(&tariff, &[(HOUR, 1_000)])),
        [
            (Some(1_000), 55_000, 80, 8, 88),
            (Some(2_000), 0, 10, 2, 12)
        ]
    );
}

#[test]
fn what_the_minimum_adds_is_at_the_lowest_rate_that_costs_something() {
    // Free energy at 10 %, and a fee of 0.10 at 20 %, of which 1.00 is 0.8333 and VAT.
    let tariff = Tariff {
        min_price: Some(limit(None, 100)),
        ..simple(&[flat(10_000, 2_000), energy(0, 1_000, 1)])
    };
    assert_eq!(
        by_rate(&price(&tariff, &[(HOUR, 1_000)])),
        [(Some(2_000), 73_333, 83, 17, 100)]
    );
}

#[test]
fn a_minimum_is_due_for_free_energy() {
    // 1.00 at 10 % is 0.9091 and VAT.
    let tariff = Tariff {
        min_price: Some(limit(None, 100)),
        ..simple(&[energy(0, 1_000, 1)])
    };
    assert_eq!(
        by_rate(&price(&tariff, &[(HOUR, 1_000)])),
        [(Some(1_000), 90_909, 91, 9, 100)]
    );
}

#[test]
fn a_minimum_is_due_for_energy_and_not_for_parking() {
    let tariff = Tariff {
        min_price: Some(limit(100, None)),
        ..simple(&[energy(25_000, 0, 1), parking(60_000, 0, 60)])
    };
    assert_eq!(price(&tariff, &[(HOUR, 1)]).gross, 100);
    assert_eq!(price(&tariff, &[(HOUR, 0)]).gross, 60);
}

#[test]
fn a_step_is_rounded_up_once_over_the_session() {
    // Three times 10 Wh are 30 Wh, in steps of 100 Wh.
    let tariff = simple(&[energy(25_000, 0, 100)]);
    let price = price(&tariff, &[(60, 10), (120, 20), (180, 30)]);
    assert_eq!(price.lines[0].quantity, 100);
}

#[test]
fn a_price_beyond_all_bounds_is_the_largest_there_is() {
    let tariff = simple(&[energy(u64::MAX, 2_500, 1), flat(u64::MAX, 1_000)]);
    let price = price(&tariff, &[(HOUR, 4_000_000_000)]);
    assert_eq!(price.gross, u64::MAX);
    assert_eq!(price.net + price.vat, price.gross);
}
