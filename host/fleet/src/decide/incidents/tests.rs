use crate::command::{Command, TerminalAction};
use crate::incident::{Incident, IncidentDetails, IncidentKind, Outcome, Photograph, PictureType};
use crate::maintenance::Occasion;
use crate::moment::Moment;
use crate::terminal::State;
use crate::world::{DAY, World, contact, text};

const HOUR: u64 = 3_600 * 1_000;

fn details(world: &World) -> IncidentDetails {
    IncidentDetails {
        kind: IncidentKind::Theft,
        terminal: text("T1"),
        discovered: world.now,
        description: text("The post was cut through above the ground, and the terminal is gone."),
        done: text("The police was told, and the other terminals were looked at."),
        planned: text("A camera will watch the yard."),
        contact: Some(contact("Ann Ek")),
    }
}

/// Opens incidents `I-1`, `I-2` and so on with an activated terminal.
fn opened(count: usize) -> (World, Vec<String>) {
    let mut world = World::activated();
    for _ in 0..count {
        let details = details(&world);
        world.command(Command::OpenIncident(details)).unwrap();
    }
    let keys = world.fleet.each::<Incident>();
    let keys = keys.map(|it| it.key.to_string()).collect();
    (world, keys)
}

fn put(
    world: &mut World,
    key: &str,
    edit: impl FnOnce(&mut IncidentDetails),
) -> Result<(), Vec<String>> {
    let mut details = world.fleet.get::<Incident>(key).unwrap().details.clone();
    edit(&mut details);
    world.command(Command::PutIncident(text(key), details))
}

fn close(world: &mut World, key: &str, outcome: Outcome) -> Result<(), Vec<String>> {
    world.command(Command::CloseIncident(
        text(key),
        outcome,
        text("It was found."),
    ))
}

fn settle(world: &mut World, key: &str, outcome: Outcome) {
    world.command(Command::Report(text(key))).unwrap();
    close(world, key, outcome).unwrap();
}

fn refused(code: &str) -> Result<(), Vec<String>> {
    Err(vec![code.to_owned()])
}

#[test]
fn a_terminal_with_an_incident_is_reported_since_it_was_opened() {
    let (mut world, _) = opened(0);
    world.pass(HOUR);
    let mut details = details(&world);
    details.discovered = Moment::from_millis(world.now.millis() - 1);
    world.command(Command::OpenIncident(details)).unwrap();
    assert_eq!(world.terminal().state, State::Reported);
    assert_eq!(world.terminal().since, world.now);
}

#[test]
fn a_second_incident_leaves_the_first_one_and_since_when_it_is_reported() {
    let (mut world, _) = opened(1);
    let since = world.now;
    world.pass(HOUR);
    let details = details(&world);
    world.command(Command::OpenIncident(details)).unwrap();
    assert_eq!(world.fleet.each::<Incident>().count(), 2);
    assert_eq!(world.terminal().since, since);
}

#[test]
fn an_incident_is_with_a_terminal_on_record_that_is_not_retired() {
    let (mut world, _) = opened(0);
    let unknown = IncidentDetails {
        terminal: text("T9"),
        ..details(&world)
    };
    let unknown = world.command(Command::OpenIncident(unknown));
    assert_eq!(unknown, refused("no-such-terminal"));
    world.edit(|it| it.state = State::Retired);
    let details = details(&world);
    let retired = world.command(Command::OpenIncident(details));
    assert_eq!(retired, refused("not-in-this-state"));
}

#[test]
fn an_incident_is_not_discovered_in_the_future() {
    let (mut world, _) = opened(0);
    let late = IncidentDetails {
        discovered: Moment::from_millis(world.now.millis() + 1),
        ..details(&world)
    };
    let late = world.command(Command::OpenIncident(late));
    assert_eq!(late, refused("in-the-future"));
}

