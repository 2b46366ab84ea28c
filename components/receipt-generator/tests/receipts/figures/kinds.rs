//! Figures of single kinds of receipt: refunds, invoices, payouts, card slips, signed values.

use chargetap_contract::{
    receipt::{
        Document, Format, MeasurementProblem, MeasurementVerdict, NothingTakenReason, Subject,
    },
    terminal::ApplicationId,
};
use serde_json::json;

use super::{does_not_say, not_plugged_in, says};
use crate::{
    body,
    documents::{
        below_minimum, invoice, measurement_differs, paid, payout, refund_corrected,
        refund_in_part, refund_of_two_rates,
    },
    json, session,
};

// The forms of ISO/IEC 7816-5 and EMV book 3, by hand.
#[test]
fn a_slip_says_its_codes_as_slips_do() {
    let mut document = paid();
    says(
        &document,
        "Entry mode Contactless Application (AID) A0000000031010 Authorisation code A1B2C3 \
         Sequence number 001234 TVR 0000800000 TSI E800",
    );
    let slip = document.slip.as_mut().unwrap();
    slip.application = Some(ApplicationId {
        rid: 0xD2_7600_0025,
        pix: 0x4547_4100,
        pix_bytes: 5,
    });
    says(&document, "Application (AID) D2760000250045474100");
    let slip = document.slip.as_mut().unwrap();
    slip.application.as_mut().unwrap().pix = 0;
    slip.application.as_mut().unwrap().pix_bytes = 0;
    (slip.entry_mode, slip.sequence_number, slip.tvr, slip.tsi) = (None, None, Some(0), Some(0));
    says(
        &document,
        "Application (AID) D276000025 Authorisation code A1B2C3 TVR 0000000000 TSI 0000",
    );
}

#[test]
fn every_reason_is_told_and_a_hold_that_never_was_is_not_released() {
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
            NothingTakenReason::CancelledByOperator,
            "The operator ended the session before charging began.",
        ),
        (
            NothingTakenReason::StartFailed,
            "The charging station did not start charging.",
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
        let mut document = not_plugged_in();
        session(&mut document).nothing_taken = Some(reason);
        says(&document, &format!("{expected} The pre-authorised"));
        let session = session(&mut document);
        (session.held, session.released) = (0, 0);
        says(
            &document,
            &format!("{expected} No amount had been pre-authorised."),
        );
    }
}

#[test]
fn what_follows_a_receipt_says_which_and_by_its_id_where_it_has_no_number() {
    says(
        &refund_in_part(),
        "This refund relates to receipt CT-2025-000042 of",
    );
    says(
        &invoice(),
        "This invoice replaces receipt CT-2025-000042 of",
    );
    let mut document = refund_in_part();
    document.original.as_mut().unwrap().number = None;
    says(&document, "relates to receipt r_7Kq2-Xw9Zb4Tn6Vd1Hs8 of");
}

#[test]
fn a_refund_says_what_was_given_back_in_all_and_why() {
    let late = "the charging station reported a different meter reading";
    says(
        &refund_in_part(),
        "VAT 25% on €0.80 €0.20 Refunded €1.00 Refunded in total €2.00",
    );
    does_not_say(&refund_in_part(), late);
    says(&refund_corrected(), late);
    does_not_say(&refund_corrected(), "Refunded in total");
    says(
        &refund_of_two_rates(),
        "VAT 10% €4.02 + €0.40 = €4.42 VAT 20% €0.48 + €0.10 = €0.58",
    );
    let rates = &json(&refund_of_two_rates())["refund"]["amount_vat"];
    assert_eq!(
        (&rates[0]["vat"], &rates[1]["vat"]),
        (&json!(40), &json!(10))
    );
}

#[test]
fn a_payout_says_to_whom_and_what_is_kept() {
    says(
        &payout(),
        "To Parkeringsbolaget i Sundsvall AB, statement 2025-06.",
    );
    says(&payout(), "Captured €4.86 Fee -€0.15 VAT in the fee €0.03");
    let payout = &json(&payout())["payout"];
    assert_eq!(
        [&payout["fee"], &payout["fee_vat"], &payout["paid_out"]],
        [&json!(15), &json!(3), &json!(471)]
    );
}

#[test]
fn an_invoice_can_be_asked_for_where_something_was_captured_and_there_is_none() {
    let page = |document: &Document| body(document, Format::Html, "en");
    let is_offered = |document: &Document| page(document).contains("/invoice?lang=en\"");
    assert!(is_offered(&paid()));
    for document in [
        not_plugged_in(),
        below_minimum(),
        refund_in_part(),
        invoice(),
        payout(),
    ] {
        assert!(!is_offered(&document), "{document:?}");
    }
}

#[test]
fn a_receipt_of_which_something_was_refunded_says_how_much_and_offers_no_invoice() {
    let mut document = paid();
    does_not_say(&document, "Refunded in total");
    document.refunded = Some(100);
    says(&document, "Released €45.14 Refunded in total €1.00");
    let page = body(&document, Format::Html, "en");
    assert!(!page.contains("/invoice?"), "{page}");
}

