//! Tests of the kit, and of our components by it.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests: a failure here is a failed test"
)]

mod expectations;
mod files;
#[cfg(feature = "peers")]
mod hosts;
mod loading;
mod mistakes;
mod ours;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chargetap_conformance::{Case, Component, Contract, load_cases, run, write_case};

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| Contract::current().unwrap());
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| load_cases(&folder().join("cases")).unwrap());
static VERIFIER: LazyLock<Component<'static>> = LazyLock::new(|| ours("callback-verifier"));
static ORCHESTRATOR: LazyLock<Component<'static>> = LazyLock::new(|| ours("session-orchestrator"));
static GENERATOR: LazyLock<Component<'static>> = LazyLock::new(|| ours("receipt-generator"));

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn built(name: &str) -> PathBuf {
    let folder = folder().join("../../target/components");
    let path = folder.join(name).with_extension("wasm");
    assert!(
        path.is_file(),
        "the components are not built: run `cargo xtask build`, or all with `cargo xtask test`"
    );
    path
}

fn ours(name: &str) -> Component<'static> {
    Component::load(&built(name), &CONTRACT).unwrap()
}

fn cases_of(component: &str) -> impl Iterator<Item = &'static Case> {
    CASES.iter().filter(move |it| it.component == component)
}

fn case(name: &str) -> &'static Case {
    CASES.iter().find(|it| it.name == name).unwrap()
}

/// The report on every case that fails, by the cases' names.
fn failures(component: &Component<'_>) -> Vec<(&'static str, String)> {
    let cases = cases_of(component.name());
    let reports = cases.filter_map(|case| {
        let outcome = run(component, case);
        let failed = outcome.failure.is_some();
        failed.then(|| (case.name.as_str(), write_case(case, &outcome)))
    });
    reports.collect()
}
