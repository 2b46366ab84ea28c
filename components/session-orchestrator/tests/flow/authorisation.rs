use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::screen::Message;
use chargetap_contract::session::{Action, CommandResult, Event, Phase, Refusal, Tap};
use chargetap_contract::terminal::Hold;

use crate::session::{HOUR, ID, MINUTE, SECOND, Session, card, hold};

#[test]
fn a_tap_first_looks_which_holds_are_open_and_then_asks_for_its_own() {
    let mut session = Session::tapped();
    assert_eq!(session.phase(), Phase::Authorising);
    assert_eq!(session.commands(), ["look-up-before"]);
    session.ended("look-up-before", CommandResult::OpenHolds(vec![]));
    assert_eq!(session.phase(), Phase::Authorising);
    assert_eq!(session.commands(), ["authorise"]);
    assert_eq!(session.deadline(), Some(session.now + MINUTE));
}

#[test]
fn a_hold_that_was_open_before_is_never_taken_for_the_drivers_own() {
    let mut session = Session::tapped();
    session.ended("look-up-before", CommandResult::OpenHolds(vec![hold()]));
    session.ended("authorise", CommandResult::Authorised(hold()));
    assert_eq!(session.commands(), ["look-up-terminal"]);
    session.ended("look-up-terminal", CommandResult::OpenHolds(vec![hold()]));
    assert_eq!(session.view().hold, None);
    let own = Hold {
        payment: "pay-2".into(),
        amount: 5_000,
    };
    session.reach_deadline();
    let open = CommandResult::OpenHolds(vec![hold(), own.clone()]);
    session.ended("look-up-terminal", open);
    assert_eq!(session.view().hold, Some(own));
}

#[test]
fn a_provider_that_cannot_be_asked_is_not_asked_for_a_hold() {
    let mut session = Session::tapped();
    let until = session.now + 15 * SECOND;
    while session.phase() == Phase::Authorising {
        if session.commands() == ["look-up-before"] {
            session.ended(
                "look-up-before",
                CommandResult::NotDone("status 503".into()),
            );
        }
        session.reach_deadline();
    }
    assert_eq!(session.phase(), Phase::FailedNothingTaken);
    assert_eq!(session.now, until);
    assert_eq!(session.times_asked("authorise"), 0);
    let reason = session.receipt().nothing_taken;
    assert_eq!(reason, Some(NothingTakenReason::PaymentFailed));
}

#[test]
fn a_hold_starts_charging_under_the_sessions_own_token() {
    let session = Session::authorised();
    assert_eq!(session.phase(), Phase::Starting);
    assert_eq!(session.commands(), ["start"]);
    let Action::StartCharging(start) = &session.asked[2].action else {
        panic!()
    };
    assert_eq!(
        (start.id_tag.as_str(), start.evse.station.as_str()),
        (ID, "CT-1")
    );
    assert!(start.id_tag.len() <= 20, "OCPP 1.6 takes no more");
}

#[test]
fn a_declined_card_ends_the_session_with_a_receipt_that_says_so() {
    let mut session = Session::authorising();
    session.ended("authorise", CommandResult::Declined("status 403".into()));
    assert_eq!(session.phase(), Phase::Declined);
    assert_eq!(
        session.receipt().nothing_taken,
        Some(NothingTakenReason::Declined)
    );
    assert_eq!(session.receipt().held, 0);
    assert_eq!(session.deadline(), None);
    let declined = Message::NothingTaken(NothingTakenReason::Declined);
    assert_eq!(session.shown(), &declined);
}

#[test]
fn an_authorisation_that_was_certainly_not_made_ends_the_session() {
    let mut session = Session::authorising();
    session.ended(
        "authorise",
        CommandResult::NotDone("connection refused".into()),
    );
    assert_eq!(session.phase(), Phase::FailedNothingTaken);
    assert_eq!(
        session.receipt().nothing_taken,
        Some(NothingTakenReason::PaymentFailed)
    );
}

#[test]
fn a_lost_authorisation_is_asked_about_and_never_made_again() {
    let mut session = Session::authorising();
    session.ended("authorise", CommandResult::Unknown);
    assert_eq!(session.commands(), ["look-up-terminal"]);
    session.ended("look-up-terminal", CommandResult::OpenHolds(vec![hold()]));
    assert_eq!(session.phase(), Phase::Starting);
    assert_eq!(session.view().hold, Some(hold()));
    assert_eq!(session.times_asked("authorise"), 1);
}

