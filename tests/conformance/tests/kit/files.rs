//! The files: the cases and the description of the types.

use std::collections::BTreeSet;

use chargetap_conformance::types_of;
use serde_json::Value;

use crate::{CASES, cases_of, folder};

const COMPONENTS: [&str; 3] = [
    "callback-verifier",
    "receipt-generator",
    "session-orchestrator",
];

fn types() -> Value {
    serde_json::from_str(include_str!("../../types.json")).unwrap()
}

#[test]
fn the_types_are_those_of_the_wit_files() {
    let written = types_of(&folder().join("../../wit")).unwrap();
    assert!(
        written == include_str!("../../types.json"),
        "types.json is out of date: cargo xtask conformance --types > tests/conformance/types.json"
    );
}

#[test]
fn there_are_cases_of_every_function() {
    for component in COMPONENTS {
        let called: BTreeSet<&str> = cases_of(component)
            .flat_map(|case| case.calls.iter().map(|call| call.function.as_str()))
            .collect();
        let types = types();
        let functions = types[component]["functions"].as_object().unwrap();
        let functions: BTreeSet<&str> = functions.keys().map(String::as_str).collect();
        assert_eq!(called, functions, "{component}");
        assert!(cases_of(component).count() >= 20, "{component}");
    }
}

/// What is left to a component: which of its refusals a foreign state gets.
const LEFT_OPEN: [&str; 2] = ["unknown-state-version", "malformed-state"];

#[test]
fn every_case_of_every_type_is_in_some_case() {
    let mut words = BTreeSet::new();
    for case in CASES.iter() {
        for call in &case.calls {
            call.arguments
                .iter()
                .chain([&call.result])
                .for_each(|it| collect(it, &mut words));
        }
    }
    let types = types();
    for (name, definition) in types["types"].as_object().unwrap() {
        let cases = match definition.get("variant").or(definition.get("enum")) {
            Some(cases) => cases.as_array().unwrap(),
            None => continue,
        };
        for case in cases {
            let case = case.get(0).unwrap_or(case).as_str().unwrap();
            let is_there = words.contains(case) || LEFT_OPEN.contains(&case);
            assert!(is_there, "{name}: {case}");
        }
    }
}

fn collect(json: &Value, words: &mut BTreeSet<String>) {
    match json {
        Value::String(text) => {
            words.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|it| collect(it, words)),
        Value::Object(members) => {
            for (name, member) in members {
                words.insert(name.clone());
                collect(member, words);
            }
        }
        _ => {}
    }
}

#[test]
fn a_case_is_told_in_a_sentence_and_says_where_its_values_come_from() {
    let mut told = BTreeSet::new();
    for case in CASES.iter() {
        assert!(case.about.ends_with('.'), "{}", case.name);
        assert!(case.source.len() > 20, "{}", case.name);
        assert!(!case.calls.is_empty(), "{}", case.name);
        let name = case.name.rsplit('/').next().unwrap();
        let is_plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
        assert!(name.chars().all(is_plain), "{name}");
        assert!(told.insert(&case.about), "{} is told twice", case.name);
    }
}

// Some languages read every number as a float.
#[test]
fn every_number_of_a_case_is_exact_as_a_float() {
    fn check(json: &Value, name: &str) {
        match json {
            Value::Number(number) => {
                let number = number.as_i64().unwrap();
                assert!(number.unsigned_abs() < 1 << 53, "{name}: {number}");
            }
            Value::Array(items) => items.iter().for_each(|it| check(it, name)),
            Value::Object(members) => members.values().for_each(|it| check(it, name)),
            _ => {}
        }
    }
    for case in CASES.iter() {
        for call in &case.calls {
            call.arguments
                .iter()
                .chain([&call.result])
                .for_each(|it| check(it, &case.name));
        }
    }
}