#[test]
fn the_discovery_moves_to_what_is_earlier_only() {
    let (mut world, keys) = opened(1);
    world.pass(DAY);
    let key = keys.first().unwrap();
    let discovered = world.fleet.get::<Incident>(key).unwrap().details.discovered;
    let at = |millis| move |it: &mut IncidentDetails| it.discovered = Moment::from_millis(millis);
    let millis = discovered.millis();
    assert_eq!(
        put(&mut world, key, at(millis + 1)),
        refused("discovered-later")
    );
    assert_eq!(put(&mut world, key, at(millis)), Ok(()));
    assert_eq!(put(&mut world, key, at(millis - 1)), Ok(()));
    assert_eq!(
        put(&mut world, key, at(millis)),
        refused("discovered-later")
    );
}

#[test]
fn an_incident_stays_with_its_terminal() {
    let (mut world, keys) = opened(1);
    let moved = put(&mut world, keys.first().unwrap(), |it| {
        it.terminal = text("T2")
    });
    assert_eq!(moved, refused("other-terminal"));
}

#[test]
fn an_incident_that_is_closed_is_changed_no_more() {
    let (mut world, keys) = opened(1);
    let key = keys.first().unwrap();
    settle(&mut world, key, Outcome::Cleared);
    assert_eq!(put(&mut world, key, |_| ()), refused("closed"));
    assert_eq!(close(&mut world, key, Outcome::Gone), refused("closed"));
    let again = world.command(Command::Report(text(key)));
    assert_eq!(again, refused("closed"));
    let picture = world.command(Command::Attach(text(key), photograph(1)));
    assert_eq!(picture, refused("closed"));
}

fn photograph(number: u64) -> Photograph {
    Photograph {
        hash: format!("{number:064x}"),
        media_type: PictureType::Jpeg,
        size: 1,
        caption: None,
    }
}

#[test]
fn an_incident_has_twenty_photographs_at_most_and_each_once() {
    let (mut world, keys) = opened(1);
    let key = keys.first().unwrap();
    for number in (1..=20).chain([1, 20]) {
        let attach = Command::Attach(text(key), photograph(number));
        assert_eq!(world.command(attach), Ok(()));
    }
    let more = world.command(Command::Attach(text(key), photograph(21)));
    assert_eq!(more, refused("too-many-photographs"));
    let incident = world.fleet.get::<Incident>(key).unwrap();
    assert_eq!(incident.photographs.len(), 20);
}

#[test]
fn a_report_that_lacks_anything_is_refused_with_everything_that_it_lacks() {
    type Edit = fn(&mut IncidentDetails);
    let lacks: [(&str, Edit); 4] = [
        ("incomplete-description", |it| {
            it.description = text("It is gone.")
        }),
        ("incomplete-done", |it| it.done = text(" \n")),
        ("incomplete-planned", |it| it.planned = text("")),
        ("unreachable-contact", |it| it.contact = None),
    ];
    for lacking in 0..16_u32 {
        let (mut world, keys) = opened(1);
        let key = keys.first().unwrap();
        let lacks = lacks.iter().enumerate();
        let lacks: Vec<_> = lacks.filter(|(bit, _)| lacking >> bit & 1 == 1).collect();
        for (_, (_, edit)) in &lacks {
            put(&mut world, key, edit).unwrap();
        }
        let codes: Vec<_> = lacks.iter().map(|(_, (code, _))| *code).collect();
        let refused = world.command(Command::Report(text(key))).err();
        assert_eq!(refused.unwrap_or_default(), codes);
        let incident = world.fleet.get::<Incident>(key).unwrap();
        assert_eq!(incident.reported.is_some(), codes.is_empty());
    }
}

#[test]
fn a_description_is_full_from_forty_characters() {
    for (letters, is_full) in [(39, false), (40, true)] {
        let (mut world, keys) = opened(1);
        let key = keys.first().unwrap();
        let description = format!(" {} ", "ö".repeat(letters));
        put(&mut world, key, |it| it.description = text(&description)).unwrap();
        let reported = world.command(Command::Report(text(key)));
        assert_eq!(reported.is_ok(), is_full, "{letters}");
    }
}

