//! A way out of every state, and a bound on every wait.

use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::session::{
    Action, Attention, CommandResult, Event, MeterReading, Phase, Refusal, Requester, Resolution,
};

use crate::session::{DAY, HOUR, MINUTE, SECOND, Session, hold};

/// A session whose authorisation's answer was lost, at a provider that cannot be asked.
fn unanswered() -> Session {
    let mut session = Session::authorising();
    session.ended("authorise", CommandResult::Unknown);
    session
}

/// Pass the time until the provider answers at last, and be answered so.
fn asked_in_vain_until(session: &mut Session, until: u64) {
    while session.now < until && session.phase() == Phase::Authorising {
        if session.commands().contains(&"look-up-terminal") {
            session.ended(
                "look-up-terminal",
                CommandResult::NotDone("status 503".into()),
            );
        }
        session.reach_deadline();
    }
}

#[test]
fn a_hold_that_is_found_after_the_time_to_plug_in_starts_nothing_and_is_voided() {
    let mut session = unanswered();
    let tapped_at = session.now;
    asked_in_vain_until(&mut session, tapped_at + 5 * MINUTE);
    session.ended("look-up-terminal", CommandResult::OpenHolds(vec![hold()]));
    assert_eq!(session.commands(), ["cancel"]);
    assert_eq!(session.times_asked("start"), 0);
    session.ended("cancel", CommandResult::Done);
    let reason = session.receipt().nothing_taken;
    assert_eq!(reason, Some(NothingTakenReason::NotPluggedIn));
}

#[test]
fn the_time_to_plug_in_counts_from_the_tap_however_late_the_hold_is_found() {
    let mut session = unanswered();
    let tapped_at = session.now;
    session.pass(3 * MINUTE);
    session.ended("look-up-terminal", CommandResult::OpenHolds(vec![hold()]));
    session.ended("start", CommandResult::Done);
    assert_eq!(session.deadline(), Some(tapped_at + 5 * MINUTE));
}

#[test]
fn a_provider_that_never_says_is_asked_ever_less_often_and_then_a_person_is() {
    let mut session = unanswered();
    let tapped_at = session.now;
    asked_in_vain_until(&mut session, tapped_at + 30 * DAY);
    assert_eq!(session.phase(), Phase::NeedsAttention);
    let asked = session.times_asked("look-up-terminal");
    assert!((250..400).contains(&asked), "{asked} look-ups");
    assert!(session.now > tapped_at + 20 * HOUR);
    assert!(session.now < tapped_at + 2 * DAY);
    assert_eq!(session.alerts(), [Attention::AuthorisationUnknown]);
}

#[test]
fn the_operator_ends_a_session_in_every_stage_before_its_price_is_final() {
    for mut session in [Session::tapped(), Session::authorising(), unanswered()] {
        session.apply(Event::StopRequested(Requester::Operator));
        assert_eq!(session.phase(), Phase::Cancelled);
        let reason = session.receipt().nothing_taken;
        assert_eq!(reason, Some(NothingTakenReason::CancelledByOperator));
    }
    let mut session = Session::charging();
    session.apply(Event::StopRequested(Requester::Operator));
    session.ended("stop", CommandResult::Unknown);
    session.apply(Event::StopRequested(Requester::Operator));
    assert_eq!(session.commands(), ["stop"], "the station is told again");
}

/// Sessions that need attention for each reason that ends one.
fn needing_attention() -> Vec<Session> {
    let closed_elsewhere = {
        let mut session = Session::capturing();
        session.ended("capture", CommandResult::Conflict);
        session
    };
    let capture_failed = {
        let mut session = Session::capturing();
        while session.phase() == Phase::Capturing {
            session.ended("capture", CommandResult::NotDone("status 400".into()));
            if session.deadline().is_some() {
                session.reach_deadline();
            }
        }
        session
    };
    let hold_expired = {
        let mut session = Session::capturing();
        session.pass(8 * DAY);
        session.ended("capture", CommandResult::Conflict);
        session
    };
    vec![closed_elsewhere, capture_failed, hold_expired]
}

#[test]
fn what_a_person_found_captured_is_settled_with_its_receipt() {
    for mut session in needing_attention() {
        assert_eq!(session.phase(), Phase::NeedsAttention);
        session.apply(Event::Resolved(Resolution::Captured(486)));
        assert_eq!(session.phase(), Phase::Settled);
        assert_eq!(session.receipt().captured, 486);
        session.apply(Event::Refunded(86));
        assert_eq!(session.view().refunded, 86);
    }
}

