use super::{Due, DueKind, Subject, items};
use crate::access::AccessScope;
use crate::alert::{AlertKind, NewAlert, ReportedPayment};
use crate::command::Command;
use crate::incident::{Incident, SignOff};
use crate::maintenance::Occasion;
use crate::moment::Moment;
use crate::processor::{Party, Processor};
use crate::site::{AssessmentStatus, SelfAssessment, Training};
use crate::terminal::{Domain, Origin, State, Storage};
use crate::world::{DAY, World, moment, text};

const HOUR: u64 = 3_600 * 1_000;

fn due_within(world: &World, access: &AccessScope) -> Vec<Due> {
    items(&world.fleet, world.now, access)
}

fn list(world: &World) -> Vec<Due> {
    due_within(world, &AccessScope::Everywhere)
}

fn kinds(world: &World) -> Vec<DueKind> {
    list(world).into_iter().map(|it| it.what).collect()
}

/// The single item of this kind.
fn only(world: &World, what: DueKind) -> Due {
    let mut due = list(world);
    due.retain(|it| it.what == what);
    assert_eq!(due.len(), 1, "{due:?}");
    due.remove(0)
}

fn at(sites: &[&str]) -> AccessScope {
    AccessScope::Sites(sites.iter().map(|site| text(site)).collect())
}

#[test]
fn at_a_terminal_that_was_just_activated_nothing_is_due() {
    assert_eq!(list(&World::activated()), []);
}

#[test]
fn an_inspection_is_listed_from_the_day_before_its_last_one() {
    let mut world = World::activated();
    world.now = moment("2026-11-30T22:59:59.999Z");
    assert_eq!(list(&world), []);
    world.now = moment("2026-11-30T23:00:00Z");
    let due = only(&world, DueKind::Inspection);
    assert_eq!(due.due, Some(moment("2026-12-02T23:00:00Z")));
    assert_eq!(due.about, Subject::Terminal(text("T1")));
    assert_eq!(due.site, Some(text("depot")));
    assert_eq!(due.terminal, Some(text("T1")));
    assert_eq!((due.by, due.who), (Party::Customer, vec![text("ann")]));
    assert!(!due.overdue);
    world.now = moment("2026-12-02T22:59:59.999Z");
    assert!(!only(&world, DueKind::Inspection).overdue);
    world.now = moment("2026-12-02T23:00:00Z");
    assert!(only(&world, DueKind::Inspection).overdue);
}

#[test]
fn an_inspection_after_storage_counts_as_the_weekly_one_and_one_before_it_does_not() {
    for (occasion, counts) in [
        (Occasion::Weekly, true),
        (Occasion::AfterStorage, true),
        (Occasion::BeforeStorage, false),
    ] {
        let mut world = World::activated();
        world.pass(7 * DAY);
        world.inspect(occasion);
        assert_eq!(kinds(&world).is_empty(), counts, "{occasion:?}");
    }
}

#[test]
fn suspending_a_terminal_wins_no_time() {
    let mut world = World::activated();
    world.pass(7 * DAY);
    let suspended = world.now;
    world.edit(|it| (it.state, it.since) = (State::Suspended, suspended));
    let due = only(&world, DueKind::Inspection);
    assert_eq!(due.due, Some(moment("2026-12-02T23:00:00Z")));
}

#[test]
fn a_licence_is_listed_for_sixty_days_and_until_it_is_renewed() {
    let mut world = World::activated();
    let is_listed = |world: &World| kinds(world).contains(&DueKind::Licence);
    world.now = moment("2027-09-25T21:59:59Z");
    assert!(!is_listed(&world));
    world.now = moment("2027-09-25T22:00:00Z");
    let due = only(&world, DueKind::Licence);
    assert_eq!(due.due, Some(moment("2027-11-24T23:00:00Z")));
    assert_eq!(
        due.text,
        "Renew the software licence of T1: its last day is 2027-11-24."
    );
    world.pass(1_000 * DAY);
    assert!(only(&world, DueKind::Licence).overdue);
    let today = world.fleet.day(world.now, &text("depot"));
    world.edit(|it| it.licences.add_year(text("O-1"), today));
    assert!(!is_listed(&world));
}

/// A terminal stored on the last day of November: three months later the month is shorter.
fn stored() -> World {
    let mut world = World::activated();
    world.now = moment("2026-11-30T12:00:00Z");
    let from = world.now;
    world.edit(|it| {
        it.state = State::InStorage;
        it.stored = Some(Storage {
            from,
            until: None,
            needs_test: false,
        });
    });
    world
}

