//! What is not rendered: a test for each rule.

use chargetap_contract::{
    money::{Price, VatTotal},
    receipt::{
        Buyer, Charging, Document, Format, NothingTakenReason, Page, Payout, Problem, Refund, Slip,
        Subject,
    },
    terminal::Card,
};

use crate::{
    documents::{
        FORMATS, above_hold, invoice, nothing_taken, paid, payout, refund_corrected, refund_in_part,
    },
    session,
};

/// What every format says.
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
        assert_eq!(receipt_generator::form(Page::Find, locale), Err(expected));
    }
}

#[test]
fn script_and_region_do_not_matter() {
    let render = |locale: &str| {
        let receipt = receipt_generator::render(&paid(), Format::Text(40), locale).unwrap();
        (
            receipt,
            receipt_generator::form(Page::Find, locale).unwrap(),
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
fn captured_and_released_must_be_what_was_held() {
    let expected = "captured and released do not add up to held";
    assert_eq!(contradiction(|it| session(it).released += 1), expected);
    assert_eq!(
        contradiction(|it| session(it).released = u64::MAX),
        expected
    );
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
    assert!(receipt_generator::render(&document, Format::Text(40), "en").is_ok());
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
    assert_eq!(changed(Vec::clear), expected);
}

/// What is said of a paid receipt whose slip was changed so.
fn slip_contradiction(change: impl FnOnce(&mut Slip)) -> String {
    contradiction(|it| change(it.slip.as_mut().unwrap()))
}

#[test]
fn an_aid_has_the_length_that_it_can_have() {
    let expected = "the AID is longer than its parts can be";
    for (rid, pix, pix_bytes) in [
        (1 << 40, 0x1010, 2),
        (0xA0_0000_0003, 0x1_0000, 2),
        (0xA0_0000_0003, 0x1010, 6),
        (0xA0_0000_0003, 0x1010, u8::MAX),
        (0xA0_0000_0003, 1, 0),
        (u64::MAX, u64::MAX, 5),
    ] {
        let contradiction = slip_contradiction(|it| {
            let application = it.application.as_mut().unwrap();
            (application.rid, application.pix, application.pix_bytes) = (rid, pix, pix_bytes);
        });
        assert_eq!(contradiction, expected, "{rid:X} {pix:X} {pix_bytes}");
    }
}

#[test]
fn an_authorisation_code_is_1_to_6_letters_and_digits() {
    let expected = "the authorisation code is not 1 to 6 letters and digits";
    for code in ["", "1234567", "12 34", "4111111111111111", "É"] {
        let change = |it: &mut Slip| it.authorisation_code = Some(code.to_owned());
        assert_eq!(slip_contradiction(change), expected, "{code}");
    }
}

#[test]
fn a_tvr_is_five_bytes() {
    let expected = "the TVR is more than five bytes";
    assert_eq!(slip_contradiction(|it| it.tvr = Some(1 << 40)), expected);
    let mut document = paid();
    document.slip.as_mut().unwrap().tvr = Some((1 << 40) - 1);
    assert!(is_rendered(&document));
}

/// What is said of a refund that was changed so.
fn refund_contradiction(document: Document, change: impl FnOnce(&mut Refund)) -> String {
    contradiction_of(document, |it| match &mut it.subject {
        Subject::Refund(refund) => change(refund),
        other => panic!("{other:?} is no refund"),
    })
}

#[test]
fn a_refund_is_something_and_no_more_than_what_was_captured() {
    let expected = "nothing was refunded, or more than was captured";
    for (amount, refunded) in [
        (0, 0),
        (0, 100),
        (101, 100),
        (100, 487),
        (u64::MAX, u64::MAX),
    ] {
        let contradiction = refund_contradiction(refund_in_part(), |it| {
            (it.amount, it.refunded) = (amount, refunded);
        });
        assert_eq!(contradiction, expected, "{amount} {refunded}");
    }
}

#[test]
fn the_rates_of_a_refund_must_be_what_is_given_back() {
    let expected = "net and VAT of the refund do not add up to it";
    let changed = |change: fn(&mut Vec<VatTotal>)| {
        refund_contradiction(refund_in_part(), |it| change(&mut it.amount_vat))
    };
    assert_eq!(changed(|it| it[0].vat += 1), expected);
    assert_eq!(changed(|it| it[0].net = u64::MAX), expected);
    assert_eq!(changed(Vec::clear), expected);
}

#[test]
fn a_corrected_price_must_add_up_like_any_other() {
    let expected = "the corrected price does not add up";
    let changed = |change: fn(&mut Charging)| {
        refund_contradiction(refund_corrected(), |it| {
            change(it.corrected.as_mut().unwrap())
        })
    };
    assert_eq!(changed(|it| it.cost.vat += 1), expected);
    assert_eq!(changed(|it| it.cost.lines[0].amount += 1_000), expected);
    assert_eq!(changed(|it| it.ended_at = it.started_at - 1), expected);
}

#[test]
fn what_refers_to_a_receipt_says_to_which() {
    let expected = "there is no receipt that it refers to";
    for document in [refund_in_part(), refund_corrected(), invoice()] {
        assert_eq!(
            contradiction_of(document, |it| it.original = None),
            expected
        );
    }
}

#[test]
fn there_is_no_invoice_for_nothing() {
    let nothing = |it: &mut Document| {
        let session = session(it);
        session.nothing_taken = Some(NothingTakenReason::BelowMinimum);
        (session.captured, session.released) = (0, session.held);
        session.captured_vat.clear();
    };
    assert_eq!(
        contradiction_of(invoice(), nothing),
        "there is no invoice for nothing"
    );
}

#[test]
fn a_buyer_has_a_name_and_an_address_that_can_be_read() {
    let expected = "the buyer has no name or no address";
    let changed = |change: &dyn Fn(&mut Buyer)| {
        contradiction_of(invoice(), |it| match &mut it.subject {
            Subject::Invoice(invoice) => change(&mut invoice.buyer),
            other => panic!("{other:?} is no invoice"),
        })
    };
    for empty in ["", "  ", "\n\t", "\u{200b}\u{202e}", "\u{0}"] {
        assert_eq!(
            changed(&|it| empty.clone_into(&mut it.name)),
            expected,
            "{empty:?}"
        );
        assert_eq!(
            changed(&|it| empty.clone_into(&mut it.address)),
            expected,
            "{empty:?}"
        );
    }
}

#[test]
fn fee_and_payout_are_what_was_captured() {
    let changed = |change: fn(&mut Payout)| {
        contradiction_of(payout(), |it| match &mut it.subject {
            Subject::Payout(payout) => change(payout),
            other => panic!("{other:?} is no payout"),
        })
    };
    let expected = "fee and payout do not add up to captured";
    assert_eq!(changed(|it| it.fee += 1), expected);
    assert_eq!(changed(|it| it.paid_out = u64::MAX), expected);
    assert_eq!(
        changed(|it| it.fee_vat = it.fee + 1),
        "the VAT in the fee is more than the fee"
    );
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
