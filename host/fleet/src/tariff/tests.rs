use chargetap_contract::money::{Range, Restriction};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{MOST_ELEMENTS, TariffDetails, TariffForm};
use crate::moment::{LocalTime, Moment, Zone};

fn form(value: Value) -> TariffForm {
    serde_json::from_value(value).unwrap()
}

/// The mistakes in a form, each with its place.
fn mistakes(value: Value) -> Vec<String> {
    let mistakes = form(value).read().unwrap_err();
    let text = |it: &super::Mistake| format!("{}: {}", it.place, it.problem);
    mistakes.iter().map(text).collect()
}

#[test]
fn every_mistake_is_found_and_names_its_place() {
    let prices = json!({
        "currency": "EUR", "per_kwh": "0.4955555", "per_session": "free", "vat_percent": "125",
        "min_price": {"before_taxes": "2.00"}, "max_price": {"after_taxes": "1.00"},
    });
    assert_eq!(
        mistakes(prices),
        [
            "vat_percent: \"125\" is more than 100 percent",
            "per_kwh: \"0.4955555\" has more than 5 decimals",
            "per_session: \"free\" is not a decimal number such as \"0.49\"",
        ]
    );
    let elements = json!({
        "currency": "EUR", "per_kwh": "0.49",
        "elements": [
            {"price_components": [{"type": "ENERGY", "price": "0.49"}]},
            {
                "price_components": [
                    {"type": "ENERGY", "price": "0.49", "vat": "-1"},
                    {"type": "ENERGY", "price": "x"},
                ],
                "restrictions": {"start_time": "24:30", "min_kwh": "2", "max_kwh": "2"},
            },
        ],
    });
    assert_eq!(
        mistakes(elements),
        [
            "per_kwh: a tariff has either elements, or prices and a VAT of its own",
            "elements.1.price_components.0.vat: \"-1\" is negative",
            "elements.1.price_components.1.type: an element has at most one price of each type",
            "elements.1.price_components.1.price: \"x\" is not a decimal number such as \"0.49\"",
            "elements.1.restrictions.start_time: \"24:30\" is not a time of day such as \"17:30\"",
            "elements.1.restrictions.max_kwh: is not above min_kwh",
        ]
    );
    assert_eq!(
        mistakes(json!({"currency": "XYZ", "per_kwh": "?"})),
        ["currency: \"XYZ\" is not an ISO 4217 currency code such as \"EUR\""]
    );
}

#[test]
fn a_minimum_above_the_maximum_and_a_hold_below_the_minimum_are_refused() {
    let with = |min: &str, max: &str, hold: &str| {
        json!({
            "currency": "EUR", "per_kwh": "0.49", "vat_percent": "25",
            "min_price": {"before_taxes": min}, "max_price": {"before_taxes": max},
            "preauthorize": hold,
        })
    };
    assert_eq!(
        mistakes(with("2.00", "1.00", "9.00")),
        ["min_price.before_taxes: must be at most max_price.before_taxes, 1.00"]
    );
    assert_eq!(
        mistakes(with("2.00", "8.00", "2.49")),
        ["preauthorize: must be at least 2.50, the tariff's minimum price with VAT"]
    );
    let tariff = form(with("2.00", "8.00", "2.50")).read().unwrap();
    assert_eq!(tariff.preauthorize_amount, Some(250));
}

#[test]
fn restrictions_are_read_in_their_units() {
    let tariff = form(json!({
        "currency": "EUR",
        "elements": [{
            "price_components": [{"type": "TIME", "price": "1.00"}],
            "restrictions": {
                "start_time": "22:00", "end_time": "06:30", "start_date": "1970-01-02",
                "min_kwh": "1.5", "max_power": "11", "min_duration": 60,
                "day_of_week": ["MONDAY", "SUNDAY"],
            },
        }],
    }));
    let range = |min, max| Range { min, max };
    let expected = [
        Restriction::TimeOfDay(range(Some(1_320), Some(390))),
        Restriction::Date(range(Some(1), None)),
        Restriction::Weekday(vec![1, 7]),
        Restriction::Energy(range(Some(1_500), None)),
        Restriction::Power(range(None, Some(11_000))),
        Restriction::Duration(range(Some(60_000), None)),
    ];
    assert_eq!(tariff.read().unwrap().elements[0].restrictions, expected);
}

