//! Running other programs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Run cargo in the workspace; it shows its own progress.
pub(crate) fn cargo(arguments: &[&str]) -> anyhow::Result<()> {
    cargo_with(arguments, None)
}

/// Run cargo with an environment variable.
pub(crate) fn cargo_with(
    arguments: &[&str],
    variable: Option<(&str, &OsStr)>,
) -> anyhow::Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    execute(Path::new(&cargo), arguments, variable)
}

/// Run a program in the workspace and wait until it succeeds.
pub(crate) fn run(program: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    execute(program, arguments, None)
}

fn execute(
    program: &Path,
    arguments: &[&str],
    variable: Option<(&str, &OsStr)>,
) -> anyhow::Result<()> {
    let status = Command::new(program)
        .args(arguments)
        .envs(variable)
        .current_dir(root())
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    if !status.success() {
        bail!(
            "{} {} failed: {status}",
            program.display(),
            arguments.join(" ")
        );
    }
    Ok(())
}