#[test]
fn a_battery_in_storage_is_charged_every_three_months() {
    let mut world = stored();
    assert_eq!(list(&world), []);
    world.now = moment("2027-02-13T22:59:59Z");
    assert_eq!(list(&world), []);
    world.now = moment("2027-02-13T23:00:00Z");
    let due = only(&world, DueKind::Battery);
    assert_eq!(due.due, Some(moment("2027-02-28T23:00:00Z")));
    assert_eq!(due.who, [text("ann")]);
    let done = world.done();
    world.edit(|it| it.charged = Some(done));
    assert_eq!(list(&world), []);
    world.now = moment("2027-05-14T22:00:00Z");
    let due = only(&world, DueKind::Battery);
    assert_eq!(due.due, Some(moment("2027-05-14T22:00:00Z")));
    assert!(due.overdue);
}

#[test]
fn a_charge_that_has_not_come_yet_is_not_done() {
    let mut world = stored();
    world.pass(100 * DAY);
    let done = world.done();
    world.edit(|it| it.charged = Some(done));
    assert_eq!(list(&world), []);
    world.now = Moment::from_millis(world.now.millis() - 1);
    assert!(only(&world, DueKind::Battery).overdue);
}

#[test]
fn a_terminal_out_of_storage_is_inspected_before_it_takes_cards() {
    let mut world = stored();
    world.pass(DAY);
    let until = world.now;
    world.edit(|it| {
        it.state = State::Ordered;
        it.stored.as_mut().unwrap().until = Some(until);
    });
    let due = only(&world, DueKind::InspectionAfterStorage);
    assert_eq!((due.due, due.overdue), (None, false));
    world.inspect(Occasion::AfterStorage);
    assert_eq!(list(&world), []);
}

#[test]
fn an_incident_is_reported_within_24_hours_and_closed_whenever_it_can_be() {
    let mut world = World::activated();
    world.edit(|it| it.state = State::Reported);
    world.open_incident();
    assert_eq!(
        kinds(&world),
        [DueKind::IncidentReport, DueKind::IncidentClosing]
    );
    let report = only(&world, DueKind::IncidentReport);
    assert_eq!(report.due, Some(moment("2026-11-26T11:00:00Z")));
    assert_eq!(report.about, Subject::Incident(text("I-1")));
    assert_eq!(report.by, Party::Customer);
    let closing = only(&world, DueKind::IncidentClosing);
    assert_eq!((closing.due, closing.overdue), (None, false));
    assert_eq!(closing.by, Party::Platform);
    world.pass(24 * HOUR - 1);
    assert!(!only(&world, DueKind::IncidentReport).overdue);
    world.pass(1);
    assert!(only(&world, DueKind::IncidentReport).overdue);

    let mut incident = world.fleet.get::<Incident>("I-1").unwrap().clone();
    incident.reported = Some(SignOff {
        at: world.now,
        by: text("K-1"),
    });
    world.put(incident);
    assert_eq!(kinds(&world), [DueKind::IncidentClosing]);
    world.now = Moment::from_millis(world.now.millis() - 1);
    assert_eq!(
        kinds(&world),
        [DueKind::IncidentReport, DueKind::IncidentClosing]
    );
}

#[test]
fn a_session_is_looked_at_by_whoever_captures_its_money() {
    for (processor, by) in [
        (Processor::Platform, Party::Platform),
        (Processor::Customer, Party::Customer),
    ] {
        let mut world = World::activated();
        world.edit(|it| it.processor = processor);
        raise(&mut world, refund_due("T1"));
        let due = only(&world, DueKind::Session);
        assert_eq!((due.by, due.due), (by, Some(world.now)));
        assert!(due.overdue);
        assert_eq!(due.site, Some(text("depot")));
        assert_eq!(due.about, Subject::Session("S-1".to_owned()));
    }
}

fn raise(world: &mut World, new: NewAlert) {
    world.command(Command::RaiseOnce(new)).unwrap();
}

fn refund_due(terminal: &str) -> NewAlert {
    NewAlert {
        kind: AlertKind::RefundDue,
        terminal: Some(text(terminal)),
        session: Some("S-1".to_owned()),
        payment: None,
        evse: None,
        cause: "S-1/7/0/alert".to_owned(),
        next_action: text("Refund 50 minor units."),
    }
}

