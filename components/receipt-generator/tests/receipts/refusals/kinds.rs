//! Card slips, refunds, invoices and payouts.

use chargetap_contract::{
    money::VatTotal,
    receipt::{
        Buyer, Charging, Document, Issuer, NothingTakenReason, Payout, Refund, Slip, Subject,
    },
};

use super::{contradiction, contradiction_of, is_rendered};
use crate::{
    documents::{invoice, paid, payout, refund_corrected, refund_in_part, refund_of_two_rates},
    session,
};

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
fn no_more_is_given_back_of_a_rate_than_was_captured() {
    let expected = "more was refunded of a VAT rate than was captured";
    // Of 5.00 EUR with 10 % 0.45 EUR are VAT, and with 20 % 0.83 EUR.
    let changed = |rate, net, vat| {
        refund_contradiction(refund_of_two_rates(), |it| {
            it.amount_vat.truncate(1);
            let share = &mut it.amount_vat[0];
            (share.vat_rate, share.net, share.vat, share.gross) = (Some(rate), net, vat, 500);
        })
    };
    assert_eq!(changed(2_000, 417, 83), expected);
    assert_eq!(changed(2_500, 400, 100), expected);
    assert_eq!(
        changed(1_000, 450, 50),
        "the VAT of a refunded rate is not what the rate makes of it"
    );
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
    for document in [invoice(), refund_of_two_rates()] {
        let changed = |change: &dyn Fn(&mut Buyer)| {
            contradiction_of(document.clone(), |it| change(buyer(it)))
        };
        for empty in ["", "  ", "\n\t", "\u{200b}\u{202e}", "\u{0}"] {
            let name = changed(&|it| empty.clone_into(&mut it.name));
            let address = changed(&|it| empty.clone_into(&mut it.address));
            assert_eq!(
                (name.as_str(), address.as_str()),
                (expected, expected),
                "{empty:?}"
            );
        }
        let number = changed(&|it| it.vat_number.push('1'));
        assert_eq!(number, "the buyer's VAT number is not one");
    }
}

#[test]
fn a_buyer_has_a_name_of_200_and_an_address_of_300_characters_at_most() {
    let expected = "the buyer's name or address is too long";
    let long = |name: usize, address: usize| {
        move |it: &mut Document| {
            buyer(it).name = "é".repeat(name);
            buyer(it).address = "é".repeat(address);
        }
    };
    assert_eq!(contradiction_of(invoice(), long(201, 300)), expected);
    assert_eq!(contradiction_of(invoice(), long(200, 301)), expected);
    let mut document = invoice();
    long(200, 300)(&mut document);
    assert!(is_rendered(&document));
}

fn buyer(document: &mut Document) -> &mut Buyer {
    match &mut document.subject {
        Subject::Invoice(invoice) => &mut invoice.buyer,
        Subject::Refund(refund) => refund.buyer.as_mut().unwrap(),
        other => panic!("{other:?} has no buyer"),
    }
}

#[test]
fn who_issues_an_invoice_has_a_name_an_address_and_a_vat_number() {
    let expected = "the invoice's issuer has no name, no address or no VAT number";
    let changed =
        |change: fn(&mut Issuer)| contradiction_of(invoice(), |it| change(&mut it.issuer));
    assert_eq!(changed(|it| it.name.clear()), expected);
    assert_eq!(changed(|it| it.address = "\u{200b}".to_owned()), expected);
    // None, one with a digit too many, and one with a wrong digit.
    for number in ["", "SE5566778899011", "SE556677889801"] {
        let contradiction = contradiction_of(invoice(), |it| {
            number.clone_into(&mut it.issuer.vat_number);
        });
        assert_eq!(contradiction, expected, "{number}");
    }
    // A receipt does not need it.
    let mut document = paid();
    document.issuer.vat_number.clear();
    assert!(is_rendered(&document));
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
