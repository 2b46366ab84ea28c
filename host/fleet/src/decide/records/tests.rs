use serde_json::{Value, json};

use crate::command::{Command, TerminalAction};
use crate::credential::PasswordHash;
use crate::moment::Moment;
use crate::order::OrderDetails;
use crate::processor::Processor;
use crate::site::{
    Acceptance, EvseDetails, Person, PersonDetails, Site, Station, StationDetails, Training,
};
use crate::tariff::Tariff;
use crate::terminal::{Domain, Origin};
use crate::world::{World, contact, text};

fn refused(codes: &[&str]) -> Result<(), Vec<String>> {
    Err(codes.iter().map(|code| (*code).to_owned()).collect())
}

fn put_order(world: &mut World, edit: impl FnOnce(&mut OrderDetails)) -> Result<(), Vec<String>> {
    let mut details = world.order().details.clone();
    edit(&mut details);
    world.command(Command::PutOrder(text("O-1"), details))
}

#[test]
fn an_order_with_terminals_keeps_what_they_depend_on() {
    let mut world = World::complete();
    let changed = put_order(&mut world, |it| {
        it.customer = text("other");
        it.origin = Origin::CustomerOwned;
        it.processor = Processor::Customer;
        it.activations = 0;
        it.software_years = 0;
    });
    let in_use = ["order-in-use"; 3]
        .into_iter()
        .chain(["licences-assigned"; 2]);
    assert_eq!(changed, refused(&in_use.collect::<Vec<_>>()));
    let changed = put_order(&mut world, |it| it.activations = 1);
    assert_eq!(changed, Ok(()));
}

#[test]
fn an_order_without_terminals_may_change_and_keeps_its_moment() {
    let mut world = World::without_terminal(Origin::FactoryFitted, Processor::Platform);
    let at = world.order().at;
    world.pass(1);
    let changed = put_order(&mut world, |it| it.processor = Processor::Customer);
    assert_eq!(changed, Ok(()));
    assert_eq!(world.order().at, at);
    let changed = put_order(&mut world, |it| {
        it.customer = text("nobody");
        it.activations = 100_001;
    });
    assert_eq!(changed, refused(&["no-such-customer", "too-many-licences"]));
}

#[test]
fn nothing_is_on_record_as_done_that_has_not_come_yet() {
    let mut world = World::complete();
    let at = Moment::from_millis(world.now.millis() + 1);
    let acceptance = Acceptance {
        edition: text("2026"),
        by: text("Ann Ek"),
        at,
    };
    let training = Training {
        at,
        by: text("Distributor"),
        subject: None,
    };
    let accept = Command::AcceptTerms(text("acme"), acceptance);
    assert_eq!(world.command(accept.clone()), refused(&["in-the-future"]));
    let train = Command::Train(text("bo"), training);
    assert_eq!(world.command(train.clone()), refused(&["in-the-future"]));
    world.pass(1);
    assert_eq!(world.command(accept), Ok(()));
    assert_eq!(world.command(train), Ok(()));
}

#[test]
fn a_person_works_where_they_may_use_a_terminal() {
    let mut world = World::complete();
    let works_at = |sites: &[&str]| {
        let details = PersonDetails {
            contact: contact("Ann Ek"),
            sites: sites.iter().map(|site| text(site)).collect(),
        };
        Command::PutPerson(text("ann"), details)
    };
    assert_eq!(
        world.command(works_at(&["elsewhere"])),
        refused(&["still-user"])
    );
    assert_eq!(world.command(works_at(&[])), refused(&["sites"]));
    assert_eq!(
        world.command(works_at(&["nowhere"])),
        refused(&["no-such-site"])
    );
    assert_eq!(world.command(works_at(&["depot", "elsewhere"])), Ok(()));
    let person = world.fleet.get::<Person>("ann").unwrap();
    assert!(person.training.is_some());
    world.act(TerminalAction::Retire(text("old"))).unwrap();
    assert_eq!(world.command(works_at(&["elsewhere"])), Ok(()));
}

#[test]
fn a_station_that_is_put_anew_keeps_its_password() {
    let mut world = World::without_terminal(Origin::FactoryFitted, Processor::Platform);
    let password = |fresh| PasswordHash::of(b"correct horse battery", fresh).unwrap();
    let set = |key: &str, fresh| Command::SetStationPassword(text(key), password(fresh), false);
    assert_eq!(
        world.command(set("CS-9", "1")),
        refused(&["no-such-station"])
    );
    world.command(set("CS-1", "1")).unwrap();
    let details = world.fleet.get::<Station>("CS-1").unwrap().details.clone();
    world
        .command(Command::PutStation(text("CS-1"), details))
        .unwrap();
    let credential = |world: &World| {
        let station = world.fleet.get::<Station>("CS-1").unwrap();
        station.credential.clone().unwrap()
    };
    assert_eq!(credential(&world).password, password("1"));
    world.command(set("CS-1", "2")).unwrap();
    let replaced = credential(&world);
    assert_eq!(replaced.password, password("2"));
    assert_eq!(replaced.former[0].password, password("1"));
}

