use crate::command::{Command, OrderAction};
use crate::maintenance::checklist;
use crate::processor::Processor;
use crate::terminal::{Domain, Origin, Sim, State, Terminal, TerminalDetails};
use crate::world::{World, details, text};

/// An order of two terminals that lack everything, of a customer's processor or of the platform's.
fn ordered(processor: Processor) -> World {
    let mut world = World::new(Origin::FactoryFitted, processor, Domain::None);
    world.configure();
    let second = TerminalDetails {
        connectors: vec![3, 4],
        sim: Some(Sim::None),
        charging: Some(
            serde_json::from_value(serde_json::json!({
                "tariff": "standard", "currency": "EUR", "holds": ["50.00"], "start": "plug-in",
            }))
            .unwrap(),
        ),
        ..details()
    };
    let register = Command::Register(text("T2"), second, Domain::None);
    world.command(register).unwrap();
    world
}

fn act(world: &mut World, action: OrderAction) -> Result<(), Vec<String>> {
    world.command(Command::Order(text("O-1"), action))
}

fn states(world: &World) -> Vec<State> {
    world.fleet.each::<Terminal>().map(|it| it.state).collect()
}

#[test]
fn an_order_is_activated_with_as_many_commands_whatever_the_number_of_its_terminals() {
    let mut world = ordered(Processor::Platform);
    let check = OrderAction::Check(world.done());
    act(&mut world, OrderAction::License).unwrap();
    act(&mut world, check).unwrap();
    act(&mut world, OrderAction::BeginTransfer(Processor::Platform)).unwrap();
    act(&mut world, OrderAction::CompleteTransfer).unwrap();
    world.report_terminal_online("T1");
    world.report_terminal_online("T2");
    act(&mut world, OrderAction::Activate).unwrap();
    assert_eq!(states(&world), [State::Activated, State::Activated]);
}

#[test]
fn the_terminals_of_a_customers_processor_are_routed_together() {
    let mut world = ordered(Processor::Customer);
    act(&mut world, OrderAction::BeginTransfer(Processor::Customer)).unwrap();
    act(&mut world, OrderAction::CompleteTransfer).unwrap();
    // Nobody has asked yet.
    act(&mut world, OrderAction::ConfirmRouting).unwrap();
    act(&mut world, OrderAction::AskRouting).unwrap();
    act(&mut world, OrderAction::ConfirmRouting).unwrap();
    let confirmed = world.fleet.each::<Terminal>();
    assert!(
        confirmed
            .map(|it| it.routing.confirmed)
            .all(|it| it == Some(world.now))
    );
}

#[test]
fn what_one_terminal_lacks_keeps_no_other_from_taking_cards() {
    let mut world = ordered(Processor::Platform);
    let check = OrderAction::Check(world.done());
    for action in [
        OrderAction::License,
        check,
        OrderAction::BeginTransfer(Processor::Platform),
        OrderAction::CompleteTransfer,
    ] {
        act(&mut world, action).unwrap();
    }
    let refused = Err(vec!["not-seen-online".to_owned(); 2]);
    assert_eq!(act(&mut world, OrderAction::Activate), refused);
    world.report_terminal_online("T2");
    act(&mut world, OrderAction::Activate).unwrap();
    assert_eq!(states(&world), [State::Ordered, State::Activated]);
    // The other one is seen later. One that is activated stays as it is.
    world.report_terminal_online("T1");
    act(&mut world, OrderAction::Activate).unwrap();
    assert_eq!(states(&world), [State::Activated, State::Activated]);
    act(&mut world, OrderAction::Activate).unwrap();
}

#[test]
fn a_check_that_is_on_record_is_not_made_again() {
    let mut world = ordered(Processor::Platform);
    let first = world.done();
    world.check();
    world.now = world.now.plus_hours(1);
    let check = OrderAction::Check(world.done());
    act(&mut world, check).unwrap();
    let checks = |serial: &str| {
        let terminal = world.fleet.get::<Terminal>(serial).unwrap();
        let checks = terminal.checks.values();
        checks.map(|it| it.at).collect::<Vec<_>>()
    };
    let count = checklist(Origin::FactoryFitted).len();
    assert_eq!(checks("T1"), vec![first.at; count]);
    assert_eq!(checks("T2"), vec![world.now; count]);
}

#[test]
fn an_action_is_refused_whole_with_what_each_terminal_lacks() {
    let mut world = ordered(Processor::Platform);
    let mut done = world.done();
    done.by = text("bo");
    let refused = vec!["user-untrained".to_owned(); 2];
    assert_eq!(act(&mut world, OrderAction::Check(done)), Err(refused));
    assert!(world.terminal().checks.is_empty());
}
