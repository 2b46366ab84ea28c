//! The targets that the components are built for.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

pub(crate) const PLUGINS: &str = "wasm32-unknown-unknown";
pub(crate) const SPIN: &str = "wasm32-wasip2";

/// Make sure that the toolchain has a target. `rust-toolchain.toml` names it, but a toolchain that
/// was installed before, or without rustup, may lack it.
pub(crate) fn ensure(target: &str) -> anyhow::Result<()> {
    if is_installed(target)? {
        return Ok(());
    }
    let command = format!("rustup target add {target}");
    eprintln!("The toolchain lacks {target}. Running: {command}");
    let added = Command::new("rustup")
        .args(["target", "add", target])
        .status();
    if !added.is_ok_and(|status| status.success()) || !is_installed(target)? {
        bail!("the target {target} is missing and could not be added. Type:\n\n    {command}\n");
    }
    Ok(())
}

fn is_installed(target: &str) -> anyhow::Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", target])
        .output()
        .context("rustc cannot be started")?;
    let folder = String::from_utf8_lossy(&output.stdout);
    Ok(Path::new(folder.trim()).is_dir())
}
