use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::session::{
    Action, Attention, CommandResult, Event, MeterReading, Phase, Refusal,
};

use crate::session::{DAY, HOUR, MINUTE, SECOND, Session, card, stopped};

#[test]
fn a_driver_who_does_not_plug_in_gets_everything_back() {
    let mut session = Session::authorised();
    session.ended("start", CommandResult::Done);
    session.reach_deadline();
    assert_eq!(session.phase(), Phase::Voiding);
    assert_eq!(session.commands(), ["cancel"]);
    session.ended("cancel", CommandResult::Done);
    assert_eq!(session.phase(), Phase::Cancelled);
    let receipt = session.receipt();
    assert_eq!(
        receipt.nothing_taken,
        Some(NothingTakenReason::NotPluggedIn)
    );
    assert_eq!(
        (receipt.held, receipt.captured, receipt.released),
        (5_000, 0, 5_000)
    );
}

#[test]
fn a_station_that_refuses_the_start_ends_the_session_at_once() {
    let mut session = Session::authorised();
    session.ended(
        "start",
        CommandResult::Declined("the station refused".into()),
    );
    session.ended("cancel", CommandResult::Done);
    assert_eq!(session.phase(), Phase::FailedNothingTaken);
    assert_eq!(
        session.receipt().nothing_taken,
        Some(NothingTakenReason::StartFailed)
    );
}

#[test]
fn a_station_that_cannot_be_reached_is_told_again_until_the_drivers_time_is_up() {
    let mut session = Session::authorised();
    let until = session.now + 5 * MINUTE;
    session.ended("start", CommandResult::NotDone("not connected".into()));
    assert_eq!(session.deadline(), Some(session.now + 10 * SECOND));
    while session.phase() == Phase::Starting {
        session.reach_deadline();
        if session.phase() == Phase::Starting {
            session.ended("start", CommandResult::Unknown);
        }
    }
    assert_eq!((session.phase(), session.now), (Phase::Voiding, until));
    assert_eq!(session.times_asked("start"), 30);
}

#[test]
fn the_same_card_before_the_start_cancels() {
    let mut session = Session::authorised();
    session.apply(Event::CardPresented(card(1)));
    session.ended("cancel", CommandResult::Done);
    assert_eq!(session.phase(), Phase::Cancelled);
    assert_eq!(
        session.receipt().nothing_taken,
        Some(NothingTakenReason::CancelledByDriver)
    );
}

#[test]
fn another_card_cannot_stop_a_session() {
    for mut session in [Session::authorised(), Session::charging()] {
        let phase = session.phase();
        let refusal = session.try_apply(Event::CardPresented(card(2)));
        assert_eq!(refusal, Err(Refusal::NotApplicable(phase)));
    }
}

#[test]
fn the_running_cost_follows_the_meter() {
    let mut session = Session::charging();
    session.pass(MINUTE);
    session.meter(1_000);
    // (0.49 + 0.25) x 1.25 = 0.925, so 0.93.
    assert_eq!(
        (session.view().energy, session.view().cost.gross),
        (1_000, 93)
    );
}

#[test]
fn a_reading_below_the_last_is_ignored() {
    let mut session = Session::charging();
    session.pass(MINUTE);
    session.meter(2_000);
    session.meter(1_500);
    assert_eq!(session.view().energy, 2_000);
}

#[test]
fn a_station_whose_clock_is_set_back_is_billed_by_its_register_all_the_same() {
    let mut session = Session::charging();
    session.pass(10 * MINUTE);
    session.meter(2_000);
    session.pass(20 * MINUTE);
    let set_back = MeterReading {
        at: session.now - HOUR,
        ..session.reading(80_000)
    };
    session.apply(Event::MeterRead(set_back));
    assert_eq!(session.view().energy, 80_000);
    assert_eq!(
        session.phase(),
        Phase::Stopping,
        "78 kWh more are not covered"
    );
}

#[test]
fn the_session_stops_before_the_next_interval_exceeds_the_hold() {
    let mut session = Session::charging();
    // 50.00 covers (50 / 1.25 - 0.25) / 0.49 = 81.12 kWh.
    for energy in [20_000, 40_000, 60_000] {
        session.pass(3 * MINUTE);
        session.meter(energy);
        assert_eq!(session.phase(), Phase::Charging);
    }
    session.pass(MINUTE);
    session.meter(62_000);
    assert_eq!(
        session.phase(),
        Phase::Charging,
        "another 2 kWh are covered"
    );
    session.pass(2 * MINUTE);
    session.meter(72_000);
    assert_eq!(session.phase(), Phase::Stopping, "another 10 kWh are not");
    assert_eq!(session.commands(), ["stop"]);
}

#[test]
fn a_session_stops_at_its_maximum_duration() {
    let mut session = Session::charging();
    let until = session.now + DAY;
    session.pass(MINUTE);
    session.meter(0);
    assert_eq!(session.deadline(), Some(until));
    session.reach_deadline();
    assert_eq!(session.phase(), Phase::Stopping);
}

#[test]
fn a_station_that_goes_on_charging_is_told_to_stop_again() {
    let mut session = Session::charging();
    session.apply(Event::CardPresented(card(1)));
    assert_eq!(session.commands(), ["stop"]);
    session.ended("stop", CommandResult::Done);
    // Meter values do not delay the next stop.
    session.pass(6 * SECOND);
    session.meter(1_000);
    session.reach_deadline();
    assert_eq!(session.commands(), ["stop"]);
}

