//! `cargo xtask`: every chore of the project.

mod components;
mod conformance;
mod dist;
mod hosts;
mod peers;
mod receipts;
mod shell;
mod spin;
mod targets;
mod wit;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use shell::cargo;

/// Chores of the Chargetap project.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Build the components, the contract's packages and the Spin application into target/, and print the
    /// components' sizes.
    Build,
    /// Build what the tests need and run them all.
    Test,
    /// Build the components, and measure what calling them costs beside the same code natively, through each host, and
    /// while they are swapped; what it costs a station's message to pass the gateway; what memory stations take; and
    /// what the store costs.
    Bench,
    /// Write every kind of receipt in every format and language into target/receipts/, with an index
    /// to look through.
    Receipts(Receipts),
    /// Drive many sessions through orchestrator, engine and store in virtual time, with injected
    /// faults. Its own --help lists the options.
    #[command(disable_help_flag = true)]
    Simulate {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build what the tests need, and kill the gateway at random moments while many drivers charge against simulated
    /// hardware. Fails if anything is lost or taken twice.
    CrashLoop(CrashLoop),
    /// Run the gateway on a PostgreSQL of three nodes, and lose the primary again and again while drivers charge.
    ///
    /// Three nodes run on this machine, each in a network namespace of its own, with etcd and Patroni, which makes
    /// another node the primary when one is lost. In each round, everything on the primary's node is killed with
    /// `kill -9`; then the next primary is taken off the network while it runs on. Both come back, and follow.
    ///
    /// It says what happens and how long the gateway was not ready: about 25 s each time, as Patroni waits for 20 s
    /// before a primary counts as lost. In the end it compares the books of provider, stations and drivers with the
    /// receipts, and fails if anything is lost or taken twice, a hold is open, or a receipt's number is missing.
    ///
    /// Needs Linux and root, for the namespaces. Installs etcd and iproute2 by apt-get, and Patroni by pip into
    /// target/.
    Failover(Failover),
    /// Run the contract's published cases against components: the files that are named, or those built here. Its own
    /// --help lists the options.
    #[command(disable_help_flag = true)]
    Conformance {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build the gateway's program for other machines, and print what each needs of its machine.
    Dist {
        /// For which; may be given several times. Without it, for all.
        #[arg(long = "target", value_enum)]
        machines: Vec<dist::Machine>,
    },
    /// Build everything, and watch one driver tap, charge and leave against simulated hardware.
    Demo(Demo),
}

#[derive(Debug, clap::Args)]
struct Receipts {
    /// Accept the receipts as they are now: write the files that the tests compare them with. Look at
    /// the changes before you commit them.
    #[arg(long)]
    accept: bool,
}

#[derive(Debug, clap::Args)]
struct CrashLoop {
    /// How often to kill it.
    #[arg(long, default_value_t = 500)]
    kills: u32,
    /// Cut its power: of what its disk has not synced, any part is lost.
    #[arg(long)]
    power: bool,
    /// Keep its store on a PostgreSQL that is started for it.
    #[arg(long, conflicts_with = "power")]
    postgres: bool,
    /// Have a second gateway on the same database, and kill one, the other or both.
    #[arg(long, requires = "postgres")]
    second: bool,
    /// What the drivers do and when the gateway is killed follows from it; by default, a random one. How fast the
    /// machine is decides, too: another run is alike, and not the same.
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Debug, clap::Args)]
struct Failover {
    /// How often the primary is lost in each of the two ways. A round takes two minutes.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// What the drivers do and how long they charge in between follows from it; by default, a random one. How fast the
    /// machine is decides, too: another run is alike, and not the same.
    #[arg(long)]
    seed: Option<u64>,
}

#[derive(Debug, clap::Args)]
struct Demo {
    /// End after the session. Fails if an amount is wrong.
    #[arg(long)]
    once: bool,
    /// Where the gateway listens; by default, at a free port.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// The language of the terminal, such as `sv`; may be given twice: then it shows both.
    #[arg(long = "language", value_name = "LANGUAGE", default_value = "en")]
    languages: Vec<String>,
    /// The version of OCPP that the station speaks. From 2.0.1 on, it is told what charging costs.
    #[arg(
        long,
        value_name = "VERSION",
        value_parser = ["1.6", "2.0.1", "2.1"],
        default_value = "1.6"
    )]
    ocpp: String,
    /// Put a simulated central system above the gateway, as a customer's. In the end, what it saw of the
    /// transaction is compared, too.
    #[arg(long)]
    upstream: bool,
    /// Run the application under Spin in place of the gateway, with `chargetap bridge` before it: by `spin` 4.1 or newer
    /// if it is on the PATH, otherwise by the small Spin of the tests.
    #[arg(long)]
    spin: bool,
}

fn main() -> ExitCode {
    let done = match Cli::parse().chore {
        Chore::Build => components::build(),
        Chore::Test => test(),
        Chore::Bench => bench(),
        Chore::Receipts(receipts) => receipts::write(receipts.accept),
        Chore::Simulate { arguments } => simulate(&arguments),
        Chore::CrashLoop(crash_loop) => run_crash_loop(&crash_loop),
        Chore::Failover(failover) => run_failover(&failover),
        Chore::Conformance { arguments } => return ended(conformance::run(&arguments)),
        Chore::Dist { machines } => dist::build(&machines),
        Chore::Demo(demo) => run_demo(&demo),
    };
    ended(done.map(|()| ExitCode::SUCCESS))
}

