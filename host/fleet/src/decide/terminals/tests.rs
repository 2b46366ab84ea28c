use serde_json::{Value, json};

use crate::command::{Command, OrderAction, TerminalAction};
use crate::import::Row;
use crate::licence::Sku;
use crate::maintenance::Occasion;
use crate::model::Model;
use crate::processor::{Party, Processor};
use crate::refusal::Refusal;
use crate::terminal::{Domain, Origin, Sim, State, TerminalDetails};
use crate::world::{DAY, OTHER_SIM, World, details, text};

fn refused(codes: &[&str]) -> Result<(), Vec<String>> {
    Err(codes.iter().map(|code| (*code).to_owned()).collect())
}

/// Details that conflict with no other terminal.
fn loose() -> TerminalDetails {
    TerminalDetails {
        station: None,
        connectors: Vec::new(),
        sim: None,
        ..details()
    }
}

fn register(serial: &str, details: TerminalDetails) -> Command {
    Command::Register(text(serial), details, Domain::Platform)
}

fn put(details: TerminalDetails) -> Command {
    Command::PutTerminal(text("T1"), details)
}

#[test]
fn a_serial_a_sim_and_an_evse_are_one_terminals() {
    let mut world = World::complete();
    assert_eq!(
        world.command(register("T1", loose())),
        refused(&["serial-taken"])
    );
    assert_eq!(
        world.command(register("T2", details())),
        refused(&["sim-taken", "evse-taken", "evse-taken"])
    );
    assert_eq!(world.command(register("T2", loose())), Ok(()));
}

#[test]
fn a_terminal_that_is_gone_frees_its_evses_and_its_sim() {
    let mut world = World::complete();
    let send_back = TerminalAction::Return(text("broken"), Party::Platform);
    world.act(send_back).unwrap();
    assert_eq!(world.command(register("T2", details())), Ok(()));
    assert_eq!(
        world.act(TerminalAction::Receive),
        refused(&["sim-taken", "evse-taken", "evse-taken"])
    );
    world.command(put(loose())).unwrap();
    assert_eq!(world.act(TerminalAction::Receive), Ok(()));
    assert_eq!(world.terminal().state, State::Ordered);
    assert!(world.terminal().checks.is_empty());
}

#[test]
fn what_a_terminal_names_is_there_and_belongs_together() {
    let mut world = World::complete();
    let cases: [(TerminalDetails, &[&str]); 10] = [
        (
            TerminalDetails {
                order: text("O-9"),
                ..loose()
            },
            &["no-such-order"],
        ),
        (
            TerminalDetails {
                site: text("nowhere"),
                users: Vec::new(),
                ..loose()
            },
            &["no-such-site"],
        ),
        (
            TerminalDetails {
                site: text("elsewhere"),
                ..loose()
            },
            &["site-of-another", "user-elsewhere"],
        ),
        (
            TerminalDetails {
                connectors: vec![3],
                ..loose()
            },
            &["no-station"],
        ),
        (
            TerminalDetails {
                station: Some(text("CS-9")),
                ..loose()
            },
            &["no-such-station"],
        ),
        (
            TerminalDetails {
                station: Some(text("CS-1")),
                connectors: vec![3, 5],
                ..loose()
            },
            &["no-such-evse"],
        ),
        (
            TerminalDetails {
                station: Some(text("CS-1")),
                connectors: vec![3, 3],
                ..loose()
            },
            &["connectors"],
        ),
        (
            TerminalDetails {
                site: text("elsewhere"),
                station: Some(text("CS-1")),
                users: Vec::new(),
                ..loose()
            },
            &["site-of-another", "station-elsewhere"],
        ),
        (
            TerminalDetails {
                users: vec![text("cy")],
                ..loose()
            },
            &["no-such-person"],
        ),
        (
            TerminalDetails {
                users: vec![text("bo"), text("bo")],
                ..loose()
            },
            &["users"],
        ),
    ];
    for (details, codes) in cases {
        assert_eq!(world.command(register("T2", details)), refused(codes));
    }
}

