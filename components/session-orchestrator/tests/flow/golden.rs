//! Sessions as each version of the state stored them. The lines are never changed: sessions that were
//! stored so may be under way.

use chargetap_contract::session::{CommandResult, Event, MeterReading, Phase};
use session_orchestrator::step;

use crate::clocks::by_the_minute;
use crate::session::{HOUR, MINUTE, SECOND, Session, card, hold, policy, stopped};

const VERSIONS: [&str; 4] = [
    include_str!("golden/version-1.txt"),
    include_str!("golden/version-2.txt"),
    include_str!("golden/version-3.txt"),
    include_str!("golden/version-4.txt"),
];

/// A session that charges, at a station whose clock is ahead.
fn ahead_by_two_hours() -> Session {
    let mut session = Session::authorised();
    let reading = session.reading(1_000);
    let at = reading.at + 2 * HOUR;
    session.apply(Event::ChargingStarted(MeterReading { at, ..reading }));
    session
}

/// A session in every stage that a session can be found in.
fn sessions() -> Vec<(&'static str, Session)> {
    let with = |mut session: Session, change: fn(&mut Session)| {
        change(&mut session);
        session
    };
    vec![
        ("looking", Session::tapped()),
        ("authorising", Session::authorising()),
        (
            "asking",
            with(Session::authorising(), |session| {
                session.ended("authorise", CommandResult::Unknown);
            }),
        ),
        (
            "starting",
            with(Session::authorised(), |session| {
                session.ended("start", CommandResult::Unknown);
            }),
        ),
        ("charging", Session::charging()),
        (
            "wrong-clock",
            with(ahead_by_two_hours(), |session| {
                session.pass(10 * MINUTE);
                let reading = session.reading(2_000);
                let at = reading.at + 5 * HOUR;
                session.apply(Event::MeterRead(MeterReading { at, ..reading }));
            }),
        ),
        (
            "stopping",
            with(Session::charging(), |session| {
                session.pass(30 * MINUTE);
                session.meter(7_420);
                session.apply(Event::CardPresented(card(1)));
                session.pass(SECOND);
                session.ended("stop", CommandResult::Done);
            }),
        ),
        ("capturing", Session::capturing()),
        (
            "asking-about-a-capture",
            with(Session::capturing(), |session| {
                session.ended("capture", CommandResult::Unknown);
            }),
        ),
        (
            "voiding",
            with(Session::authorised(), |session| {
                session.apply(Event::CardPresented(card(1)));
            }),
        ),
        (
            "settled",
            with(Session::capturing(), |session| {
                session.ended("capture", CommandResult::Done);
            }),
        ),
        (
            "refunded",
            with(Session::capturing(), |session| {
                session.ended("capture", CommandResult::Done);
                session.apply(Event::Refunded(86));
            }),
        ),
    ]
}

/// If this fails, the stored form has changed: it needs a new version, and all others must still be
/// read.
#[test]
fn every_stage_is_stored_as_its_version_says() {
    let stored: String = sessions()
        .iter()
        .map(|(name, session)| {
            let state = session.state.as_ref().unwrap();
            let hex: String = state.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{name} {hex}\n")
        })
        .collect();
    assert_eq!(Some(&stored.as_str()), VERSIONS.last(), "\n{stored}");
}

/// The session of this name as a version kept it.
fn kept(version: &str, name: &str) -> Session {
    let line = version.lines().find_map(|line| line.strip_prefix(name));
    let hex = line.unwrap().trim();
    let state = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect();
    let mut session = Session::new();
    session.pass(31 * MINUTE);
    session.state = Some(state);
    session
}

#[test]
fn what_was_stored_before_an_update_goes_on_after_it() {
    for version in VERSIONS {
        goes_on(|name| kept(version, name));
    }
}

fn goes_on(kept: impl Fn(&str) -> Session) {
    let mut session = kept("looking ");
    session.ended("look-up-before", CommandResult::OpenHolds(vec![]));
    assert_eq!(session.commands(), ["authorise"]);
    let in_time = |name| {
        let mut session = kept(name);
        session.now -= 30 * MINUTE;
        session
    };
    let mut session = in_time("authorising ");
    session.ended("authorise", CommandResult::Authorised(hold()));
    assert_eq!(session.phase(), Phase::Starting);
    let mut session = in_time("asking ");
    session.ended("look-up-terminal", CommandResult::OpenHolds(vec![hold()]));
    assert_eq!(session.phase(), Phase::Starting);
    let mut session = in_time("starting ");
    let reading = session.reading(0);
    session.apply(Event::ChargingStarted(reading));
    assert_eq!(session.phase(), Phase::Charging);
    for name in ["charging ", "stopping "] {
        let mut session = kept(name);
        session.stop_at(7_420);
        assert_eq!(session.capture(), Some(486), "{name}");
    }
    let mut session = kept("capturing ");
    session.ended("capture", CommandResult::Done);
    assert_eq!(session.receipt().captured, 486);
    let mut session = kept("asking-about-a-capture ");
    session.ended("look-up-payment", CommandResult::OpenHolds(vec![]));
    assert_eq!(session.receipt().captured, 486);
    let mut session = kept("voiding ");
    session.ended("cancel", CommandResult::Done);
    assert_eq!(session.receipt().released, 5_000);
    for (name, left) in [("settled ", 486), ("refunded ", 400)] {
        let mut session = kept(name);
        assert!(session.try_apply(Event::Refunded(left + 1)).is_err());
        session.apply(Event::Refunded(left));
        assert_eq!(session.view().refunded, 486, "{name}");
    }
}

// Version 3 stored one difference only. By hand: an hour at 0.06 a minute with 25 % VAT is 4.50.
#[test]
fn the_difference_of_the_clocks_that_version_3_stored_is_trusted() {
    let mut session = by_the_minute();
    let began = session.now;
    let told = |session: &Session, energy, at| MeterReading {
        at,
        ..session.reading(energy)
    };
    let start = told(&session, 0, began + 2 * HOUR);
    session.apply(Event::ChargingStarted(start));
    let difference = postcard::to_allocvec(&-7_200_000_i64).unwrap();
    let both = [difference.as_slice(), difference.as_slice()].concat();
    let state = session.state.as_mut().unwrap();
    let place = state.windows(both.len()).position(|it| it == both);
    let place = place.unwrap();
    state.drain(place..place + difference.len());
    state[0] = 3;
    // One wrong time, and the end, which is told late.
    session.pass(20 * MINUTE);
    let wrong = told(&session, 2_000, session.now + 5 * HOUR);
    session.apply(Event::MeterRead(wrong));
    session.pass(70 * MINUTE);
    let end = told(&session, 9_000, began + HOUR + 2 * HOUR);
    session.apply(Event::ChargingStopped(stopped(end, "Local")));
    assert_eq!(session.capture(), Some(450));
}

#[test]
fn a_version_of_the_future_is_refused_and_nothing_is_lost() {
    let mut state = kept(VERSIONS[3], "charging ").state.unwrap();
    state[0] += 1;
    let refusal = step(
        &policy(),
        Some(&state),
        Event::DeadlineReached(Some(u64::MAX)),
        0,
    )
    .unwrap_err();
    assert_eq!(
        refusal,
        chargetap_contract::session::Refusal::UnknownStateVersion(5)
    );
}
