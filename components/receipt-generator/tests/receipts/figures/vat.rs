//! The price and its VAT.

use chargetap_contract::{money::VatTotal, receipt::Document};
use serde_json::json;

use super::{does_not_say, says, text};
use crate::{
    documents::{above_hold, paid, prices_with_vat, several_rates, two_rates_above_hold},
    json, session,
};

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
