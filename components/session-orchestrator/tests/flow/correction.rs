use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::session::{
    Action, Attention, CommandResult, Event, Phase, Refusal, Requester,
};

use crate::session::{DAY, HOUR, ID, MINUTE, Session, card, hold, stopped};

/// A session whose station went silent after 7,420 Wh, which cost 4.86, and that is being captured.
fn estimated() -> Session {
    let mut session = Session::charging();
    session.pass(30 * MINUTE);
    session.meter(7_420);
    session.apply(Event::CardPresented(card(1)));
    session.ended("stop", CommandResult::NotDone("not connected".into()));
    while session.phase() == Phase::Stopping {
        session.reach_deadline();
    }
    assert_eq!(session.capture(), Some(486));
    session
}

fn settled() -> Session {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Done);
    session
}

/// The reasons for which the last step calls a person.
fn alerts(session: &Session) -> Vec<Attention> {
    let commands = &session.last.as_ref().unwrap().commands;
    commands
        .iter()
        .filter_map(|command| match &command.action {
            Action::RaiseAlert(alert) => Some(alert.reason),
            _ => None,
        })
        .collect()
}

/// What the last step tells a person to do.
fn next_action(session: &Session) -> &str {
    let commands = &session.last.as_ref().unwrap().commands;
    let action = commands.iter().find_map(|command| match &command.action {
        Action::RaiseAlert(alert) => Some(alert.next_action.as_str()),
        _ => None,
    });
    action.unwrap()
}

#[test]
fn a_late_end_that_confirms_the_estimate_changes_nothing() {
    let mut session = estimated();
    session.ended("capture", CommandResult::Done);
    session.pass(HOUR);
    session.stop_at(7_420);
    assert_eq!(session.phase(), Phase::Settled);
    assert_eq!(session.view().reported_late, Some(7_420));
    assert_eq!(alerts(&session), []);
}

#[test]
fn a_late_end_that_is_dearer_is_noted_and_never_captured() {
    let mut session = estimated();
    session.ended("capture", CommandResult::Done);
    session.stop_at(9_000);
    assert_eq!(session.phase(), Phase::Settled);
    assert_eq!(session.view().captured, 486);
    assert_eq!(alerts(&session), [Attention::CapturedTooLittle]);
    assert_eq!(session.times_asked("capture"), 1);
}

// The clock was a year ahead during the session. By the time at which the end comes, the last reading is still to come.
#[test]
fn a_late_end_is_believed_although_the_clock_was_set_back_since() {
    let mut session = estimated();
    session.ended("capture", CommandResult::Done);
    session.pass(HOUR);
    let end = stopped(session.reading(27_420), "the driver left");
    session.now -= 365 * DAY;
    session.apply(Event::ChargingStopped(end));
    assert_eq!(session.view().reported_late, Some(27_420));
    assert_eq!(alerts(&session), [Attention::CapturedTooLittle]);
}

#[test]
fn a_late_end_that_is_cheaper_makes_a_refund_due() {
    let mut session = estimated();
    session.ended("capture", CommandResult::Done);
    // (7 x 0.49 + 0.25) x 1.25 = 4.60.
    session.stop_at(7_000);
    assert_eq!(session.phase(), Phase::NeedsAttention);
    assert_eq!(alerts(&session), [Attention::RefundDue]);
    session.apply(Event::Refunded(26));
    assert_eq!(session.phase(), Phase::Refunded);
    assert_eq!(
        (session.view().captured, session.view().refunded),
        (486, 26)
    );
}

#[test]
fn a_refund_that_is_due_stays_due_until_all_of_it_is_made() {
    let mut session = estimated();
    session.ended("capture", CommandResult::Done);
    session.stop_at(7_000);
    session.apply(Event::Refunded(25));
    assert_eq!(session.phase(), Phase::NeedsAttention);
    assert_eq!(session.view().refunded, 25);
    session.apply(Event::Refunded(1));
    assert_eq!(session.phase(), Phase::Refunded);
}

#[test]
fn a_late_end_after_a_refund_asks_for_what_is_still_due() {
    let mut session = estimated();
    session.ended("capture", CommandResult::Done);
    session.apply(Event::Refunded(10));
    session.stop_at(7_000);
    assert_eq!(session.phase(), Phase::NeedsAttention);
    assert_eq!(alerts(&session), [Attention::RefundDue]);
    // Of 4.86 that were captured for what was worth 4.60, 0.10 were given back.
    assert!(
        next_action(&session).starts_with("Refund 16 minor units"),
        "{}",
        next_action(&session)
    );
    session.apply(Event::Refunded(16));
    assert_eq!(session.phase(), Phase::Refunded);
}

