//! The cases are exact: each value that they expect counts.

use chargetap_conformance::{Call, Case, Component, run};
use serde_json::{Value, json};

use crate::{GENERATOR, ORCHESTRATOR, VERIFIER, case, cases_of};

/// Every value that differs from this one in one place.
fn changed(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!("something")],
        Value::Bool(it) => vec![json!(!it)],
        Value::Number(it) => vec![json!(it.as_i64().unwrap() + 1), json!("1")],
        Value::String(it) => vec![json!(format!("{it}~")), Value::Null],
        Value::Array(items) => {
            let mut all: Vec<Value> = Vec::new();
            for (at, item) in items.iter().enumerate() {
                for other in changed(item) {
                    let mut items = items.clone();
                    items[at] = other;
                    all.push(Value::Array(items));
                }
            }
            all.push(Value::Array([&items[..], &[Value::Null]].concat()));
            all
        }
        Value::Object(members) => {
            let only = members.keys().next().filter(|_| members.len() == 1);
            match only.map(String::as_str) {
                Some("bind") => return vec![],
                Some("use") => return vec![json!({ "other-than": members["use"] })],
                Some("other-than") => return vec![json!({ "use": members["other-than"] })],
                _ => {}
            }
            let mut all: Vec<Value> = Vec::new();
            for (name, member) in members {
                for other in changed(member) {
                    let mut members = members.clone();
                    members.insert(name.clone(), other);
                    all.push(Value::Object(members));
                }
                // What is bound may be absent.
                if !member.is_null() && member.get("bind").is_none() {
                    let mut members = members.clone();
                    members.remove(name);
                    all.push(Value::Object(members));
                }
            }
            all
        }
    }
}

/// Every change to what the calls of a case are to answer is found, at the call that was changed.
fn counts(component: &Component<'_>, case: &Case) -> usize {
    let mut changes = 0;
    for (at, call) in case.calls.iter().enumerate() {
        for result in changed(&call.result) {
            let mut wrong = case.clone();
            wrong.calls.truncate(at + 1);
            wrong.calls[at] = Call {
                result: result.clone(),
                ..call.clone()
            };
            let failure = run(component, &wrong).failure;
            let found = failure.is_some_and(|it| it.call == at);
            assert!(found, "{}, call {at}: {result}", case.name);
            changes += 1;
        }
    }
    changes
}

#[test]
fn every_value_that_is_expected_of_a_verifier_counts() {
    let cases = cases_of("callback-verifier");
    let changes: usize = cases.map(|case| counts(&VERIFIER, case)).sum();
    assert!(changes > 2_000, "{changes}");
}

#[test]
fn every_value_that_is_expected_of_a_session_counts() {
    let changes = counts(&ORCHESTRATOR, case("session-orchestrator/tap-to-settled"));
    assert!(changes > 500, "{changes}");
}

#[test]
fn every_word_that_is_expected_on_a_receipt_counts() {
    for name in [
        "text",
        "json",
        "screen-offer",
        "measurement-file",
        "inconsistent-hold",
    ] {
        counts(&GENERATOR, case(&format!("receipt-generator/{name}")));
    }
}

#[test]
fn a_failure_says_what_was_expected_and_what_came_and_where() {
    let mut wrong = case("callback-verifier/capability-expired").clone();
    let last = wrong.calls.len() - 1;
    wrong.calls[last].result = json!({ "error": { "stale": 91 } });
    let failure = run(&VERIFIER, &wrong).failure.unwrap();
    assert_eq!(failure.call, last);
    assert_eq!(failure.function, "verifier.verify");
    assert_eq!(
        failure.reason,
        "at result.error.stale\nexpected  91\ncame      90"
    );
}

#[test]
fn an_argument_that_does_not_have_its_type_is_named() {
    let mut wrong = case("callback-verifier/capability-expired").clone();
    wrong.calls[1].arguments[2] = json!({ "terminal": "P66-0001", "read": 1, "expires-at": 0 });
    let failure = run(&VERIFIER, &wrong).failure.unwrap();
    assert_eq!(
        failure.reason,
        "the argument capability: read: 1 is no string"
    );
}
