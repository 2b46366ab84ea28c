//! Files that cannot be used, and what the program says of them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chargetap_conformance::Component;

use crate::{CONTRACT, built};

struct File {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl File {
    fn new(bytes: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vendor.wasm");
        std::fs::write(&path, bytes).unwrap();
        Self {
            _folder: folder,
            path,
        }
    }
}

#[track_caller]
fn refused(bytes: impl AsRef<[u8]>, why: &str) {
    let file = File::new(bytes);
    let error = Component::load(&file.path, &CONTRACT).err().unwrap();
    let error = error.to_string();
    assert!(error.contains("vendor.wasm"), "{error}");
    assert!(error.contains(why), "{error}");
}

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn a_file_that_is_not_there() {
    let path = Path::new("nowhere/vendor.wasm");
    let error = Component::load(path, &CONTRACT).err().unwrap().to_string();
    assert!(
        error.starts_with("nowhere/vendor.wasm cannot be read: "),
        "{error}"
    );
}

#[test]
fn a_file_that_is_something_else() {
    refused("hello", "is no WebAssembly component");
    refused("", "is no WebAssembly component");
}

#[test]
fn a_core_module() {
    refused(
        wat("(module)"),
        "is a core module and no component; `wasm-tools component new`",
    );
}

#[test]
fn a_component_that_was_cut_off() {
    let whole = std::fs::read(built("callback-verifier")).unwrap();
    refused(&whole[..whole.len() / 2], "is no valid component: ");
}

#[test]
fn a_component_that_imports_a_function() {
    refused(
        wat(r#"(component (import "clock" (func (result u64))))"#),
        "imports clock: a component of the contract may import types only",
    );
    refused(
        wat(r#"(component (import "wasi:random/random@0.2.0" (instance
            (export "get-random-u64" (func (result u64))))))"#),
        "imports get-random-u64 of wasi:random/random@0.2.0: ",
    );
}

#[test]
fn a_component_of_another_contract() {
    refused(
        wat("(component)"),
        "exports nothing and no interface of the contract: none of chargetap:callback-verifier/verification@0.1.0, ",
    );
    refused(
        wat(r#"(component (instance $i) (export "other:thing/api@1.0.0" (instance $i)))"#),
        "exports other:thing/api@1.0.0 and no interface of the contract",
    );
}

#[test]
fn a_component_of_another_version() {
    refused(
        wat(r#"(component (instance $i)
            (export "chargetap:callback-verifier/verification@0.2.0" (instance $i)))"#),
        "exports chargetap:callback-verifier/verification@0.2.0, and there are cases of \
         chargetap:callback-verifier/verification@0.1.0",
    );
}

#[test]
fn a_component_whose_functions_are_others() {
    refused(
        wat(r#"(component (instance $i)
            (export "chargetap:session-orchestrator/orchestration@0.1.0" (instance $i)))"#),
        "offer is not there, and by the contract func(record {tariff: record {currency: string, ",
    );
    refused(
        wat(r#"(component
            (core module $m (func (export "f")))
            (core instance $c (instantiate $m))
            (func $f (canon lift (core func $c "f")))
            (instance $i (export "offer" (func $f)))
            (export "chargetap:session-orchestrator/orchestration@0.1.0" (instance $i)))"#),
        "offer is func() -> _, and by the contract func(",
    );
}

fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chargetap-conformance"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn the_program_says_why_a_file_cannot_be_used_by_a_code_of_its_own() {
    let file = File::new("hello");
    let output = program(&[file.path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(
        said.starts_with("error: ") && said.ends_with("vendor.wasm is no WebAssembly component\n"),
        "{said}"
    );
}

#[test]
fn the_program_runs_one_case() {
    let verifier = built("callback-verifier");
    let verifier = verifier.to_str().unwrap();
    let output = program(&["--only", "key-rollover", verifier]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(text(&output.stderr), "all 1 cases are ok\n");
    assert_eq!(
        text(&output.stdout),
        "ok      callback-verifier/key-rollover: The newest key mints and all keys verify; the oldest names \
         cards and deliveries, so that both stay the same while a key is added.\n"
    );
    let output = program(&[
        "--only",
        "callback-verifier/mint-needs-its-scheme",
        "--transcript",
        verifier,
    ]);
    let transcript = text(&output.stdout);
    let lines: Vec<&str> = transcript.lines().collect();
    assert_eq!(lines.len(), 7, "{transcript}");
    assert_eq!(
        lines[..2],
        [
            r#"{"case":"callback-verifier/mint-needs-its-scheme","call":0,"result":{"ok":"handle"}}"#,
            r#"{"case":"callback-verifier/mint-needs-its-scheme","call":1,"result":null}"#,
        ]
    );
}

#[test]
fn the_program_leaves_out_schemes_that_a_verifier_does_not_have() {
    let output = program(&["--list", "--schemes", "capability-url,stripe"]);
    assert_eq!(output.status.code(), Some(0));
    let listed = text(&output.stdout);
    assert!(listed.contains("callback-verifier/stripe-captured: "));
    assert!(listed.contains("callback-verifier/mint-needs-its-scheme: "));
    assert!(!listed.contains("callback-verifier/adyen-published: "));
    assert!(!listed.contains("callback-verifier/raw-body-signed: "));
}

#[test]
fn the_program_says_that_there_is_no_such_scheme() {
    let output = program(&["--list", "--schemes", "stripe, adyen"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("invalid value ' adyen'"));
}

#[test]
fn the_program_says_that_there_is_no_such_case() {
    let output = program(&["--only", "nothing", "vendor.wasm"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "error: there is no such case; --list prints them all\n"
    );
}
