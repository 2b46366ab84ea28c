//! Tests the hosts in other languages than Rust, and the components made in them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::shell::run;

/// The packages of npm, each with the chores that test it.
const PACKAGES: [(&str, &[&str]); 2] = [
    ("host/js", &["ci", "run build", "run types", "test"]),
    ("tests/conformance/other-verifier", &["ci", "test"]),
];

/// Build and test them all. The components are built, and this Python has the packages that its tests need.
pub(crate) fn test(python: &Path) -> anyhow::Result<()> {
    let discover = "-m unittest discover --top-level-directory host/python --start-directory host/python/tests";
    let arguments: Vec<&str> = discover.split(' ').collect();
    run(python, &arguments)?;
    for (folder, chores) in PACKAGES {
        for chore in chores {
            let mut arguments = vec!["--prefix", folder];
            arguments.extend(chore.split(' '));
            run(Path::new("npm"), &arguments)?;
        }
    }
    Ok(())
}

/// Build the package for JavaScript.
pub(crate) fn build_package() -> anyhow::Result<()> {
    let [(folder, _), _] = PACKAGES;
    for chore in [&["ci"][..], &["run", "build"]] {
        run(Path::new("npm"), &[&["--prefix", folder], chore].concat())?;
    }
    Ok(())
}

/// Make sure that there is a Node that has what the package uses. Debian's own may be too old.
pub(crate) fn need_node() -> anyhow::Result<()> {
    let missing = "this needs Node 20.16, or 22.3 or later, with npm, on the PATH";
    let output = Command::new("node").arg("--version").output();
    let output = output.context(missing)?;
    let version = String::from_utf8_lossy(&output.stdout);
    let mut parts = version.trim().trim_start_matches('v').split('.');
    let mut part = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    match (part(), part()) {
        (20, 16..) | (22, 3..) | (23.., _) => Ok(()),
        _ => bail!("{missing}; this is {}", version.trim()),
    }
}
