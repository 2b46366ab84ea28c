use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{alert_commands, monitored_sessions, session_alert_commands};
use crate::activation_check::{ActivationCheck, check_activation};
use crate::alert::{Alert, AlertKind, NewAlert};
use crate::command::{Command, TerminalAction};
use crate::context::{Actor, DecisionContext, SessionStatus, StatusRecord};
use crate::decide;
use crate::incident::{Incident, IncidentDetails, IncidentKind, Outcome};
use crate::moment::Moment;
use crate::terminal::State;
use crate::world::{DAY, World, contact, moment, text};

const MINUTE: u64 = 60 * 1_000;

/// The moments, in Stockholm, at which 60, 30, 7 and no days are left of the licence of a terminal
/// that was activated on 25 November 2026.
const LICENCE: [(&str, AlertKind); 4] = [
    ("2027-09-25T22:00:00Z", AlertKind::LicenceEndsIn60Days),
    ("2027-10-25T22:00:00Z", AlertKind::LicenceEndsIn30Days),
    ("2027-11-17T23:00:00Z", AlertKind::LicenceEndsIn7Days),
    ("2027-11-24T23:00:00Z", AlertKind::LicenceEnded),
];

/// Runs the monitoring once. Afterwards no command is left.
fn run(world: &mut World) {
    for command in alert_commands(&world.fleet, &world.gateway, world.now) {
        let actor = Actor::gateway();
        let context = DecisionContext {
            now: world.now,
            actor: &actor,
            gateway: &world.gateway,
        };
        let changes = decide(&world.fleet, &context, command.clone()).unwrap();
        assert!(!changes.is_empty(), "{command:?} changes nothing");
        world.fleet.write += 1;
        let write = world.fleet.write;
        for change in changes {
            world.fleet.apply(change, write);
        }
    }
    let left = alert_commands(&world.fleet, &world.gateway, world.now);
    assert!(left.is_empty(), "{left:?}");
}

fn run_at(world: &mut World, at: Moment) {
    world.now = at;
    run(world);
}

fn alerts(world: &World) -> Vec<AlertKind> {
    let mut alerts: Vec<_> = world.fleet.each::<Alert>().collect();
    alerts.sort_by_key(|it| it.raised);
    alerts.into_iter().map(|it| it.kind).collect()
}

fn open(world: &World) -> Vec<AlertKind> {
    let open = world.fleet.each::<Alert>().filter(|it| it.ended.is_none());
    open.map(|it| it.kind).collect()
}

/// A terminal of which only the licence is monitored.
fn kept_online() -> World {
    let mut world = World::activated();
    world.edit(|it| it.state = State::Suspended);
    world
}

fn call(world: &mut World, state: &str) {
    world.report_online();
    let status = world.gateway.statuses.get_mut("T1").unwrap();
    status.state = text(state);
}

/// The vendor reports it offline.
fn miss(world: &mut World) {
    let status = world.gateway.statuses.get_mut("T1").unwrap();
    *status = StatusRecord {
        online: false,
        at: world.now,
        ..status.clone()
    };
}

#[test]
fn a_terminal_that_is_suspended_is_silent_no_longer() {
    let mut world = World::activated();
    world.pass(DAY);
    run(&mut world);
    world.act(TerminalAction::Suspend(text("broken"))).unwrap();
    run(&mut world);
    assert_eq!(open(&world), []);
    assert_eq!(alerts(&world), [AlertKind::Silent]);
}

#[test]
fn a_vendor_that_cannot_be_asked_is_silence_as_well() {
    let mut world = World::activated();
    world.pass(15 * MINUTE + 1);
    assert!(world.gateway.statuses.get("T1").unwrap().online);
    run(&mut world);
    assert_eq!(open(&world), [AlertKind::Silent]);
}

#[test]
fn a_terminal_that_is_not_seen_any_more_is_tampered_with_until_it_says_otherwise() {
    let mut world = World::activated();
    call(&mut world, "TAMPER");
    run(&mut world);
    world.gateway.statuses.clear();
    run(&mut world);
    assert_eq!(open(&world), [AlertKind::Tampered]);
}

