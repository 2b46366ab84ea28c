//! Amounts and prices that contradict themselves.

use chargetap_contract::{
    money::{Price, VatTotal},
    receipt::{NothingTakenReason, Problem},
};

use super::{contradiction, contradiction_of, is_rendered, not_plugged_in, problem};
use crate::{
    documents::{above_hold, paid, two_rates_above_hold},
    session,
};

#[test]
fn captured_and_released_must_be_what_was_held() {
    let expected = "captured and released do not add up to held";
    assert_eq!(contradiction(|it| session(it).released += 1), expected);
    assert_eq!(
        contradiction(|it| session(it).released = u64::MAX),
        expected
    );
}

#[test]
fn no_more_is_refunded_than_was_captured() {
    let captured = session(&mut paid()).captured;
    let expected = "nothing was refunded since, or more than was captured";
    for refunded in [0, captured + 1, u64::MAX] {
        let contradiction = contradiction(|it| it.refunded = Some(refunded));
        assert_eq!(contradiction, expected, "{refunded}");
    }
    for refunded in [1, captured] {
        let mut document = paid();
        document.refunded = Some(refunded);
        assert!(is_rendered(&document), "{refunded}");
    }
}

#[test]
fn no_more_is_captured_than_the_price_and_the_hold() {
    let expected = "more was captured than the price or the hold";
    assert_eq!(
        contradiction(|it| {
            let session = session(it);
            (session.captured, session.released) = (487, 4_513);
        }),
        expected
    );
    assert_eq!(contradiction(|it| session(it).charging = None), expected);
}

#[test]
fn there_is_a_reason_for_taking_nothing_exactly_when_nothing_was_taken() {
    let expected = "there is a reason for taking nothing although something was captured, or none \
                    although nothing was";
    let reason = Some(NothingTakenReason::Declined);
    assert_eq!(
        contradiction(|it| session(it).nothing_taken = reason),
        expected
    );
    let mut document = not_plugged_in();
    session(&mut document).nothing_taken = None;
    assert_eq!(
        problem(&document, "en"),
        Problem::Inconsistent(expected.to_owned())
    );
}

/// What the generator says of a paid receipt whose price was changed so.
fn price_contradiction(change: impl FnOnce(&mut Price)) -> String {
    contradiction(|it| change(&mut session(it).charging.as_mut().unwrap().cost))
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
    // Net, VAT and gross of each add up, but the sums of all do not.
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
fn a_rate_must_not_take_from_another() {
    let contradiction = contradiction_of(two_rates_above_hold(), |it| {
        let totals = &mut session(it).charging.as_mut().unwrap().cost.vat_totals;
        (totals[0].vat, totals[0].gross) = (totals[0].vat + 2, totals[0].gross + 2);
        (totals[1].vat, totals[1].gross) = (totals[1].vat - 2, totals[1].gross - 2);
    });
    assert_eq!(contradiction, "the lines do not add up to the totals");
}

#[test]
fn a_rate_may_take_a_minor_unit_more_by_its_place_in_the_rounded_sum() {
    // Without VAT 0.5 cents, and 1.0 with the other rate: 1 cent, all of it with the first.
    let mut document = paid();
    let summary = session(&mut document);
    (summary.captured, summary.released) = (1, 4_999);
    summary.captured_vat = vec![VatTotal {
        vat_rate: None,
        adjustment: 0,
        net: 1,
        vat: 0,
        gross: 1,
    }];
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
    assert!(is_rendered(&document));
}

#[test]
fn the_rates_of_what_was_captured_must_be_what_was_captured() {
    let expected = "net and VAT of what was captured do not add up to it";
    let changed = |change: fn(&mut Vec<VatTotal>)| {
        contradiction_of(above_hold(), |it| change(&mut session(it).captured_vat))
    };
    assert_eq!(changed(|it| it[0].vat += 1), expected);
    assert_eq!(
        changed(|it| (it[0].net, it[0].gross) = (it[0].net + 1, it[0].gross + 1)),
        expected
    );
    assert_eq!(changed(|it| it[0].net = u64::MAX), expected);
    assert_eq!(changed(|it| it.push(it[0])), expected);
}

#[test]
fn the_vat_of_a_rate_is_what_the_rate_makes_of_it() {
    let expected = "the VAT of a rate is not what the rate makes of it";
    // Two minor units are more than rounding.
    let shifted = |total: &mut VatTotal, by: i64| {
        total.vat = total.vat.checked_add_signed(by).unwrap();
        total.net = total.net.checked_add_signed(-by).unwrap();
    };
    for by in [-2, 2] {
        let contradiction = price_contradiction(|it| {
            shifted(&mut it.vat_totals[0], by);
            (it.net, it.vat) = (it.vat_totals[0].net, it.vat_totals[0].vat);
        });
        assert_eq!(contradiction, expected);
        let contradiction = contradiction_of(above_hold(), |it| {
            shifted(&mut session(it).captured_vat[0], by);
        });
        assert_eq!(contradiction, expected);
    }
    let without_rate = |it: &mut VatTotal| it.vat_rate = None;
    let contradiction = contradiction_of(above_hold(), |it| {
        without_rate(&mut session(it).captured_vat[0]);
    });
    assert_eq!(contradiction, expected);
    let mut document = above_hold();
    shifted(&mut session(&mut document).captured_vat[0], 1);
    assert!(is_rendered(&document));
}

#[test]
fn who_paid_the_whole_price_paid_its_rates() {
    let expected = "the whole price was captured, but not by its VAT rates";
    let changed =
        |change: fn(&mut VatTotal)| contradiction(|it| change(&mut session(it).captured_vat[0]));
    assert_eq!(
        changed(|it| (it.net, it.vat) = (it.net + 1, it.vat - 1)),
        expected
    );
    // 20 % in 4.86 EUR are 0.81 EUR.
    assert_eq!(
        changed(|it| (it.vat_rate, it.net, it.vat) = (Some(2_000), 405, 81)),
        expected
    );
    // Old receipts do not have it.
    let mut document = paid();
    session(&mut document).captured_vat.clear();
    assert!(is_rendered(&document));
}