#[test]
fn an_activated_terminal_is_suspended_before_what_it_needs_changes() {
    let mut world = World::activated();
    let changed = TerminalDetails {
        model: Model::P68,
        connectors: vec![1],
        sim: Some(Sim::Card(text(OTHER_SIM))),
        ..details()
    };
    assert_eq!(
        world.command(put(changed.clone())),
        refused(&["suspend-first"; 3])
    );
    let firmware = TerminalDetails {
        firmware: Some(text("5.1")),
        ..details()
    };
    assert_eq!(world.command(put(firmware)), Ok(()));
    world.act(TerminalAction::Suspend(text("moved"))).unwrap();
    world.gateway.busy.insert(text("T1"));
    assert_eq!(
        world.command(put(changed.clone())),
        refused(&["session-open"])
    );
    world.gateway.busy.clear();
    assert_eq!(world.command(put(changed)), Ok(()));
}

#[test]
fn an_activated_terminal_keeps_trained_users() {
    let mut world = World::activated();
    let with = |users: &[&str]| TerminalDetails {
        users: users.iter().map(|user| text(user)).collect(),
        ..details()
    };
    assert_eq!(world.command(put(with(&[]))), refused(&["no-users"]));
    assert_eq!(
        world.command(put(with(&["ann", "bo"]))),
        refused(&["user-untrained"])
    );
    assert_eq!(
        world.command(Command::RemovePerson(text("ann"))),
        refused(&["last-user"])
    );
    world
        .act(TerminalAction::Suspend(text("nobody there")))
        .unwrap();
    world.command(Command::RemovePerson(text("ann"))).unwrap();
    assert!(world.terminal().details.users.is_empty());
}

#[test]
fn a_terminal_does_not_go_over_to_an_order_of_another_kind() {
    let mut world = World::complete();
    let mut other = world.order().clone();
    other.key = text("O-2");
    other.details.processor = Processor::Customer;
    world.put(other.clone());
    let moved = TerminalDetails {
        order: text("O-2"),
        ..details()
    };
    assert_eq!(
        world.command(put(moved.clone())),
        refused(&["order-differs"])
    );
    other.details.processor = Processor::Platform;
    world.put(other);
    assert_eq!(world.command(put(moved)), Ok(()));
}

#[test]
fn ready_does_not_ask_for_the_vendors_sight_and_activation_does() {
    let mut world = World::complete();
    world.gateway.statuses.clear();
    assert_eq!(
        world.act(TerminalAction::Activate),
        refused(&["not-in-this-state", "not-seen-online"])
    );
    world.act(TerminalAction::Ready).unwrap();
    assert_eq!(
        world.act(TerminalAction::Activate),
        refused(&["not-seen-online"])
    );
    world.report_online();
    assert_eq!(world.act(TerminalAction::Activate), Ok(()));
    assert!(world.terminal().licences.waiting.is_empty());
}

#[test]
fn it_is_inspected_before_it_is_stored_that_day_or_the_day_before() {
    let mut world = World::activated();
    let refusal = refused(&["not-inspected-before-storage"]);
    assert_eq!(world.act(TerminalAction::Store), refusal);
    world.inspect(Occasion::BeforeStorage);
    world.pass(2 * DAY);
    assert_eq!(world.act(TerminalAction::Store), refusal);
    world.inspect(Occasion::BeforeStorage);
    world.pass(DAY);
    world.gateway.busy.insert(text("T1"));
    assert_eq!(world.act(TerminalAction::Store), refused(&["session-open"]));
    world.gateway.busy.clear();
    assert_eq!(world.act(TerminalAction::Store), Ok(()));
}

#[test]
fn nothing_is_returned_that_the_platform_did_not_verify() {
    let mut world = World::activated();
    let by = |party| TerminalAction::Return(text("broken"), party);
    assert_eq!(
        world.act(by(Party::Customer)),
        refused(&["not-in-this-state", "not-verified"])
    );
    world.act(TerminalAction::Suspend(text("broken"))).unwrap();
    assert_eq!(world.act(by(Party::Vendor)), refused(&["not-verified"]));
    assert_eq!(world.act(by(Party::Platform)), Ok(()));
    assert_eq!(world.terminal().reason, Some(text("broken")));
}