#[test]
fn an_end_that_is_never_reported_is_billed_by_the_last_reading_with_an_alert() {
    let mut session = Session::charging();
    session.pass(MINUTE);
    session.meter(7_420);
    session.apply(Event::CardPresented(card(1)));
    let until = session.now + 2 * MINUTE;
    while session.phase() == Phase::Stopping {
        session.reach_deadline();
    }
    assert_eq!((session.phase(), session.now), (Phase::Capturing, until));
    assert_eq!(session.capture(), Some(486));
    let Action::RaiseAlert(alert) = &session.last.as_ref().unwrap().commands[0].action else {
        panic!()
    };
    assert_eq!(alert.reason, Attention::EndNotReported);
}

#[test]
fn the_stations_own_end_is_final() {
    let mut session = Session::charging();
    session.pass(30 * MINUTE);
    session.stop_at(7_420);
    assert_eq!(session.phase(), Phase::Capturing);
    assert_eq!(session.commands(), ["capture"]);
    assert_eq!(session.capture(), Some(486));
}

#[test]
fn a_no_after_a_lost_start_may_mean_that_the_lost_one_was_taken() {
    let mut session = Session::authorised();
    let until = session.now + 5 * MINUTE;
    session.ended("start", CommandResult::Unknown);
    session.reach_deadline();
    session.ended("start", CommandResult::Declined("it is preparing".into()));
    assert_eq!(session.phase(), Phase::Starting);
    assert_eq!(session.deadline(), Some(until));
    let reading = session.reading(0);
    session.apply(Event::ChargingStarted(reading));
    assert_eq!(session.phase(), Phase::Charging);
}

#[test]
fn a_station_is_not_told_to_stop_again_while_an_order_is_on_its_way() {
    let mut session = Session::charging();
    let until = session.now + 2 * MINUTE;
    session.apply(Event::CardPresented(card(1)));
    for energy in [1_000, 2_000, 3_000] {
        session.pass(20 * SECOND);
        session.meter(energy);
        assert_eq!(session.deadline(), Some(until));
    }
    session.ended("stop", CommandResult::Unknown);
    assert_eq!(session.deadline(), Some(session.now + 10 * SECOND));
}

#[test]
fn the_register_at_the_end_is_the_final_word() {
    let mut session = Session::charging();
    session.pass(30 * MINUTE);
    // The last sample was rounded up by the station.
    session.meter(7_421);
    session.stop_at(7_420);
    assert_eq!(session.view().energy, 7_420);
    assert_eq!(session.capture(), Some(486));
}

#[test]
fn an_end_below_the_start_leaves_the_last_reading() {
    let mut session = Session::charging();
    session.pass(30 * MINUTE);
    session.meter(7_420);
    session.apply(Event::ChargingStopped(stopped(
        MeterReading {
            energy: 12,
            at: session.now,
        },
        "PowerLoss",
    )));
    assert_eq!(session.capture(), Some(486));
}

/// What a session of 30 minutes looks like on the receipt if the station's clock is off.
fn times_with_clock_off_by(offset: i64) -> (u64, u64) {
    let mut session = Session::authorised();
    session.pass(MINUTE);
    let started_at = session.now;
    let shifted = |session: &Session, energy| MeterReading {
        at: session.now.saturating_add_signed(offset),
        ..session.reading(energy)
    };
    let reading = shifted(&session, 0);
    session.apply(Event::ChargingStarted(reading));
    session.pass(15 * MINUTE);
    let reading = shifted(&session, 3_000);
    session.apply(Event::MeterRead(reading));
    assert_eq!(session.view().energy, 3_000);
    session.pass(15 * MINUTE);
    let reading = shifted(&session, 7_420);
    session.apply(Event::ChargingStopped(stopped(reading, "EVDisconnected")));
    session.ended("capture", CommandResult::Done);
    let charging = session.receipt().charging.as_ref().unwrap();
    assert_eq!(charging.energy, 7_420);
    (
        charging.started_at - started_at,
        charging.ended_at - started_at,
    )
}

#[test]
fn a_station_whose_clock_is_wrong_is_billed_by_ours() {
    let day = i64::try_from(DAY).unwrap();
    for offset in [0, -day, day, -30 * 365 * day, 30 * 365 * day] {
        let times = times_with_clock_off_by(offset);
        assert_eq!(times, (0, 30 * MINUTE), "off by {offset} ms");
    }
}

#[test]
fn a_station_whose_clock_jumps_ahead_cannot_charge_for_time_that_has_not_passed() {
    let mut session = Session::charging();
    session.pass(30 * MINUTE);
    session.apply(Event::ChargingStopped(stopped(
        MeterReading {
            at: session.now + 365 * DAY,
            ..session.reading(7_420)
        },
        "EVDisconnected",
    )));
    session.ended("capture", CommandResult::Done);
    let charging = session.receipt().charging.as_ref().unwrap();
    assert_eq!(charging.ended_at - charging.started_at, 30 * MINUTE);
}

#[test]
fn a_wrong_clock_still_tells_when_a_late_report_was_made() {
    let mut session = Session::authorised();
    let reading = |session: &Session, energy| MeterReading {
        at: session.now - DAY,
        ..session.reading(energy)
    };
    let start = reading(&session, 0);
    session.apply(Event::ChargingStarted(start));
    session.pass(20 * MINUTE);
    let stop = reading(&session, 7_420);
    // The connection was lost meanwhile.
    session.pass(10 * MINUTE);
    session.apply(Event::ChargingStopped(stopped(stop, "Local")));
    session.ended("capture", CommandResult::Done);
    let charging = session.receipt().charging.as_ref().unwrap();
    assert_eq!(charging.ended_at - charging.started_at, 20 * MINUTE);
}
