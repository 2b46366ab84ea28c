use chargetap_contract::money::{
    Dimension, PriceComponent, PriceLimit, Range, Restriction, Tariff, TariffElement,
};
use chargetap_ocpp::Version;
use chargetap_ocpp::message::Request;
use serde_json::{Value, json};

use super::conversion::converted;
use super::{Untold, changes_with_time};

const VAT: u32 = 2_500;
const DAY: u64 = 20_454; // 2026-01-01

fn range(min: impl Into<Option<u64>>, max: impl Into<Option<u64>>) -> Range {
    Range {
        min: min.into(),
        max: max.into(),
    }
}

/// A price in thousandths of a cent, with 25 % VAT.
fn price(dimension: Dimension, price: u64) -> PriceComponent {
    PriceComponent {
        dimension,
        price,
        vat_rate: Some(VAT),
        step_size: 1,
    }
}

fn element(components: Vec<PriceComponent>, restrictions: Vec<Restriction>) -> TariffElement {
    TariffElement {
        components,
        restrictions,
    }
}

fn tariff(elements: Vec<TariffElement>) -> Tariff {
    Tariff {
        currency: "EUR".into(),
        tax_included: false,
        elements,
        min_price: None,
        max_price: None,
        preauthorize_amount: None,
    }
}

/// The tariff as it is sent, without its id and its currency.
fn told(tariff: &Tariff) -> Value {
    let tariff = Box::new(converted(tariff, 2).unwrap());
    let call = Request::SetTariff { evse: 1, tariff }.call(Version::V21, "1");
    let mut call: Value = serde_json::from_str(&call.unwrap()).unwrap();
    let told = call[3]["tariff"].as_object_mut().unwrap();
    told.remove("tariffId").unwrap();
    assert_eq!(told.remove("currency"), Some(json!("EUR")));
    json!(told)
}

fn untold(tariff: &Tariff) -> Untold {
    converted(tariff, 2).unwrap_err()
}

/// The conditions that a station is sent for a price per kWh with these restrictions.
fn conditions(restrictions: Vec<Restriction>) -> Value {
    let energy = price(Dimension::Energy, 49_000);
    let told = told(&tariff(vec![element(vec![energy], restrictions)]));
    told["energy"]["prices"][0]["conditions"].clone()
}

#[test]
fn every_dimension_is_told_without_vat_and_time_by_the_minute() {
    let components = vec![
        price(Dimension::Energy, 49_000),
        price(Dimension::Time, 60_000),
        price(Dimension::ParkingTime, 100_000),
        price(Dimension::Flat, 25_000),
    ];
    let vat = json!([{"type": "VAT", "tax": 25}]);
    // An hour of parking is 1.00 EUR: 0.0166666... a minute.
    let expected = json!({
        "energy": {"prices": [{"priceKwh": 0.49}], "taxRates": vat},
        "chargingTime": {"prices": [{"priceMinute": 0.01}], "taxRates": vat},
        "idleTime": {"prices": [{"priceMinute": 0.016667}], "taxRates": vat},
        "fixedFee": {"prices": [{"priceFixed": 0.25}], "taxRates": vat},
    });
    assert_eq!(told(&tariff(vec![element(components, vec![])])), expected);
}

#[test]
fn vat_is_taken_out_of_prices_that_include_it() {
    let energy = |vat_rate| PriceComponent {
        vat_rate,
        ..price(Dimension::Energy, 65_000)
    };
    let told = |vat_rate| {
        told(&Tariff {
            tax_included: true,
            ..tariff(vec![element(vec![energy(vat_rate)], vec![])])
        })
    };
    let expected = |amount: f64, tax: Value| json!({"energy": {"prices": [{"priceKwh": amount}], "taxRates": [{"type": "VAT", "tax": tax}]}});
    assert_eq!(told(Some(2_500)), expected(0.52, json!(25)));
    // 0.65 / 1.19 is 0.54621848...
    assert_eq!(told(Some(1_900)), expected(0.546_218, json!(19)));
    assert_eq!(told(Some(770)), expected(0.603_528, json!(7.7)));
    // Without a rate, nothing is known of a tax.
    let untaxed = json!({"energy": {"prices": [{"priceKwh": 0.65}]}});
    assert_eq!(told(None), untaxed);
    assert_eq!(told(Some(0)), untaxed);
}

