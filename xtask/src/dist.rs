//! The gateway's program for other machines than this one.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::shell::{self, root};
use crate::targets;

/// What the gateway is built for.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Machine {
    /// x86_64, without any library: it runs on every Linux.
    #[value(name = "x86_64-unknown-linux-musl")]
    X86Musl,
    /// aarch64, with the glibc of the compiler's libraries, or a newer one.
    #[value(name = "aarch64-unknown-linux-gnu")]
    Arm64Gnu,
}

impl Machine {
    fn target(self) -> &'static str {
        match self {
            Self::X86Musl => "x86_64-unknown-linux-musl",
            Self::Arm64Gnu => "aarch64-unknown-linux-gnu",
        }
    }

    /// The C compiler for SQLite and ring, and the Debian packages that have it.
    fn compiler(self) -> (&'static str, &'static str) {
        match self {
            Self::X86Musl => ("musl-gcc", "musl-tools"),
            Self::Arm64Gnu => (
                "aarch64-linux-gnu-gcc",
                "gcc-aarch64-linux-gnu libc6-dev-arm64-cross",
            ),
        }
    }

    /// The variable by which cargo is told to link with that compiler, where the one of this machine cannot.
    fn linker_variable(self) -> Option<&'static str> {
        match self {
            // The toolchain brings musl.
            Self::X86Musl => None,
            Self::Arm64Gnu => Some("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER"),
        }
    }
}

/// Build the gateway for these machines, or for all if none is named, and print what each program needs of its machine.
pub(crate) fn build(machines: &[Machine]) -> anyhow::Result<()> {
    let machines = match machines {
        [] => Machine::value_variants(),
        machines => machines,
    };
    for machine in machines {
        let target = machine.target();
        let (compiler, packages) = machine.compiler();
        need(compiler, packages)?;
        targets::ensure(target)?;
        shell::cargo_with(
            &[
                "build",
                "--release",
                "--package",
                "chargetap",
                "--target",
                target,
            ],
            machine
                .linker_variable()
                .map(|name| (name, compiler.as_ref()))
                .as_slice(),
        )?;
        let program = format!("target/{target}/release/chargetap");
        let size = fs::metadata(root().join(&program))?.len();
        let libraries = libraries(&root().join(&program))?;
        let needs = match libraries.is_empty() {
            true => "no library".to_owned(),
            false => libraries.join(", "),
        };
        println!("{program}: {} kB, needs {needs}", size / 1_000);
    }
    Ok(())
}

fn need(compiler: &str, packages: &str) -> anyhow::Result<()> {
    let output = Command::new(compiler).arg("--version").output();
    if !output.is_ok_and(|output| output.status.success()) {
        bail!(
            "{compiler} is needed, which is not on the PATH. On Debian: apt-get install {packages}"
        );
    }
    Ok(())
}

/// The shared libraries that a program asks for.
fn libraries(program: &Path) -> anyhow::Result<Vec<String>> {
    let output = Command::new("readelf")
        .args(["--dynamic", "--wide"])
        .arg(program)
        .output()
        .context("readelf cannot be started: install binutils")?;
    Ok(needed(&String::from_utf8_lossy(&output.stdout)))
}

/// Those of `readelf --dynamic`, such as `0x1 (NEEDED)  Shared library: [libc.so.6]`.
fn needed(dynamic: &str) -> Vec<String> {
    let lines = dynamic.lines().filter(|line| line.contains("(NEEDED)"));
    let names = lines.filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0));
    names.map(ToOwned::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_libraries_that_a_program_asks_for_are_named() {
        let dynamic = "\n\
            Dynamic section at offset 0x2d58 contains 30 entries:\n\
              Tag        Type                         Name/Value\n \
            0x0000000000000001 (NEEDED)             Shared library: [libgcc_s.so.1]\n \
            0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]\n \
            0x000000000000000c (INIT)               0x1000\n";
        assert_eq!(needed(dynamic), ["libgcc_s.so.1", "libc.so.6"]);
        assert!(needed("\nThere is no dynamic section in this file.\n").is_empty());
    }
}
