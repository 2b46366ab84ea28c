//! What the same calls cost natively and through the hosts in Rust, Python and JavaScript: medians of one run, of 200
//! calls in Python and of 2,000 in the others.
//!
//! The calls are those of published cases. `cargo xtask bench` builds what this needs. `CHARGETAP_TEST_PYTHON` names a
//! Python with the packages of `host/python`; without it, Python is left out, and without a built `host/js`, JavaScript.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up ends"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use callback_verifier::Verifier;
use chargetap_conformance::{Case, Component, Contract, Outcome, load_cases, run};
use chargetap_contract::callback::{Endpoint, KeyInfo, Request};
use chargetap_contract::receipt::{Document, Format};
use chargetap_contract::session::{Event, Policy};
use chargetap_plugins::{Components, Plugins, Trust};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const WARM_UP: usize = 200;
const CALLS: usize = 2_000;

/// The measured calls: what they are, and which call of which case they are.
const MEASURED: [(&str, &str, usize); 4] = [
    (
        "verify a card's callback",
        "callback-verifier/capability-card",
        2,
    ),
    (
        "step at a meter reading",
        "session-orchestrator/meter-reading",
        4,
    ),
    ("receipt as a page", "receipt-generator/html", 0),
    ("receipt as a PDF", "receipt-generator/pdf", 0),
];

/// A call with what it is given.
struct Call {
    name: &'static str,
    component: String,
    function: String,
    /// What the verifier is loaded with, and the arguments, as in cases.
    given: (Value, Vec<Value>),
    /// The same as serde writes the contract's types in Rust.
    in_rust: (Value, Value),
}

fn main() {
    let calls = calls();
    let mut hosts = vec![
        ("natively", medians(&calls, natively)),
        ("Rust", medians(&calls, in_rust)),
    ];
    let root = root();
    if let Some(python) = std::env::var_os("CHARGETAP_TEST_PYTHON") {
        let mut command = Command::new(python);
        command.args(["host/python/benches/calls.py", "target/components"]);
        command.env("PYTHONPATH", "host/python/src");
        hosts.push(("Python", asked(command, &calls)));
    }
    if root.join("host/js/dist").is_dir() {
        let mut command = Command::new("node");
        command.arg("host/js/benches/calls.mjs");
        hosts.push(("Node", asked(command, &calls)));
    }
    print!("{:26}", "µs a call (× natively)");
    for (host, _) in &hosts {
        print!("{host:>20}");
    }
    println!();
    for call in &calls {
        print!("{:26}", call.name);
        for (_, medians) in &hosts {
            let (here, natively) = (medians[call.name], hosts[0].1[call.name]);
            print!("{:>20}", format!("{here:.1} ({:.1} ×)", here / natively));
        }
        println!();
    }
}

/// The calls, with what they are given when the kit runs their cases.
fn calls() -> Vec<Call> {
    let contract = Contract::current().unwrap();
    let cases = load_cases(&root().join("tests/conformance/cases")).unwrap();
    let run = |(_, case, _): &(&str, &str, usize)| {
        let case = cases.iter().find(|it| it.name == *case).expect("a case");
        let file = components().join(&case.component).with_extension("wasm");
        let component = Component::load(&file, &contract).unwrap();
        let outcome = run(&component, case);
        assert_eq!(outcome.failure, None, "{}", case.name);
        (case, outcome)
    };
    let given = |case: &Case, outcome: &Outcome, at: usize| {
        let given: Vec<Value> = serde_json::from_str(&outcome.arguments[at]).unwrap();
        let in_rust = contract.arguments_in_rust(&case.calls[at].function, &given);
        (given, in_rust.unwrap())
    };
    // Hosts load all components at once, and the verifier takes no empty list of endpoints.
    let [verify, ..] = &MEASURED;
    let (case, outcome) = run(verify);
    let (loaded, loaded_in_rust) = given(case, &outcome, 0);
    let call = |measured: &(&'static str, &str, usize)| {
        let (name, _, at) = *measured;
        let (case, outcome) = run(measured);
        let (mut arguments, in_rust) = given(case, &outcome, at);
        // The first argument of a method is its verifier.
        arguments.drain(..arguments.len() - in_rust.len());
        Call {
            name,
            component: case.component.clone(),
            function: case.calls[at].function.clone(),
            given: (loaded[0].clone(), arguments),
            in_rust: (loaded_in_rust[0].clone(), Value::from(in_rust)),
        }
    };
    MEASURED.iter().map(call).collect()
}

