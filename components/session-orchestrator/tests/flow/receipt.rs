//! The receipts that a session issues: its own, one for each refund, and an invoice in a buyer's name.

use chargetap_contract::receipt::{Buyer, Invoice, Refund, Subject};
use chargetap_contract::session::{Action, CommandResult, Event, Phase, Refusal};

use crate::session::Session;

/// 4.86 were captured, of which 0.97 are VAT.
fn settled() -> Session {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Done);
    session
}

fn buyer() -> Buyer {
    Buyer {
        name: "Beispiel GmbH".into(),
        address: "Hauptstr. 1, 10115 Berlin".into(),
        vat_number: "DE136695976".into(),
    }
}

/// The only receipt that the last step issues, with the id of its command.
#[track_caller]
fn issued(session: &Session) -> (&str, &Subject) {
    let commands = &session.last.as_ref().unwrap().commands;
    let mut receipts = commands.iter().filter_map(|command| match &command.action {
        Action::IssueReceipt(subject) => Some((command.id.as_str(), subject)),
        _ => None,
    });
    let receipt = receipts.next().expect("a receipt");
    assert!(receipts.next().is_none(), "one receipt");
    receipt
}

#[track_caller]
fn refund(session: &Session) -> &Refund {
    match issued(session) {
        (_, Subject::Refund(refund)) => refund,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_captured_is_on_the_receipt_by_vat_rate() {
    let session = settled();
    let [total] = session.receipt().captured_vat[..] else {
        panic!("one rate")
    };
    assert_eq!((total.net, total.vat, total.gross), (389, 97, 486));
}

// By hand: of 4.00 at 25 %, VAT is 0.80.
#[test]
fn of_a_price_that_was_captured_in_part_the_vat_is_that_of_the_part() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Captured(400));
    let [total] = session.receipt().captured_vat[..] else {
        panic!("one rate")
    };
    assert_eq!((total.net, total.vat, total.gross), (320, 80, 400));
}

#[test]
fn nothing_taken_has_no_vat() {
    let mut session = Session::authorised();
    session.reach_deadline();
    session.ended("cancel", CommandResult::Done);
    assert_eq!(session.receipt().captured_vat, []);
}

// By hand: 0.97 of VAT in 4.86, and 0.17 in the 0.86 that stay after a refund of 4.00.
#[test]
fn every_refund_has_a_receipt_of_its_own_and_together_they_give_back_all_of_the_vat() {
    let mut session = settled();
    session.apply(Event::Refunded(400));
    let first = refund(&session).clone();
    assert_eq!((first.amount, first.refunded), (400, 400));
    assert_eq!(first.session.captured, 486);
    assert_eq!(
        (first.amount_vat[0].net, first.amount_vat[0].vat),
        (320, 80)
    );
    assert!(first.corrected.is_none());
    let first_id = issued(&session).0.to_owned();

    session.apply(Event::Refunded(86));
    let second = refund(&session);
    assert_eq!((second.amount, second.refunded), (86, 486));
    assert_eq!(
        (second.amount_vat[0].net, second.amount_vat[0].vat),
        (69, 17)
    );
    assert_ne!(issued(&session).0, first_id);
}

// By hand: 5 kWh at 0.49 and 0.25 are 2.70, with 25 % 3.375, which is 3.38.
#[test]
fn a_refund_after_a_late_report_says_what_was_reported() {
    let mut session = Session::charging();
    session.pass(1_800_000);
    session.meter(7_420);
    session.apply(Event::CardPresented(crate::session::card(1)));
    session.ended("stop", CommandResult::NotDone("not connected".into()));
    while session.phase() == Phase::Stopping {
        session.reach_deadline();
    }
    session.ended("capture", CommandResult::Done);
    session.stop_at(5_000);
    session.apply(Event::Refunded(148));
    let corrected = refund(&session).corrected.as_ref().unwrap();
    assert_eq!((corrected.energy, corrected.cost.gross), (5_000, 338));
}

#[test]
fn an_invoice_is_made_once_for_what_was_captured() {
    let mut session = settled();
    session.apply(Event::InvoiceRequested(buyer()));
    let (first, subject) = issued(&session);
    let Subject::Invoice(Invoice {
        session: summary,
        buyer: named,
    }) = subject
    else {
        panic!("{subject:?}")
    };
    assert_eq!((summary.captured, named), (486, &buyer()));
    let first = first.to_owned();
    session.apply(Event::InvoiceRequested(buyer()));
    assert_eq!(issued(&session).0, first, "the same command again");
}

#[test]
fn there_is_no_invoice_for_nothing_for_what_is_not_final_and_for_what_was_given_back() {
    let mut refunded = settled();
    refunded.apply(Event::Refunded(1));
    let mut released = Session::authorised();
    released.reach_deadline();
    released.ended("cancel", CommandResult::Done);
    for mut session in [
        Session::charging(),
        Session::capturing(),
        refunded,
        released,
    ] {
        let phase = session.phase();
        let refusal = session.try_apply(Event::InvoiceRequested(buyer()));
        assert_eq!(refusal, Err(Refusal::NotApplicable(phase)));
    }
}