#[test]
fn with_an_open_incident_it_does_not_come_back() {
    let mut world = World::complete();
    world
        .act(TerminalAction::Return(text("opened"), Party::Platform))
        .unwrap();
    world.open_incident();
    assert_eq!(
        world.act(TerminalAction::Receive),
        refused(&["incident-open"])
    );
}

#[test]
fn to_a_retired_terminal_nothing_is_done() {
    let mut world = World::complete();
    world.act(TerminalAction::Retire(text("old"))).unwrap();
    for action in [
        TerminalAction::Ready,
        TerminalAction::AskRouting,
        TerminalAction::Retire(text("old")),
    ] {
        assert_eq!(world.act(action), refused(&["retired"]));
    }
    assert_eq!(world.command(put(details())), refused(&["retired"]));
}

#[test]
fn a_transfer_is_never_begun_or_completed_under_a_running_session() {
    let mut world = World::activated();
    let begin = || TerminalAction::BeginTransfer(Processor::Customer);
    world.gateway.busy.insert(text("T1"));
    assert_eq!(
        world.act(begin()),
        refused(&["suspend-first", "session-open"])
    );
    world
        .act(TerminalAction::Suspend(text("transfer")))
        .unwrap();
    assert_eq!(world.act(begin()), refused(&["session-open"]));
    world.gateway.busy.clear();
    world.act(begin()).unwrap();
    assert_eq!(world.act(begin()), refused(&["transfer-under-way"]));
    assert_eq!(
        world.act(TerminalAction::Activate),
        refused(&["transfer-incomplete"])
    );
    world.gateway.busy.insert(text("T1"));
    assert_eq!(
        world.act(TerminalAction::CompleteTransfer),
        refused(&["session-open"])
    );
    world.gateway.busy.clear();
    world.act(TerminalAction::CancelTransfer).unwrap();
    assert_eq!(
        world.act(TerminalAction::CompleteTransfer),
        refused(&["no-transfer"])
    );
    assert_eq!(world.act(TerminalAction::Activate), Ok(()));
}

#[test]
fn a_transfer_to_where_it_is_is_none() {
    let mut world = World::complete();
    let begin = TerminalAction::BeginTransfer(Processor::Platform);
    assert_eq!(world.act(begin), refused(&["transfer-not-needed"]));
}

#[test]
fn re_routing_is_asked_for_once_and_after_a_transfer_anew() {
    let mut world = World::complete();
    assert_eq!(
        world.act(TerminalAction::AskRouting),
        refused(&["routing-not-needed"])
    );
    world
        .act(TerminalAction::BeginTransfer(Processor::Customer))
        .unwrap();
    world.act(TerminalAction::CompleteTransfer).unwrap();
    assert_eq!(
        world.act(TerminalAction::ConfirmRouting),
        refused(&["routing-not-asked"])
    );
    world.act(TerminalAction::AskRouting).unwrap();
    world.act(TerminalAction::ConfirmRouting).unwrap();
    assert_eq!(
        world.act(TerminalAction::AskRouting),
        refused(&["routing-confirmed"])
    );
    world
        .act(TerminalAction::BeginTransfer(Processor::Platform))
        .unwrap();
    world.act(TerminalAction::CancelTransfer).unwrap();
    assert!(world.terminal().routing.confirmed.is_some());
}

#[test]
fn software_needs_an_activation_and_each_licence_is_assigned_once() {
    let mut world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
    let license = |sku| TerminalAction::License(sku, text("O-1"));
    let software = || license(Sku::Software);
    assert_eq!(world.act(software()), refused(&["no-activation-licence"]));
    world.act(license(Sku::Activation)).unwrap();
    assert_eq!(
        world.act(license(Sku::Activation)),
        refused(&["already-licensed"])
    );
    for _ in 0..3 {
        world.act(software()).unwrap();
    }
    assert_eq!(world.act(software()), refused(&["too-few-software-years"]));
}

