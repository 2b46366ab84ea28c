//! Single figures, where a whole receipt would say too much.

use chargetap_contract::{
    money::Dimension,
    receipt::{Document, Format, NothingTakenReason},
    terminal::CardScheme,
};

use crate::{
    body,
    documents::{above_hold, not_plugged_in, paid, several_rates},
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
        ("EUR", "Pre-authorised €12,345.67"),
        ("SEK", "Pre-authorised SEK 12,345.67"),
        ("HUF", "Pre-authorised HUF 12,345.67"),
        ("JPY", "Pre-authorised JP¥1,234,567"),
        ("ISK", "Pre-authorised ISK 1,234,567"),
        ("KWD", "Pre-authorised KWD 1,234.567"),
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
    says(&document, "Pre-authorised SEK 0.07");
    assert!(text(&document, "sv").contains("Reserverat 0,07 kr"));
}

#[test]
fn a_unit_price_has_the_decimals_it_needs() {
    says(&above_hold(), "61.234 kWh × €0.395/kWh €24.18743");
    says(&paid(), "7.420 kWh × €0.49/kWh €3.6358");
}

#[test]
fn a_line_has_the_length_and_the_decimals_that_were_billed() {
    let mut document = above_hold();
    says(&document, "1 h 0 min 1 s × €1.20/h €1.20033");
    // 3600.5 s at 1.20 EUR/h are 1.20016666… EUR.
    let line = &mut document.summary.charging.as_mut().unwrap().cost.lines[1];
    (line.quantity, line.amount) = (3_600_500, 120_017);
    says(&document, "1 h 0 min 0.5 s × €1.20/h €1.20017");
}

#[test]
fn several_vat_rates_are_told_apart_and_what_a_limit_takes_off_is_shown() {
    says(
        &several_rates(),
        "50.000 kWh × €0.25/kWh, VAT 10% €12.50 \
         Parking 45 min 0 s × €2.00/h, VAT 20% €1.50 \
         Per session, VAT 20% €0.50 \
         Maximum price -€0.50 Maximum price -€2.00 \
         Total excl. VAT €12.00 \
         VAT 10% on €12.00 €1.20 VAT 20% on €0.00 €0.00 \
         Total incl. VAT €13.20",
    );
    let text = text(&several_rates(), "sv");
    assert!(text.contains("Parkering 45 min 0 s × 2,00 €/h, Moms 20 % 1,50 €"));
    assert!(text.contains("Moms 10 % på 12,00 € 1,20 €"));
}

#[test]
fn what_the_minimum_adds_is_shown() {
    let mut document = paid();
    let summary = &mut document.summary;
    let cost = &mut summary.charging.as_mut().unwrap().cost;
    // 0.1142 are missing to 4.00 without VAT.
    let total = &mut cost.vat_totals[0];
    (total.adjustment, total.net, total.vat, total.gross) = (11_420, 400, 100, 500);
    (cost.net, cost.vat, cost.gross) = (400, 100, 500);
    (summary.captured, summary.released) = (500, 4_500);
    says(&document, "Per session €0.25 Minimum price +€0.1142");
    assert!(text(&document, "sv").contains("Lägsta pris +0,1142 €"));
}

#[test]
fn prices_that_include_vat_are_said_to() {
    let mut document = paid();
    let cost = &mut document.summary.charging.as_mut().unwrap().cost;
    cost.tax_included = true;
    cost.lines[0].amount = 461_000;
    says(&document, "Unit prices include VAT.");
    assert!(text(&document, "sv").contains("Enhetspriserna är inklusive moms."));
}

#[test]
fn without_a_vat_rate_there_is_no_vat_line() {
    let mut document = paid();
    let summary = &mut document.summary;
    let cost = &mut summary.charging.as_mut().unwrap().cost;
    for line in &mut cost.lines {
        line.vat_rate = None;
    }
    let total = &mut cost.vat_totals[0];
    (total.vat_rate, total.net, total.vat, total.gross) = (None, 389, 0, 389);
    (cost.net, cost.vat, cost.gross) = (389, 0, 389);
    (summary.captured, summary.released) = (389, 4_611);
    says(&document, "Total excl. VAT €3.89 Total incl. VAT €3.89");
}

#[test]
fn without_energy_there_is_no_line() {
    let mut document = paid();
    let summary = &mut document.summary;
    let charging = summary.charging.as_mut().unwrap();
    charging.energy = 0;
    (charging.cost.net, charging.cost.vat, charging.cost.gross) = (0, 0, 0);
    charging.cost.lines.clear();
    charging.cost.vat_totals.clear();
    (summary.captured, summary.released) = (0, summary.held);
    summary.nothing_taken = Some(NothingTakenReason::BelowMinimum);
    says(&document, "Total excl. VAT €0.00 Total incl. VAT €0.00");
    says(&document, "Energy 0.000 kWh");
}

#[test]
fn the_vat_rate_has_the_decimals_it_needs() {
    says(&paid(), "VAT 25% €0.97");
    says(&above_hold(), "VAT 25.5% €6.47");
    assert!(text(&above_hold(), "sv").contains("Moms 25,5 % 6,47 €"));
}

#[test]
fn the_repeated_hour_is_told_apart_by_its_offset() {
    says(
        &above_hold(),
        "Start 26 Oct 2025, 03:30:00 UTC+03:00 End 26 Oct 2025, 03:30:00 UTC+02:00",
    );
}

#[test]
fn zones_west_of_greenwich_and_off_the_hour_have_their_offset() {
    let mut document = paid();
    // 2025-06-15T12:00:41Z, by Python's zoneinfo.
    for (zone, expected) in [
        ("America/St_Johns", "15 Jun 2025, 09:30:41 UTC-02:30"),
        ("Asia/Kathmandu", "15 Jun 2025, 17:45:41 UTC+05:45"),
        ("UTC", "15 Jun 2025, 12:00:41 UTC+00:00"),
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
    says(&document, "Released €45.14 Card shown");
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
            &format!("{expected} The pre-authorised SEK 400.00 was released."),
        );
    }
    (document.summary.held, document.summary.released) = (0, 0);
    says(&document, "No amount had been pre-authorised.");
}

#[test]
fn the_largest_numbers_there_are_do_no_harm() {
    let mut document = paid();
    let summary = &mut document.summary;
    // As much as one line can say: 18,446,744,073,709,551,615 thousandths of a cent.
    let gross = 18_446_744_073_709_552;
    (summary.held, summary.captured) = (u64::MAX, gross);
    summary.released = u64::MAX - gross;
    let charging = summary.charging.as_mut().unwrap();
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
    (total.net, total.vat, total.gross) = (0, gross, gross);
    (cost.net, cost.vat, cost.gross) = (0, gross, gross);
    says(&document, "Captured €184,467,440,737,095.52");
    for format in [Format::Html, Format::Json] {
        body(&document, format, "sv");
    }
}
