use super::*;
use crate::command::{Command, TerminalAction};
use crate::maintenance::Occasion;
use crate::model::Model;
use crate::processor::Processor;
use crate::site::AssessmentStatus;
use crate::terminal::{Domain, Origin};
use crate::world::{DAY, World, codes, details, text};

/// A terminal of the customer that lacks only what depends on the processor.
fn own(processor: Processor, domain: Domain) -> World {
    let mut world = World::new(Origin::CustomerOwned, processor, domain);
    world.provide();
    world
}

fn owed(world: &World) -> Vec<(String, Option<Party>)> {
    let (fleet, gateway) = (&world.fleet, &world.gateway);
    let missing = missing(fleet, gateway, world.now, world.terminal());
    missing
        .into_iter()
        .map(|it| (it.code, it.owed_by))
        .collect()
}

fn customer(code: &str) -> (String, Option<Party>) {
    (code.to_owned(), Some(Party::Customer))
}

#[test]
fn of_a_new_factory_fitted_terminal_this_is_missing() {
    let world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
    let platform = |code: &str| (code.to_owned(), Some(Party::Platform));
    assert_eq!(
        owed(&world),
        [
            platform("not-configured"),
            platform("no-issuer"),
            customer("no-activation-licence"),
            customer("no-software-licence"),
            customer("check-casing"),
            customer("check-sticker"),
            customer("check-power"),
            customer("check-logo"),
            customer("check-internet"),
            customer("check-inventory"),
            customer("not-seen-online"),
        ]
    );
}

/// What is missing says the command that comes next, or is done elsewhere.
#[test]
fn what_is_missing_says_what_to_type_next() {
    let elsewhere = ["no-issuer", "not-seen-online"];
    for (processor, domain) in [
        (Processor::Platform, Domain::None),
        (Processor::Customer, Domain::Platform),
        (Processor::Platform, Domain::Other),
        (Processor::Customer, Domain::Customer),
    ] {
        let mut world = World::new(Origin::CustomerOwned, processor, domain);
        world.edit(|it| {
            it.details.station = None;
            it.details.sim = None;
            it.details.users = vec![text("bo")];
        });
        let (fleet, gateway) = (&world.fleet, &world.gateway);
        for reason in missing(fleet, gateway, world.now, world.terminal()) {
            let is_elsewhere = elsewhere.contains(&reason.code.as_str());
            assert_eq!(reason.next.is_none(), is_elsewhere, "{reason:?}");
        }
    }
    let world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::None);
    let (fleet, gateway) = (&world.fleet, &world.gateway);
    let missing = missing(fleet, gateway, world.now, world.terminal());
    let next: Vec<_> = missing.into_iter().filter_map(|it| it.next).collect();
    for expected in [
        "chargetap fleet terminal transfer T1 --to platform",
        "chargetap fleet order license O-1",
        "chargetap fleet terminal check T1 --check casing --by PERSON",
    ] {
        assert!(next.iter().any(|it| it == expected), "{next:#?}");
    }
}

#[test]
fn the_customers_own_terminal_has_a_list_of_its_own() {
    let world = World::new(Origin::CustomerOwned, Processor::Platform, Domain::Platform);
    let mut checks = world.missing();
    checks.retain(|code| code.starts_with("check-"));
    assert_eq!(
        checks,
        [
            "check-configured",
            "check-casing",
            "check-sticker",
            "check-power",
            "check-logo",
            "check-internet",
            "check-management",
        ]
    );
}

#[test]
fn of_a_complete_one_nothing_is_missing() {
    assert_eq!(World::complete().missing(), [""; 0]);
}

#[test]
fn station_sim_and_users_are_missing_until_they_are_said() {
    let mut world = World::complete();
    world.edit(|it| {
        it.details.station = None;
        it.details.connectors.clear();
        it.details.sim = None;
        it.details.users.clear();
    });
    assert_eq!(
        world.missing(),
        ["station-unknown", "sim-unknown", "no-users"]
    );
}

#[test]
fn everybody_who_may_use_it_is_trained_and_not_only_later() {
    let mut world = World::complete();
    world.edit(|it| it.details.users.push(text("bo")));
    assert_eq!(world.missing(), ["user-untrained"]);
    world.now = Moment::from_millis(world.now.millis() - 1);
    let untrained = world.missing();
    let untrained = untrained.iter().filter(|code| *code == "user-untrained");
    assert_eq!(untrained.count(), 2);
}

#[test]
fn the_gateway_has_the_same_model_and_evses() {
    let mut world = World::complete();
    let configured = world.gateway.configured.get_mut("T1").unwrap();
    configured.model = Model::P68;
    configured.evses.push((text("CS-1"), 3));
    assert_eq!(world.missing(), ["model-differs", "evses-differ"]);
    world.configure();
    let configured = world.gateway.configured.get_mut("T1").unwrap();
    configured.evses.reverse();
    world.gateway.issuers = [Processor::Customer].into();
    assert_eq!(world.missing(), ["no-issuer"]);
}

