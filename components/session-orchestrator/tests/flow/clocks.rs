//! Clocks that are wrong, and clocks that are set.

use chargetap_contract::money::Dimension;
use chargetap_contract::session::{CommandResult, Event, MeterReading, Phase, Requester};

use crate::session::{HOUR, MINUTE, SECOND, Session, stopped};

/// A session at 0.06 a minute and nothing else, 25 % VAT, whose money is reserved.
pub(crate) fn by_the_minute() -> Session {
    by_the_minute_of(Dimension::Time)
}

fn by_the_minute_of(dimension: Dimension) -> Session {
    let mut session = Session::new();
    let components = &mut session.policy.tariff.elements[0].components;
    components.truncate(1);
    components[0].dimension = dimension;
    components[0].price = 360_000;
    session.policy.minimum_capture = 1;
    session.apply(Event::CardPresented(crate::session::card(1)));
    session.ended("look-up-before", CommandResult::OpenHolds(vec![]));
    session.ended(
        "authorise",
        CommandResult::Authorised(crate::session::hold()),
    );
    session
}

fn at(session: &Session, energy: u64, at: u64) -> MeterReading {
    MeterReading {
        at,
        ..session.reading(energy)
    }
}

#[track_caller]
fn stop(session: &mut Session, reading: MeterReading) {
    session.apply(Event::ChargingStopped(stopped(reading, "Local")));
}

// By hand: 60 minutes at 0.06 are 3.60, with 25 % VAT 4.50.
const AN_HOUR: Option<u64> = Some(450);

#[test]
fn a_start_never_lies_before_its_tap_even_if_the_clock_does() {
    let mut session = by_the_minute();
    let tapped_at = session.now;
    // The gateway's clock is in 1970 when the start is reported.
    session.now = 60_000;
    let start = at(&session, 0, tapped_at + MINUTE);
    session.apply(Event::ChargingStarted(start));
    session.now = tapped_at + 61 * MINUTE;
    let end = at(&session, 9_000, tapped_at + 61 * MINUTE);
    stop(&mut session, end);
    let captured = session.capture().unwrap();
    assert!((450..=458).contains(&captured), "{captured}");
}

#[test]
fn time_is_billed_if_the_stations_clock_is_ahead_at_the_start_and_set_right_later() {
    let mut session = by_the_minute();
    let start = at(&session, 0, session.now + 2 * HOUR);
    session.apply(Event::ChargingStarted(start));
    session.pass(30 * MINUTE);
    let right = at(&session, 4_000, session.now);
    session.apply(Event::MeterRead(right));
    session.pass(30 * MINUTE);
    let right = at(&session, 9_000, session.now);
    stop(&mut session, right);
    assert_eq!(session.capture(), AN_HOUR);
}

#[test]
fn time_is_billed_if_the_stations_clock_is_set_wrong_in_the_middle() {
    for wrong in [-2, 2] {
        let mut session = by_the_minute();
        let start = at(&session, 0, session.now);
        session.apply(Event::ChargingStarted(start));
        for minute in [20, 40, 60] {
            session.pass(20 * MINUTE);
            let told = session.now.saturating_add_signed(wrong * 3_600_000);
            let reading = at(&session, 100 * minute, told);
            match minute {
                60 => stop(&mut session, reading),
                _ => session.apply(Event::MeterRead(reading)),
            }
        }
        assert_eq!(session.capture(), AN_HOUR, "{wrong} hours");
    }
}

#[test]
fn a_late_sample_does_not_make_a_right_clock_wrong() {
    let mut session = by_the_minute();
    let start = at(&session, 0, session.now);
    session.apply(Event::ChargingStarted(start));
    session.pass(30 * MINUTE);
    let reading = at(&session, 4_000, session.now);
    session.apply(Event::MeterRead(reading));
    let late = at(&session, 2_000, session.now - 15 * MINUTE);
    session.apply(Event::MeterRead(late));
    session.pass(30 * MINUTE);
    let end = at(&session, 9_000, session.now);
    stop(&mut session, end);
    assert_eq!(session.capture(), AN_HOUR);
}

/// The host's clock is set, and shows another time from now on.
fn set_clock(session: &mut Session, by: i64) {
    session.now = session.now.saturating_add_signed(by);
    session.apply(Event::ClockSet(by));
}

fn steps() -> [i64; 4] {
    let (hour, year) = (3_600_000, 365 * 24 * 3_600_000);
    [-hour, hour, -year, year]
}

#[test]
fn a_driver_has_as_long_to_plug_in_whatever_the_clock_is_set_to() {
    for by in steps() {
        let mut session = Session::authorised();
        session.ended("start", CommandResult::Done);
        session.pass(2 * MINUTE);
        set_clock(&mut session, by);
        assert_eq!(session.phase(), Phase::Starting, "{by}");
        assert_eq!(session.deadline(), Some(session.now + 3 * MINUTE), "{by}");
        session.reach_deadline();
        assert_eq!(session.phase(), Phase::Voiding);
    }
}