#[test]
fn a_hold_that_shows_up_late_is_still_found() {
    let mut session = Session::authorising();
    session.ended("authorise", CommandResult::Unknown);
    session.ended("look-up-terminal", CommandResult::OpenHolds(vec![]));
    assert_eq!(session.phase(), Phase::Authorising);
    session.reach_deadline();
    assert_eq!(session.commands(), ["look-up-terminal"]);
    session.ended("look-up-terminal", CommandResult::OpenHolds(vec![hold()]));
    assert_eq!(session.phase(), Phase::Starting);
}

#[test]
fn a_hold_that_is_never_found_counts_as_not_made() {
    let mut session = Session::authorising();
    let tapped_at = session.now;
    session.ended("authorise", CommandResult::Unknown);
    while session.phase() == Phase::Authorising {
        session.ended("look-up-terminal", CommandResult::OpenHolds(vec![]));
        if session.phase() == Phase::Authorising {
            session.reach_deadline();
        }
    }
    assert_eq!(session.phase(), Phase::FailedNothingTaken);
    assert_eq!(session.now, tapped_at + MINUTE);
}

#[test]
fn of_several_unclaimed_holds_none_is_taken() {
    let mut session = Session::authorising();
    session.ended("authorise", CommandResult::Unknown);
    let other = Hold {
        payment: "pay-2".into(),
        amount: 5_000,
    };
    session.ended(
        "look-up-terminal",
        CommandResult::OpenHolds(vec![hold(), other]),
    );
    assert_eq!(session.phase(), Phase::FailedNothingTaken);
    assert_eq!(session.view().hold, None);
}

#[test]
fn an_authorisation_without_any_answer_is_asked_about_at_the_deadline() {
    let mut session = Session::authorising();
    session.reach_deadline();
    assert_eq!(session.commands(), ["look-up-terminal"]);
}

#[test]
fn a_hint_asks_again_only_while_the_answer_is_missing() {
    let mut session = Session::authorising();
    let refusal = session.try_apply(Event::PaymentHinted);
    assert_eq!(refusal, Err(Refusal::NotApplicable(Phase::Authorising)));
    session.ended("authorise", CommandResult::Unknown);
    session.ended(
        "look-up-terminal",
        CommandResult::NotDone("status 503".into()),
    );
    session.apply(Event::PaymentHinted);
    assert_eq!(session.commands(), ["look-up-terminal"]);
}

#[test]
fn a_second_tap_during_the_authorisation_changes_nothing() {
    let mut session = Session::authorising();
    let refusal = session.try_apply(Event::CardPresented(card(1)));
    assert_eq!(refusal, Err(Refusal::NotApplicable(Phase::Authorising)));
}

#[test]
fn a_card_at_an_occupied_evse_is_told_so_and_nothing_is_asked_for() {
    let mut session = Session::new();
    session.apply(Event::EvseOccupied(card(2).read));
    assert_eq!(session.phase(), Phase::FailedNothingTaken);
    assert_eq!(session.commands(), ["message"]);
    assert_eq!(session.deadline(), None);
}

#[test]
fn a_card_that_has_nothing_to_stop_where_no_evse_was_offered_is_told_so() {
    let mut session = Session::new();
    session.apply(Event::CardPresented(Tap {
        evse: None,
        ..card(1)
    }));
    assert_eq!(session.phase(), Phase::FailedNothingTaken);
    assert_eq!(session.commands(), ["message"]);
    assert_eq!(session.view().evse, None);
    assert_eq!(session.deadline(), None);
}

#[test]
fn people_are_told_once_when_the_provider_does_not_say_for_an_hour_whether_a_hold_was_made() {
    let mut session = Session::authorising();
    let tapped_at = session.now;
    session.ended("authorise", CommandResult::Unknown);
    let mut alerts = Vec::new();
    while session.now < tapped_at + 2 * HOUR {
        session.ended(
            "look-up-terminal",
            CommandResult::NotDone("status 503".into()),
        );
        if session.commands().contains(&"alert") {
            alerts.push(session.now);
        }
        session.reach_deadline();
        if session.commands().contains(&"alert") {
            alerts.push(session.now);
        }
    }
    let [alert] = alerts[..] else {
        panic!("{alerts:?}")
    };
    let give_up_at = tapped_at + MINUTE;
    let next_question = 5 * MINUTE;
    assert!((give_up_at + HOUR..=give_up_at + HOUR + next_question).contains(&alert));
    assert_eq!(session.phase(), Phase::Authorising);
}

#[test]
fn a_hold_that_guarantees_nothing_is_voided_and_starts_nothing() {
    let mut session = Session::authorising();
    let nothing = Hold {
        amount: 0,
        ..hold()
    };
    session.ended("authorise", CommandResult::Authorised(nothing));
    assert_eq!(session.commands(), ["cancel"]);
    session.ended("cancel", CommandResult::Done);
    assert_eq!(session.phase(), Phase::FailedNothingTaken);
    assert_eq!(session.times_asked("start"), 0);
}