/// The median time of each call, in microseconds.
fn medians(calls: &[Call], host: impl Fn(&Call) -> Box<dyn Fn()>) -> BTreeMap<String, f64> {
    let median = |call: &Call| {
        let make = host(call);
        (0..WARM_UP).for_each(|_| make());
        let mut times: Vec<f64> = (0..CALLS)
            .map(|_| {
                let began = Instant::now();
                make();
                began.elapsed().as_secs_f64() * 1e6
            })
            .collect();
        times.sort_by(f64::total_cmp);
        times[CALLS / 2]
    };
    let medians = calls
        .iter()
        .map(|call| (call.name.to_owned(), median(call)));
    medians.collect()
}

type EndpointKeys = (Endpoint, Vec<(KeyInfo, Vec<u8>)>);

fn natively(call: &Call) -> Box<dyn Fn()> {
    match call.function.as_str() {
        "verifier.verify" => {
            let verifier = Verifier::load(typed(&call.in_rust.0)).unwrap();
            let (request,): (Request,) = typed(&call.in_rust.1);
            Box::new(move || drop(black_box(verifier.verify(&request).unwrap())))
        }
        "step" => {
            let (policy, state, event, now): Step = typed(&call.in_rust.1);
            Box::new(move || {
                // It takes the event for its own. A component gets a copy, too.
                let event = event.clone();
                let decided = session_orchestrator::step(&policy, state.as_deref(), event, now);
                drop(black_box(decided.unwrap()));
            })
        }
        _ => {
            let (document, format, locale): Rendering = typed(&call.in_rust.1);
            Box::new(move || {
                let rendered = receipt_generator::render(&document, format, &locale);
                drop(black_box(rendered.unwrap()));
            })
        }
    }
}

type Step = (Policy, Option<Vec<u8>>, Event, u64);
type Rendering = (Document, Format, String);

fn in_rust(call: &Call) -> Box<dyn Fn()> {
    let endpoints: Vec<EndpointKeys> = typed(&call.in_rust.0);
    let endpoints = endpoints.into_iter().map(|(endpoint, keys)| {
        let text = |key: Vec<u8>| String::from_utf8(key).expect("the case has a text");
        let keys = keys.into_iter().map(|(info, key)| (info, text(key).into()));
        (endpoint, keys.collect())
    });
    let folder = components();
    let cache = folder.with_file_name("components-cache");
    let plugins = Plugins::load(&folder, &Trust::Unsigned, &cache, endpoints.collect()).unwrap();
    match call.function.as_str() {
        "verifier.verify" => {
            let (request,): (Request,) = typed(&call.in_rust.1);
            Box::new(move || drop(black_box(plugins.verify(&request).unwrap().unwrap())))
        }
        "step" => {
            let (policy, state, event, now): Step = typed(&call.in_rust.1);
            Box::new(move || {
                let decided = plugins.step(&policy, state.as_deref(), &event, now);
                drop(black_box(decided.unwrap().unwrap()));
            })
        }
        _ => {
            let (document, format, locale): Rendering = typed(&call.in_rust.1);
            Box::new(move || {
                let rendered = plugins.render(&document, format, &locale).unwrap();
                drop(black_box(rendered.unwrap()));
            })
        }
    }
}

/// What a host in another language measures.
fn asked(mut command: Command, calls: &[Call]) -> BTreeMap<String, f64> {
    let calls = calls.iter().map(|call| {
        json!({
            "name": call.name,
            "component": call.component,
            "function": call.function,
            "loaded": call.given.0,
            "arguments": call.given.1,
        })
    });
    let calls = Value::from(calls.collect::<Vec<_>>()).to_string();
    let command = command.current_dir(root());
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the host starts");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(calls.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the host failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn typed<T: DeserializeOwned>(value: &Value) -> T {
    T::deserialize(value).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn components() -> PathBuf {
    root().join("target/components")
}
