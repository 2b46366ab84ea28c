//! Installs what the tests with third-party peers need: a Python with packages, and a browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::shell::{root, run};

/// The variable that tells the tests which Python to run.
pub(crate) const PYTHON: &str = "CHARGETAP_TEST_PYTHON";

/// The features with which the tests with peers are built.
pub(crate) const FEATURES: &str = "chargetap/peers,chargetap-engine/peers,chargetap-conformance/peers,chargetap-report/peers,receipt-generator/peers,spin-host/peers";

/// What the peers are, each beside the scripts that use it.
const REQUIREMENTS: [&str; 3] = [
    "host/python/tests/requirements.txt",
    "tests/journeys/peers/requirements.txt",
    "components/receipt-generator/tests/peers/requirements.txt",
];

/// What the nodes of `cargo xtask failover` are.
const FAILOVER_REQUIREMENTS: [&str; 1] = ["tests/journeys/failover/requirements.txt"];

/// Install what is missing, and return the Python that has the packages.
pub(crate) fn install() -> anyhow::Result<PathBuf> {
    need("chromium", &["--version"], "chromium")?;
    install_packages(&REQUIREMENTS)
}

/// Install what `cargo xtask failover` needs of this machine, and return the Python that has the packages.
pub(crate) fn install_for_failover() -> anyhow::Result<PathBuf> {
    need("etcd", &["--version"], "etcd-server")?;
    need("ip", &["-V"], "iproute2")?;
    // As the nodes are started.
    let namespaces = "--net unshare --user --map-user=65534 --pid --fork --mount-proc true";
    let namespaces: Vec<&str> = namespaces.split(' ').collect();
    run(Path::new("unshare"), &namespaces).context(
        "the nodes run in network namespaces of their own, which cannot be made here: run this on Linux as root, \
         and in a container with CAP_SYS_ADMIN and CAP_NET_ADMIN",
    )?;
    install_packages(&FAILOVER_REQUIREMENTS)
}

fn install_packages(requirements: &[&str]) -> anyhow::Result<PathBuf> {
    need("python3", &["-c", "import ensurepip"], "python3-venv")?;
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
    arguments.extend(requirements.iter().flat_map(|file| ["-r", file]));
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
