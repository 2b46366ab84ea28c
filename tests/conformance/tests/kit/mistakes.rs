//! Components with mistakes, which are found out.

use std::path::Path;
use std::process::Command;

use chargetap_conformance::Component;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::{CONTRACT, cases_of, failures, folder};

/// A verifier that loads everything and answers every other call alike. `verify` answers what stands at 2,048.
fn verifier(verify: &str) -> String {
    let interface = "chargetap:callback-verifier/verification@0.1.0";
    format!(
        r#"(module
    (import "[export]{interface}" "[resource-new]verifier" (func $new (param i32) (result i32)))
    (memory (export "memory") 200)
    (global $next (mut i32) (i32.const 65536))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (local $at i32)
        (local.set $at (i32.and (i32.add (global.get $next) (i32.const 15)) (i32.const -16)))
        (global.set $next (i32.add (local.get $at) (local.get 3)))
        (local.get $at))
    (func (export "{interface}#[static]verifier.load") (param i32 i32) (result i32)
        (i32.store (i32.const 1028) (call $new (i32.const 1)))
        (i32.const 1024))
    (func (export "{interface}#[method]verifier.mint")
        (param i32 i32 i32 i32 i32 i32 i32 i64) (result i32)
        (i32.const 4096))
    (func (export "{interface}#[method]verifier.mint-state-webhook")
        (param i32 i32 i32 i64) (result i32)
        (i32.const 4096))
    (func (export "{interface}#[static]verifier.claimed-terminal") (param i32 i32) (result i32)
        (i32.const 4096))
    (func (export "{interface}#[method]verifier.verify")
        (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32)
        {verify}
        (i32.const 2048)))"#
    )
}

/// Memory is zero at first: `ok` with an empty list.
const ACCEPT_ALL: &str = "";
/// The discriminant of `error`, and that of `mismatch` among the rejections.
const REFUSE_ALL: &str =
    "(i32.store8 (i32.const 2048) (i32.const 1)) (i32.store8 (i32.const 2052) (i32.const 11))";
const TRAP: &str = "unreachable";

fn component(folder: &Path, verify: &str) -> std::path::PathBuf {
    let mut module = wat::parse_str(verifier(verify)).unwrap();
    let mut resolve = Resolve::default();
    let wit = crate::folder().join("../../wit");
    resolve.push_dir(wit.join("types")).unwrap();
    let (package, _) = resolve.push_dir(wit.join("callback-verifier")).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    let encoder = ComponentEncoder::default().module(&module).unwrap();
    let path = folder.join("vendor.wasm");
    std::fs::write(&path, encoder.validate(true).encode().unwrap()).unwrap();
    path
}

fn failures_of(verify: &str) -> Vec<(&'static str, String)> {
    let folder = tempfile::tempdir().unwrap();
    let path = component(folder.path(), verify);
    failures(&Component::load(&path, &CONTRACT).unwrap())
}

#[track_caller]
fn has(failures: &[(&str, String)], name: &str, report: &str) {
    let failure = failures.iter().find(|it| it.0 == name);
    let (_, text) = failure.unwrap_or_else(|| panic!("{name} does not fail"));
    assert!(text.contains(report), "{text}");
}

#[test]
fn a_verifier_that_accepts_everything_is_found_out() {
    let failures = failures_of(ACCEPT_ALL);
    has(
        &failures,
        "callback-verifier/stripe-altered",
        "FAILED  callback-verifier/stripe-altered: Neither body nor timestamp can be changed after signing.\n        \
         call 1 (verifier.verify) at result\n        \
         expected  {\"error\":\"mismatch\"}\n        \
         came      {\"ok\":[]}\n        \
         source    Stripe's documentation",
    );
    has(
        &failures,
        "callback-verifier/load-weak-secrets",
        "came      {\"ok\":\"handle\"}",
    );
    // Only where every configuration is to be taken, and in two cases in which nothing is to be minted, it does what it
    // should.
    assert_eq!(failures.len(), cases_of("callback-verifier").count() - 3);
}

#[test]
fn a_verifier_that_refuses_everything_is_found_out() {
    let failures = failures_of(REFUSE_ALL);
    has(
        &failures,
        "callback-verifier/raw-body-signed",
        "came      {\"error\":\"mismatch\"}",
    );
    // What it is to refuse, it refuses.
    let altered = failures
        .iter()
        .any(|it| it.0 == "callback-verifier/stripe-altered");
    assert!(!altered);
    assert!(failures.len() > 60, "{}", failures.len());
}

#[test]
fn a_verifier_that_traps_is_found_out() {
    let failures = failures_of(TRAP);
    has(
        &failures,
        "callback-verifier/stripe-altered",
        "call 1 (verifier.verify) the call failed: ",
    );
}

#[test]
fn the_program_ends_with_a_code_for_failed_cases() {
    let temporary = tempfile::tempdir().unwrap();
    let path = component(temporary.path(), REFUSE_ALL);
    let output = Command::new(env!("CARGO_BIN_EXE_chargetap-conformance"))
        .arg(&path)
        .current_dir(folder())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let summary = String::from_utf8(output.stderr).unwrap();
    assert!(summary.contains(" cases are ok, "), "{summary}");
}
