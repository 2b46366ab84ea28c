use chargetap_contract::session::{Event, Phase, Refusal};
use session_orchestrator::step;

use crate::session::{Session, policy};

#[test]
fn a_state_of_an_unknown_version_is_refused_by_its_number() {
    let refusal = step(
        &policy(),
        Some(&[9]),
        Event::DeadlineReached(Some(u64::MAX)),
        0,
    );
    assert_eq!(refusal, Err(Refusal::UnknownStateVersion(9)));
}

#[test]
fn bytes_that_are_no_state_are_refused() {
    let mut too_long = Session::charging().state.unwrap();
    too_long.push(0);
    for state in [&b""[..], b"\xFF", &[1], &[1; 64], &too_long] {
        let refusal = step(
            &policy(),
            Some(state),
            Event::DeadlineReached(Some(u64::MAX)),
            0,
        );
        assert!(
            matches!(refusal, Err(Refusal::MalformedState(_))),
            "{refusal:?}"
        );
    }
}

#[test]
fn only_a_card_or_an_orphan_hold_begins_a_session() {
    let mut session = Session::new();
    assert_eq!(
        session.try_apply(Event::DeadlineReached(Some(u64::MAX))),
        Err(Refusal::NoSession)
    );
    assert_eq!(
        session.try_apply(Event::PaymentHinted),
        Err(Refusal::NoSession)
    );
}

#[test]
fn nothing_happens_to_a_session_that_has_ended() {
    let mut session = Session::capturing();
    session.ended("capture", chargetap_contract::session::CommandResult::Done);
    let refusal = session.try_apply(Event::DeadlineReached(Some(u64::MAX)));
    assert_eq!(refusal, Err(Refusal::NotApplicable(Phase::Settled)));
    let reading = session.reading(9_000);
    let refusal = session.try_apply(Event::MeterRead(reading));
    assert_eq!(refusal, Err(Refusal::NotApplicable(Phase::Settled)));
}