#[test]
fn a_terminal_that_was_tampered_with_takes_no_card_until_its_incident_is_closed() {
    let mut world = World::activated();
    call(&mut world, "TAMPER");
    run(&mut world);
    let check = |world: &World| check_activation(&world.fleet, world.now, &text("T1"));
    assert_eq!(check(&world), ActivationCheck::Refused);
    // That it says otherwise again closes nothing.
    call(&mut world, "IDLE");
    run(&mut world);
    assert_eq!(open(&world), []);
    assert_eq!(check(&world), ActivationCheck::Refused);
    assert_eq!(world.act(TerminalAction::Activate).unwrap_err().len(), 2);
    let incidents: Vec<_> = world.fleet.each::<Incident>().cloned().collect();
    let [incident] = incidents.as_slice() else {
        panic!("{incidents:?}");
    };
    assert_eq!(incident.details.kind, IncidentKind::Tampering);
    world.put(Incident {
        details: IncidentDetails {
            done: text("It was opened and looked at."),
            planned: text("Nothing."),
            contact: Some(contact("Ann Ek")),
            ..incident.details.clone()
        },
        ..incident.clone()
    });
    world
        .command(Command::Report(incident.key.clone()))
        .unwrap();
    let close = Command::CloseIncident(
        incident.key.clone(),
        Outcome::Cleared,
        text("A false alarm."),
    );
    world.command(close).unwrap();
    assert_eq!(world.act(TerminalAction::Activate), Ok(()));
    assert_eq!(check(&world), ActivationCheck::Allowed);
}

#[test]
fn tampering_opens_no_second_incident() {
    let mut world = World::activated();
    world.open_incident();
    call(&mut world, "TAMPER");
    run(&mut world);
    assert_eq!(world.fleet.each::<Incident>().count(), 1);
    assert_eq!(open(&world), [AlertKind::Tampered]);
}

#[test]
fn the_end_of_a_licence_is_told_from_the_first_moment_of_a_day_at_the_site() {
    let mut world = kept_online();
    let mut raised = Vec::new();
    for (at, kind) in LICENCE {
        let at = moment(at);
        run_at(&mut world, Moment::from_millis(at.millis() - 1));
        assert_eq!(alerts(&world), raised);
        run_at(&mut world, at);
        raised.push(kind);
        assert_eq!(alerts(&world), raised);
    }
    world.pass(1_000 * DAY);
    run(&mut world);
    assert_eq!(alerts(&world), raised);
}

#[test]
fn whoever_looks_late_is_told_the_nearest_end_only() {
    for (late, (at, _)) in LICENCE.iter().enumerate() {
        let mut world = kept_online();
        run_at(&mut world, moment(at));
        let (_, expected) = LICENCE.get(late).unwrap();
        assert_eq!(alerts(&world), [*expected]);
    }
}

#[test]
fn a_licence_that_is_renewed_ends_its_alerts_and_is_told_of_anew() {
    let mut world = kept_online();
    for (at, _) in LICENCE {
        run_at(&mut world, moment(at));
    }
    let until = world.terminal().licences.until().unwrap();
    world.edit(|it| it.licences.add_year(text("O-1"), until));
    run(&mut world);
    assert_eq!(open(&world), []);
    run_at(&mut world, moment("2028-11-24T22:59:59Z"));
    run_at(&mut world, moment("2028-11-24T23:00:00Z"));
    let about = world.fleet.each::<Alert>().filter(|it| it.ended.is_none());
    let about: Vec<_> = about
        .map(|it| (it.kind, it.about.unwrap().to_string()))
        .collect();
    let until = "2028-11-25".to_owned();
    assert_eq!(
        about,
        [
            (AlertKind::LicenceEndsIn7Days, until.clone()),
            (AlertKind::LicenceEnded, until)
        ]
    );
}

#[test]
fn nothing_is_told_of_what_is_back_at_the_vendor_or_retired() {
    for state in [State::Returned, State::Retired] {
        let mut world = World::activated();
        world.pass(DAY);
        call(&mut world, "TAMPER");
        world.pass(DAY);
        run_at(&mut world, moment(LICENCE[3].0));
        assert_eq!(open(&world), [AlertKind::Tampered, AlertKind::LicenceEnded]);
        world.edit(|it| it.state = state);
        run(&mut world);
        assert_eq!(open(&world), [], "{state:?}");
    }
}

#[test]
fn what_is_not_activated_yet_has_no_licence_that_ends() {
    let mut world = World::complete();
    world.pass(1_000 * DAY);
    assert!(alert_commands(&world.fleet, &world.gateway, world.now).is_empty());
}

/// An alert of this kind, of the session S-1.
fn raise_for_session(world: &mut World, kind: AlertKind) {
    let new = NewAlert {
        kind,
        terminal: Some(text("T1")),
        session: Some("S-1".to_owned()),
        payment: None,
        evse: None,
        cause: format!("S-1/{}/alert", kind.name()),
        next_action: text("Look."),
    };
    world.command(Command::RaiseOnce(new)).unwrap();
}

