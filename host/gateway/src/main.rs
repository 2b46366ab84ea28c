//! The `chargetap` command.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    chargetap::cli::run(chargetap::cli::Cli::parse())
}