fn disputed(id: Option<&str>) -> NewAlert {
    NewAlert {
        kind: AlertKind::PaymentDisputed,
        terminal: None,
        session: None,
        payment: Some(ReportedPayment {
            endpoint: text("acquirer"),
            id: id.map(text),
            reference: Some(text("s-1")),
        }),
        evse: None,
        cause: "report/1".to_owned(),
        next_action: text("See with the provider."),
    }
}

#[test]
fn what_is_due_of_a_session_says_what_happened_and_what_to_do_until_it_is_resolved() {
    let mut world = World::activated();
    raise(&mut world, refund_due("T1"));
    let due = only(&world, DueKind::Session);
    assert_eq!(
        due.text,
        "Session S-1 at T1 was captured for more than it costs: a refund is due. \
         Refund 50 minor units."
    );
    let alert = due.alert.unwrap();
    world.command(Command::Acknowledge(alert.clone())).unwrap();
    assert_eq!(only(&world, DueKind::Session).alert.as_ref(), Some(&alert));
    world
        .command(Command::Resolve(alert, text("refunded")))
        .unwrap();
    assert_eq!(list(&world), []);
}

#[test]
fn each_alert_of_a_session_is_due_by_itself() {
    let mut world = World::activated();
    raise(&mut world, refund_due("T1"));
    raise(
        &mut world,
        NewAlert {
            kind: AlertKind::EndNotReported,
            cause: "S-1/5/0/alert".to_owned(),
            ..refund_due("T1")
        },
    );
    let alerts: Vec<_> = list(&world).into_iter().map(|it| it.alert).collect();
    assert_eq!(alerts.len(), 2);
    assert_ne!(alerts.first(), alerts.last());
}

#[test]
fn a_payment_that_its_provider_reported_on_is_for_those_who_reach_everywhere() {
    for (id, name) in [(Some("p-1"), "p-1"), (None, "s-1")] {
        let mut world = World::activated();
        raise(&mut world, disputed(id));
        let due = only(&world, DueKind::Payment);
        let text = format!("Payment {name} at acquirer is disputed. See with the provider.");
        assert_eq!(due.text, text);
        assert_eq!(due.about, Subject::Alert(due.alert.unwrap()));
        assert_eq!(due_within(&world, &at(&["depot"])), []);
    }
}

#[test]
fn a_session_at_a_terminal_that_is_not_on_record_is_for_those_who_reach_everywhere() {
    let mut world = World::activated();
    raise(&mut world, refund_due("T9"));
    assert_eq!(only(&world, DueKind::Session).by, Party::Platform);
    assert_eq!(due_within(&world, &at(&["depot", "elsewhere"])), []);
}

#[test]
fn an_order_is_listed_until_each_of_its_terminals_was_activated_once() {
    let mut world = World::without_terminal(Origin::FactoryFitted, Processor::Platform);
    let ticket = only(&world, DueKind::Ticket);
    assert_eq!(ticket.about, Subject::Order(text("O-1")));
    assert_eq!((ticket.due, ticket.site), (None, None));
    let world_with = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
    assert!(only(&world_with, DueKind::Ticket).text.contains("1 of 1"));

    let mut order = world.order().clone();
    order.details.wanted_by = Some(serde_json::from_value("2027-03-28".into()).unwrap());
    world.put(order);
    let wanted_by = only(&world, DueKind::Ticket).due;
    assert_eq!(wanted_by, Some(moment("2027-03-28T22:00:00Z")));

    let mut world = World::activated();
    for state in [State::Activated, State::Suspended, State::InStorage] {
        world.edit(|it| it.state = state);
        assert!(!kinds(&world).contains(&DueKind::Ticket), "{state:?}");
    }
}

#[test]
fn whoever_may_use_a_terminal_is_trained() {
    let mut world = World::activated();
    world.edit(|it| it.details.users.push(text("bo")));
    let due = only(&world, DueKind::Training);
    assert_eq!(due.about, Subject::Person(text("bo")));
    assert_eq!(due.who, [text("bo")]);
    let training = Training {
        at: world.now,
        by: text("Distributor"),
        subject: None,
    };
    world.command(Command::Train(text("bo"), training)).unwrap();
    assert_eq!(list(&world), []);
    world.now = Moment::from_millis(world.now.millis() - 1);
    let who: Vec<_> = list(&world).into_iter().map(|it| it.about).collect();
    assert_eq!(who, ["ann", "bo"].map(|key| Subject::Person(text(key))));
}

