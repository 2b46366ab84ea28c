//! Single figures, where a whole receipt would say too much.

use chargetap_contract::{
    receipt::{Document, Format, NothingTakenReason},
    terminal::CardScheme,
};

use crate::{
    body,
    documents::{above_hold, not_plugged_in, paid},
};

/// The text without the spaces that align it.
fn text(document: &Document, locale: &str) -> String {
    let text = body(document, Format::Text, locale);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn says(document: &Document, expected: &str) {
    let text = text(document, "en");
    assert!(text.contains(expected), "{expected:?} is not in {text:?}");
}

// The minor units are those of the list that SIX publishes for ISO 4217.
#[test]
fn amounts_have_the_decimals_of_their_currency() {
    for (currency, expected) in [
        ("EUR", "Pre-authorised 12345.67 EUR"),
        ("SEK", "Pre-authorised 12345.67 SEK"),
        ("HUF", "Pre-authorised 12345.67 HUF"),
        ("JPY", "Pre-authorised 1234567 JPY"),
        ("ISK", "Pre-authorised 1234567 ISK"),
        ("KWD", "Pre-authorised 1234.567 KWD"),
    ] {
        let mut document = not_plugged_in();
        document.summary.currency = currency.to_owned();
        (document.summary.held, document.summary.released) = (1_234_567, 1_234_567);
        says(&document, expected);
    }
}

#[test]
fn the_smallest_amounts_keep_their_zeros() {
    let mut document = not_plugged_in();
    (document.summary.held, document.summary.released) = (7, 7);
    says(&document, "Pre-authorised 0.07 SEK");
    assert!(text(&document, "sv").contains("Reserverat 0,07 SEK"));
}

#[test]
fn a_unit_price_has_the_decimals_it_needs() {
    says(&above_hold(), "61.234 kWh × 0.395 EUR/kWh 24.18743 EUR");
    says(&paid(), "7.420 kWh × 0.49 EUR/kWh 3.6358 EUR");
}

#[test]
fn a_component_is_rounded_half_up_to_a_thousandth_of_the_minor_unit() {
    // 3600.5 s at 1.20 EUR/h are 1.20016666… EUR.
    says(&above_hold(), "1 h 0 min 0 s × 1.20 EUR/h 1.20017 EUR");
}

#[test]
fn a_price_that_the_tariff_does_not_have_is_left_out() {
    assert!(!text(&paid(), "en").contains("EUR/h "));
    assert!(!text(&above_hold(), "en").contains("Per session"));
}

#[test]
fn without_energy_there_is_no_price_per_session() {
    let mut document = paid();
    let summary = &mut document.summary;
    let charging = summary.charging.as_mut().unwrap();
    charging.energy = 0;
    (charging.cost.net, charging.cost.vat, charging.cost.gross) = (0, 0, 0);
    (summary.captured, summary.released) = (0, summary.held);
    summary.nothing_taken = Some(NothingTakenReason::BelowMinimum);
    assert!(!text(&document, "en").contains("Per session"));
    says(&document, "Energy 0.000 kWh");
}

#[test]
fn the_vat_rate_has_the_decimals_it_needs() {
    says(&paid(), "VAT 25 % 0.97 EUR");
    says(&above_hold(), "VAT 25.5 % 6.47 EUR");
    assert!(text(&above_hold(), "sv").contains("Moms 25,5 % 6,47 EUR"));
}

#[test]
fn the_repeated_hour_is_told_apart_by_its_offset() {
    says(
        &above_hold(),
        "Start 2025-10-26 03:30:00 UTC+03:00 End 2025-10-26 03:30:00 UTC+02:00",
    );
}

#[test]
fn zones_west_of_greenwich_and_off_the_hour_have_their_offset() {
    let mut document = paid();
    // 2025-06-15T12:00:41Z, by Python's zoneinfo.
    for (zone, expected) in [
        ("America/St_Johns", "2025-06-15 09:30:41 UTC-02:30"),
        ("Asia/Kathmandu", "2025-06-15 17:45:41 UTC+05:45"),
        ("UTC", "2025-06-15 12:00:41 UTC+00:00"),
    ] {
        document.site.time_zone = zone.to_owned();
        says(&document, &format!("Card shown {expected}"));
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
        let charging = document.summary.charging.as_mut().unwrap();
        charging.ended_at = charging.started_at + length;
        says(&document, expected);
    }
}

#[test]
fn a_card_is_named_by_scheme_and_four_digits_or_by_less() {
    let mut document = paid();
    says(&document, "Card Visa •••• 0042");
    let card = document.summary.card.as_mut().unwrap();
    (card.scheme, card.last_four) = (CardScheme::Amex, None);
    says(&document, "Card American Express Card shown");
    document.summary.card = None;
    says(&document, "Released 45.14 EUR Card shown");
}

#[test]
fn the_card_reference_is_on_no_receipt() {
    for format in [Format::Html, Format::Text, Format::Json] {
        let body = body(&paid(), format, "en").to_lowercase();
        for reference in ["123456789abcdef0", "1311768467463790320", "fedcba987654321"] {
            assert!(!body.contains(reference));
        }
    }
}

#[test]
fn every_reason_is_told_and_a_hold_that_never_was_is_not_released() {
    let mut document = not_plugged_in();
    for (reason, expected) in [
        (NothingTakenReason::Declined, "The card was refused."),
        (
            NothingTakenReason::NotPluggedIn,
            "No vehicle was connected in time.",
        ),
        (
            NothingTakenReason::CancelledByDriver,
            "The card was shown again before charging began.",
        ),
        (
            NothingTakenReason::StartFailed,
            "The charging station did not start.",
        ),
        (
            NothingTakenReason::BelowMinimum,
            "The price was too low to be charged.",
        ),
        (
            NothingTakenReason::PaymentFailed,
            "The payment could not be made.",
        ),
    ] {
        document.summary.nothing_taken = Some(reason);
        says(
            &document,
            &format!("{expected} The pre-authorised 400.00 SEK was released."),
        );
    }
    (document.summary.held, document.summary.released) = (0, 0);
    says(&document, "No amount had been pre-authorised.");
}

#[test]
fn the_largest_numbers_there_are_do_no_harm() {
    let mut document = paid();
    let summary = &mut document.summary;
    (summary.held, summary.captured, summary.released) = (u64::MAX, u64::MAX, 0);
    let charging = summary.charging.as_mut().unwrap();
    charging.started_at = 0;
    charging.energy = u64::MAX;
    charging.tariff.per_kwh = u64::MAX;
    charging.tariff.per_hour = u64::MAX;
    charging.tariff.per_session = u64::MAX;
    charging.tariff.vat_rate = u32::MAX;
    (charging.cost.net, charging.cost.vat, charging.cost.gross) = (u64::MAX, 0, u64::MAX);
    says(&document, "Captured 184467440737095516.15 EUR");
    for format in [Format::Html, Format::Json] {
        body(&document, format, "sv");
    }
}