#[test]
fn a_station_keeps_the_evses_that_a_terminal_serves() {
    let mut world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
    let station = |site: &str, connectors: &[u32]| {
        let evse = |connector: &u32| EvseDetails {
            connector: *connector,
            id: None,
            label: None,
            meter_key: None,
        };
        let details = StationDetails {
            site: text(site),
            client_certificate: false,
            local_tokens: Vec::new(),
            evses: connectors.iter().map(evse).collect(),
        };
        Command::PutStation(text("CS-1"), details)
    };
    assert_eq!(
        world.command(station("elsewhere", &[1, 3])),
        refused(&["station-served", "evse-served"])
    );
    for wrong in [&[][..], &[1, 2, 2], &[0, 1, 2], &[1, 2, 65]] {
        assert_eq!(world.command(station("depot", wrong)), refused(&["evses"]));
    }
    assert_eq!(
        world.command(station("nowhere", &[1])),
        refused(&["no-such-site"])
    );
    assert_eq!(world.command(station("depot", &[1, 2])), Ok(()));
}

#[test]
fn an_evses_id_is_its_own() {
    let mut world = World::complete();
    let mut details = world.fleet.get::<Station>("CS-1").unwrap().details.clone();
    for evse in &mut details.evses {
        evse.id = Some(text(&format!("SE*ABC*E{}", evse.connector)));
    }
    world
        .command(Command::PutStation(text("CS-1"), details.clone()))
        .unwrap();
    details.evses.truncate(1);
    let again = Command::PutStation(text("CS-2"), details);
    assert_eq!(world.command(again), refused(&["evse-id-taken"]));
}

#[test]
fn the_evses_of_a_station_have_labels_of_their_own_and_ids_as_roaming_has_them() {
    let mut world = World::complete();
    let mut put = |evses: Value| {
        let details = serde_json::from_value(json!({"site": "depot", "evses": evses})).unwrap();
        world.command(Command::PutStation(text("CS-1"), details))
    };
    let evses = |label: &str, id: &str| json!([{"connector": 1, "label": "Left", "id": "SE*ABC*E1*1"}, {"connector": 2, "label": label, "id": id}]);
    assert_eq!(put(evses("Right", "SEABCE12")), Ok(()));
    assert_eq!(put(evses("Left", "SEABCE12")), refused(&["label-taken"]));
    // ISO 15118-2 has an E before the number.
    assert_eq!(put(evses("Right", "SE*ABC*1*2")), refused(&["wrong-value"]));
    let default = json!([{"connector": 1}, {"connector": 2, "label": "CS-1/1"}]);
    assert_eq!(put(default), refused(&["label-taken"]));
}

#[test]
fn a_site_with_something_in_it_stays_its_customers() {
    let mut world = World::complete();
    let mut details = world.fleet.get::<Site>("depot").unwrap().details.clone();
    details.name = text("Yard");
    let put = |details| Command::PutSite(text("depot"), details);
    assert_eq!(world.command(put(details.clone())), Ok(()));
    details.customer = text("other");
    assert_eq!(
        world.command(put(details.clone())),
        refused(&["site-in-use"])
    );
    details.customer = text("nobody");
    assert_eq!(world.command(put(details)), refused(&["no-such-customer"]));
}

#[test]
fn whoever_is_removed_may_use_no_terminal() {
    let mut world = World::complete();
    world.edit(|it| it.details.users.push(text("bo")));
    world.command(Command::RemovePerson(text("bo"))).unwrap();
    assert_eq!(world.terminal().details.users, [text("ann")]);
    assert_eq!(
        world.command(Command::RemovePerson(text("bo"))),
        refused(&["no-such-person"])
    );
}

/// Put the tariff on record that the only terminal has.
fn put_tariff(world: &mut World, details: Value) -> Result<(), Vec<String>> {
    let details = serde_json::from_value(details).unwrap();
    world.command(Command::PutTariff(text("standard"), details))
}

fn prices(per_kwh: &str) -> Value {
    json!({"currency": "EUR", "per_kwh": per_kwh, "vat_percent": "25"})
}