#[test]
fn a_start_or_stop_that_is_to_be_repeated_is_repeated_in_its_time() {
    for by in steps() {
        let mut session = Session::authorised();
        session.ended("start", CommandResult::NotDone("not connected".into()));
        set_clock(&mut session, by);
        assert_eq!(session.deadline(), Some(session.now + 10 * SECOND), "{by}");
        let mut session = Session::charging();
        session.apply(Event::StopRequested(Requester::Operator));
        session.ended("stop", CommandResult::Unknown);
        set_clock(&mut session, by);
        assert_eq!(session.deadline(), Some(session.now + 10 * SECOND), "{by}");
    }
}

#[test]
fn a_session_is_billed_for_the_time_it_took_whatever_the_clock_is_set_to() {
    for by in steps() {
        let mut session = by_the_minute();
        let start = at(&session, 0, session.now);
        session.apply(Event::ChargingStarted(start));
        session.pass(20 * MINUTE);
        let reading = at(&session, 2_000, session.now);
        session.apply(Event::MeterRead(reading));
        let station_is_right = |session: &Session| session.now.saturating_add_signed(-by);
        set_clock(&mut session, by);
        session.pass(40 * MINUTE);
        let end = at(&session, 9_000, station_is_right(&session));
        stop(&mut session, end);
        assert_eq!(session.capture(), AN_HOUR, "{by}");
    }
}

// The station tells a wrong time, our clock is set, and the end is told late, in times of the station's right clock.
#[test]
fn a_wrong_time_of_the_station_does_not_bill_by_how_much_our_clock_was_set() {
    let two_hours = 7_200_000;
    for (by, wrong, times) in [
        (-720_000, two_hours, 1),
        (720_000, two_hours, 1),
        (-720_000, two_hours, 2),
        (720_000, two_hours, 2),
        (-720_000, -two_hours, 1),
        (720_000, -two_hours, 1),
        // Less than until the next reading.
        (0, 300_000, 1),
        (720_000, 720_000, 1),
    ] {
        let mut session = by_the_minute();
        let began = session.now;
        let start = at(&session, 0, began);
        session.apply(Event::ChargingStarted(start));
        session.pass(20 * MINUTE);
        let told = session.now.saturating_add_signed(wrong);
        for _ in 0..times {
            let wrong = at(&session, 2_000, told);
            session.apply(Event::MeterRead(wrong));
        }
        set_clock(&mut session, by);
        session.pass(if by == 0 { 40 * MINUTE } else { 70 * MINUTE });
        let end = at(&session, 9_000, began + HOUR);
        stop(&mut session, end);
        assert_eq!(session.capture(), AN_HOUR, "{by} {wrong} {times}");
    }
}

#[test]
fn a_late_sample_does_not_make_another_difference_of_the_clocks_count() {
    let mut session = by_the_minute();
    let began = session.now;
    let ahead = 10 * MINUTE;
    let start = at(&session, 0, began + ahead);
    session.apply(Event::ChargingStarted(start));
    session.pass(30 * MINUTE);
    let reading = at(&session, 4_000, session.now + ahead);
    session.apply(Event::MeterRead(reading));
    session.pass(6 * MINUTE);
    let late = at(&session, 3_000, began + 25 * MINUTE + ahead);
    session.apply(Event::MeterRead(late));
    session.pass(39 * MINUTE);
    let end = at(&session, 9_000, began + HOUR + ahead);
    stop(&mut session, end);
    assert_eq!(session.capture(), AN_HOUR);
}

// By hand: the register stands still for 40 minutes, at 0.06 and with 25 % VAT 3.00.
const FORTY_MINUTES: Option<u64> = Some(300);

#[test]
fn an_end_without_a_register_is_timed_by_the_clock_that_is_trusted() {
    for wrong in [-7_200_000, 7_200_000] {
        let mut session = by_the_minute_of(Dimension::ParkingTime);
        let began = session.now;
        let start = at(&session, 0, began);
        session.apply(Event::ChargingStarted(start));
        session.pass(20 * MINUTE);
        let told = session.now.saturating_add_signed(wrong);
        let reading = at(&session, 2_000, told);
        session.apply(Event::MeterRead(reading));
        session.pass(70 * MINUTE);
        let mut unread = stopped(at(&session, 0, began + HOUR), "Local");
        unread.energy = None;
        session.apply(Event::ChargingStopped(unread));
        assert_eq!(session.capture(), FORTY_MINUTES, "{wrong}");
    }
}

#[test]
fn the_ladder_of_a_capture_and_the_life_of_its_hold_move_along() {
    for by in steps() {
        let mut session = Session::capturing();
        session.ended("capture", CommandResult::NotDone("status 503".into()));
        set_clock(&mut session, by);
        assert_eq!(session.deadline(), Some(session.now + MINUTE), "{by}");
        session.reach_deadline();
        session.ended("capture", CommandResult::Unknown);
        session.ended("look-up-payment", CommandResult::OpenHolds(vec![]));
        assert_eq!(session.phase(), Phase::Settled, "it has not expired: {by}");
    }
}

#[test]
fn a_clock_that_is_set_changes_nothing_for_a_session_that_has_ended() {
    let mut session = Session::capturing();
    session.ended("capture", CommandResult::Done);
    set_clock(&mut session, 3_600_000);
    assert_eq!(session.phase(), Phase::Settled);
    assert_eq!(session.deadline(), None);
}
