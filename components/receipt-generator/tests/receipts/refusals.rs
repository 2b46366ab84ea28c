//! What is not rendered: a test for each rule.

mod kinds;
mod money;

use chargetap_contract::{
    receipt::{Document, Format, NothingTakenReason, Page, Problem},
    terminal::Card,
};

use crate::{
    documents::{FORMATS, invoice, nothing_taken, paid},
    session,
};

/// The same problem of every format.
fn problem(document: &Document, locale: &str) -> Problem {
    let [first, others @ ..] =
        FORMATS.map(|it| receipt_generator::render(document, it.format, locale).unwrap_err());
    for other in others {
        assert_eq!(other, first, "every format refuses the same");
    }
    first
}

/// What the generator says of a document that was changed so.
fn contradiction_of(mut document: Document, change: impl FnOnce(&mut Document)) -> String {
    change(&mut document);
    match problem(&document, "en") {
        Problem::Inconsistent(contradiction) => contradiction,
        other => panic!("{other:?}"),
    }
}

/// What it says of a paid receipt that was changed so.
fn contradiction(change: impl FnOnce(&mut Document)) -> String {
    contradiction_of(paid(), change)
}

fn is_rendered(document: &Document) -> bool {
    receipt_generator::render(document, Format::Html, "en").is_ok()
}

fn not_plugged_in() -> Document {
    nothing_taken::because(NothingTakenReason::NotPluggedIn)
}

#[test]
fn a_language_without_translation_is_refused() {
    for locale in ["tlh", "", "english", "e", "en_GB", "-en"] {
        let expected = Problem::UnknownLocale(locale.to_owned());
        assert_eq!(problem(&paid(), locale), expected);
        assert_eq!(receipt_generator::form(&Page::Find, locale), Err(expected));
    }
}

#[test]
fn script_and_region_do_not_matter() {
    let render = |locale: &str| {
        let receipt = receipt_generator::render(&paid(), Format::Text(40), locale).unwrap();
        (
            receipt,
            receipt_generator::form(&Page::Find, locale).unwrap(),
        )
    };
    for language in receipt_generator::languages() {
        assert_eq!(render(&format!("{language}-GB")), render(language));
        assert_eq!(
            render(&format!("{}-Latn-US", language.to_uppercase())),
            render(language)
        );
    }
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
        " Europe/Stockholm",
        "Europe/Stockholm\u{200b}",
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
        session(&mut document).currency = currency.to_owned();
        assert_eq!(
            problem(&document, "en"),
            Problem::UnknownCurrency(currency.to_owned())
        );
    }
}

#[test]
fn charging_must_not_end_before_it_starts() {
    let expected = "charging ends before it starts";
    let end = |it: &mut Document| {
        let charging = session(it).charging.as_mut().unwrap();
        charging.ended_at = charging.started_at - 1;
    };
    assert_eq!(contradiction(end), expected);
}

#[test]
fn an_id_that_cannot_be_a_link_is_refused() {
    let expected = "the id is not 1 to 50 letters, digits, underscores and hyphens";
    for id in ["", "a b", "a/b", "é", "<i>", &"a".repeat(51)] {
        assert_eq!(contradiction(|it| it.id = id.to_owned()), expected, "{id}");
    }
    let mut document = paid();
    document.id = "a".repeat(50);
    assert!(is_rendered(&document));
}

#[test]
fn more_than_four_digits_of_a_card_are_refused() {
    let digits = |it: &mut Document| {
        let card: &mut Card = session(it).card.as_mut().unwrap();
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
    assert_eq!(contradiction(|it| it.issued_at = u64::MAX), expected);
    assert_eq!(
        contradiction(|it| session(it).tapped_at = i64::MAX as u64),
        expected
    );
}

#[test]
fn what_the_original_says_of_its_time_counts_as_well() {
    let late = |it: &mut Document| it.original.as_mut().unwrap().issued_at = u64::MAX;
    assert_eq!(
        contradiction_of(invoice(), late),
        "a time is after the year 9999"
    );
}

#[test]
fn a_code_is_8_letters_and_digits() {
    let expected = "the code is not 8 letters and digits";
    for code in ["", "K7Q2XW9", "K7Q2XW9ZZ", "K7Q2-W9Z", "K7Q2XWÉ"] {
        let change = |it: &mut Document| it.code = Some(code.to_owned());
        assert_eq!(contradiction(change), expected, "{code}");
    }
}

#[test]
fn a_link_is_one_of_the_web() {
    let expected = "the link does not begin with https:// or http://";
    for link in ["", "javascript:alert(1)", "receipts/1", "HTTPS//x"] {
        let change = |it: &mut Document| it.link = Some(link.to_owned());
        assert_eq!(contradiction(change), expected, "{link}");
    }
    let mut document = paid();
    document.link = Some("http://gateway.local/receipts/1".to_owned());
    assert!(is_rendered(&document));
}

#[test]
fn a_format_for_which_there_is_nothing_does_not_apply() {
    let without = [
        Document {
            measurement: None,
            ..paid()
        },
        not_plugged_in(),
    ];
    for document in without {
        let refused = receipt_generator::render(&document, Format::Ocmf, "en");
        assert_eq!(refused, Err(Problem::NotApplicable));
    }
    for format in [Format::QrSvg, Format::QrPng] {
        let document = Document {
            link: None,
            ..paid()
        };
        let refused = receipt_generator::render(&document, format, "en");
        assert_eq!(refused, Err(Problem::NotApplicable));
    }
}
