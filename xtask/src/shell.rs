//! The workspace's folder, files in it, and other programs.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, bail};

/// An environment variable: its name and its value.
pub(crate) type Variable<'a> = (&'a str, &'a OsStr);

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Write a file, and the folders that it is in. An unchanged one keeps its modification time, so that nothing is
/// rebuilt for it.
pub(crate) fn write_changed(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if fs::read(path).ok().as_deref() == Some(bytes) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, bytes))
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// Run cargo in the workspace; it shows its own progress.
pub(crate) fn cargo(arguments: &[&str]) -> anyhow::Result<()> {
    cargo_with(arguments, &[])
}

/// Run cargo in the workspace, and return the exit code: of `cargo run`, that of the program.
pub(crate) fn cargo_code(arguments: &[&str]) -> anyhow::Result<u8> {
    let status = start(&cargo_program(), arguments, &[])?;
    // There is none after a signal.
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.with_context(|| format!("cargo {} failed: {status}", arguments.join(" ")))
}

/// Run cargo with environment variables.
pub(crate) fn cargo_with(arguments: &[&str], variables: &[Variable<'_>]) -> anyhow::Result<()> {
    execute(&cargo_program(), arguments, variables)
}

fn cargo_program() -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    PathBuf::from(cargo)
}

/// Run a program in the workspace and wait until it succeeds.
pub(crate) fn run(program: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    execute(program, arguments, &[])
}

fn execute(program: &Path, arguments: &[&str], variables: &[Variable<'_>]) -> anyhow::Result<()> {
    let status = start(program, arguments, variables)?;
    if !status.success() {
        bail!(
            "{} {} failed: {status}",
            program.display(),
            arguments.join(" ")
        );
    }
    Ok(())
}

fn start(
    program: &Path,
    arguments: &[&str],
    variables: &[Variable<'_>],
) -> anyhow::Result<ExitStatus> {
    Command::new(program)
        .args(arguments)
        .envs(variables.iter().copied())
        .current_dir(root())
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("{} cannot be started", program.display()))
}