#[test]
fn a_licence_of_another_customer_is_not_assigned() {
    let mut world = World::complete();
    let mut other = world.order().clone();
    other.key = text("O-2");
    other.details.customer = text("other");
    world.put(other);
    assert_eq!(
        world.act(TerminalAction::License(Sku::Software, text("O-2"))),
        refused(&["order-of-another"])
    );
}

#[test]
fn an_orders_licences_are_assigned_to_all_its_terminals_or_to_none() {
    let mut world = World::new(Origin::FactoryFitted, Processor::Platform, Domain::Platform);
    for serial in ["T2", "T3"] {
        world.command(register(serial, loose())).unwrap();
    }
    world
        .act(TerminalAction::License(Sku::Activation, text("O-1")))
        .unwrap();
    world.command(register("T4", loose())).unwrap();
    let before = world.terminal().clone();
    assert_eq!(
        world.command(Command::Order(text("O-1"), OrderAction::License)),
        refused(&["too-few-activations", "too-few-software-years"])
    );
    assert_eq!(*world.terminal(), before);
    let retire = Command::Terminal(text("T4"), TerminalAction::Retire(text("old")));
    world.command(retire).unwrap();
    world
        .command(Command::Order(text("O-1"), OrderAction::License))
        .unwrap();
    assert_eq!(world.terminal().licences.waiting.len(), 1);
    // No licence is left, and none is needed.
    assert_eq!(
        world.command(Command::Order(text("O-1"), OrderAction::License)),
        Ok(())
    );
}

fn row(line: u64, serial: &str, details: TerminalDetails) -> Row {
    Row {
        line,
        serial: text(serial),
        details,
        domain: Domain::Platform,
    }
}

#[test]
fn an_import_says_what_is_wrong_in_every_line_and_imports_nothing() {
    let world = World::complete();
    let own_sim = TerminalDetails {
        sim: Some(Sim::Card(text(OTHER_SIM))),
        ..loose()
    };
    let other_order = TerminalDetails {
        order: text("O-9"),
        ..loose()
    };
    let rows = vec![
        row(2, "T1", loose()),
        row(3, "T2", own_sim.clone()),
        row(4, "T2", loose()),
        row(5, "T3", own_sim),
        row(6, "T4", other_order),
    ];
    let import = Command::Import(text("O-1"), rows);
    let Err(Refusal { reasons, .. }) = world.decide(import) else {
        panic!("it was imported")
    };
    let told = reasons
        .iter()
        .map(|it| (it.code.as_str(), it.at.as_deref().unwrap()));
    let told: Vec<_> = told.collect();
    assert_eq!(
        told,
        [
            ("serial-taken", "line 2, serial"),
            ("serial-twice", "line 4, serial"),
            ("sim-taken", "line 5, sim"),
            ("no-such-order", "line 6, order"),
            ("order-differs", "line 6, order"),
        ]
    );
}

#[test]
fn what_is_imported_is_on_record_under_the_order() {
    let mut world = World::without_terminal(Origin::CustomerOwned, Processor::Customer);
    let rows = vec![row(2, "T1", details()), row(3, "T2", loose())];
    world.command(Command::Import(text("O-1"), rows)).unwrap();
    let terminal = world.terminal();
    assert_eq!(terminal.origin, Origin::CustomerOwned);
    assert_eq!(terminal.processor, Processor::Customer);
    assert_eq!(terminal.state, State::Ordered);
}

/// How the only terminal takes cards, by a tariff of the configuration.
fn charging(world: &mut World, edit: impl FnOnce(&mut Value)) -> TerminalDetails {
    world.configure_tariff("day", "EUR");
    let mut charging = json!({
        "tariff": "day", "currency": "EUR", "start": "screen", "holds": ["20.00", "50.00"],
        "stop_on_screen": true, "languages": ["sv", "en"],
    });
    edit(&mut charging);
    TerminalDetails {
        charging: serde_json::from_value(charging).unwrap(),
        ..world.terminal().details.clone()
    }
}

