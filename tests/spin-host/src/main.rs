//! Runs a Spin application as `spin up` does, with the same options as far as they are needed: for demonstrations where
//! Spin is not installed. The database is in memory.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use spin_host::{Manifest, Spin};
use tokio::net::TcpListener;

/// How often new lines of the log are printed.
const PRINT: Duration = Duration::from_millis(50);
/// What the names of environment variables begin with that set the application's variables.
const VARIABLE: &str = "SPIN_VARIABLE_";

/// A small Spin for tests and demonstrations.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run an application until the process is ended.
    Up {
        /// Its manifest.
        #[arg(long, default_value = "spin.toml")]
        from: PathBuf,
        /// The address to listen at.
        #[arg(long, default_value = "127.0.0.1:3000")]
        listen: String,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let Command::Up { from, listen } = Cli::parse().command;
    match up(from, listen).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn up(from: PathBuf, listen: String) -> wasmtime::Result<()> {
    let manifest = Manifest::read(&from)?;
    let variables = std::env::vars().filter_map(|(name, value)| {
        let name = name.strip_prefix(VARIABLE)?.to_lowercase();
        Some((name, value))
    });
    let variables: BTreeMap<_, _> = variables.collect();
    let files = tempfile::tempdir()?;
    let settings = manifest.settings(files.path(), &variables)?;
    let listener = TcpListener::bind(&listen).await?;
    let spin = Spin::start(&manifest.compose()?, settings, listener)?;
    println!("Serving {}", spin.url());
    let mut printed = 0;
    loop {
        let log = spin.log();
        eprint!("{}", log.get(printed..).unwrap_or_default());
        printed = log.len();
        tokio::time::sleep(PRINT).await;
    }
}
