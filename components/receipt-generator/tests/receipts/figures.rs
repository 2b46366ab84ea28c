//! Single figures of receipts.

mod kinds;
mod vat;

use chargetap_contract::{
    money::Dimension,
    receipt::{Document, Format, NothingTakenReason, Problem, Summary},
    terminal::CardScheme,
};
use serde_json::json;

use crate::{
    body,
    documents::{FORMATS, above_hold, below_minimum, nothing_taken, paid, samples},
    json, session,
};

/// The text without the spaces that align it.
fn text(document: &Document) -> String {
    let text = body(document, Format::Text(40), "en");
    let text = text.replace(&"-".repeat(40), "--");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(document: &Document, expected: &str) {
    let text = text(document);
    assert!(text.contains(expected), "{expected:?} is not in {text:?}");
}

#[track_caller]
fn does_not_say(document: &Document, unexpected: &str) {
    let text = text(document);
    assert!(!text.contains(unexpected), "{unexpected:?} is in {text:?}");
}

fn not_plugged_in() -> Document {
    nothing_taken::because(NothingTakenReason::NotPluggedIn)
}

// The minor units are those of the list that SIX publishes for ISO 4217.
#[test]
fn currencies_have_their_decimals() {
    for (currency, expected) in [
        ("EUR", 2),
        ("SEK", 2),
        ("HUF", 2),
        ("JPY", 0),
        ("ISK", 0),
        ("KWD", 3),
    ] {
        let mut document = not_plugged_in();
        session(&mut document).currency = currency.to_owned();
        assert_eq!(json(&document)["currency_digits"], expected, "{currency}");
    }
}

#[test]
fn without_energy_there_is_no_line() {
    let mut document = below_minimum();
    let charging = session(&mut document).charging.as_mut().unwrap();
    charging.energy = 0;
    (charging.cost.net, charging.cost.vat, charging.cost.gross) = (0, 0, 0);
    charging.cost.lines.clear();
    charging.cost.vat_totals.clear();
    says(&document, "Without VAT €0.00");
    does_not_say(&document, "×");
    assert_eq!(json(&document)["charging"]["energy_wh"], 0);
}

#[test]
fn the_repeated_hour_is_told_apart_by_its_offset() {
    let charging = &json(&above_hold())["charging"];
    assert_eq!(charging["started_at"], "2025-10-26T03:30:00.250+03:00");
    assert_eq!(charging["ended_at"], "2025-10-26T03:30:00.750+02:00");
    assert_eq!(charging["duration_ms"], 3_600_500);
}

#[test]
fn zones_west_of_greenwich_and_off_the_hour_have_their_offset() {
    let mut document = paid();
    // 2025-06-15T12:00:41Z, by Python's zoneinfo.
    for (zone, expected) in [
        ("America/St_Johns", "2025-06-15T09:30:41-02:30"),
        ("Asia/Kathmandu", "2025-06-15T17:45:41+05:45"),
        ("UTC", "2025-06-15T12:00:41+00:00"),
    ] {
        document.site.time_zone = zone.to_owned();
        assert_eq!(json(&document)["card_shown_at"], expected);
    }
}

#[test]
fn durations_are_as_short_as_they_can_be() {
    for (length, expected) in [
        (999, "Duration 0 s"),
        (59_999, "Duration 59 s"),
        (60_000, "Duration 1 min 0 s"),
        (3_600_000, "Duration 1 h 0 min 0 s"),
        (90_061_000, "Duration 25 h 1 min 1 s"),
    ] {
        let mut document = paid();
        let charging = session(&mut document).charging.as_mut().unwrap();
        charging.ended_at = charging.started_at + length;
        says(&document, expected);
    }
}

#[test]
fn the_duration_is_from_one_printed_moment_to_the_other() {
    let mut document = paid();
    let charging = session(&mut document).charging.as_mut().unwrap();
    // 0.2 s that begin and end in two seconds.
    charging.started_at = 1_749_988_923_900;
    charging.ended_at = 1_749_988_924_100;
    says(&document, "14:02:03 UTC+02:00");
    says(&document, "14:02:04 UTC+02:00");
    says(&document, "Duration 1 s");
    assert_eq!(json(&document)["charging"]["duration_ms"], 200);
    let charging = session(&mut document).charging.as_mut().unwrap();
    // 1.9 s that end one second after they began.
    (charging.started_at, charging.ended_at) = (1_749_988_923_000, 1_749_988_924_900);
    says(&document, "Duration 1 s");
}

#[test]
fn a_card_is_named_by_scheme_and_four_digits_or_by_less() {
    let mut document = paid();
    document.slip = None;
    says(&document, "Card Visa •••• 0042 Card shown");
    let card = session(&mut document).card.as_mut().unwrap();
    (card.scheme, card.last_four) = (CardScheme::Amex, None);
    says(&document, "Card American Express Card shown");
    let card = session(&mut document).card.as_mut().unwrap();
    (card.scheme, card.last_four) = (CardScheme::Unknown, Some(42));
    says(&document, "Card •••• 0042 Card shown");
    session(&mut document).card.as_mut().unwrap().last_four = None;
    says(&document, "€45.14 Card shown");
    session(&mut document).card = None;
    does_not_say(&document, "American Express");
    assert_eq!(json(&document)["card"], json!(null));
}

#[test]
fn the_card_reference_is_on_no_receipt() {
    for (kind, document) in samples() {
        for it in FORMATS {
            let Ok(rendered) = receipt_generator::render(&document, it.format, "en") else {
                continue;
            };
            let body = String::from_utf8_lossy(&rendered.body).to_lowercase();
            for reference in ["123456789abcdef0", "1311768467463790320", "fedcba987654321"] {
                assert!(!body.contains(reference), "{kind} {}", it.name);
            }
        }
    }
}

#[test]
fn the_largest_numbers_there_are_do_no_harm() {
    // As much as one line can say: 18,446,744,073,709,551,615 thousandths of a cent.
    let gross = 18_446_744_073_709_552;
    let mut document = paid();
    largest(session(&mut document), gross);
    assert_eq!(json(&document)["captured"], gross);
    for it in FORMATS {
        let rendered = receipt_generator::render(&document, it.format, "en");
        let problem = rendered.err();
        assert!(
            matches!(problem, None | Some(Problem::NotApplicable)),
            "{problem:?}"
        );
    }
}

fn largest(session: &mut Summary, gross: u64) {
    (session.held, session.captured) = (u64::MAX, gross);
    session.released = u64::MAX - gross;
    let charging = session.charging.as_mut().unwrap();
    charging.started_at = 0;
    charging.energy = u64::MAX;
    let cost = &mut charging.cost;
    cost.lines.truncate(1);
    cost.lines[0].dimension = Dimension::Time;
    cost.lines[0].quantity = u64::MAX;
    cost.lines[0].unit_price = u64::MAX;
    cost.lines[0].amount = u64::MAX;
    cost.lines[0].vat_rate = Some(u32::MAX);
    cost.tax_included = true;
    let total = &mut cost.vat_totals[0];
    total.vat_rate = Some(u32::MAX);
    // By Python's Fraction: floor(gross * rate / (1 + rate) + 1/2).
    let vat = 18_446_701_124_136_582;
    (total.net, total.vat, total.gross) = (gross - vat, vat, gross);
    (cost.net, cost.vat, cost.gross) = (gross - vat, vat, gross);
    session.captured_vat = cost.vat_totals.clone();
}
