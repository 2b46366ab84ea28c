//! Tests the hosts in other languages than Rust, and the components made in them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::shell::run;

/// The oldest Node that has what the package uses.
const NODE: (u32, u32) = (20, 16);

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
    need_node()?;
    for (folder, chores) in PACKAGES {
        for chore in chores {
            let mut arguments = vec!["--prefix", folder];
            arguments.extend(chore.split(' '));
            run(Path::new("npm"), &arguments)?;
        }
    }
    Ok(())
}

/// Debian's own may be too old.
fn need_node() -> anyhow::Result<()> {
    let (major, minor) = NODE;
    let missing = || format!("the tests need Node {major}.{minor} or later, with npm, on the PATH");
    let output = Command::new("node").arg("--version").output();
    let output = output.with_context(missing)?;
    let version = String::from_utf8_lossy(&output.stdout);
    let mut parts = version.trim().trim_start_matches('v').split('.');
    let mut part = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(0);
    if (part(), part()) < NODE {
        bail!("{}; this is {}", missing(), version.trim());
    }
    Ok(())
}