#[test]
fn a_self_assessment_is_due_by_how_it_stands() {
    for (status, last, listed, by) in [
        (AssessmentStatus::NotRequired, None, false, None),
        (
            AssessmentStatus::NotRequired,
            Some("2026-11-26"),
            false,
            None,
        ),
        (AssessmentStatus::Pending, None, true, None),
        (
            AssessmentStatus::Pending,
            Some("2027-06-30"),
            true,
            Some("2027-06-30T22:00:00Z"),
        ),
        (AssessmentStatus::NotCompliant, None, true, None),
        (AssessmentStatus::Compliant, None, false, None),
        (AssessmentStatus::Compliant, Some("2026-12-26"), false, None),
        (
            AssessmentStatus::Compliant,
            Some("2026-12-25"),
            true,
            Some("2026-12-25T23:00:00Z"),
        ),
        (
            AssessmentStatus::Compliant,
            Some("2026-11-24"),
            true,
            Some("2026-11-24T23:00:00Z"),
        ),
    ] {
        let mut world = World::activated();
        world.edit_customer(|it| {
            it.self_assessment = Some(SelfAssessment {
                status,
                questionnaire: None,
                valid_until: last.map(|last| serde_json::from_value(last.into()).unwrap()),
            });
        });
        let due = list(&world);
        assert_eq!(due.len(), usize::from(listed), "{status:?} {last:?}");
        for it in due {
            assert_eq!(it.about, Subject::Customer(text("acme")));
            assert_eq!(it.due, by.map(moment));
        }
    }
}

#[test]
fn a_token_for_a_site_sees_what_is_due_there_only() {
    let mut world = World::activated();
    world.edit_customer(|it| {
        let assessment = it.self_assessment.as_mut().unwrap();
        assessment.status = AssessmentStatus::Pending;
    });
    world.put_person("cleo", &["elsewhere"]);
    world.edit(|it| it.details.users.push(text("cleo")));
    world.pass(7 * DAY);
    world.open_incident();
    let kinds = |access| {
        let due = due_within(&world, &access);
        due.into_iter().map(|it| it.what).collect::<Vec<_>>()
    };
    assert_eq!(
        kinds(at(&["depot"])),
        [
            DueKind::Inspection,
            DueKind::IncidentReport,
            DueKind::IncidentClosing
        ]
    );
    assert_eq!(kinds(at(&["elsewhere"])), [DueKind::Training]);
    assert_eq!(kinds(at(&["nowhere"])), []);
    assert_eq!(kinds(AccessScope::Everywhere).len(), 5);
}

#[test]
fn the_list_is_by_deadline_and_what_has_none_comes_last() {
    let mut world = World::activated();
    world.edit_customer(|it| {
        let assessment = it.self_assessment.as_mut().unwrap();
        assessment.status = AssessmentStatus::Pending;
    });
    world.edit(|it| it.details.users.push(text("bo")));
    world.pass(400 * DAY);
    world.open_incident();
    assert_eq!(
        kinds(&world),
        [
            DueKind::Inspection,
            DueKind::Licence,
            DueKind::IncidentReport,
            DueKind::IncidentClosing,
            DueKind::Training,
            DueKind::SelfAssessment,
        ]
    );
}

#[test]
fn nothing_is_due_at_what_is_back_at_the_vendor_or_retired() {
    for state in [State::Returned, State::Retired] {
        let mut world = World::activated();
        world.edit(|it| {
            it.state = state;
            it.details.users.push(text("bo"));
        });
        world.pass(400 * DAY);
        let kinds = kinds(&world);
        let order_is_left_without = state == State::Retired;
        assert_eq!(kinds.len(), usize::from(order_is_left_without), "{kinds:?}");
    }
}

#[test]
fn an_evse_without_a_session_that_charges_is_due_for_who_sees_the_whole_fleet() {
    let mut world = World::activated();
    let unpaid = NewAlert {
        kind: AlertKind::EnergyWithoutPayment,
        terminal: None,
        session: None,
        payment: None,
        evse: Some(text("CT-1/1")),
        cause: "transaction/7".to_owned(),
        next_action: text("See that it stops."),
    };
    raise(&mut world, unpaid);
    let due = only(&world, DueKind::Evse);
    let expected = "EVSE CT-1/1 delivered energy without payment. See that it stops.";
    assert_eq!(due.text, expected);
    assert_eq!(due_within(&world, &at(&["depot"])), []);
}