#[test]
fn a_price_of_a_currency_without_decimals_is_in_its_units() {
    let yen = tariff(vec![element(
        vec![price(Dimension::Energy, 65_500)],
        vec![],
    )]);
    let prices = converted(&yen, 0).unwrap().energy.unwrap().prices;
    assert_eq!(prices[0].amount.to_string(), "65.5");
}

#[test]
fn every_restriction_is_told_as_the_condition_that_ocpp_has() {
    let cases = [
        (
            Restriction::TimeOfDay(range(22 * 60, 6 * 60)),
            json!({"startTimeOfDay": "22:00", "endTimeOfDay": "06:00"}),
        ),
        (
            Restriction::TimeOfDay(range(None, 6 * 60 + 5)),
            json!({"startTimeOfDay": "00:00", "endTimeOfDay": "06:05"}),
        ),
        (
            Restriction::TimeOfDay(range(22 * 60, None)),
            json!({"startTimeOfDay": "22:00", "endTimeOfDay": "00:00"}),
        ),
        // One that begins and ends at the same time of day holds all day.
        (Restriction::TimeOfDay(range(300, 300)), json!(null)),
        (
            Restriction::Date(range(DAY, DAY + 365)),
            json!({"validFromDate": "2026-01-01", "validToDate": "2027-01-01"}),
        ),
        (
            Restriction::Weekday(vec![7, 6, 6]),
            json!({"dayOfWeek": ["Saturday", "Sunday"]}),
        ),
        (
            Restriction::Energy(range(1_500, 20_000)),
            json!({"minEnergy": 1_500, "maxEnergy": 20_000}),
        ),
        (
            Restriction::Power(range(11_000, None)),
            json!({"minPower": 11_000}),
        ),
        (
            Restriction::Duration(range(None, 7_200_000)),
            json!({"maxTime": 7_200}),
        ),
    ];
    for (restriction, expected) in cases {
        let what = format!("{restriction:?}");
        assert_eq!(conditions(vec![restriction]), expected, "{what}");
    }
    let both = vec![
        Restriction::Weekday(vec![1]),
        Restriction::Power(range(None, 50_000)),
    ];
    let expected = json!({"dayOfWeek": ["Monday"], "maxPower": 50_000});
    assert_eq!(conditions(both), expected);
}

#[test]
fn prices_keep_their_order_and_those_that_never_count_are_left_out() {
    let energy = |milli| vec![price(Dimension::Energy, milli)];
    let night = Restriction::TimeOfDay(range(1_320, 360));
    let elements = vec![
        element(energy(0), vec![night]),
        element(vec![price(Dimension::Time, 0)], vec![]),
        element(energy(49_000), vec![]),
        element(
            vec![PriceComponent {
                step_size: 1_000,
                vat_rate: Some(1_000),
                ..price(Dimension::Energy, 59_000)
            }],
            vec![],
        ),
    ];
    let expected = json!([
        {"priceKwh": 0, "conditions": {"startTimeOfDay": "22:00", "endTimeOfDay": "06:00"}},
        {"priceKwh": 0.49},
    ]);
    let told = told(&tariff(elements));
    assert_eq!(told["energy"]["prices"], expected);
    // What costs nothing is not there.
    assert_eq!(told["chargingTime"], json!(null));
}