#[test]
fn what_a_person_found_voided_or_lost_ends_with_a_receipt_that_nothing_was_taken() {
    let resolutions = [
        (
            Resolution::Voided,
            Phase::Cancelled,
            NothingTakenReason::CancelledByOperator,
        ),
        (
            Resolution::Lost,
            Phase::FailedNothingTaken,
            NothingTakenReason::PaymentFailed,
        ),
    ];
    for (resolution, phase, reason) in resolutions {
        for mut session in needing_attention() {
            session.apply(Event::Resolved(resolution));
            assert_eq!(session.phase(), phase);
            assert_eq!(session.receipt().nothing_taken, Some(reason));
            assert_eq!(session.receipt().captured, 0);
        }
    }
}

#[test]
fn an_authorisation_that_stayed_unknown_is_resolved_without_a_hold() {
    let mut session = unanswered();
    asked_in_vain_until(&mut session, u64::MAX);
    let refusal = session.try_apply(Event::Resolved(Resolution::Captured(1)));
    assert_eq!(refusal, Err(Refusal::NotCapturable(0)));
    session.apply(Event::Resolved(Resolution::Voided));
    assert_eq!(session.phase(), Phase::Cancelled);
    assert_eq!(session.receipt().held, 0);
}

#[test]
fn nobody_resolves_a_capture_of_more_than_the_price_or_a_session_that_needs_nothing() {
    for mut session in needing_attention() {
        for amount in [0, 487, 5_001] {
            let refusal = session.try_apply(Event::Resolved(Resolution::Captured(amount)));
            assert_eq!(refusal, Err(Refusal::NotCapturable(486)));
        }
        let refusal = session.try_apply(Event::Resolved(Resolution::RefundedElsewhere));
        assert_eq!(refusal, Err(Refusal::NotApplicable(Phase::NeedsAttention)));
    }
    let mut session = Session::charging();
    let refusal = session.try_apply(Event::Resolved(Resolution::Voided));
    assert_eq!(refusal, Err(Refusal::NotApplicable(Phase::Charging)));
}

#[test]
fn a_closing_by_somebody_else_days_after_a_lost_answer_is_not_booked() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Unknown);
    session.ended("look-up-payment", CommandResult::OpenHolds(vec![hold()]));
    for _ in 0..20 {
        // The second attempt was refused, and so are all others, after the hold was seen open.
        let kind = match session.commands()[..] {
            ["look-up-payment"] => "look-up-payment",
            _ => "capture",
        };
        let result = match kind {
            "look-up-payment" => CommandResult::OpenHolds(vec![hold()]),
            _ => CommandResult::NotDone("status 401".into()),
        };
        session.ended(kind, result);
        if session.commands() != ["capture"] {
            session.reach_deadline();
        }
    }
    assert_eq!(session.commands(), ["capture"]);
    session.ended("capture", CommandResult::Conflict);
    assert_eq!(session.phase(), Phase::NeedsAttention);
    assert_eq!(session.view().captured, 0);
    assert_eq!(session.receipts().count(), 0);
    assert_eq!(session.alerts(), [Attention::ClosedElsewhere]);
}

#[test]
fn a_lost_capture_that_takes_effect_while_the_provider_may_still_act_is_booked() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Unknown);
    session.ended("look-up-payment", CommandResult::OpenHolds(vec![hold()]));
    session.ended("capture", CommandResult::NotDone("status 503".into()));
    session.reach_deadline();
    assert_eq!(
        session.commands(),
        ["look-up-payment"],
        "before another attempt"
    );
    session.ended("look-up-payment", CommandResult::OpenHolds(vec![]));
    assert_eq!(session.phase(), Phase::Settled);
    assert_eq!(session.view().captured, 486);
}

#[test]
fn a_station_that_is_not_back_may_still_report_the_start_it_accepted() {
    let mut session = Session::authorised();
    let tapped_at = session.now;
    session.ended("start", CommandResult::Done);
    session.reachable_for = None;
    session.reach_deadline();
    assert_eq!(session.now, tapped_at + 5 * MINUTE);
    assert_eq!(session.phase(), Phase::Starting);
    // It is back, and has not had the time to say so.
    session.reachable_for = Some(SECOND);
    session.reach_deadline();
    assert_eq!(session.phase(), Phase::Starting);
    let in_time = MeterReading {
        at: tapped_at + 4 * MINUTE,
        ..session.reading(0)
    };
    session.apply(Event::ChargingStarted(in_time));
    assert_eq!(session.phase(), Phase::Charging);
}

#[test]
fn a_vehicle_that_was_plugged_in_after_the_drivers_time_is_not_charged_however_late_that_is_heard()
{
    let mut session = Session::authorised();
    session.ended("start", CommandResult::Done);
    session.reachable_for = None;
    session.reach_deadline();
    session.pass(MINUTE);
    let too_late = session.reading(0);
    session.apply(Event::ChargingStarted(too_late));
    assert_eq!(session.phase(), Phase::Voiding);
    assert_eq!(session.commands(), ["cancel", "stop", "alert"]);
}

