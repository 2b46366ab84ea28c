//! Running other programs.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

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
    execute(Path::new(&cargo_path()), arguments, variable)
}

/// Start cargo in the workspace beside what follows. It prints warnings and errors only.
pub(crate) fn start_cargo(arguments: &[&str]) -> anyhow::Result<Running> {
    let name = format!("cargo {}", arguments.join(" "));
    let child = Command::new(cargo_path())
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("{name} cannot be started"))?;
    Ok(Running { name, child })
}

/// A program that runs beside this one, and ends with it.
pub(crate) struct Running {
    name: String,
    child: Child,
}

impl Running {
    /// Wait until it succeeds.
    pub(crate) fn finish(mut self) -> anyhow::Result<()> {
        let status = self.child.wait()?;
        if !status.success() {
            bail!("{} failed: {status}", self.name);
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Fails where it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cargo_path() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
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
