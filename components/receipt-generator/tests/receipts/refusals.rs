//! What is not rendered.

use chargetap_contract::{
    receipt::{Document, Format, NothingTakenReason, Problem},
    terminal::Card,
};

use crate::documents::{above_hold, not_plugged_in, paid};

fn problem(document: &Document, locale: &str) -> Problem {
    let formats = [Format::Html, Format::Text, Format::Json];
    let [html, text, json] =
        formats.map(|format| receipt_generator::render(document, format, locale).unwrap_err());
    assert_eq!(
        (&html, &html),
        (&text, &json),
        "every format refuses the same"
    );
    html
}

/// What the generator says of a paid receipt that was changed so.
fn contradiction(change: impl FnOnce(&mut Document)) -> String {
    let mut document = paid();
    change(&mut document);
    match problem(&document, "en") {
        Problem::Inconsistent(contradiction) => contradiction,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_language_without_translation_is_refused() {
    for locale in ["de", "", "english", "e", "sv_SE", "-en"] {
        assert_eq!(
            problem(&paid(), locale),
            Problem::UnknownLocale(locale.to_owned())
        );
    }
}

#[test]
fn script_and_region_do_not_matter() {
    let render = |locale| receipt_generator::render(&paid(), Format::Text, locale).unwrap();
    assert_eq!(render("en-GB"), render("en"));
    assert_eq!(render("EN-Latn-US"), render("en"));
    assert_eq!(render("sv-FI"), render("sv"));
    assert_ne!(render("sv"), render("en"));
}

#[test]
fn an_unknown_time_zone_is_refused() {
    for zone in [
        "Europe/Sundsvall",
        "",
        "CEST",
        "+02:00",
        "../etc/passwd",
        "Etc/Unknown",
    ] {
        let mut document = paid();
        document.site.time_zone = zone.to_owned();
        assert_eq!(
            problem(&document, "en"),
            Problem::UnknownTimeZone(zone.to_owned())
        );
    }
}

#[test]
fn an_unknown_currency_is_refused() {
    // XAU is gold, and gold has no minor unit.
    for currency in ["EUX", "", "eur", "€", "XAU"] {
        let mut document = not_plugged_in();
        document.summary.currency = currency.to_owned();
        assert_eq!(
            problem(&document, "en"),
            Problem::UnknownCurrency(currency.to_owned())
        );
    }
}

#[test]
fn captured_and_released_must_be_what_was_held() {
    let expected = "captured and released do not add up to held";
    assert_eq!(contradiction(|it| it.summary.released += 1), expected);
    assert_eq!(contradiction(|it| it.summary.released = u64::MAX), expected);
}

#[test]
fn the_price_is_captured_unless_the_hold_is_smaller() {
    let expected =
        "what was captured is neither the price nor, where the price is higher, the whole hold";
    assert_eq!(
        contradiction(|it| (it.summary.captured, it.summary.released) = (485, 4_515)),
        expected
    );
    assert_eq!(
        contradiction(|it| (it.summary.captured, it.summary.released) = (487, 4_513)),
        expected
    );
    assert_eq!(contradiction(|it| it.summary.charging = None), expected);
    let mut document = above_hold();
    (document.summary.captured, document.summary.released) = (2_999, 1);
    assert_eq!(
        problem(&document, "en"),
        Problem::Inconsistent(expected.to_owned())
    );
}

#[test]
fn net_and_vat_must_be_gross() {
    let expected = "net and VAT do not add up to gross";
    let cost = |it: &mut Document, net, vat| {
        let charging = it.summary.charging.as_mut().unwrap();
        (charging.cost.net, charging.cost.vat) = (net, vat);
    };
    assert_eq!(contradiction(|it| cost(it, 390, 97)), expected);
    assert_eq!(contradiction(|it| cost(it, u64::MAX, 1)), expected);
}

#[test]
fn charging_must_not_end_before_it_starts() {
    let expected = "charging ends before it starts";
    let end = |it: &mut Document| {
        let charging = it.summary.charging.as_mut().unwrap();
        charging.ended_at = charging.started_at - 1;
    };
    assert_eq!(contradiction(end), expected);
}

#[test]
fn there_is_a_reason_for_taking_nothing_exactly_when_nothing_was_taken() {
    let expected = "there is a reason for taking nothing although something was captured, or none \
                    although nothing was";
    let reason = Some(NothingTakenReason::Declined);
    assert_eq!(
        contradiction(|it| it.summary.nothing_taken = reason),
        expected
    );
    let mut document = not_plugged_in();
    document.summary.nothing_taken = None;
    assert_eq!(
        problem(&document, "sv"),
        Problem::Inconsistent(expected.to_owned())
    );
}

#[test]
fn the_tariff_is_in_the_currency_of_the_amounts() {
    assert_eq!(
        contradiction(|it| it.summary.currency = "SEK".to_owned()),
        "the tariff is in another currency than the amounts"
    );
}

#[test]
fn an_id_that_cannot_be_a_link_is_refused() {
    let expected = "the id is not 1 to 50 letters, digits, underscores and hyphens";
    for id in ["", "a b", "a/b", "é", "<i>", &"a".repeat(51)] {
        assert_eq!(contradiction(|it| it.id = id.to_owned()), expected, "{id}");
    }
    let mut document = paid();
    document.id = "a".repeat(50);
    assert!(receipt_generator::render(&document, Format::Html, "en").is_ok());
}

#[test]
fn more_than_four_digits_of_a_card_are_refused() {
    let digits = |it: &mut Document| {
        let card: &mut Card = it.summary.card.as_mut().unwrap();
        card.last_four = Some(10_000);
    };
    assert_eq!(
        contradiction(digits),
        "the last four digits of the card are more than four"
    );
}

#[test]
fn times_that_no_calendar_has_are_refused() {
    let expected = "a time is after the year 9999";
    assert_eq!(
        contradiction(|it| it.summary.settled_at = u64::MAX),
        expected
    );
    assert_eq!(
        contradiction(|it| it.summary.tapped_at = i64::MAX as u64),
        expected
    );
}
