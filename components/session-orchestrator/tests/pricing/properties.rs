//! Invariants of prices for any tariff and any readings.

use chargetap_contract::money::{
    Dimension, Price, PriceComponent, PriceLimit, Restriction, Tariff, TariffElement,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::course::{MONDAY, at, price, price_from};
use crate::tariffs::{element, energy, flat, hours, range, simple, tariff};

fn restriction() -> impl Strategy<Value = Restriction> {
    let bounds =
        |most: u64| (option::of(0..most), option::of(0..most)).prop_map(|(a, b)| range(a, b));
    prop_oneof![
        bounds(1_440).prop_map(Restriction::TimeOfDay),
        (MONDAY..MONDAY + 3, MONDAY..MONDAY + 3).prop_map(|(a, b)| Restriction::Date(range(a, b))),
        vec(1_u8..=7, 0..4).prop_map(Restriction::Weekday),
        bounds(50_000).prop_map(Restriction::Energy),
        bounds(50_000).prop_map(Restriction::Power),
        bounds(100_000_000).prop_map(Restriction::Duration),
    ]
}

fn component() -> impl Strategy<Value = PriceComponent> {
    let dimension = prop_oneof![
        Just(Dimension::Energy),
        Just(Dimension::Time),
        Just(Dimension::ParkingTime),
        Just(Dimension::Flat),
    ];
    (
        dimension,
        0_u64..1_000_000,
        option::of(0_u32..=10_000),
        0_u32..1_000,
    )
        .prop_map(|(dimension, price, vat_rate, step_size)| PriceComponent {
            dimension,
            price,
            vat_rate,
            step_size,
        })
}

fn elements() -> impl Strategy<Value = Vec<TariffElement>> {
    let element = (vec(component(), 0..4), vec(restriction(), 0..3))
        .prop_map(|(components, restrictions)| element(&components, &restrictions));
    vec(element, 0..5)
}

/// Tariffs without limits, in currencies of no, two and three decimals.
fn tariffs() -> impl Strategy<Value = Tariff> {
    let currency = prop_oneof![Just("JPY"), Just("EUR"), Just("KWD")];
    (currency, any::<bool>(), elements()).prop_map(|(currency, tax_included, elements)| Tariff {
        currency: currency.into(),
        tax_included,
        ..tariff(elements)
    })
}

fn limits() -> impl Strategy<Value = Option<PriceLimit>> {
    let amount = || option::of(0_u64..10_000);
    option::of((amount(), amount()).prop_map(|(net, gross)| PriceLimit { net, gross }))
}

/// Readings whose time and energy never go back.
fn readings() -> impl Strategy<Value = Vec<(u64, u64)>> {
    vec((0_u64..40_000, 0_u64..30_000), 1..6).prop_map(|steps| {
        let sum = |(time, energy): &mut (u64, u64), step: (u64, u64)| {
            *time += step.0;
            *energy += step.1;
            Some((*time, *energy))
        };
        steps.into_iter().scan((0, 0), sum).collect()
    })
}

/// What the lines and adjustments of a rate come to with VAT, in thousandths of the minor unit.
fn explained(price: &Price, rate: Option<u32>) -> i128 {
    let lines = price.lines.iter().filter(|line| line.vat_rate == rate);
    let lines: i128 = lines.map(|line| i128::from(line.amount)).sum();
    let total = price.vat_totals.iter().find(|total| total.vat_rate == rate);
    let sum = lines + total.map_or(0, |total| i128::from(total.adjustment));
    if price.tax_included {
        sum
    } else {
        sum * i128::from(10_000 + rate.unwrap_or(0)) / 10_000
    }
}

proptest! {
    #[test]
    fn net_and_vat_are_gross_in_all_and_for_each_rate(
        tariff in tariffs(), min in limits(), max in limits(), readings in readings(),
    ) {
        let tariff = Tariff { min_price: min, max_price: max, ..tariff };
        let price = price(&tariff, &readings);
        prop_assert_eq!(price.net + price.vat, price.gross);
        let mut sums = (0, 0, 0);
        for total in &price.vat_totals {
            prop_assert_eq!(total.net + total.vat, total.gross);
            sums = (sums.0 + total.net, sums.1 + total.vat, sums.2 + total.gross);
        }
        prop_assert_eq!(sums, (price.net, price.vat, price.gross));
    }

    #[test]
    fn lines_and_adjustments_explain_the_price(
        tariff in tariffs(), min in limits(), max in limits(), readings in readings(),
    ) {
        let tariff = Tariff { min_price: min, max_price: max, ..tariff };
        let price = price(&tariff, &readings);
        // Half a minor unit, and a thousandth for each amount that was rounded itself.
        let tolerance = 500 + 2 * i128::try_from(price.lines.len() + price.vat_totals.len()).unwrap();
        let sum: i128 = price.vat_totals.iter().map(|total| explained(&price, total.vat_rate)).sum();
        prop_assert!((sum - i128::from(price.gross) * 1_000).abs() <= tolerance);
        for line in &price.lines {
            prop_assert!(price.vat_totals.iter().any(|total| total.vat_rate == line.vat_rate));
        }
    }

    #[test]
    fn a_maximum_is_never_exceeded(
        tariff in tariffs(), min in 0_u64..500, max in 500_u64..5_000, readings in readings(),
    ) {
        let tariff = Tariff {
            min_price: Some(PriceLimit { net: None, gross: Some(min) }),
            max_price: Some(PriceLimit { net: None, gross: Some(max) }),
            ..tariff
        };
        prop_assert!(price(&tariff, &readings).gross <= max);
    }

    #[test]
    fn a_session_with_priced_energy_costs_at_least_the_minimum(
        per_kwh in 0_u64..100_000, fee in 0_u64..100_000, vat in 0_u32..=10_000,
        min in 0_u64..5_000, readings in readings(), some in 1_u64..1_000,
    ) {
        let tariff = Tariff {
            min_price: Some(PriceLimit { net: None, gross: Some(min) }),
            ..simple(&[energy(per_kwh, vat, 1), flat(fee, 2_000)])
        };
        let readings: Vec<_> = readings.into_iter().map(|(at, energy)| (at, energy + some)).collect();
        prop_assert!(price(&tariff, &readings).gross >= min);
    }

    // By steps of 1 Wh: longer ones are filled up at the price of the last piece.
    #[test]
    fn more_energy_never_costs_less(
        day in 0_u64..100_000, night in 0_u64..100_000, fee in 0_u64..100_000, vat in 0_u32..=10_000,
        time in 0_u64..200_000, used in 0_u64..100_000, more in 0_u64..1_000,
    ) {
        let tariff = tariff(vec![
            element(&[energy(night, vat, 1)], &[hours((22, 0), (6, 0))]),
            element(&[energy(day, vat, 1), flat(fee, 2_000)], &[]),
        ]);
        let less = price(&tariff, &[(time, used)]);
        prop_assert!(price(&tariff, &[(time, used + more)]).gross >= less.gross);
    }

    #[test]
    fn a_reading_in_between_does_not_change_a_price_by_energy(
        per_kwh in 0_u64..1_000_000, vat in 0_u32..=10_000, step in 0_u32..1_000,
        (time, split_time) in (0_u64..100_000).prop_flat_map(|all| (Just(all), 0..=all)),
        (used, split) in (0_u64..100_000).prop_flat_map(|all| (Just(all), 0..=all)),
    ) {
        let tariff = simple(&[energy(per_kwh, vat, step)]);
        prop_assert_eq!(
            price(&tariff, &[(time, used)]),
            price(&tariff, &[(split_time, split), (time, used)])
        );
    }

    #[test]
    fn no_watt_hour_is_lost_where_an_interval_is_divided(
        restrictions in vec(restriction(), 0..4), readings in readings(), start in 0_u64..1_440,
    ) {
        let tariff = tariff(
            restrictions
                .iter()
                .map(|it| element(&[energy(10_000, 0, 1)], std::slice::from_ref(it)))
                .chain([element(&[energy(20_000, 0, 1)], &[])])
                .collect(),
        );
        let price = price_from(at(MONDAY, 0, start), &[], &tariff, &readings);
        let billed: u64 = price.lines.iter().map(|line| line.quantity).sum();
        prop_assert_eq!(billed, readings.last().unwrap().1);
    }
}
