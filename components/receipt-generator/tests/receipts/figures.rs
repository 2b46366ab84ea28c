//! Single figures, where a whole receipt would say too much.

mod papers;

use chargetap_contract::{
    money::{Dimension, VatTotal},
    receipt::{Document, Format, NothingTakenReason, Problem, Summary},
    terminal::CardScheme,
};
use serde_json::json;

use crate::{
    body,
    documents::{
        FORMATS, above_hold, below_minimum, nothing_taken, paid, prices_with_vat, samples,
        several_rates, two_rates_above_hold,
    },
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
fn several_vat_rates_are_told_apart_and_what_a_limit_takes_off_is_shown() {
    let document = several_rates();
    for (expected, times) in [
        ("VAT 10% €12.00 + €1.20 = €13.20", 1),
        ("VAT 20% €0.00 + €0.00 = €0.00", 1),
        ("Reduction to the maximum price, VAT 10% -€0.50", 1),
        ("Reduction to the maximum price, VAT 20% -€2.00", 1),
        ("Per session, VAT 20% €0.50", 1),
        ("Total excl. VAT €12.00", 1),
        ("Total incl. VAT €13.20", 1),
    ] {
        assert_eq!(
            text(&document).matches(expected).count(),
            times,
            "{expected}"
        );
    }
    does_not_say(&document, "minimum price");
}

#[test]
fn what_the_minimum_adds_is_shown() {
    let mut document = paid();
    let summary = session(&mut document);
    let cost = &mut summary.charging.as_mut().unwrap().cost;
    // 0.1142 are missing to 4.00 without VAT.
    let total = &mut cost.vat_totals[0];
    (total.adjustment, total.net, total.vat, total.gross) = (11_420, 400, 100, 500);
    (cost.net, cost.vat, cost.gross) = (400, 100, 500);
    summary.captured_vat = cost.vat_totals.clone();
    (summary.captured, summary.released) = (500, 4_500);
    says(&document, "Supplement to the minimum price +€0.1142");
    does_not_say(&document, "maximum price");
}

#[test]
fn prices_that_include_vat_are_said_to() {
    says(&prices_with_vat(), "Unit prices include VAT.");
    says(&paid(), "Unit prices exclude VAT.");
}

#[test]
fn without_a_vat_rate_there_is_the_total_alone() {
    let mut document = paid();
    let summary = session(&mut document);
    let cost = &mut summary.charging.as_mut().unwrap().cost;
    for line in &mut cost.lines {
        line.vat_rate = None;
    }
    let total = &mut cost.vat_totals[0];
    (total.vat_rate, total.net, total.vat, total.gross) = (None, 389, 0, 389);
    (cost.net, cost.vat, cost.gross) = (389, 0, 389);
    summary.captured_vat = cost.vat_totals.clone();
    (summary.captured, summary.released) = (389, 4_611);
    says(&paid(), "VAT 25");
    says(
        &document,
        "€0.25 Without VAT €3.89 The total is rounded once, half up. Payment",
    );
    for unexpected in ["VAT 25", "excl. VAT", "incl. VAT"] {
        does_not_say(&document, unexpected);
    }
    let total = &json(&document)["captured_vat"][0];
    assert_eq!(total["vat_rate_basis_points"], json!(null));
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
fn of_a_part_of_the_price_the_vat_of_what_was_captured_is_told_and_no_other() {
    says(&above_hold(), "only the pre-authorised amount was captured");
    let vat = |document: &Document, rate| text(document).matches(rate).count();
    says(
        &paid(),
        "Total excl. VAT €3.89 VAT 25% on €3.89 €0.97 Total incl. VAT €4.86",
    );
    says(
        &above_hold(),
        "Total excl. VAT €25.39 Total incl. VAT €31.86",
    );
    says(
        &above_hold(),
        "Payment -- VAT 25.5% on €23.90 €6.10 Captured €30.00 Pre-authorised",
    );
    assert_eq!(vat(&above_hold(), "VAT 25.5"), 1);
    // On the lines as well.
    let document = two_rates_above_hold();
    assert_eq!((vat(&document, "VAT 10"), vat(&document, "VAT 20")), (2, 2));
    says(
        &document,
        "VAT 10% €8.04 + €0.80 = €8.84 VAT 20% €0.97 + €0.19 = €1.16 Captured €10.00",
    );
    let shares = &json(&document)["captured_vat"];
    assert_eq!(
        (&shares[0]["vat"], &shares[1]["vat"]),
        (&json!(80), &json!(19))
    );
}

#[test]
fn a_share_without_vat_is_told_beside_those_with_vat() {
    let mut document = two_rates_above_hold();
    let summary = session(&mut document);
    summary.captured_vat = vec![
        VatTotal {
            vat_rate: None,
            adjustment: 0,
            net: 300,
            vat: 0,
            gross: 300,
        },
        VatTotal {
            vat_rate: Some(2_000),
            adjustment: 0,
            net: 583,
            vat: 117,
            gross: 700,
        },
    ];
    says(
        &document,
        "Without VAT €3.00 VAT 20% €5.83 + €1.17 = €7.00 Captured €10.00",
    );
}

#[test]
fn that_the_hold_was_too_small_is_said_only_where_it_was_taken_whole() {
    let above = "The price is higher than the pre-authorised amount";
    let mut document = above_hold();
    says(&document, above);
    // Of 20.00 EUR with 25.5 % 4.0637 EUR are VAT.
    let summary = session(&mut document);
    (summary.captured, summary.released) = (2_000, 1_000);
    let share = &mut summary.captured_vat[0];
    (share.net, share.vat, share.gross) = (1_594, 406, 2_000);
    does_not_say(&document, above);
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
