//! Installs what the tests with third-party peers need: a Python with packages, and a browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::shell::{root, run};

/// The variable that tells the tests which Python to run.
pub(crate) const PYTHON: &str = "CHARGETAP_TEST_PYTHON";

/// The features with which the tests with peers are built.
pub(crate) const FEATURES: &str = "chargetap/peers,chargetap-conformance/peers,chargetap-report/peers,receipt-generator/peers,spin-host/peers";

/// What the peers are, each beside the scripts that use it.
const REQUIREMENTS: [&str; 3] = [
    "host/python/tests/requirements.txt",
    "tests/journeys/peers/requirements.txt",
    "components/receipt-generator/tests/peers/requirements.txt",
];

/// Install what is missing, and return the Python that has the packages.
pub(crate) fn install() -> anyhow::Result<PathBuf> {
    need("python3", &["-c", "import ensurepip"], "python3-venv")?;
    need("chromium", &["--version"], "chromium")?;
    let folder = root().join("target/peers");
    let own = folder.join("bin/python");
    if !own.is_file() {
        run(
            Path::new("python3"),
            &["-m", "venv", &folder.to_string_lossy()],
        )?;
    }
    let mut arguments = vec![
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ];
    arguments.extend(REQUIREMENTS.iter().flat_map(|file| ["-r", file]));
    run(&own, &arguments)?;
    Ok(own)
}

/// Make sure that a program runs: if it does not, install the Debian package that has it.
fn need(program: &str, arguments: &[&str], package: &str) -> anyhow::Result<()> {
    let output = Command::new(program).args(arguments).output();
    if output.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    let apt = Path::new("apt-get");
    run(apt, &["update"])
        .and_then(|()| run(apt, &["install", "--yes", package]))
        .with_context(|| {
            format!(
                "the tests need {program} on the PATH, and it cannot be installed from here; on \
                 Debian and as root: apt-get install {package}"
            )
        })
}