#[test]
fn a_tariff_fits_the_currency_and_the_holds_of_its_terminals() {
    let mut world = World::complete();
    let costing = |least: &str| {
        let mut prices = prices("0.49");
        prices["min_price"] = json!({"before_taxes": least});
        json!({"prices": prices})
    };
    // 40.00 with 25 % VAT is what the terminal holds.
    assert_eq!(put_tariff(&mut world, costing("40.00")), Ok(()));
    let too_much = put_tariff(&mut world, costing("40.01"));
    assert_eq!(too_much, refused(&["hold-too-small"]));
    let mut in_kronor = prices("4.90");
    in_kronor["currency"] = json!("SEK");
    let other = put_tariff(&mut world, json!({"prices": in_kronor}));
    assert_eq!(other, refused(&["currency-differs"]));
    let wrong = put_tariff(&mut world, costing("a lot"));
    assert_eq!(wrong, refused(&["wrong-value"]));
}

#[test]
fn a_tariff_is_written_as_in_the_configuration() {
    let mut world = World::complete();
    let details = serde_json::from_value(json!({"prices": prices("0.49")})).unwrap();
    let put = Command::PutTariff(text("Standard"), details);
    assert_eq!(world.command(put), refused(&["other-capitals"]));
}

#[test]
fn a_terminal_without_a_hold_of_its_own_holds_what_its_tariff_says_in_every_change() {
    let mut world = World::complete();
    let terminal = world.gateway.configured.values_mut().next().unwrap();
    terminal.needs.holds = Vec::new();
    let holding = |hold: &str| {
        let mut prices = prices("0.49");
        prices["preauthorize"] = json!(hold);
        prices
    };
    let with_change = |first: Value, change: Value| json!({"prices": first, "changes": [{"from": "2027-01-01", "prices": change}]});
    let missing = put_tariff(&mut world, json!({"prices": prices("0.49")}));
    assert_eq!(missing, refused(&["hold-missing"]));
    let later = put_tariff(&mut world, with_change(holding("75.00"), prices("0.55")));
    assert_eq!(later, refused(&["hold-missing"]));
    // Less than 0.50 is never captured.
    let too_little = with_change(holding("75.00"), holding("0.49"));
    assert_eq!(
        put_tariff(&mut world, too_little),
        refused(&["hold-too-small"])
    );
    let enough = with_change(holding("75.00"), holding("0.50"));
    assert_eq!(put_tariff(&mut world, enough), Ok(()));
}

// The terminal is in Stockholm, where it is noon of 25 November 2026.
#[test]
fn prices_that_count_no_more_are_not_edited() {
    let mut world = World::complete();
    let from = |from: &str, first: &str, then: &str| json!({"prices": prices(first), "changes": [{"from": from, "prices": prices(then)}]});
    let past = from("2026-11-25T12:00", "0.49", "0.55");
    assert_eq!(put_tariff(&mut world, past), refused(&["has-begun"]));
    let coming = |first| from("2026-11-25T12:01", first, "0.55");
    assert_eq!(put_tariff(&mut world, coming("0.49")), Ok(()));
    assert_eq!(put_tariff(&mut world, coming("0.50")), Ok(()));

    world.pass(60_000);
    assert_eq!(
        put_tariff(&mut world, coming("0.50")),
        Ok(()),
        "as on record"
    );
    assert_eq!(
        put_tariff(&mut world, coming("0.60")),
        refused(&["has-begun"])
    );
    let edited = from("2026-11-25T12:01", "0.50", "0.60");
    assert_eq!(put_tariff(&mut world, edited), refused(&["has-begun"]));
    // Changes to come can be edited. The price of now is edited by putting it as the first one, without the change.
    let mut longer = coming("0.50");
    let next = json!({"from": "2027-01-01", "prices": prices("0.70")});
    longer["changes"].as_array_mut().unwrap().push(next);
    assert_eq!(put_tariff(&mut world, longer), Ok(()));
    assert_eq!(
        put_tariff(&mut world, from("2027-01-01", "0.60", "0.70")),
        Ok(())
    );
}

#[test]
fn a_tariff_that_is_removed_is_gone() {
    let mut world = World::complete();
    put_tariff(&mut world, json!({"prices": prices("0.49")})).unwrap();
    assert_eq!(
        world.command(Command::RemoveTariff(text("standard"))),
        Ok(())
    );
    assert!(world.fleet.get::<Tariff>("standard").is_none());
    let again = world.command(Command::RemoveTariff(text("standard")));
    assert_eq!(again, refused(&["no-such-tariff"]));
}
