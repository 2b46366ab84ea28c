//! `cargo xtask simulate`.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::ensure;
use chargetap_simulation::{Options, run};
use clap::Parser;

/// Drives many charging sessions through orchestrator, engine and store in virtual time, with
/// injected faults, and checks after each that the money is right.
///
/// Every hundred drivers share a world: one gateway, four terminals, six stations. World N of a run
/// has the seed SEED + N, so that a world that failed can be repeated:
///
///     cargo xtask simulate --seed 4711 --sessions 100 --trace
#[derive(Parser)]
#[command(name = "cargo xtask simulate", bin_name = "cargo xtask simulate")]
struct Arguments {
    /// The first world's seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many drivers come.
    #[arg(long, default_value_t = 10_000)]
    sessions: u64,
    /// How many worlds to run at once; by default, one for each processor.
    #[arg(long)]
    threads: Option<u64>,
    /// Run everything twice and compare.
    #[arg(long)]
    doublecheck: bool,
    /// Print everything that happens, with the virtual milliseconds. Runs one world at a time.
    #[arg(long)]
    trace: bool,
}

fn main() -> ExitCode {
    match simulate(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn simulate(arguments: &Arguments) -> anyhow::Result<bool> {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = match arguments.trace {
        true => 1,
        false => arguments.threads.unwrap_or(u64::try_from(processors)?),
    };
    let options = Options {
        seed: arguments.seed,
        sessions: arguments.sessions,
        threads,
        sabotage: None,
        trace: arguments.trace,
    };
    let began = Instant::now();
    let report = run(&options)?;
    let took = began.elapsed().as_secs_f64();
    let last = options.seed.wrapping_add(report.worlds.saturating_sub(1));
    println!("Seeds {} to {last}\n{report}", options.seed);
    println!(
        "{:.0} sessions per second on {threads} threads",
        f64::from(u32::try_from(report.sessions)?) / took
    );
    if arguments.doublecheck {
        ensure!(run(&options)? == report, "a second run went another way");
        println!("A second run went the same way.");
    }
    Ok(report.violations.is_empty())
}
