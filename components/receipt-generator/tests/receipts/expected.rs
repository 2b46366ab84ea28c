//! Whole receipts, compared with files that were read and recalculated by hand.

use std::{fs, path::Path};

use chargetap_contract::receipt::{Document, Format};

use crate::{
    body,
    documents::{above_hold, not_plugged_in, paid},
};

/// Compares a receipt with its file, and leaves what it is now beside the build.
fn check(name: &str, document: &Document, format: Format, locale: &str) {
    let expected_path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/expected")
        .join(name);
    let expected = fs::read_to_string(&expected_path).unwrap_or_default();
    let actual = body(document, format, locale);
    if actual == expected {
        return;
    }
    let actual_path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&actual_path, &actual).unwrap();
    panic!(
        "{name} differs:\n{}\nif that is meant: cp {} {}",
        differences(&expected, &actual),
        actual_path.display(),
        expected_path.display(),
    );
}

/// Line by line, as far as the shorter one goes, and then the rest of the longer one.
fn differences(expected: &str, actual: &str) -> String {
    let (mut expected, mut actual) = (expected.lines(), actual.lines());
    let mut differences = vec![];
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return differences.join("\n"),
            (before, now) if before != now => {
                differences.extend(before.map(|line| format!("- {line}")));
                differences.extend(now.map(|line| format!("+ {line}")));
            }
            _ => {}
        }
    }
}

#[test]
fn paid_charging_as_a_page() {
    check("paid.en.html", &paid(), Format::Html, "en");
    check("paid.sv.html", &paid(), Format::Html, "sv");
}

#[test]
fn paid_charging_as_lines() {
    check("paid.en.txt", &paid(), Format::Text, "en");
    check("paid.sv.txt", &paid(), Format::Text, "sv");
}

#[test]
fn paid_charging_as_json() {
    check("paid.json", &paid(), Format::Json, "en");
}

#[test]
fn a_released_hold_says_that_nothing_was_taken_and_why() {
    check(
        "not-plugged-in.en.html",
        &not_plugged_in(),
        Format::Html,
        "en",
    );
    check(
        "not-plugged-in.sv.txt",
        &not_plugged_in(),
        Format::Text,
        "sv",
    );
    check("not-plugged-in.json", &not_plugged_in(), Format::Json, "sv");
}

#[test]
fn a_price_above_the_hold_is_captured_as_far_as_the_hold_goes_and_says_so() {
    check("above-hold.en.txt", &above_hold(), Format::Text, "en");
    check("above-hold.json", &above_hold(), Format::Json, "en");
}