fn ended(done: anyhow::Result<ExitCode>) -> ExitCode {
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn test() -> anyhow::Result<()> {
    hosts::need_node()?;
    components::build()?;
    let python = peers::install()?;
    // With it, the tests of the other hosts sign bundles.
    cargo(&[
        "build",
        "--workspace",
        "--features",
        peers::FEATURES,
        "--bin",
        "chargetap",
    ])?;
    hosts::test(&python)?;
    shell::cargo_with(
        &["test", "--workspace", "--features", peers::FEATURES],
        &[(peers::PYTHON, python.as_os_str())],
    )
}

/// The flags for a build without the SHA extensions, in a separate folder.
const WITHOUT_SHA_EXTENSIONS: &str = "build.rustflags=['--cfg', 'sha2_256_backend=\"soft\"']";

fn bench() -> anyhow::Result<()> {
    hosts::need_node()?;
    components::build_plugins()?;
    println!("components: built with {}", components::flags());
    cargo(&["bench", "--package", "chargetap-fleet"])?;
    cargo(&["bench", "--package", "chargetap", "--bench", "components"])?;
    let python = peers::install()?;
    hosts::build_package()?;
    shell::cargo_with(
        &["bench", "--package", "chargetap", "--bench", "hosts"],
        &[(peers::PYTHON, python.as_os_str())],
    )?;
    cargo(&["bench", "--package", "chargetap-plugins", "--bench", "swap"])?;
    cargo(&["bench", "--package", "chargetap", "--bench", "relay"])?;
    cargo(&["bench", "--package", "chargetap", "--bench", "stations"])?;
    cargo(&["bench", "--package", "chargetap", "--bench", "store"])?;
    cargo(&[
        "bench",
        "--config",
        WITHOUT_SHA_EXTENSIONS,
        "--target-dir",
        "target/without-sha-extensions",
        "--package",
        "callback-verifier",
        "--bench",
        "natively",
    ])
}

fn simulate(arguments: &[String]) -> anyhow::Result<()> {
    let mut command = vec![
        "run",
        "--release",
        "--package",
        "chargetap-simulation",
        "--",
    ];
    command.extend(arguments.iter().map(String::as_str));
    cargo(&command)
}

/// The journeys that do so in short.
const KILLED: &str = "crash_loop::a_gateway_that_is_killed";
const WITHOUT_POWER: &str = "crash_loop::a_gateway_whose_power_goes";
const ON_A_SERVER: &str = "crash_loop::a_gateway_on_a_server";
const OF_TWO: &str = "crash_loop::of_two_gateways";

fn run_crash_loop(crash_loop: &CrashLoop) -> anyhow::Result<()> {
    components::build_plugins()?;
    let journey = match crash_loop {
        CrashLoop { second: true, .. } => OF_TWO,
        CrashLoop { postgres: true, .. } => ON_A_SERVER,
        CrashLoop { power: true, .. } => WITHOUT_POWER,
        _ => KILLED,
    };
    // It has PostgreSQL's programs.
    let python = match crash_loop.postgres {
        true => Some(peers::install()?),
        false => None,
    };
    let features: &[&str] = match crash_loop.postgres {
        true => &["--features", "chargetap/peers"],
        false => &[],
    };
    let settings = [
        (peers::PYTHON, python.map(PathBuf::into_os_string)),
        (
            "CHARGETAP_CRASH_LOOP_KILLS",
            Some(number(crash_loop.kills.into())),
        ),
        ("CHARGETAP_CRASH_LOOP_SEED", crash_loop.seed.map(number)),
    ];
    run_journey(journey, features, &settings)
}

/// The journey that loses primaries, which `test` does not run.
const PRIMARY_LOST: &str = "failover::a_gateway_whose_primary_is_lost";

fn run_failover(failover: &Failover) -> anyhow::Result<()> {
    let python = peers::install_for_failover()?;
    components::build_plugins()?;
    let settings = [
        (
            "CHARGETAP_FAILOVER_ROUNDS",
            Some(number(failover.rounds.into())),
        ),
        ("CHARGETAP_FAILOVER_SEED", failover.seed.map(number)),
        (peers::PYTHON, Some(python.into_os_string())),
    ];
    run_journey(
        PRIMARY_LOST,
        &["--features", "chargetap/failover"],
        &settings,
    )
}

fn number(number: u64) -> OsString {
    number.to_string().into()
}

/// Run one journey, which shows what happens. It is told the settings that have a value.
fn run_journey(
    journey: &str,
    features: &[&str],
    settings: &[(&str, Option<OsString>)],
) -> anyhow::Result<()> {
    let mut command = vec!["test", "--package", "chargetap", "--test", "journeys"];
    command.extend(features);
    command.extend(["--", "--nocapture", journey]);
    let variables = settings.iter();
    let variables = variables.filter_map(|(name, value)| Some((*name, value.as_deref()?)));
    shell::cargo_with(&command, &variables.collect::<Vec<_>>())
}

fn run_demo(demo: &Demo) -> anyhow::Result<()> {
    // In one build, so that what the programs share is compiled once.
    let mut build = vec!["build", "--package", "chargetap"];
    let spin = if demo.spin {
        components::build()?;
        let small = spin::to_build();
        build.extend(small.iter().flat_map(|package| ["--package", package]));
        Some(spin::program(small))
    } else {
        components::build_plugins()?;
        None
    };
    cargo(&build)?;
    let folder = components::folder();
    let folder = folder.to_string_lossy();
    let mut arguments = vec!["demo", "--listen", &demo.listen, "--components", &folder];
    arguments.extend(["--ocpp", &demo.ocpp]);
    if demo.once {
        arguments.push("--once");
    }
    if demo.upstream {
        arguments.push("--upstream");
    }
    if let Some(spin) = &spin {
        arguments.extend(["--spin", spin]);
    }
    for language in &demo.languages {
        arguments.extend(["--language", language]);
    }
    shell::run(&shell::root().join("target/debug/chargetap"), &arguments)
}
