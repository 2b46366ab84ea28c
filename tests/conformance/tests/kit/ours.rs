//! Our components by the published cases.

use chargetap_conformance::{Component, run};

use crate::{GENERATOR, ORCHESTRATOR, VERIFIER, case, failures};

#[track_caller]
fn passes(component: &Component<'_>) {
    let reports: Vec<String> = failures(component).into_iter().map(|it| it.1).collect();
    assert!(reports.is_empty(), "\n{}", reports.join("\n"));
}

#[test]
fn our_verifier_passes_every_case() {
    passes(&VERIFIER);
}

#[test]
fn our_orchestrator_passes_every_case() {
    passes(&ORCHESTRATOR);
}

#[test]
fn our_generator_passes_every_case() {
    passes(&GENERATOR);
}

// Written by hand, by README.md beside this crate.
#[test]
fn an_answer_is_written_with_every_option_and_in_the_order_of_the_contract() {
    let answer = |component, name, call: usize| run(component, case(name)).answers.remove(call);
    assert_eq!(
        answer(&VERIFIER, "callback-verifier/capability-payment-hint", 0),
        r#"{"ok":"handle"}"#
    );
    assert_eq!(
        answer(
            &VERIFIER,
            "callback-verifier/capability-claimed-terminal",
            4
        ),
        "null"
    );
    let state = answer(&VERIFIER, "callback-verifier/capability-state-webhook", 2);
    assert_eq!(
        state,
        r#"{"ok":[{"event":{"terminal":{"connectivity":{"terminal":"P66-0001","online":true}}},"dedupe-key":null,"key-id":"2026"}]}"#
    );
    assert_eq!(
        answer(&GENERATOR, "receipt-generator/measurement-altered", 0),
        r#"{"refused":"wrong-signature"}"#
    );
    let svg = answer(&GENERATOR, "receipt-generator/qr-codes", 0);
    assert!(
        svg.starts_with(r#"{"ok":{"media-type":"image/svg+xml","body":{"base64":""#),
        "{svg}"
    );
}