#[test]
fn a_late_end_during_the_capture_waits_for_it() {
    let mut session = estimated();
    session.ended("capture", CommandResult::NotDone("status 400".into()));
    let again = session.deadline();
    session.stop_at(7_000);
    assert_eq!(session.phase(), Phase::Capturing);
    assert_eq!(session.deadline(), again, "the ladder goes on");
    session.reach_deadline();
    assert_eq!(session.capture(), Some(486), "one amount only");
    session.ended("capture", CommandResult::Done);
    assert_eq!(alerts(&session), [Attention::RefundDue]);
}

#[test]
fn a_late_end_after_a_void_is_noted() {
    let mut session = Session::charging();
    session.apply(Event::CardPresented(card(1)));
    while session.phase() == Phase::Stopping {
        session.reach_deadline();
    }
    session.ended("cancel", CommandResult::Done);
    session.stop_at(7_420);
    assert_eq!(session.phase(), Phase::Cancelled);
    assert_eq!(alerts(&session), [Attention::CapturedTooLittle]);
}

/// Report the end again, with another reading. Returns the phase in which that was refused.
fn report_again(session: &mut Session) -> Phase {
    let reading = session.reading(1);
    let event = Event::ChargingStopped(stopped(reading, "Local"));
    match session.try_apply(event) {
        Err(Refusal::NotApplicable(phase)) => phase,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_end_that_was_reported_in_time_is_not_reported_again() {
    assert_eq!(report_again(&mut settled()), Phase::Settled);
    assert_eq!(report_again(&mut Session::capturing()), Phase::Capturing);
}

#[test]
fn whoever_looks_at_a_session_sees_its_late_end_which_comes_once() {
    let mut session = estimated();
    session.ended("capture", CommandResult::Conflict);
    assert_eq!(session.phase(), Phase::NeedsAttention);
    session.stop_at(7_000);
    assert_eq!(session.phase(), Phase::NeedsAttention);
    assert_eq!(session.view().reported_late, Some(7_000));
    assert_eq!(report_again(&mut session), Phase::NeedsAttention);
    // The end came in time, so another report of it is no late one.
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Conflict);
    assert_eq!(report_again(&mut session), Phase::NeedsAttention);
}

#[test]
fn refunds_in_parts_add_up_and_never_exceed_what_was_captured() {
    let mut session = settled();
    session.apply(Event::Refunded(400));
    assert_eq!(
        session.try_apply(Event::Refunded(87)),
        Err(Refusal::NotRefundable(86))
    );
    assert_eq!(
        session.try_apply(Event::Refunded(0)),
        Err(Refusal::NotRefundable(86))
    );
    session.apply(Event::Refunded(86));
    assert_eq!(session.view().refunded, 486);
    assert_eq!(
        session.try_apply(Event::Refunded(1)),
        Err(Refusal::NotRefundable(0))
    );
}

#[test]
fn what_was_never_captured_cannot_be_refunded() {
    for mut session in [Session::charging(), Session::capturing()] {
        let phase = session.phase();
        let refusal = session.try_apply(Event::Refunded(1));
        assert_eq!(refusal, Err(Refusal::NotApplicable(phase)));
    }
}

#[test]
fn a_capture_of_less_than_was_asked_for_is_what_the_receipt_says() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Captured(400));
    assert_eq!(session.phase(), Phase::Settled);
    assert_eq!(alerts(&session), [Attention::CapturedInPart]);
    assert_eq!(session.receipt().captured, 400);
    assert_eq!(session.receipt().released, 4_600);
}

#[test]
fn a_capture_that_names_the_amount_that_was_asked_for_is_a_capture_in_full() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Captured(486));
    assert_eq!(session.phase(), Phase::Settled);
    assert_eq!(session.view().captured, 486);
    assert_eq!(alerts(&session), []);
}

#[test]
fn a_capture_of_nothing_or_of_more_than_was_asked_for_is_for_a_person() {
    for amount in [0, 487] {
        let mut session = Session::capturing();
        session.ended("capture", CommandResult::Captured(amount));
        assert_eq!(alerts(&session), [Attention::ClosedElsewhere], "{amount}");
    }
}

