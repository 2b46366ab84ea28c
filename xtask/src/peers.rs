//! What the tests with peers that others wrote need: a Python with packages of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{root, run};

/// The variable that tells the tests which Python to run.
pub(crate) const PYTHON: &str = "CHARGETAP_TEST_PYTHON";

/// Install the packages, and return the Python that has them; `None` where there is no Python.
pub(crate) fn install() -> anyhow::Result<Option<PathBuf>> {
    let python = Path::new("python3");
    if !Command::new(python)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
    {
        eprintln!(
            "There is no python3 here, so the test with the Python package ocpp is left out."
        );
        return Ok(None);
    }
    let folder = root().join("target/peers");
    let own = folder.join("bin/python");
    if !own.is_file() {
        run(python, &["-m", "venv", &folder.to_string_lossy()])?;
    }
    let requirements = root().join("tests/journeys/peers/requirements.txt");
    let requirements = requirements.to_string_lossy();
    run(
        &own,
        &[
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            &requirements,
        ],
    )?;
    Ok(Some(own))
}
