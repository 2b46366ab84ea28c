//! The contract's published cases through an application under Spin: it hears the same from the same components as the
//! conformance kit, byte by byte.

use std::collections::BTreeMap;
use std::path::Path;

use chargetap_conformance::{Case, Component, Contract, Outcome, load_cases, run};
use serde_json::{Value, json};
use spin_host::{Manifest, Settings, Spin};
use tokio::net::TcpListener;

use crate::manifest::root;

#[tokio::test(flavor = "multi_thread")]
async fn components_answer_every_published_case_under_spin_as_in_the_kit() {
    let folder = tempfile::tempdir().unwrap();
    let spin = application(folder.path()).await;
    let client = chargetap::client::client().unwrap();
    let contract = Contract::current().unwrap();
    let cases = load_cases(&root().join("tests/conformance/cases")).unwrap();
    let mut calls = 0;
    for name in [
        "callback-verifier",
        "session-orchestrator",
        "receipt-generator",
    ] {
        let file = root().join("target/components").join(name);
        let component = Component::load(&file.with_extension("wasm"), &contract).unwrap();
        for case in cases.iter().filter(|it| it.component == name) {
            let outcome = run(&component, case);
            assert_eq!(outcome.failure, None, "{}", case.name);
            for (at, call) in case.calls.iter().enumerate() {
                let asked = asked(&contract, case, &outcome, at);
                let answer = client.post(spin.url()).body(asked.to_string());
                let answer = answer.send().await.unwrap();
                let is_answered = answer.status() == 200;
                let body = answer.text().await.unwrap();
                assert!(is_answered, "{} call {at}: {body}", case.name);
                let value = serde_json::from_str(&body).unwrap();
                let heard = contract.answer_from_rust(&call.function, &value).unwrap();
                assert_eq!(heard, outcome.answers[at], "{} call {at}", case.name);
                calls += 1;
            }
        }
    }
    assert!(calls > 1_000, "{calls} calls only");
}

/// What the application is asked for a call of a case that the kit has run.
fn asked(contract: &Contract, case: &Case, outcome: &Outcome, at: usize) -> Value {
    let in_rust = |at: usize| {
        let given: Vec<Value> = serde_json::from_str(&outcome.arguments[at]).unwrap();
        let function = &case.calls[at].function;
        contract.arguments_in_rust(function, &given).unwrap()
    };
    // A method's verifier is loaded anew, as the case has loaded it.
    let used = case.calls[at].arguments.first();
    let used = used.and_then(|it| it.get("use"));
    let load = used.and_then(|name| {
        let bound = json!({ "ok": { "bind": name } });
        let mut loads = (0..at).rev();
        loads.find(|it| {
            case.calls[*it].function == "verifier.load" && case.calls[*it].result == bound
        })
    });
    json!({
        "function": case.calls[at].function,
        "loaded": load.map_or(json!([]), |load| in_rust(load)[0].clone()),
        "arguments": in_rust(at),
    })
}

async fn application(files: &Path) -> Spin {
    let manifest = Manifest::read(&root().join("tests/spin-calls/spin.toml")).unwrap();
    let application = manifest.compose().expect("run `cargo xtask build`");
    let settings = Settings {
        files: files.to_owned(),
        variables: BTreeMap::new(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Spin::start(&application, settings, listener).unwrap()
}