#[test]
fn every_call_of_a_person_is_a_command_of_its_own() {
    let mut session = estimated();
    session.stop_at(9_000);
    session.ended("capture", CommandResult::Captured(400));
    let expected = [Attention::CapturedInPart, Attention::CapturedTooLittle];
    assert_eq!(alerts(&session), expected);
    let commands = &session.last.as_ref().unwrap().commands;
    let mut ids: Vec<_> = commands.iter().map(|it| &it.id).collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn the_end_of_charging_is_known_an_hour_before_the_hold_expires() {
    for stop_timeout in [2 * MINUTE, 3 * HOUR] {
        let mut session = Session::authorised();
        let held_at = session.now;
        session.pass(3 * MINUTE);
        let reading = session.reading(0);
        session.policy.maximum_duration = 30 * DAY;
        session.policy.stop_timeout = stop_timeout;
        session.apply(Event::ChargingStarted(reading));
        session.pass(MINUTE);
        session.meter(0);
        let until = held_at + 7 * DAY - HOUR - stop_timeout;
        assert_eq!(session.deadline(), Some(until));
        while session.phase() != Phase::Voiding {
            session.reach_deadline();
        }
        assert_eq!(session.now, held_at + 7 * DAY - HOUR);
    }
}

#[test]
fn a_hold_that_does_not_last_until_its_capture_stops_the_session_at_once() {
    let mut session = Session::authorised();
    session.policy.hold_lifetime = HOUR + 2 * MINUTE;
    let reading = session.reading(0);
    session.apply(Event::ChargingStarted(reading));
    assert_eq!(session.deadline(), Some(session.now));
    session.reach_deadline();
    assert_eq!(session.phase(), Phase::Stopping);
}

#[test]
fn a_hold_that_expired_before_it_was_captured_is_for_a_person() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Unknown);
    session.pass(7 * DAY);
    session.ended("look-up-payment", CommandResult::OpenHolds(vec![]));
    assert_eq!(session.phase(), Phase::NeedsAttention);
    assert_eq!(alerts(&session), [Attention::HoldExpired]);
}

#[test]
fn a_hold_that_expired_before_it_was_voided_is_released() {
    let mut session = Session::authorised();
    session.apply(Event::CardPresented(card(1)));
    session.pass(7 * DAY);
    session.ended("cancel", CommandResult::Conflict);
    assert_eq!(session.phase(), Phase::Cancelled);
}

#[test]
fn operator_and_driver_can_end_a_session_before_and_during_charging() {
    for (requester, reason) in [
        (Requester::Operator, NothingTakenReason::CancelledByOperator),
        (Requester::Driver, NothingTakenReason::CancelledByDriver),
        (Requester::Station, NothingTakenReason::StartFailed),
    ] {
        let mut session = Session::authorised();
        session.apply(Event::StopRequested(requester));
        assert_eq!(session.commands(), ["cancel"]);
        session.ended("cancel", CommandResult::Done);
        assert_eq!(session.receipt().nothing_taken, Some(reason));
    }
    let mut session = Session::charging();
    session.apply(Event::StopRequested(Requester::Operator));
    assert_eq!(session.commands(), ["stop"]);
    for mut session in [Session::capturing(), settled()] {
        let phase = session.phase();
        let refusal = session.try_apply(Event::StopRequested(Requester::Operator));
        assert_eq!(refusal, Err(Refusal::NotApplicable(phase)));
    }
}

#[test]
fn a_card_that_is_gone_or_cannot_pay_ends_with_nothing_taken() {
    // The provider has no card to authorise: it was removed, or it is a driver's RFID card.
    let mut session = Session::authorising();
    session.ended("authorise", CommandResult::NotDone("status 409".into()));
    assert_eq!(session.phase(), Phase::FailedNothingTaken);
    assert!(session.commands().contains(&"receipt"));
}

#[test]
fn an_outcome_of_a_command_of_a_later_kind_changes_nothing() {
    let mut session = Session::charging();
    let state = session.state.clone();
    let refusal = session.try_apply(Event::CommandEnded(chargetap_contract::session::Outcome {
        command: format!("{ID}/teleport"),
        result: CommandResult::OpenHolds(vec![hold()]),
    }));
    assert_eq!(refusal, Err(Refusal::NotApplicable(Phase::Charging)));
    assert_eq!(session.state, state);
}