/// Ends the alerts of a session that stands like this.
fn end_for_session(world: &mut World, status: SessionStatus) {
    let sessions = monitored_sessions(&world.fleet);
    let sessions: BTreeMap<_, _> = sessions
        .into_iter()
        .map(|session| (session.to_owned(), status))
        .collect();
    for command in session_alert_commands(&world.fleet, &sessions) {
        world.command(command).unwrap();
    }
    assert!(session_alert_commands(&world.fleet, &sessions).is_empty());
}

#[test]
fn an_alert_of_a_session_ends_by_itself_only_when_its_reason_is_gone() {
    let unsettled = SessionStatus {
        is_authorising: true,
        needs_attention: true,
        was_reported_late: false,
    };
    let settled = SessionStatus {
        is_authorising: false,
        needs_attention: false,
        was_reported_late: true,
    };
    for (kind, still, over) in [
        (
            AlertKind::AuthorisationUnknown,
            SessionStatus {
                is_authorising: true,
                ..settled
            },
            Some(SessionStatus {
                is_authorising: false,
                ..unsettled
            }),
        ),
        (
            AlertKind::EndNotReported,
            SessionStatus {
                was_reported_late: false,
                ..settled
            },
            Some(SessionStatus {
                was_reported_late: true,
                ..unsettled
            }),
        ),
        (
            AlertKind::RefundDue,
            SessionStatus {
                needs_attention: true,
                ..settled
            },
            Some(SessionStatus {
                needs_attention: false,
                ..unsettled
            }),
        ),
        (AlertKind::CaptureFailed, settled, None),
        (AlertKind::VoidFailed, settled, None),
        (AlertKind::ClosedElsewhere, settled, None),
        (AlertKind::HoldExpired, settled, None),
        (AlertKind::CapturedInPart, settled, None),
        (AlertKind::CapturedTooLittle, settled, None),
    ] {
        let mut world = World::activated();
        raise_for_session(&mut world, kind);
        end_for_session(&mut world, still);
        assert_eq!(open(&world), [kind]);
        if let Some(over) = over {
            end_for_session(&mut world, over);
            assert_eq!(open(&world), []);
            assert!(monitored_sessions(&world.fleet).is_empty());
        }
    }
}

#[test]
fn a_terminal_that_is_retired_takes_no_alert_of_a_session_along() {
    let mut world = World::activated();
    raise_for_session(&mut world, AlertKind::CaptureFailed);
    world.edit(|it| it.state = State::Retired);
    run(&mut world);
    assert_eq!(open(&world), [AlertKind::CaptureFailed]);
}

/// Something that happens to a terminal or to the gateway's clock.
#[derive(Clone, Copy, Debug)]
enum Event {
    Online,
    Offline,
    /// The vendor cannot be reached.
    Unknown,
    /// The clock advances by this many seconds.
    Forward(u64),
    /// The clock is set back by this many seconds.
    Back(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Online),
        Just(Event::Offline),
        Just(Event::Unknown),
        (1..1_200_u64).prop_map(Event::Forward),
        (1..1_200_u64).prop_map(Event::Forward),
        (1..1_200_u64).prop_map(Event::Back),
        (1..1_000_000_u64).prop_map(Event::Back),
    ]
}

/// How often an alert for silence was raised, by when the terminal was last online.
fn silences(world: &World) -> BTreeMap<Option<Moment>, usize> {
    let mut silences = BTreeMap::new();
    for alert in world.fleet.each::<Alert>() {
        if alert.kind == AlertKind::Silent {
            *silences.entry(alert.online_at).or_default() += 1;
        }
    }
    silences
}

proptest! {
    #[test]
    fn however_the_clock_is_set_each_silence_is_told_once_and_none_is_lost(
        events in prop::collection::vec(event(), 1..60),
    ) {
        let mut world = World::activated();
        let mut online_at = world.now;
        for (number, event) in (1..).zip(events) {
            match event {
                Event::Online => {
                    // No two statuses have the same millisecond: the clock is set by whole seconds.
                    let seconds = world.now.millis() / 1_000;
                    world.now = Moment::from_millis(seconds * 1_000 + number);
                    world.report_online();
                    online_at = world.now;
                }
                Event::Offline => miss(&mut world),
                Event::Unknown => {}
                Event::Forward(seconds) => world.pass(seconds * 1_000),
                Event::Back(seconds) => {
                    world.now = Moment::from_millis(world.now.millis() - seconds * 1_000);
                }
            }
            run(&mut world);
            prop_assert!(silences(&world).values().all(|times| *times == 1));
            let silence = world.now.millis().saturating_sub(online_at.millis());
            let is_raised = open(&world).contains(&AlertKind::Silent);
            prop_assert!(is_raised || silence <= 15 * MINUTE);
            let is_online = matches!(event, Event::Online);
            prop_assert!(!(is_raised && is_online), "it is online and said to be silent");
        }
    }
}