#[test]
fn a_terminal_counts_as_online_for_a_quarter_of_an_hour() {
    let mut world = World::complete();
    world.pass(15 * 60_000);
    assert_eq!(world.missing(), [""; 0]);
    world.pass(1);
    assert_eq!(world.missing(), ["not-seen-online"]);
    world.report_online();
    world.gateway.statuses.get_mut("T1").unwrap().online = false;
    assert_eq!(world.missing(), ["not-seen-online"]);
}

#[test]
fn what_was_seen_later_than_now_does_not_count() {
    let mut world = World::complete();
    world.pass(1);
    world.report_online();
    world.now = Moment::from_millis(world.now.millis() - 1);
    assert_eq!(world.missing(), ["not-seen-online"]);
}

#[test]
fn from_another_domain_the_platforms_processor_takes_a_transfer_with_its_number() {
    for domain in [Domain::Customer, Domain::Other] {
        let mut world = own(Processor::Platform, domain);
        assert_eq!(owed(&world), [customer("transfer-missing")]);
        world
            .act(TerminalAction::BeginTransfer(Processor::Platform))
            .unwrap();
        assert_eq!(owed(&world), [customer("transfer-number-missing")]);
        assert_eq!(
            world.act(TerminalAction::CompleteTransfer),
            Err(vec!["transfer-number-missing".to_owned()])
        );
        world
            .act(TerminalAction::NumberTransfer(text("TT-9")))
            .unwrap();
        let vendor = ("transfer-incomplete".to_owned(), Some(Party::Vendor));
        assert_eq!(owed(&world), [vendor]);
        world.act(TerminalAction::CompleteTransfer).unwrap();
        assert_eq!(world.terminal().domain, Domain::Platform);
        assert_eq!(owed(&world), []);
    }
}

#[test]
fn from_no_domain_it_is_activated_under_one_without_a_number() {
    let mut world = own(Processor::Platform, Domain::None);
    assert_eq!(owed(&world), [customer("domain-missing")]);
    world
        .act(TerminalAction::BeginTransfer(Processor::Platform))
        .unwrap();
    let vendor = ("transfer-incomplete".to_owned(), Some(Party::Vendor));
    assert_eq!(owed(&world), [vendor]);
    world.act(TerminalAction::CompleteTransfer).unwrap();
    assert_eq!(owed(&world), []);
}

#[test]
fn a_factory_fitted_one_for_the_customers_processor_is_transferred_by_the_platform() {
    let mut world = World::new(Origin::FactoryFitted, Processor::Customer, Domain::Platform);
    world.provide();
    let platform = ("transfer-missing".to_owned(), Some(Party::Platform));
    assert_eq!(owed(&world), [platform, customer("routing-not-asked")]);
    world
        .act(TerminalAction::BeginTransfer(Processor::Customer))
        .unwrap();
    world.act(TerminalAction::CompleteTransfer).unwrap();
    assert_eq!(owed(&world), [customer("routing-not-asked")]);
    world.act(TerminalAction::AskRouting).unwrap();
    let vendor = ("routing-not-confirmed".to_owned(), Some(Party::Vendor));
    assert_eq!(owed(&world), [vendor]);
    world.act(TerminalAction::ConfirmRouting).unwrap();
    assert_eq!(owed(&world), []);
}

#[test]
fn the_customers_processor_needs_contract_domain_and_merchant() {
    let mut world = own(Processor::Customer, Domain::Customer);
    world.edit_customer(|it| {
        it.details.vendor_contract = None;
        it.details.vendor_domain = None;
        it.details.merchant = None;
    });
    assert_eq!(
        world.missing(),
        [
            "no-vendor-contract",
            "no-vendor-domain",
            "no-merchant",
            "routing-not-asked"
        ]
    );
}

#[test]
fn terms_and_self_assessment_are_the_customers_to_give() {
    let mut world = World::complete();
    world.edit_customer(|it| {
        it.terms = None;
        it.self_assessment = None;
    });
    assert_eq!(
        world.missing(),
        ["terms-not-accepted", "no-self-assessment"]
    );
}

#[test]
fn a_pending_self_assessment_is_due_and_a_bad_or_old_one_is_missing() {
    let mut world = World::complete();
    let mut assess = |status, valid_until: Option<Day>| {
        world.edit_customer(|it| {
            let assessment = it.self_assessment.as_mut().unwrap();
            assessment.status = status;
            assessment.valid_until = valid_until;
        });
        let ticket = ticket(&world.fleet, &world.gateway, world.now, world.order());
        (world.missing(), codes(&ticket.due))
    };
    let day = |text: &str| Some(serde_json::from_value(text.into()).unwrap());
    let none = Vec::<String>::new;
    let (missing, due) = assess(AssessmentStatus::Pending, None);
    assert_eq!(
        (missing, due),
        (none(), vec!["self-assessment-pending".to_owned()])
    );
    let (missing, due) = assess(AssessmentStatus::NotCompliant, None);
    assert_eq!((missing, due), (vec!["not-compliant".to_owned()], none()));
    let (missing, _) = assess(AssessmentStatus::Compliant, day("2026-11-25"));
    assert_eq!(missing, none());
    let (missing, _) = assess(AssessmentStatus::Compliant, day("2026-11-24"));
    assert_eq!(missing, ["self-assessment-over"]);
}