#[test]
fn bounds_of_the_price_are_told_with_and_without_vat() {
    let limit = |net, gross| Some(PriceLimit { net, gross });
    let bounded = Tariff {
        min_price: limit(Some(50), None),
        max_price: limit(Some(10_000), Some(12_500)),
        ..tariff(vec![])
    };
    let expected = json!({"minCost": {"exclTax": 0.5},
        "maxCost": {"exclTax": 100, "inclTax": 125}});
    assert_eq!(told(&bounded), expected);
    let unbounded = Tariff {
        min_price: limit(None, None),
        ..tariff(vec![])
    };
    assert_eq!(told(&unbounded), json!({}));
}

#[test]
fn a_fee_is_told_if_it_is_surely_due_at_the_start() {
    let flat = |milli| vec![price(Dimension::Flat, milli)];
    let weekend = || vec![Restriction::Weekday(vec![6, 7])];
    let told = told(&tariff(vec![
        element(flat(10_000), weekend()),
        element(flat(25_000), vec![]),
    ]));
    let expected = json!([
        {"priceFixed": 0.1, "conditions": {"dayOfWeek": ["Saturday", "Sunday"]}},
        {"priceFixed": 0.25},
    ]);
    assert_eq!(told["fixedFee"]["prices"], expected);
    // A session that begins on a Friday may owe it on Saturday.
    let later = tariff(vec![element(flat(10_000), weekend())]);
    assert_eq!(untold(&later), Untold::Fees);
    let by_energy = vec![Restriction::Energy(range(1_000, None))];
    let by_energy = tariff(vec![
        element(flat(10_000), by_energy),
        element(flat(25_000), vec![]),
    ]);
    assert_eq!(untold(&by_energy), Untold::Fees);
}

#[test]
fn what_ocpp_cannot_say_is_not_told_at_all() {
    for dimension in [Dimension::Energy, Dimension::Time, Dimension::ParkingTime] {
        let steps = PriceComponent {
            step_size: 2,
            ..price(dimension, 100)
        };
        let steps = tariff(vec![element(vec![steps], vec![])]);
        assert_eq!(untold(&steps), Untold::Steps);
    }
    let other_vat = PriceComponent {
        vat_rate: Some(1_000),
        ..price(Dimension::Energy, 49_000)
    };
    let night = vec![Restriction::TimeOfDay(range(1_320, 360))];
    let vat_rates = tariff(vec![
        element(vec![other_vat], night),
        element(vec![price(Dimension::Energy, 49_000)], vec![]),
    ]);
    assert_eq!(untold(&vat_rates), Untold::VatRates);
    for restrictions in [
        vec![Restriction::Duration(range(1_500, None))],
        vec![Restriction::Weekday(vec![])],
        vec![Restriction::TimeOfDay(range(1_440, 60))],
        vec![Restriction::Date(range(u64::MAX, None))],
        vec![
            Restriction::Energy(range(1, 2)),
            Restriction::Energy(range(2, 3)),
        ],
    ] {
        let energy = vec![price(Dimension::Energy, 49_000)];
        let restricted = tariff(vec![element(energy, restrictions)]);
        assert_eq!(untold(&restricted), Untold::Restriction);
    }
}

#[test]
fn a_step_of_one_and_a_step_of_fees_are_none() {
    let components = vec![
        PriceComponent {
            step_size: 0,
            ..price(Dimension::Energy, 49_000)
        },
        PriceComponent {
            step_size: 100,
            ..price(Dimension::Flat, 25_000)
        },
    ];
    assert!(converted(&tariff(vec![element(components, vec![])]), 2).is_ok());
}

#[test]
fn words_that_depend_on_the_moment_are_known() {
    let with = |restriction| {
        let energy = vec![price(Dimension::Energy, 49_000)];
        changes_with_time(&tariff(vec![element(energy, vec![restriction])]))
    };
    assert!(with(Restriction::TimeOfDay(range(0, 60))));
    assert!(with(Restriction::Date(range(0, 60))));
    assert!(with(Restriction::Weekday(vec![1])));
    assert!(!with(Restriction::Energy(range(0, 60))));
    assert!(!with(Restriction::Power(range(0, 60))));
    assert!(!with(Restriction::Duration(range(0, 60_000))));
}