#[test]
fn a_measurement_is_told_as_what_came_of_it() {
    says(&paid(), "7.420 kWh was measured, as billed.");
    says(
        &measurement_differs(),
        "7.400 kWh was measured, but 7.420 kWh was billed. Please contact us.",
    );
    // From 0.9 Wh to 7420.5 Wh are 7419 full ones, and on a register that shows no fraction 7420.
    let mut document = paid();
    for (measured, expected) in [
        (7_421, "7.421 kWh was measured, as billed."),
        (7_419, "7.419 kWh was measured, as billed."),
        (7_422, "7.422 kWh was measured, but 7.420 kWh was billed."),
        (7_418, "7.418 kWh was measured, but 7.420 kWh was billed."),
    ] {
        document.measurement.as_mut().unwrap().verdict = MeasurementVerdict::Verified(measured);
        says(&document, expected);
    }
    for problem in [
        MeasurementProblem::NoKey,
        MeasurementProblem::UnreadableKey,
        MeasurementProblem::UnsupportedCurve,
        MeasurementProblem::UnreadablePacket,
        MeasurementProblem::UnsupportedAlgorithm,
        MeasurementProblem::TooLarge,
        MeasurementProblem::NoBeginning,
        MeasurementProblem::NoEnd,
        MeasurementProblem::OtherMeter,
        MeasurementProblem::WrongOrder,
        MeasurementProblem::NotMeasured,
    ] {
        document.measurement.as_mut().unwrap().verdict = MeasurementVerdict::Refused(problem);
        says(&document, "The meter's signed values could not be checked:");
        does_not_say(&document, "was measured");
        let measurement = &json(&document)["measurement"];
        assert_eq!(measurement["is_verified"], false);
        assert_eq!(measurement["energy_wh"], json!(null));
    }
    let wrong = MeasurementVerdict::Refused(MeasurementProblem::WrongSignature);
    document.measurement.as_mut().unwrap().verdict = wrong;
    says(&document, "the signature is wrong. Please contact us.");
}

#[test]
fn of_a_correction_the_corrected_energy_is_what_was_measured() {
    let mut document = refund_corrected();
    document.measurement = paid().measurement;
    says(&document, "but 5.120 kWh was billed.");
    document.measurement.as_mut().unwrap().verdict = MeasurementVerdict::Verified(5_120);
    says(&document, "5.120 kWh was measured, as billed.");
}

#[test]
fn where_nothing_was_taken_nothing_was_billed() {
    let mut document = below_minimum();
    document.measurement = paid().measurement;
    document.measurement.as_mut().unwrap().verdict = MeasurementVerdict::Verified(400);
    says(&document, "0.400 kWh was measured.");
    does_not_say(&document, "billed");
}

#[test]
fn a_correction_is_told_as_fully_as_what_it_corrects() {
    let mut document = refund_corrected();
    says(
        &document,
        "Corrected values -- Start 15 Jun 2025, 14:02:03 UTC+02:00 End 15 Jun 2025, 15:04:06 \
         UTC+02:00 Duration 1 h 2 min 3 s Energy 5.120 kWh 5.120 kWh × €0.49/kWh €2.5088 \
         Per session €0.25 Total excl. VAT €2.76 VAT 25% on €2.76 €0.69 Total incl. VAT €3.45",
    );
    let Subject::Refund(refund) = &mut document.subject else {
        panic!("the sample is no refund");
    };
    refund.corrected.as_mut().unwrap().ended_at -= 60_000;
    says(&document, "Duration 1 h 1 min 3 s Energy 5.120 kWh");
    let corrected = &json(&document)["refund"]["corrected"];
    assert_eq!(corrected["ended_at"], "2025-06-15T15:03:06.500+02:00");
    assert_eq!(corrected["duration_ms"], 3_663_500);
}

#[test]
fn a_refund_of_an_invoice_names_its_buyer() {
    says(
        &refund_of_two_rates(),
        "Billed to -- Name Muster Spedition GmbH Address Hafenstraße 5, 20457 Hamburg VAT number \
         DE136695976",
    );
    does_not_say(&refund_in_part(), "Billed to");
    let buyer = &json(&refund_of_two_rates())["buyer"];
    assert_eq!(buyer["name"], "Muster Spedition GmbH");
    assert_eq!(json(&refund_in_part())["buyer"], json!(null));
}

#[test]
fn what_else_is_at_its_address_is_asked_for_in_the_same_language() {
    let page = body(&paid(), Format::Html, "el-GR");
    let id = paid().id;
    for address in [
        "?format=pdf&amp;lang=el",
        "?format=ocmf&amp;lang=el",
        "/invoice?lang=el",
    ] {
        assert!(
            page.contains(&format!("href=\"{id}{address}\"")),
            "{address}"
        );
    }
}

#[test]
fn signed_values_that_no_file_can_hold_are_not_offered() {
    let is_offered =
        |document: &Document| body(document, Format::Html, "en").contains("format=ocmf");
    let mut document = paid();
    assert!(is_offered(&document));
    document.measurement.as_mut().unwrap().packets[0].push('\u{1}');
    assert!(!is_offered(&document));
    document.measurement = None;
    assert!(!is_offered(&document));
}

#[test]
fn the_address_stands_last_on_the_page_and_below_the_lines() {
    let link = paid().link.unwrap();
    let page = body(&paid(), Format::Html, "en");
    assert!(page.ends_with(&format!("<footer>{link}</footer></main></body></html>")));
    let lines = body(&paid(), Format::Text(80), "en");
    assert!(lines.ends_with(&format!("\n\n{link}\n")));
    let mut document = paid();
    document.link = None;
    does_not_say(&document, "https");
    assert!(!body(&document, Format::Html, "en").contains("<footer>"));
}