/// Stores the terminal for this long, and takes it out again.
fn store(world: &mut World, millis: u64) {
    world.inspect(Occasion::BeforeStorage);
    world.act(TerminalAction::Store).unwrap();
    world.pass(millis);
    world.act(TerminalAction::Unstore).unwrap();
    world.check();
    world.report_online();
}

#[test]
fn after_storage_it_is_checked_and_inspected_anew() {
    let mut world = World::complete();
    world.inspect(Occasion::AfterStorage);
    world.pass(1);
    store(&mut world, 30 * DAY);
    assert_eq!(world.missing(), ["not-inspected-after-storage"]);
    world.edit(|it| it.checks.clear());
    assert_eq!(world.missing().len(), 7);
    world.check();
    world.inspect(Occasion::AfterStorage);
    assert_eq!(world.missing(), [""; 0]);
}

#[test]
fn after_long_storage_it_is_tested_even_if_it_was_stored_again_since() {
    let mut world = World::complete();
    let done = world.done();
    world.edit(|it| it.tested = Some(done));
    store(&mut world, 30 * DAY + 1);
    world.inspect(Occasion::AfterStorage);
    assert_eq!(world.missing(), ["no-test-transaction"]);
    store(&mut world, DAY);
    world.inspect(Occasion::AfterStorage);
    assert_eq!(world.missing(), ["no-test-transaction"]);
    let done = world.done();
    world.edit(|it| it.tested = Some(done));
    assert_eq!(world.missing(), [""; 0]);
    store(&mut world, DAY);
    world.inspect(Occasion::AfterStorage);
    assert_eq!(world.missing(), [""; 0]);
}

#[test]
fn an_open_incident_stands_in_the_way() {
    let mut world = World::complete();
    world.open_incident();
    assert_eq!(world.missing(), ["incident-open"]);
}

#[test]
fn a_ticket_counts_who_owes_what_and_ends_in_activated_terminals() {
    let mut world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
    let asked = |world: &World| ticket(&world.fleet, &world.gateway, world.now, world.order());
    let before = asked(&world);
    assert!(!before.is_complete);
    let owed: Vec<_> = before.owed.into_iter().collect();
    assert_eq!(owed, [(Party::Customer, 9), (Party::Platform, 2)]);

    world.provide();
    world.act(TerminalAction::Ready).unwrap();
    assert!(!asked(&world).is_complete);
    world.act(TerminalAction::Activate).unwrap();
    let after = asked(&world);
    assert!(after.is_complete && after.owed.is_empty());
    let counts = after
        .licences
        .iter()
        .map(|it| (it.bought, it.assigned, it.left));
    assert_eq!(counts.collect::<Vec<_>>(), [(3, 1, 2), (3, 1, 2)]);
}

#[test]
fn a_ticket_says_what_is_missing_of_the_order_itself() {
    let mut world = World::without_terminal(Origin::FactoryFitted, Processor::Platform);
    let asked = |world: &World| {
        let ticket = ticket(&world.fleet, &world.gateway, world.now, world.order());
        assert!(!ticket.is_complete);
        codes(&ticket.missing)
    };
    assert_eq!(asked(&world), ["no-terminals"]);
    for number in 1..=4 {
        let mut details = details();
        (details.station, details.sim) = (None, None);
        details.connectors.clear();
        let serial = text(&format!("T{number}"));
        let register = Command::Register(serial, details, Domain::Platform);
        world.command(register).unwrap();
    }
    assert_eq!(
        asked(&world),
        ["too-few-activations", "too-few-software-years"]
    );
}

// A tariff that is put on record fits; the configuration may change after that.
#[test]
fn a_tariff_on_record_that_fits_no_more_is_missing_until_one_of_the_two_is_corrected() {
    let mut world = World::complete();
    let prices = serde_json::json!({"currency": "EUR", "per_kwh": "0.49", "vat_percent": "25"});
    let mut then = prices.clone();
    then["min_price"] = serde_json::json!({"after_taxes": "10.00"});
    let changes = serde_json::json!([{"from": "2027-01-01", "prices": then}]);
    let details = serde_json::json!({"prices": prices, "changes": changes});
    let details = serde_json::from_value(details).unwrap();
    world
        .command(Command::PutTariff(text("standard"), details))
        .unwrap();
    assert_eq!(owed(&world), []);
    let terminal = world.gateway.configured.values_mut().next().unwrap();
    terminal.needs.currency = "SEK".to_owned();
    let platform = ("currency-differs".to_owned(), Some(Party::Platform));
    assert_eq!(owed(&world), [platform]);
    // From the change on, a hold of 9.00 would not do.
    let terminal = world.gateway.configured.values_mut().next().unwrap();
    terminal.needs.currency = "EUR".to_owned();
    terminal.needs.holds = vec![900];
    let platform = ("hold-too-small".to_owned(), Some(Party::Platform));
    assert_eq!(owed(&world), [platform]);
}
