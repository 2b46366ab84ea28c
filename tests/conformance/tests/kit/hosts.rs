//! The other hosts by the same cases: they hear the same from the same components, byte by byte.

use std::path::Path;
use std::process::Command;

use crate::{built, folder};

/// The lines of a transcript, sorted: hosts may run the cases in another order.
fn transcript(program: impl AsRef<Path>, arguments: &[&str]) -> Vec<String> {
    let output = Command::new(program.as_ref())
        .args(arguments)
        .current_dir(folder().join("../.."))
        .env("PYTHONPATH", "host/python/src")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn the_hosts_in_python_and_javascript_hear_the_same_as_the_one_in_rust() {
    let files = [
        "callback-verifier",
        "session-orchestrator",
        "receipt-generator",
    ]
    .map(built);
    let mut arguments = vec!["--transcript"];
    arguments.extend(files.iter().map(|it| it.to_str().unwrap()));
    let rust = transcript(env!("CARGO_BIN_EXE_chargetap-conformance"), &arguments);
    assert!(rust.len() > 1_000, "{} calls only", rust.len());

    let python = std::env::var_os("CHARGETAP_TEST_PYTHON").expect("`cargo xtask test` names it");
    let python = transcript(
        Path::new(&python),
        &["host/python/tests/conformance.py", "--transcript"],
    );
    let javascript = transcript("node", &["host/js/tests/conformance.mjs", "--transcript"]);
    for (host, lines) in [("Python", python), ("JavaScript", javascript)] {
        assert_eq!(lines.len(), rust.len(), "{host}");
        for (heard, expected) in lines.iter().zip(&rust) {
            assert_eq!(heard, expected, "{host}");
        }
    }
}
