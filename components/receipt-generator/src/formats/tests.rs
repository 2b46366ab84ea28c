//! Every language against ICU4C's own writing: see `tests/vectors/formats.mjs`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::money::Currency;

#[derive(Deserialize)]
struct Vectors {
    amounts: Vec<String>,
    exact: Vec<String>,
    adjustments: Vec<String>,
    watt_hours: Vec<String>,
    milliseconds: Vec<String>,
    basis_points: Vec<u32>,
    moments: Vec<String>,
    locales: BTreeMap<String, Expected>,
}

#[derive(Deserialize)]
struct Expected {
    money: BTreeMap<String, Money>,
    energies: Vec<String>,
    seconds: Vec<String>,
    percents: Vec<String>,
    moments: Vec<String>,
}

#[derive(Deserialize)]
struct Money {
    amounts: Vec<String>,
    exact: Vec<String>,
    adjustments: Vec<String>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../tests/vectors/formats.json")).unwrap()
}

/// What is written otherwise than expected.
fn differences<T: std::fmt::Debug>(
    locale: &str,
    values: &[T],
    expected: &[String],
    write: impl Fn(&T) -> String,
) -> Vec<String> {
    assert_eq!(values.len(), expected.len());
    let written = values
        .iter()
        .zip(expected)
        .map(|(value, expected)| (value, write(value), expected));
    written
        .filter(|(_, written, expected)| written != *expected)
        .map(|(value, written, expected)| {
            format!("{locale}: {value:?} is {written:?} and not {expected:?}")
        })
        .collect()
}

fn number<T: std::str::FromStr>(text: &str) -> T {
    text.parse().ok().unwrap()
}

#[test]
fn every_language_writes_amounts_as_cldr_says() {
    let vectors = vectors();
    let mut wrong = vec![];
    for (locale, expected) in &vectors.locales {
        let formats = Formats::find(language(locale)).unwrap();
        for (code, expected) in &expected.money {
            let currency = Currency::find(code).unwrap();
            let amounts = formats.amounts(&currency);
            wrong.extend(differences(
                locale,
                &vectors.amounts,
                &expected.amounts,
                |it| amounts.amount(number(it)),
            ));
            wrong.extend(differences(locale, &vectors.exact, &expected.exact, |it| {
                amounts.exact(number(it))
            }));
            wrong.extend(differences(
                locale,
                &vectors.adjustments,
                &expected.adjustments,
                |it| amounts.adjustment(number(it)),
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_language_writes_quantities_and_percentages_as_cldr_says() {
    let vectors = vectors();
    let mut wrong = vec![];
    for (locale, expected) in &vectors.locales {
        let formats = Formats::find(language(locale)).unwrap();
        wrong.extend(differences(
            locale,
            &vectors.watt_hours,
            &expected.energies,
            |it| formats.decimal(number(it), 3, 3),
        ));
        wrong.extend(differences(
            locale,
            &vectors.milliseconds,
            &expected.seconds,
            |it| formats.decimal(number(it), 3, 0),
        ));
        wrong.extend(differences(
            locale,
            &vectors.basis_points,
            &expected.percents,
            |it| formats.percent(*it),
        ));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What ICU4X writes for ICU4C's text. It takes dates and times from the patterns by fields
/// (`availableFormats`), where ICU4C takes those by length, and its CLDR is 49 and not 48.
fn as_icu4x(locale: &str, icu4c: &str) -> String {
    let (date, time) = icu4c.rsplit_once(' ').unwrap();
    match locale {
        // `Hms` is `HH:mm:ss 'ч'.`.
        "bg" => format!("{date} {time:0>8} ч."),
        // `Hms` has two digits for the hour since CLDR 49.
        "es" => format!("{date} {time:0>8}"),
        // `Hms` has one digit for the hour since CLDR 49.
        "et" => format!("{date} {}", time.strip_prefix('0').unwrap_or(time)),
        // `yMMMd` is `y. 'g'. d. MMM`.
        "lv" => icu4c.replace(" gada ", " g. "),
        // `yMMMd` is `d 'ta'’ MMM, y`.
        "mt" => {
            let (day, rest) = date.split_once(' ').unwrap();
            let (month, year) = rest.split_once(' ').unwrap();
            format!("{day} ta’ {month}, {year} {time}")
        }
        _ => icu4c.to_owned(),
    }
}

#[test]
fn every_language_writes_moments_as_cldr_says() {
    let vectors = vectors();
    let mut wrong = vec![];
    for (locale, expected) in &vectors.locales {
        let formats = Formats::find(language(locale)).unwrap();
        let expected = expected.moments.iter();
        let expected: Vec<_> = expected.map(|it| as_icu4x(locale, it)).collect();
        wrong.extend(differences(locale, &vectors.moments, &expected, |it| {
            let moment = Moment {
                local: it.parse().unwrap(),
                offset: jiff::tz::Offset::UTC,
            };
            let written = formats.moment(&moment).replace(" UTC+00:00", "");
            // JavaScript's engines put a plain space where CLDR has a narrow no-break one.
            written.replace('\u{202f}', " ")
        }));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_language_that_receipts_are_written_in_has_its_formats() {
    let locale = |tag: &str| {
        let language = crate::language::find(tag)?;
        Some(Formats::find(language.tag)?.locale.to_string())
    };
    for (tag, expected) in [
        ("sv-FI", "sv"),
        ("EN", "en-IE"),
        ("en-US", "en-IE"),
        ("pt", "pt-PT"),
        ("nb-NO", "nb"),
        ("no", "nb"),
        ("nn", "nb"),
    ] {
        assert_eq!(locale(tag).as_deref(), Some(expected), "{tag}");
    }
    for found in LOCALES {
        assert_eq!(locale(found).as_deref(), Some(found));
    }
    for tag in ["", "-", "tr", "e", "english", "und", "sv_SE"] {
        assert_eq!(locale(tag), None, "{tag}");
    }
}
