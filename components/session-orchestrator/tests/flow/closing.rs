use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::session::{
    Action, Attention, CommandResult, Event, OrphanHold, Outcome, Phase, Refusal,
};

use chargetap_contract::terminal::Hold;

use crate::session::{DAY, HOUR, ID, MINUTE, Session, hold};

#[test]
fn a_capture_releases_the_rest_and_is_on_the_receipt() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Done);
    assert_eq!(session.phase(), Phase::Settled);
    let receipt = session.receipt();
    assert_eq!(
        (receipt.held, receipt.captured, receipt.released),
        (5_000, 486, 4_514)
    );
    assert_eq!(receipt.nothing_taken, None);
    let charging = receipt.charging.as_ref().unwrap();
    assert_eq!((charging.energy, charging.cost.gross), (7_420, 486));
    assert_eq!(charging.ended_at - charging.started_at, 30 * MINUTE);
}

#[test]
fn what_costs_more_than_the_hold_is_captured_up_to_the_hold() {
    let mut session = Session::charging();
    session.pass(HOUR);
    session.stop_at(100_000);
    assert_eq!(session.capture(), Some(5_000));
}

#[test]
fn a_hold_below_the_minimum_is_voided_whatever_the_price() {
    let mut session = Session::authorising();
    let small = Hold {
        amount: 30,
        ..hold()
    };
    session.ended("authorise", CommandResult::Authorised(small));
    let reading = session.reading(0);
    session.apply(Event::ChargingStarted(reading));
    session.stop_at(7_420);
    assert_eq!(session.commands(), ["cancel"]);
}

#[test]
fn zero_energy_is_voided() {
    let mut session = Session::charging();
    session.stop_at(0);
    assert_eq!(session.commands(), ["cancel"]);
    session.ended("cancel", CommandResult::Done);
    assert_eq!(
        session.receipt().nothing_taken,
        Some(NothingTakenReason::BelowMinimum)
    );
}

#[test]
fn less_than_the_minimum_is_voided() {
    let mut session = Session::charging();
    // (0.304 x 0.49 + 0.25) x 1.25 = 0.4987, so 0.50; 0.303 kWh is 0.498, so 0.50; 0.28 is 0.484.
    session.stop_at(280);
    assert_eq!(session.commands(), ["cancel"]);
    let mut session = Session::charging();
    session.stop_at(304);
    assert_eq!(session.capture(), Some(50));
}

#[test]
fn a_capture_whose_answer_is_lost_is_asked_about() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Unknown);
    assert_eq!(session.commands(), ["look-up-payment"]);
    session.ended("look-up-payment", CommandResult::OpenHolds(vec![]));
    assert_eq!(session.phase(), Phase::Settled);
    assert_eq!(session.times_asked("capture"), 1);
}

#[test]
fn a_capture_that_never_arrived_is_made_again_at_once() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Unknown);
    session.ended("look-up-payment", CommandResult::OpenHolds(vec![hold()]));
    assert_eq!(session.capture(), Some(486));
    session.ended("capture", CommandResult::Done);
    assert_eq!(session.phase(), Phase::Settled);
}

#[test]
fn a_conflict_after_a_lost_answer_means_that_the_lost_one_took_effect() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Unknown);
    // The first attempt was still on its way when the provider was asked.
    session.ended("look-up-payment", CommandResult::OpenHolds(vec![hold()]));
    session.ended("capture", CommandResult::Conflict);
    assert_eq!(session.phase(), Phase::Settled);
}

#[test]
fn a_conflict_at_the_first_attempt_was_somebody_else() {
    for (mut session, kind) in [(Session::capturing(), "capture"), (voiding(), "cancel")] {
        session.ended(kind, CommandResult::Conflict);
        assert_eq!(session.phase(), Phase::NeedsAttention);
        assert_eq!(alert(&session), Attention::ClosedElsewhere);
    }
}

#[test]
fn a_failed_capture_climbs_the_providers_ladder_and_then_needs_attention() {
    assert_ladder(Session::capturing(), "capture", Attention::CaptureFailed);
}

#[test]
fn a_failed_void_climbs_the_same_ladder() {
    assert_ladder(voiding(), "cancel", Attention::VoidFailed);
}

/// Every minute five times, hourly for 24 hours, then daily up to seven days.
#[track_caller]
fn assert_ladder(mut session: Session, kind: &str, attention: Attention) {
    let since = session.now;
    let mut delays = Vec::new();
    loop {
        session.ended(kind, CommandResult::NotDone("status 400".into()));
        let Some(deadline) = session.deadline() else {
            break;
        };
        delays.push(deadline - session.now);
        session.reach_deadline();
        assert_eq!(session.commands(), [kind]);
    }
    let expected = [vec![MINUTE; 5], vec![HOUR; 24], vec![DAY; 5]].concat();
    assert_eq!(delays, expected);
    assert!(session.now <= since + 7 * DAY);
    assert_eq!(session.phase(), Phase::NeedsAttention);
    assert_eq!(alert(&session), attention);
}

#[test]
fn while_the_outcome_is_unknown_the_ladder_asks_and_does_not_act() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Unknown);
    session.ended(
        "look-up-payment",
        CommandResult::NotDone("status 503".into()),
    );
    session.reach_deadline();
    assert_eq!(session.commands(), ["look-up-payment"]);
    assert_eq!(session.times_asked("capture"), 1);
}

#[test]
fn an_orphan_hold_is_voided_without_a_receipt() {
    let mut session = Session::new();
    let orphan = OrphanHold {
        terminal: "P66-1".into(),
        hold: hold(),
    };
    session.apply(Event::OrphanHoldFound(orphan));
    assert_eq!(session.phase(), Phase::Voiding);
    assert_eq!(session.asked[0].id, "orphan-P66-1-pay-1/cancel");
    session.apply(Event::CommandEnded(Outcome {
        command: "orphan-P66-1-pay-1/cancel".into(),
        result: CommandResult::Done,
    }));
    assert_eq!(session.phase(), Phase::Cancelled);
    assert_eq!(session.asked.len(), 1);
}

fn voiding() -> Session {
    let mut session = Session::authorised();
    session.reach_deadline();
    session
}

fn alert(session: &Session) -> Attention {
    let commands = &session.last.as_ref().unwrap().commands;
    match &commands[0].action {
        Action::RaiseAlert(alert) => alert.reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answer_to_a_question_that_was_not_asked_closes_nothing() {
    for holds in [vec![], vec![hold()]] {
        let mut session = Session::capturing();
        let refusal = session.try_apply(Event::CommandEnded(Outcome {
            command: format!("{ID}/look-up-payment"),
            result: CommandResult::OpenHolds(holds),
        }));
        assert_eq!(refusal, Err(Refusal::NotApplicable(Phase::Capturing)));
    }
}

#[test]
fn a_question_whose_answer_is_lost_is_asked_again_on_the_ladder() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Unknown);
    assert_eq!(session.commands(), ["look-up-payment"]);
    session.ended("look-up-payment", CommandResult::Unknown);
    assert_eq!(session.commands(), [""; 0]);
    assert_eq!(session.deadline(), Some(session.now + MINUTE));
    session.reach_deadline();
    assert_eq!(session.commands(), ["look-up-payment"]);
}

#[test]
fn nothing_is_released_before_the_hold_is_closed() {
    for session in [
        Session::authorised(),
        Session::charging(),
        Session::capturing(),
    ] {
        assert_eq!(session.view().released, 0);
    }
}
