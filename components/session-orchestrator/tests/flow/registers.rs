//! Registers that cannot be right.

use chargetap_contract::session::{
    Attention, CommandResult, Event, MeterReading, Phase, Requester, Stopped,
};

use crate::session::{HOUR, MINUTE, Session, stopped};

/// A session at 3,000 Wh after ten minutes, whose register stands at 4,000 Wh.
fn charging() -> Session {
    let mut session = Session::charging();
    session.pass(10 * MINUTE);
    session.meter(3_000);
    session
}

fn register(session: &Session, energy: u64) -> MeterReading {
    MeterReading {
        energy,
        at: session.now,
    }
}

fn read(session: &mut Session, energy: u64) {
    session.pass(5 * MINUTE);
    let reading = register(session, energy);
    session.apply(Event::MeterRead(reading));
}

fn end(session: &mut Session, energy: u64) {
    session.pass(5 * MINUTE);
    let reading = register(session, energy);
    session.apply(Event::ChargingStopped(stopped(reading, "Local")));
}

#[test]
fn a_register_that_begins_anew_keeps_what_was_delivered_before_and_after() {
    let mut session = charging();
    read(&mut session, 500);
    assert_eq!(
        session.view().energy,
        3_000,
        "until the next one confirms it"
    );
    read(&mut session, 1_500);
    assert_eq!(session.view().energy, 4_500);
    end(&mut session, 2_000);
    assert_eq!(session.view().energy, 5_000);
    assert_eq!(session.alerts(), [Attention::MeterImplausible]);
}

#[test]
fn a_register_that_begins_anew_at_the_end_keeps_what_was_delivered() {
    let mut session = charging();
    end(&mut session, 700);
    assert_eq!(session.view().energy, 3_700);
    assert_eq!(session.alerts(), [Attention::MeterImplausible]);
}

#[test]
fn a_meter_that_is_swapped_for_another_goes_on_from_where_the_old_one_stood() {
    let mut session = charging();
    read(&mut session, 9_000_000);
    read(&mut session, 9_001_000);
    assert_eq!(session.view().energy, 4_000);
    assert_eq!(session.phase(), Phase::Charging);
    assert_eq!(session.alerts(), [Attention::MeterImplausible]);
}

#[test]
fn one_wrong_reading_costs_nothing_and_the_next_right_one_counts() {
    for wrong in [4_294_967_295, 0] {
        let mut session = charging();
        read(&mut session, wrong);
        assert_eq!(session.phase(), Phase::Charging);
        read(&mut session, 6_000);
        assert_eq!(session.view().energy, 5_000, "{wrong}");
        assert_eq!(session.alerts(), [Attention::MeterImplausible]);
    }
}

#[test]
fn one_wrong_reading_and_no_end_bills_the_last_right_one() {
    let mut session = charging();
    read(&mut session, 4_294_967_295);
    session.apply(Event::StopRequested(Requester::Driver));
    while session.phase() == Phase::Stopping {
        session.reach_deadline();
    }
    // By hand: (3 x 0.49 + 0.25) x 1.25 = 2.15.
    assert_eq!(session.capture(), Some(215));
}

#[test]
fn an_end_that_cannot_be_right_bills_the_last_reading_that_can() {
    let mut session = charging();
    end(&mut session, 4_294_967_295);
    assert_eq!(session.capture(), Some(215));
    assert_eq!(session.alerts(), [Attention::MeterImplausible]);
}

#[test]
fn what_a_fast_charger_delivers_is_plausible() {
    let mut session = Session::charging();
    for quarter in 1..=3 {
        session.pass(3 * MINUTE);
        // 500 kW for three minutes.
        session.meter(25_000 * quarter);
    }
    assert_eq!(session.view().energy, 75_000);
    assert_eq!(session.alerts(), []);
}

#[test]
fn a_late_end_that_cannot_be_right_makes_no_refund_due() {
    let mut session = charging();
    session.apply(Event::StopRequested(Requester::Driver));
    while session.phase() == Phase::Stopping {
        session.reach_deadline();
    }
    session.ended("capture", CommandResult::Done);
    end(&mut session, 4_294_967_295);
    assert_eq!(session.phase(), Phase::Settled);
    let expected = [Attention::EndNotReported, Attention::MeterImplausible];
    assert_eq!(session.alerts(), expected);
}