#[test]
fn a_tariff_has_a_bounded_number_of_elements() {
    let element = json!({"price_components": [{"type": "FLAT", "price": "1.00"}]});
    let with = |number| json!({"currency": "EUR", "elements": vec![element.clone(); number]});
    assert!(form(with(MOST_ELEMENTS)).read().is_ok());
    assert_eq!(
        mistakes(with(MOST_ELEMENTS + 1)),
        ["elements: must be at most 64"]
    );
}

/// Prices of so much per kilowatt-hour, with changes.
fn details(per_kwh: &str, changes: &[(&str, &str)]) -> TariffDetails {
    let prices =
        |per_kwh: &str| json!({"currency": "EUR", "per_kwh": per_kwh, "vat_percent": "25"});
    let changes = changes.iter();
    let changes: Vec<_> = changes
        .map(|(from, per_kwh)| json!({"from": from, "prices": prices(per_kwh)}))
        .collect();
    let details = json!({"prices": prices(per_kwh), "changes": changes});
    serde_json::from_value(details).unwrap()
}

// 1 January 2027 begins at 23:00 UTC in Stockholm and at 22:00 in Helsinki: 1,798,758,000 and 1,798,754,400 seconds after
// 1970, by Python's zoneinfo.
#[test]
fn a_price_changes_at_each_sites_own_midnight() {
    let tariff = details(
        "0.49",
        &[("2027-01-01", "0.55"), ("2027-01-01T06:00", "0.60")],
    );
    let price = |zone: &str, millis| {
        let zone = Zone::find(zone).unwrap();
        let form = tariff.at(Moment::from_millis(millis), zone.rules());
        form.per_kwh.clone().unwrap()
    };
    for (zone, midnight) in [
        ("Europe/Stockholm", 1_798_758_000_000_u64),
        ("Europe/Helsinki", 1_798_754_400_000),
    ] {
        assert_eq!(price(zone, midnight - 1), "0.49", "{zone}");
        assert_eq!(price(zone, midnight), "0.55", "{zone}");
        let six = midnight + 6 * 3_600_000;
        assert_eq!(price(zone, six - 1), "0.55", "{zone}");
        assert_eq!(price(zone, six), "0.60", "{zone}");
    }
}

// In Stockholm, 28 March 2027 has no 02:30, and 31 October 2027 has two: clocks change at 01:00 UTC.
#[test]
fn a_time_that_clocks_skip_or_show_twice_comes_once() {
    let zone = Zone::find("Europe/Stockholm").unwrap();
    let begins = |text: &str| {
        let time: LocalTime = text.parse().unwrap();
        time.begins(zone.rules()).to_string()
    };
    assert_eq!(begins("2027-03-28T02:30"), "2027-03-28T01:30:00Z");
    assert_eq!(begins("2027-10-31T02:30"), "2027-10-31T00:30:00Z");
}

#[test]
fn changes_come_one_after_the_other_in_the_same_currency() {
    let text = |details: &TariffDetails| {
        let mistakes = details.read().unwrap_err();
        let text = |it: &super::Mistake| format!("{}: {}", it.place, it.problem);
        mistakes.iter().map(text).collect::<Vec<_>>()
    };
    let twice = details(
        "0.49",
        &[("2027-01-01", "0.55"), ("2027-01-01T00:00", "0.60")],
    );
    let later = "changes.1.from: must be later than the change before";
    assert_eq!(text(&twice), [later]);
    let mut other = details("0.49", &[("2027-01-01", "?")]);
    other.changes[0].prices.currency = "SEK".into();
    assert_eq!(
        text(&other),
        [
            "changes.0.prices.currency: must be EUR, as before",
            "changes.0.prices.per_kwh: \"?\" is not a decimal number such as \"0.49\"",
        ]
    );
    let good = details("0.49", &[("2027-01-01", "0.55")]);
    assert_eq!(good.read().unwrap().len(), 2);
}

#[test]
fn a_local_time_is_a_day_or_a_minute() {
    for text in ["2027-01-01", "2027-01-01T06:05"] {
        assert_eq!(text.parse::<LocalTime>().unwrap().to_string(), text);
    }
    for text in [
        "2027-02-29",
        "2027-01-01T24:00",
        "2027-01-01T06:05:07",
        "tomorrow",
        "",
    ] {
        assert!(text.parse::<LocalTime>().is_err(), "{text}");
    }
    let midnight: LocalTime = "2027-01-01T00:00".parse().unwrap();
    assert_eq!(
        midnight.begins(&TimeZone::UTC).to_string(),
        "2027-01-01T00:00:00Z"
    );
}
