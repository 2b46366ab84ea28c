//! Runs the contract's cases against components.

use std::path::{Path, absolute};
use std::process::ExitCode;

use crate::{components, shell};

/// Run the cases against the files that are named, or against our own components, and pass the exit code on.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let is_file = |argument: &String| {
        let path = Path::new(argument);
        path.extension().is_some_and(|it| it == "wasm") || path.is_file()
    };
    let runs_nothing =
        |argument: &String| matches!(argument.as_str(), "--list" | "--types" | "--help" | "-h");
    let mut command = vec!["run", "--quiet", "--package", "chargetap-conformance", "--"];
    let mut files = Vec::new();
    for argument in arguments {
        match is_file(argument) {
            // The kit runs in the workspace's folder.
            true => files.push(absolute(argument)?.to_string_lossy().into_owned()),
            false => command.push(argument),
        }
    }
    if files.is_empty() && !arguments.iter().any(runs_nothing) {
        components::build_plugins()?;
        let built = components::paths();
        files.extend(built.map(|it| it.to_string_lossy().into_owned()));
    }
    command.extend(files.iter().map(String::as_str));
    let code = shell::cargo_code(&command)?;
    Ok(ExitCode::from(code))
}