#[test]
fn a_register_that_shows_wrong_values_for_a_while_and_then_right_ones_is_billed_as_if_it_had_not() {
    let mut session = charging();
    read(&mut session, 4_294_967_295);
    read(&mut session, 4_294_968_295);
    read(&mut session, 6_000);
    // By its right readings it moved by 2,000 Wh, of which the wrong ones told 1,000.
    assert_eq!(session.view().energy, 5_000);
    end(&mut session, 7_000);
    assert_eq!(session.view().energy, 6_000);
}

#[test]
fn a_wrong_reading_that_is_delivered_twice_does_not_show_that_the_register_began_anew() {
    let mut session = charging();
    read(&mut session, 1_900);
    let again = register(&session, 1_900);
    session.apply(Event::MeterRead(again));
    assert_eq!(session.view().energy, 3_000);
    read(&mut session, 4_500);
    end(&mut session, 5_000);
    assert_eq!(session.view().energy, 4_000);
}

#[test]
fn an_end_without_a_reading_bills_the_last_one_and_tells_a_person() {
    let mut session = Session::charging();
    session.pass(30 * MINUTE);
    session.meter(7_420);
    session.pass(5 * MINUTE);
    let end = Stopped {
        at: session.now,
        energy: None,
        reason: "EVDisconnected".into(),
    };
    session.apply(Event::ChargingStopped(end));
    assert_eq!(session.capture(), Some(486));
    assert_eq!(session.alerts(), [Attention::EndNotReported]);
    session.ended("capture", CommandResult::Done);
    assert_eq!(session.phase(), Phase::Settled);
}

// By hand: at 500 kW, the hold's 50.00 at 0.49 and 25 % VAT are used up after 81.6 kWh, which take 9.8 minutes.
const USED_UP_AT_FULL_POWER: u64 = 588 * 1_000;

#[test]
fn a_session_that_is_not_metered_is_stopped_before_its_hold_can_be_used_up() {
    let mut session = Session::charging();
    let started_at = session.now;
    session.reach_deadline();
    let after = session.now - started_at;
    assert!(after <= USED_UP_AT_FULL_POWER, "{after}");
    assert!(after > USED_UP_AT_FULL_POWER - 20_000, "{after}");
    assert_eq!(session.phase(), Phase::Stopping);
    assert_eq!(session.alerts(), [Attention::NotMetered]);
}

#[test]
fn a_session_whose_readings_cannot_be_right_is_stopped_like_one_that_is_not_metered() {
    let mut session = Session::charging();
    session.pass(MINUTE);
    session.meter(500);
    session.pass(MINUTE);
    session.meter(90_000_000);
    let read_at = session.now - MINUTE;
    session.reach_deadline();
    assert!(session.now - read_at <= USED_UP_AT_FULL_POWER);
    assert_eq!(session.phase(), Phase::Stopping);
    let alerts = [Attention::MeterImplausible, Attention::NotMetered];
    assert_eq!(session.alerts(), alerts);
}

#[test]
fn a_session_that_is_metered_goes_on_however_seldom_it_is_read() {
    let mut session = Session::charging();
    session.pass(5 * MINUTE);
    session.meter(0);
    assert!(session.deadline().unwrap() > session.now + HOUR);
    session.pass(HOUR);
    session.meter(7_420);
    assert_eq!(session.phase(), Phase::Charging);
}

#[test]
fn a_start_that_was_queued_is_not_stopped_before_its_readings_could_come() {
    let mut session = Session::authorised();
    session.pass(MINUTE);
    let start = session.reading(0);
    session.pass(3 * MINUTE);
    session.policy.maximum_power = u32::MAX;
    session.apply(Event::ChargingStarted(start));
    assert_eq!(session.phase(), Phase::Charging);
    assert!(session.deadline().unwrap() > session.now);
    session.meter(5_000);
    assert_eq!(session.phase(), Phase::Charging);
    assert!(session.deadline().unwrap() > session.now + HOUR);
}
