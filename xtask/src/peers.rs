//! What the tests with peers that others wrote need: a Python with packages of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{root, run};

/// The variable that tells the tests which Python to run.
pub(crate) const PYTHON: &str = "CHARGETAP_TEST_PYTHON";

/// What the tests of a package need, each with its own versions.
const REQUIREMENTS: [&str; 2] = [
    "tests/journeys/peers/requirements.txt",
    "components/receipt-generator/tests/peers/requirements.txt",
];

/// Install the packages, and return the Python that has them; `None` where there is no Python.
pub(crate) fn install() -> anyhow::Result<Option<PathBuf>> {
    let python = Path::new("python3");
    if !Command::new(python)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        eprintln!("There is no python3 here, so the tests with peers in Python are left out.");
        return Ok(None);
    }
    let folder = root().join("target/peers");
    let own = folder.join("bin/python");
    if !own.is_file() {
        run(python, &["-m", "venv", &folder.to_string_lossy()])?;
    }
    let requirements = REQUIREMENTS.map(|path| root().join(path));
    let requirements = requirements.each_ref().map(|path| path.to_string_lossy());
    let mut arguments = vec![
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    for path in &requirements {
        arguments.extend(["-r", path]);
    }
    run(&own, &arguments)?;
    Ok(Some(own))
}