#[test]
fn a_contact_without_a_way_to_it_is_none() {
    let (mut world, keys) = opened(1);
    let key = keys.first().unwrap();
    put(&mut world, key, |it| {
        let contact = it.contact.as_mut().unwrap();
        (contact.email, contact.phone) = (None, None);
    })
    .unwrap();
    let reported = world.command(Command::Report(text(key)));
    assert_eq!(reported, refused("unreachable-contact"));
}

#[test]
fn the_first_report_counts_unless_the_clock_was_set_back_behind_it() {
    let (mut world, keys) = opened(1);
    let key = keys.first().unwrap();
    let first = world.now;
    for (passed, counts) in [(0, first.millis()), (HOUR, first.millis())] {
        world.pass(passed);
        world.command(Command::Report(text(key))).unwrap();
        let incident = world.fleet.get::<Incident>(key).unwrap();
        assert_eq!(incident.reported.as_ref().unwrap().at.millis(), counts);
    }
    world.now = Moment::from_millis(first.millis() - 1);
    world.command(Command::Report(text(key))).unwrap();
    let incident = world.fleet.get::<Incident>(key).unwrap();
    assert_eq!(incident.reported.as_ref().unwrap().at, world.now);
}

#[test]
fn an_incident_is_reported_before_it_is_closed() {
    let (mut world, keys) = opened(1);
    let key = keys.first().unwrap();
    let closed = close(&mut world, key, Outcome::Cleared);
    assert_eq!(closed, refused("not-reported"));
    assert_eq!(world.terminal().state, State::Reported);
}

#[test]
fn how_an_incident_ends_is_what_becomes_of_the_terminal() {
    for (outcome, state) in [
        (Outcome::Cleared, State::Suspended),
        (Outcome::Returned, State::Returned),
        (Outcome::Gone, State::Retired),
    ] {
        let (mut world, keys) = opened(1);
        world.pass(HOUR);
        settle(&mut world, keys.first().unwrap(), outcome);
        assert_eq!(world.terminal().state, state);
        assert_eq!(world.terminal().since, world.now);
    }
}

#[test]
fn a_terminal_stays_reported_until_the_last_incident_is_closed() {
    let (mut world, keys) = opened(2);
    let [first, second] = &*keys else {
        panic!("not two incidents");
    };
    settle(&mut world, first, Outcome::Cleared);
    assert_eq!(world.terminal().state, State::Reported);
    settle(&mut world, second, Outcome::Cleared);
    assert_eq!(world.terminal().state, State::Suspended);
}

#[test]
fn who_reported_and_who_closed_is_on_record_with_when() {
    let (mut world, keys) = opened(1);
    let key = keys.first().unwrap();
    world.command(Command::Report(text(key))).unwrap();
    let reported = world.now;
    world.pass(HOUR);
    close(&mut world, key, Outcome::Cleared).unwrap();
    let incident = world.fleet.get::<Incident>(key).unwrap();
    let signed = incident.reported.as_ref().unwrap();
    assert_eq!((signed.at, signed.by.as_str()), (reported, "K-1"));
    let closing = incident.closed.as_ref().unwrap();
    assert_eq!(
        (closing.signed.at, closing.signed.by.as_str()),
        (world.now, "K-1")
    );
    assert_eq!(closing.note, text("It was found."));
}

#[test]
fn what_was_stolen_from_storage_and_found_is_not_stored_any_more() {
    let mut world = World::activated();
    world.inspect(Occasion::BeforeStorage);
    world.act(TerminalAction::Store).unwrap();
    world.pass(40 * DAY);
    let details = details(&world);
    world.command(Command::OpenIncident(details)).unwrap();
    let key = world
        .fleet
        .each::<Incident>()
        .next()
        .unwrap()
        .key
        .to_string();
    settle(&mut world, &key, Outcome::Cleared);
    let missing = |world: &World| {
        world
            .missing()
            .contains(&"not-inspected-after-storage".into())
    };
    assert!(missing(&world));
    world.pass(HOUR);
    world.inspect(Occasion::AfterStorage);
    assert!(!missing(&world));
}