#[test]
fn a_station_that_accepted_a_start_is_not_awaited_for_ever() {
    let mut session = Session::authorised();
    let tapped_at = session.now;
    session.ended("start", CommandResult::Done);
    session.reachable_for = None;
    while session.phase() == Phase::Starting {
        session.reach_deadline();
    }
    assert_eq!(session.now, tapped_at + 10 * MINUTE);
    assert_eq!(session.commands(), ["cancel"]);
}

#[test]
fn a_station_that_was_never_reached_is_not_awaited() {
    let mut session = Session::authorised();
    let tapped_at = session.now;
    session.reachable_for = None;
    while session.phase() == Phase::Starting {
        if session.commands() == ["start"] {
            session.ended("start", CommandResult::NotDone("not connected".into()));
        }
        session.reach_deadline();
    }
    assert_eq!(session.now, tapped_at + 5 * MINUTE);
}

#[test]
fn the_end_is_awaited_while_the_station_is_away_and_billed_as_it_was() {
    let mut session = Session::charging();
    session.pass(30 * MINUTE);
    session.meter(7_420);
    session.reachable_for = None;
    session.apply(Event::StopRequested(Requester::Driver));
    session.ended("stop", CommandResult::NotDone("not connected".into()));
    let until = session.now + 30 * MINUTE;
    while session.now < until {
        session.reach_deadline();
        if session.commands() == ["stop"] {
            session.ended("stop", CommandResult::NotDone("not connected".into()));
        }
        assert_eq!(session.phase(), Phase::Stopping);
    }
    let stops = session.times_asked("stop");
    session.reachable_for = Some(0);
    session.reach_deadline();
    assert_eq!(session.times_asked("stop"), stops + 1, "it is back");
    session.stop_at(10_000);
    // By hand: (10 x 0.49 + 0.25) x 1.25 = 6.4375.
    assert_eq!(session.capture(), Some(644));
    assert_eq!(session.alerts(), []);
}

#[test]
fn an_end_that_does_not_come_for_an_hour_is_estimated() {
    let mut session = Session::charging();
    session.pass(30 * MINUTE);
    session.meter(7_420);
    session.reachable_for = None;
    session.apply(Event::StopRequested(Requester::Driver));
    let stopped_at = session.now;
    while session.phase() == Phase::Stopping {
        session.reach_deadline();
    }
    assert_eq!(session.now, stopped_at + 2 * MINUTE + HOUR);
    assert_eq!(session.capture(), Some(486));
    assert_eq!(session.alerts(), [Attention::EndNotReported]);
}

#[test]
fn energy_on_a_start_that_came_too_late_is_stopped_and_told() {
    let mut session = Session::authorised();
    session.ended("start", CommandResult::Done);
    session.reach_deadline();
    session.ended("cancel", CommandResult::Done);
    assert_eq!(session.phase(), Phase::Cancelled);
    session.pass(MINUTE);
    let reading = session.reading(0);
    session.apply(Event::ChargingStarted(reading));
    assert_eq!(session.commands(), ["stop", "alert"]);
    session.pass(5 * MINUTE);
    session.meter(2_000);
    assert_eq!(
        session.commands(),
        ["stop"],
        "it goes on, so it is told again"
    );
    session.stop_at(3_000);
    assert_eq!(session.view().unpaid, Some(3_000));
    assert_eq!(session.phase(), Phase::Cancelled);
    assert_eq!(session.deadline(), None);
    let reasons = [Attention::EnergyWithoutPayment; 2];
    assert_eq!(session.alerts(), reasons, "that it charges, and how much");
    let Some(Action::RaiseAlert(alert)) = session.asked.last().map(|it| &it.action) else {
        panic!("no alert")
    };
    assert!(alert.next_action.starts_with("3000 Wh"), "{alert:?}");
}

#[test]
fn a_late_start_while_the_hold_is_being_voided_does_not_keep_it_from_being_voided() {
    let mut session = Session::authorised();
    session.ended("start", CommandResult::Done);
    session.reach_deadline();
    session.ended("cancel", CommandResult::NotDone("status 503".into()));
    let again = session.deadline();
    let reading = session.reading(0);
    session.apply(Event::ChargingStarted(reading));
    assert_eq!(session.deadline(), again);
    session.reach_deadline();
    assert_eq!(session.commands(), ["cancel"]);
}

#[test]
fn a_station_that_goes_on_after_its_end_was_estimated_is_stopped_and_told() {
    let mut session = Session::charging();
    session.pass(30 * MINUTE);
    session.meter(7_420);
    session.apply(Event::StopRequested(Requester::Driver));
    while session.phase() == Phase::Stopping {
        session.reach_deadline();
    }
    session.ended("capture", CommandResult::Done);
    session.pass(10 * MINUTE);
    session.meter(9_420);
    assert_eq!(session.commands(), ["stop", "alert"]);
    assert_eq!(session.view().unpaid, Some(2_000));
    assert_eq!(session.view().captured, 486);
}
