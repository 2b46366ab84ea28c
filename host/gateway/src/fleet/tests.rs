mod bodies;
mod calls;
mod commands;
mod shown;

use clap::{ArgMatches, Args, Command};

use super::FleetArgs;

/// Parse what follows `chargetap fleet` on the command line.
fn matches(line: &[&str]) -> Result<ArgMatches, clap::Error> {
    let line = std::iter::once("fleet").chain(line.iter().copied());
    FleetArgs::augment_args(Command::new("fleet")).try_get_matches_from(line)
}