#[test]
fn how_a_terminal_takes_cards_changes_while_it_does_but_for_its_currency() {
    let mut world = World::activated();
    // It is in the configuration as yet.
    let first = charging(&mut world, |_| {});
    assert_eq!(world.command(put(first)), Ok(()));
    let other = charging(&mut world, |it| it["holds"] = json!(["75.00"]));
    assert_eq!(world.command(put(other)), Ok(()));
    let in_kronor = charging(&mut world, |it| it["currency"] = json!("SEK"));
    world.configure_tariff("day", "SEK");
    assert_eq!(world.command(put(in_kronor)), refused(&["suspend-first"]));
}

#[test]
fn what_a_terminal_cannot_do_is_refused() {
    let wrong = |edit: fn(&mut Value)| {
        let mut world = World::complete();
        let details = charging(&mut world, edit);
        world.command(put(details))
    };
    let value = || refused(&["wrong-value"]);
    assert_eq!(wrong(|_| {}), Ok(()));
    assert_eq!(
        wrong(|it| it["tariff"] = json!("night")),
        refused(&["no-such-tariff"])
    );
    assert_eq!(
        wrong(|it| it["currency"] = json!("SEK")),
        refused(&["currency-differs"])
    );
    assert_eq!(
        wrong(|it| it["holds"] = json!(["0.40", "50.00"])),
        refused(&["hold-too-small"])
    );
    assert_eq!(
        wrong(|it| it["holds"] = json!([])),
        refused(&["hold-missing"])
    );
    assert_eq!(wrong(|it| it["currency"] = json!("euro")), value());
    assert_eq!(wrong(|it| it["holds"] = json!(["20.00", "20.00"])), value());
    assert_eq!(wrong(|it| it["holds"] = json!(["20.00", "0"])), value());
    let many: fn(&mut Value) = |it| it["holds"] = json!(["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(wrong(many), value());
    assert_eq!(wrong(|it| it["languages"] = json!(["xx"])), value());
    assert_eq!(wrong(|it| it["languages"] = json!(["sv", "sv"])), value());
    assert_eq!(
        wrong(|it| it["languages"] = json!(["sv", "en", "de"])),
        value()
    );
    // It serves two EVSEs.
    assert_eq!(wrong(|it| it["start"] = json!("tap")), value());
    let no_choice: fn(&mut Value) = |it| {
        it["start"] = json!("plug-in");
        it["holds"] = json!(["50.00"]);
    };
    assert_eq!(wrong(no_choice), value());
}

#[test]
fn a_tariff_stays_on_record_while_a_terminal_on_record_has_no_other() {
    let mut world = World::complete();
    let prices = json!({"currency": "EUR", "per_kwh": "0.49", "vat_percent": "25"});
    let details = serde_json::from_value(json!({"prices": prices})).unwrap();
    world
        .command(Command::PutTariff(text("night"), details))
        .unwrap();
    let details = charging(&mut world, |it| it["tariff"] = json!("night"));
    world.command(put(details)).unwrap();
    let remove = || Command::RemoveTariff(text("night"));
    assert_eq!(world.command(remove()), refused(&["tariff-in-use"]));
    let too_much = json!({"prices": {"currency": "EUR", "per_kwh": "0.49", "vat_percent": "25",
                                     "min_price": {"after_taxes": "20.01"}}});
    let put_tariff = Command::PutTariff(text("night"), serde_json::from_value(too_much).unwrap());
    assert_eq!(world.command(put_tariff), refused(&["hold-too-small"]));
    let details = charging(&mut world, |_| {});
    world.command(put(details)).unwrap();
    assert_eq!(world.command(remove()), Ok(()));
}

#[test]
fn a_terminal_on_order_that_is_to_be_activated_is_made_ready_first() {
    let world = World::complete();
    let activate = Command::Terminal(text("T1"), TerminalAction::Activate);
    let refusal = world.decide(activate).unwrap_err();
    let next = refusal.reasons.first().and_then(|it| it.next.as_deref());
    assert_eq!(next, Some("chargetap fleet terminal ready T1"));
}
