//! What the kinds of receipt say that others do not.

use chargetap_contract::{
    receipt::{Document, Format, MeasurementProblem, MeasurementVerdict, NothingTakenReason},
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
        "Read Contactless Application (AID) A0000000031010 Authorisation code A1B2C3 \
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
            "The operator ended it before charging began.",
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
    says(&refund_in_part(), "It refers to receipt CT-2025-000042 of");
    says(
        &invoice(),
        "It takes the place of receipt CT-2025-000042 of",
    );
    let mut document = refund_in_part();
    document.original.as_mut().unwrap().number = None;
    says(&document, "It refers to receipt r_7Kq2-Xw9Zb4Tn6Vd1Hs8 of");
}

#[test]
fn a_refund_says_what_was_given_back_in_all_and_why() {
    let late = "the charging station reported a different meter reading";
    says(&refund_in_part(), "Given back in all");
    does_not_say(&refund_in_part(), late);
    says(&refund_corrected(), late);
    does_not_say(&refund_corrected(), "Given back in all");
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
    let payout = &json(&payout())["payout"];
    assert_eq!(
        [&payout["fee"], &payout["fee_vat"], &payout["paid_out"]],
        [&json!(15), &json!(3), &json!(471)]
    );
}

#[test]
fn an_invoice_can_be_asked_for_where_something_was_captured_and_there_is_none() {
    let page = |document: &Document| body(document, Format::Html, "en");
    let is_offered = |document: &Document| page(document).contains("/invoice\"");
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
fn a_measurement_is_told_as_what_came_of_it() {
    says(&paid(), "7.420 kWh were measured, as billed.");
    says(
        &measurement_differs(),
        "but 7.420 kWh were billed. Please contact us.",
    );
    let mut document = paid();
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
        does_not_say(&document, "were measured");
        let measurement = &json(&document)["measurement"];
        assert_eq!(measurement["is_verified"], false);
        assert_eq!(measurement["energy_wh"], json!(null));
    }
    let wrong = MeasurementVerdict::Refused(MeasurementProblem::WrongSignature);
    document.measurement.as_mut().unwrap().verdict = wrong;
    says(&document, "the signature is wrong. Please contact us.");
}
