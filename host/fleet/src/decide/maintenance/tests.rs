use crate::command::TerminalAction;
use crate::incident::{Incident, IncidentKind};
use crate::maintenance::{Check, Finding, Inspection, MaintenanceRecord, Occasion};
use crate::model::Model;
use crate::moment::Moment;
use crate::processor::Processor;
use crate::terminal::{Domain, Origin, State};
use crate::world::{DAY, World, text};

fn world() -> World {
    World::activated()
}

fn by(world: &World, person: &str) -> MaintenanceRecord {
    MaintenanceRecord {
        by: text(person),
        ..world.done()
    }
}

fn inspection(world: &World, findings: &[Finding], note: Option<&str>) -> TerminalAction {
    TerminalAction::Inspect(Inspection {
        occasion: Occasion::Weekly,
        done: world.done(),
        findings: findings.to_vec(),
        note: note.map(text),
    })
}

fn incidents(world: &World) -> Vec<Incident> {
    world.fleet.each::<Incident>().cloned().collect()
}

#[test]
fn only_somebody_of_the_site_who_is_trained_does_anything_with_a_terminal() {
    let mut world = world();
    world.put_person("cleo", &["elsewhere"]);
    for (person, codes) in [
        ("ann", vec![]),
        ("bo", vec!["user-untrained"]),
        ("cleo", vec!["other-site", "user-untrained"]),
        ("nobody", vec!["no-such-person"]),
    ] {
        let done = by(&world, person);
        let inspect = TerminalAction::Inspect(Inspection {
            occasion: Occasion::Weekly,
            done: done.clone(),
            findings: Vec::new(),
            note: None,
        });
        for action in [
            TerminalAction::Check(Check::Casing, done.clone()),
            TerminalAction::Charge(done.clone()),
            TerminalAction::Test(done),
            inspect,
        ] {
            let refused = world.act(action).err().unwrap_or_default();
            assert_eq!(refused, codes, "{person}");
        }
    }
}

#[test]
fn what_was_done_before_the_training_was_not_done_by_a_trained_person() {
    let mut world = world();
    let trained = world.now;
    world.pass(DAY);
    let early = MaintenanceRecord {
        at: Moment::from_millis(trained.millis() - 1),
        ..world.done()
    };
    let refused = world.act(TerminalAction::Charge(early));
    assert_eq!(refused, Err(vec!["user-untrained".to_owned()]));
    let late = MaintenanceRecord {
        at: trained,
        ..world.done()
    };
    assert_eq!(world.act(TerminalAction::Charge(late)), Ok(()));
}

#[test]
fn nothing_is_done_in_the_future() {
    let mut world = world();
    let done = MaintenanceRecord {
        at: Moment::from_millis(world.now.millis() + 1),
        ..world.done()
    };
    for action in [
        TerminalAction::Check(Check::Casing, done.clone()),
        TerminalAction::Charge(done.clone()),
        TerminalAction::Test(done),
    ] {
        assert_eq!(world.act(action), Err(vec!["in-the-future".to_owned()]));
    }
}

#[test]
fn each_origin_has_its_own_list_of_checks() {
    let refused = |origin| {
        let mut world = World::new(origin, Processor::Platform, Domain::Platform);
        let checks = [
            Check::Configured,
            Check::Casing,
            Check::Sticker,
            Check::Power,
            Check::Logo,
            Check::Internet,
            Check::Management,
            Check::Inventory,
        ];
        let done = world.done();
        let refused = checks.into_iter().filter(|check| {
            let action = TerminalAction::Check(*check, done.clone());
            world.act(action) == Err(vec!["other-checklist".to_owned()])
        });
        refused.collect::<Vec<_>>()
    };
    assert_eq!(
        refused(Origin::FactoryFitted),
        [Check::Configured, Check::Management]
    );
    assert_eq!(refused(Origin::CustomerOwned), [Check::Inventory]);
}

#[test]
fn the_latest_inspection_of_each_occasion_is_kept() {
    let mut world = world();
    for occasion in [Occasion::Weekly, Occasion::BeforeStorage, Occasion::Weekly] {
        world.pass(DAY);
        let inspection = Inspection {
            occasion,
            done: world.done(),
            findings: Vec::new(),
            note: None,
        };
        world.act(TerminalAction::Inspect(inspection)).unwrap();
    }
    let versioned = world.terminal().inspections.iter();
    let versioned: Vec<_> = versioned.map(|it| (it.occasion, it.done.at)).collect();
    let yesterday = Moment::from_millis(world.now.millis() - DAY);
    assert_eq!(
        versioned,
        [
            (Occasion::BeforeStorage, yesterday),
            (Occasion::Weekly, world.now)
        ]
    );
}

#[test]
fn a_finding_opens_an_incident_and_the_terminal_takes_no_cards() {
    for finding in [
        Finding::OddCable,
        Finding::Sticker,
        Finding::Casing,
        Finding::MissingLogo,
    ] {
        let mut world = world();
        world.pass(DAY);
        let action = inspection(&world, &[finding], Some("At the back.\nIt is grey."));
        world.act(action).unwrap();
        let [incident] = &*incidents(&world) else {
            panic!("no single incident");
        };
        assert_eq!(incident.details.kind, IncidentKind::Tampering);
        assert_eq!(incident.details.discovered, world.now);
        assert_eq!(incident.details.terminal, text("T1"));
        let description = incident.details.description.as_str();
        assert!(description.ends_with("At the back.\nIt is grey."));
        assert_eq!(world.terminal().state, State::Reported);
        assert_eq!(world.terminal().since, world.now);
        assert_eq!(world.terminal().inspections.len(), 1);
    }
}

#[test]
fn all_findings_are_in_the_description_of_one_incident() {
    let mut world = world();
    let findings = [
        Finding::OddCable,
        Finding::Sticker,
        Finding::Casing,
        Finding::MissingLogo,
    ];
    world.act(inspection(&world, &findings, None)).unwrap();
    let [incident] = &*incidents(&world) else {
        panic!("no single incident");
    };
    let description = incident.details.description.as_str();
    for word in ["cable", "sticker", "casing", "logo"] {
        assert!(description.contains(word), "{description}");
    }
}

#[test]
fn an_inspection_that_finds_nothing_opens_no_incident() {
    let mut world = world();
    let action = inspection(&world, &[], Some("A little dust."));
    world.act(action).unwrap();
    assert_eq!(incidents(&world), []);
    assert_eq!(world.terminal().state, State::Activated);
}

#[test]
fn what_is_back_at_the_vendor_or_retired_is_nobodys_to_inspect() {
    for (state, may) in [
        (State::Ordered, true),
        (State::Ready, true),
        (State::Activated, true),
        (State::InStorage, true),
        (State::Suspended, true),
        (State::Reported, true),
        (State::Returned, false),
        (State::Retired, false),
    ] {
        let mut world = world();
        world.edit(|it| it.state = state);
        let done = world.act(inspection(&world, &[Finding::Casing], None));
        assert_eq!(done.is_ok(), may, "{state:?}");
    }
}

#[test]
fn only_a_model_with_a_battery_is_charged() {
    for model in Model::ALL {
        let mut world = world();
        world.edit(|it| it.details.model = model);
        let charged = world.act(TerminalAction::Charge(world.done()));
        let is_apollo = model.traits().name.starts_with("apollo");
        let expected = match is_apollo {
            true => Ok(()),
            false => Err(vec!["no-battery".to_owned()]),
        };
        assert_eq!(charged, expected, "{model:?}");
    }
}
