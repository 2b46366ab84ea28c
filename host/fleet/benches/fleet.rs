//! Benchmarks of a large fleet: an import of 10,000 terminals, and the list of what is due for
//! 10,000 active ones.
//!
//! `cargo xtask bench` runs them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark that cannot be set up ends"
)]

use std::fmt::Write as _;

use chargetap_fleet::access::{AccessScope, Scope};
use chargetap_fleet::api::{self, Answer, Call, Effect, Method};
use chargetap_fleet::context::{Actor, DecisionContext, GatewayFacts};
use chargetap_fleet::example::{ExampleCustomer, ExampleSite};
use chargetap_fleet::fleet::{Change, Fleet};
use chargetap_fleet::moment::Moment;
use chargetap_fleet::terminal::{State, Terminal};
use divan::Bencher;
use serde_json::json;

const TERMINALS: u32 = 10_000;
/// 2026-11-25T11:00:00Z.
const NOW: u64 = 1_795_604_400_000;
const WEEK: u64 = 7 * 24 * 3_600_000;

fn main() {
    divan::main();
}

/// The whole call: parse, decide, apply, answer.
#[divan::bench(sample_count = 10)]
fn a_file_of_10_000_terminals(bencher: Bencher<'_, '_>) {
    let (fleet, file) = (ordered(), file());
    bencher.bench(|| {
        let mut fleet = fleet.clone();
        let path = "/api/v1/orders/SO-1/import";
        call(&mut fleet, NOW, Method::Post, path, "text/csv", &file)
    });
}

/// The whole call: compute the list, and answer with its first page.
#[divan::bench(sample_count = 50)]
fn what_is_due_for_10_000_terminals(bencher: Bencher<'_, '_>) {
    let mut fleet = ordered();
    let path = "/api/v1/orders/SO-1/import";
    call(&mut fleet, NOW, Method::Post, path, "text/csv", &file());
    let active: Vec<Terminal> = fleet
        .each::<Terminal>()
        .map(|it| Terminal {
            state: State::Activated,
            ..it.clone()
        })
        .collect();
    for terminal in active {
        fleet.apply(Change::put(terminal), 1);
    }
    bencher.bench_local(|| call(&mut fleet, NOW + WEEK, Method::Get, "/api/v1/due", "", &[]));
}

/// A site with a station for each terminal, and one order for all terminals.
fn ordered() -> Fleet {
    let mut fleet = Fleet::default();
    let stations: Vec<String> = (0..TERMINALS).map(|it| format!("CS-{it}")).collect();
    let stations: Vec<(&str, &[u32])> = stations
        .iter()
        .map(|station| (station.as_str(), [1].as_slice()))
        .collect();
    let customer = ExampleCustomer {
        sites: &[ExampleSite::torget(&stations)],
        at: Moment::from_millis(NOW),
    };
    for example in customer.steps() {
        let body = example.body.unwrap().to_string();
        let json = "application/json";
        call(
            &mut fleet,
            NOW,
            example.method,
            &example.path,
            json,
            body.as_bytes(),
        );
    }
    let order = json!({
        "customer": "parkeringshuset", "origin": "factory-fitted", "processor": "platform",
        "activations": TERMINALS, "software_years": TERMINALS,
    });
    let (path, json) = ("/api/v1/orders/SO-1", "application/json");
    let body = order.to_string();
    call(&mut fleet, NOW, Method::Put, path, json, body.as_bytes());
    fleet
}

fn file() -> Vec<u8> {
    let mut text = String::from("serial,model,site,station,connectors,sim,firmware,users,domain\n");
    for number in 0..TERMINALS {
        let row = format!("P66-{number:05},p66,stora-torget,CS-{number},1,none,,astrid,platform");
        writeln!(text, "{row}").unwrap();
    }
    text.into_bytes()
}

/// Calls the interface as an operator and applies the changes.
fn call(
    fleet: &mut Fleet,
    now: u64,
    method: Method,
    path: &str,
    content_type: &str,
    body: &[u8],
) -> Answer {
    let (route, parameters) = api::find(Some(method), path).unwrap();
    let call = Call {
        parameters: &parameters,
        query: "",
        if_match: None,
        content_type: Some(content_type).filter(|it| !it.is_empty()),
        body,
        fresh: "",
    };
    let actor = Actor {
        scope: Scope::Operator,
        access: AccessScope::Everywhere,
        ..Actor::gateway()
    };
    let context = DecisionContext {
        now: Moment::from_millis(now),
        actor: &actor,
        gateway: &GatewayFacts::default(),
    };
    let answer = match api::handle(route, &call, fleet, &context) {
        Effect::Answer(answer) => answer,
        Effect::Write(changes) => {
            fleet.write += 1;
            for change in &changes {
                fleet.apply(change.clone(), fleet.write);
            }
            api::answer(route, &call, fleet, &context, &changes)
        }
        Effect::Task(task) => panic!("{task:?}"),
    };
    assert!(
        answer.status < 300,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    answer
}
