//! What is not rendered.

use chargetap_contract::{
    money::{Price, VatTotal},
    receipt::{Document, Format, NothingTakenReason, Problem},
    terminal::Card,
};

use crate::documents::{not_plugged_in, paid};

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
fn no_more_is_captured_than_the_price_and_the_hold() {
    let expected = "more was captured than the price or the hold";
    assert_eq!(
        contradiction(|it| (it.summary.captured, it.summary.released) = (487, 4_513)),
        expected
    );
    assert_eq!(contradiction(|it| it.summary.charging = None), expected);
}

/// What the generator says of a paid receipt whose price was changed so.
fn price_contradiction(change: impl FnOnce(&mut Price)) -> String {
    contradiction(|it| change(&mut it.summary.charging.as_mut().unwrap().cost))
}

#[test]
fn net_and_vat_must_be_gross_in_all_and_for_each_rate() {
    let expected = "net and VAT do not add up to gross";
    for (net, vat) in [(390, 97), (u64::MAX, 1), (u64::MAX, 487)] {
        let contradiction = price_contradiction(|it| (it.net, it.vat) = (net, vat));
        assert_eq!(contradiction, expected);
        let contradiction = price_contradiction(|it| {
            (it.vat_totals[0].net, it.vat_totals[0].vat) = (net, vat);
        });
        assert_eq!(contradiction, expected);
    }
    // Each adds up, and together they do not.
    assert_eq!(
        price_contradiction(|it| (it.net, it.vat) = (388, 98)),
        expected
    );
    assert_eq!(price_contradiction(|it| it.vat_totals.clear()), expected);
    assert_eq!(
        price_contradiction(|it| it.vat_totals.push(it.vat_totals[0])),
        expected
    );
}

#[test]
fn the_lines_must_be_the_totals() {
    let expected = "the lines do not add up to the totals";
    // 3.8858 and 25 % are 4.85725. From 3.8840 to 3.8920 it is 4.86, but for the lines' own rounding.
    assert_eq!(
        price_contradiction(|it| it.lines[0].amount -= 190),
        expected
    );
    assert_eq!(
        price_contradiction(|it| it.lines[0].amount += 630),
        expected
    );
    assert_eq!(
        price_contradiction(|it| it.lines[0].amount = u64::MAX),
        expected
    );
    assert_eq!(price_contradiction(|it| it.lines.clear()), expected);
    assert_eq!(
        price_contradiction(|it| it.lines[1].vat_rate = None),
        expected
    );
    assert_eq!(price_contradiction(|it| it.tax_included = true), expected);
    let adjusted = |by| price_contradiction(|it| it.vat_totals[0].adjustment = by);
    assert_eq!(adjusted(-190), expected);
    assert_eq!(adjusted(i64::MIN), expected);
    assert_eq!(adjusted(i64::MAX), expected);
}

#[test]
fn a_rate_may_take_a_minor_unit_more_by_its_place_in_the_rounded_sum() {
    // Without VAT 0.5 cents, and 1.0 with the other rate: 1 cent, all of it with the first.
    let mut document = paid();
    let summary = &mut document.summary;
    (summary.captured, summary.released) = (1, 4_999);
    let cost = &mut summary.charging.as_mut().unwrap().cost;
    (cost.lines[0].amount, cost.lines[0].vat_rate) = (500, None);
    (cost.lines[1].amount, cost.lines[1].vat_rate) = (400, Some(2_500));
    (cost.net, cost.vat, cost.gross) = (1, 0, 1);
    let total = &mut cost.vat_totals[0];
    (total.net, total.vat, total.gross) = (0, 0, 0);
    let first = VatTotal {
        vat_rate: None,
        net: 1,
        gross: 1,
        ..*total
    };
    cost.vat_totals.insert(0, first);
    assert!(receipt_generator::render(&document, Format::Text, "en").is_ok());
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
