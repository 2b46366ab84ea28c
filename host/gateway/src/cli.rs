//! The command line.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow};
use chargetap_engine::config::{Config, ConfigErrors};
use chargetap_simulators::central_system::{self, CentralSystemArgs};
use chargetap_simulators::payter::{self, PayterArgs};
use chargetap_simulators::station::{self, StationArgs};
use clap::{Args, Parser, Subcommand, ValueEnum};
use sd_notify::NotifyState;
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::backup::BackupArgs;
use crate::bridge::BridgeArgs;
use crate::bundles::BundleFolders;
use crate::demo::DemoArgs;
use crate::faults::Faults;
use crate::fleet::FleetArgs;
use crate::fleet::import_config::{self, ImportConfigArgs};
use crate::fleet::status::{self, StatusArgs};
use crate::migrate::MigrateArgs;
use crate::plugins::PluginsArgs;
use crate::restore::RestoreArgs;
use crate::secrets::ThisMachine;
use crate::start::Reached;
use crate::tls::{self, Tls};
use crate::verify::VerifyArgs;
use crate::{
    backup, bootstrap, bridge, demo, fleet, migrate, plugins, restore, server, start, stopped,
    verify,
};

/// How `chargetap status` ends if it cannot be learned how the gateway is.
const UNKNOWN: u8 = 2;

/// Card payments for EV charging: a tap becomes a charging session, one capture and a receipt.
///
/// Write a configuration (start from examples/chargetap.toml), check it with `check-config`, and
/// run the gateway with `serve`. To try it without hardware, run `simulate payter` and
/// `simulate station` beside it.
#[derive(Debug, Parser)]
#[command(version, name = "chargetap")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How log lines are written, to standard error.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway.
    Serve(ServeArgs),
    /// Copy the database while the gateway runs.
    ///
    /// The copy is one file of SQLite, as everything was at one moment, also where the database is on a server. It is
    /// checked before it gets its name.
    Backup(BackupArgs),
    /// Hold the stations' connections for the application under Spin, and let time pass for it.
    Bridge(BridgeArgs),
    /// Check a configuration on the machine of its gateway, and name every mistake.
    ///
    /// Its secrets must be there, the folder of its database writable, and its components usable and signed by
    /// somebody whose key it names.
    CheckConfig {
        /// The configuration file.
        #[arg(default_value = "chargetap.toml")]
        config: PathBuf,
    },
    /// Watch one driver tap, charge and leave against simulated hardware on this machine.
    Demo(DemoArgs),
    /// Manage terminals: orders, activation, inspections, incidents and licences.
    ///
    /// Every command is a noun and a verb, as in `chargetap fleet terminal list`. It calls the REST
    /// interface of a running gateway.
    Fleet(FleetArgs),
    /// Put on record what a configuration says of tariffs, stations and terminals.
    ///
    /// On record they change without a restart. It calls the REST interface of a running gateway, which may use the same
    /// file.
    ImportConfig(ImportConfigArgs),
    /// Issue another operator's token, if the bootstrap token is lost. The gateway must be stopped.
    ///
    /// Prints the token only, so that it can be written to a file for `fleet --token-file`.
    OperatorToken {
        /// The configuration file; relative paths in it are taken from its folder.
        #[arg(default_value = "chargetap.toml")]
        config: PathBuf,
    },
    /// Copy the whole store into another database: from a file to PostgreSQL, or back. The gateway must be stopped.
    ///
    /// The source stays as it is. Every row is compared before a gateway starts on the target.
    Migrate(MigrateArgs),
    /// Sign the components, verify and list them, and look into a file.
    ///
    /// They decide about money, so a gateway takes only those that somebody signed whose key it knows, unless its
    /// configuration says `unsigned = true`.
    Plugins(PluginsArgs),
    /// Put a copy in the place of the database. The gateway must be stopped.
    ///
    /// A copy that is not whole, or that a newer program wrote, is refused. The former database is kept beside; on a
    /// server, the copy is put into another, empty database.
    Restore(RestoreArgs),
    /// Simulate the payment provider, a charging station or a central system.
    #[command(subcommand)]
    Simulate(Simulate),
    /// Show how a running gateway is: what works, what waits, and what needs a person.
    ///
    /// Ends with 0 if it is ready, also if a part of it is degraded; with 1 if it is not; with 2 if it cannot be
    /// reached or does not tell. Without a token it says no more than whether it is ready.
    Status(StatusArgs),
    /// Check that a database is whole and right: a gateway's while it runs, or a copy.
    ///
    /// It reads only. Every finding says where it is, what is wrong and what to do; if there is any, the command fails.
    Verify(VerifyArgs),
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// The configuration file; relative paths in it are taken from its folder.
    #[arg(default_value = "chargetap.toml")]
    config: PathBuf,
    /// Where other gateways on the same PostgreSQL database reach this one; by default, where it listens.
    #[arg(long, value_name = "URL", env = "CHARGETAP_PEER_URL")]
    peer_url: Option<String>,
    /// For tests: end like `kill -9` at the crash point of this number, from 1.
    #[arg(long, value_name = "NUMBER", help_heading = "Faults")]
    crash_at: Option<u64>,
    /// For tests: let the database grow to this many pages only, as if the disk were full.
    #[arg(long, value_name = "PAGES", help_heading = "Faults")]
    database_pages: Option<u32>,
    /// For tests: let the clock be ahead by this many days.
    #[arg(long, value_name = "DAYS", help_heading = "Faults")]
    clock_ahead: Option<u32>,
    /// For tests: render no page, as if each took for ever.
    #[arg(long, help_heading = "Faults")]
    hold_pages: bool,
}

#[derive(Debug, Subcommand)]
enum Simulate {
    /// Simulate Payter's cloud with its terminals, cards and a ledger of holds and captures.
    Payter(PayterArgs),
    /// Simulate a charging station that speaks OCPP 1.6, 2.0.1 or 2.1, as `--ocpp` says.
    Station(StationArgs),
    /// Simulate a central system (CSMS) above the gateway, like the one that a customer has already.
    ///
    /// Name it in the gateway's configuration: under `[upstream]`, `url = "ws://127.0.0.1:9003/ocpp"` if it
    /// listens at 127.0.0.1:9003. Then start the gateway. Its stations connect as before; whatever they say
    /// is relayed to the central system, and they get its answers.
    ///
    /// It accepts every station, with any password, in OCPP 1.6, 2.0.1 and 2.1, and calls nothing itself. It
    /// knows no token, not even those of card sessions, and refuses all as Invalid, so you see what the
    /// gateway makes of that (`refused_tokens`). With `--accept-tokens` it accepts all.
    ///
    /// `GET /control/state` at its address shows each transaction that it was told of, with station, id, token
    /// and the energy at start and end in Wh, and how many messages of each action there were. In OCPP 1.6 its
    /// transactions are numbered from 7000001.
    CentralSystem(CentralSystemArgs),
}

/// Run the command line.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let lines = start_logging(&cli);
    let result = match cli.command {
        Command::Backup(args) => block_on(backup::run(args)),
        Command::Bridge(args) => block_on(bridge::run(args)),
        Command::Demo(args) => block_on(demo::run(args, lines)),
        Command::Fleet(args) => block_on(fleet::run(args)),
        Command::ImportConfig(args) => block_on(import_config::run(args)),
        Command::OperatorToken { config } => block_on(issue_operator_token(config)),
        Command::CheckConfig { config } => check_config(&config),
        Command::Migrate(args) => block_on(migrate::run(args)),
        Command::Plugins(args) => plugins::run(args),
        Command::Restore(args) => block_on(restore::run(args)),
        Command::Serve(args) => block_on(serve(args)),
        Command::Simulate(Simulate::Payter(args)) => block_on(payter::run(args)),
        Command::Simulate(Simulate::Station(args)) => block_on(station::run(args)),
        Command::Simulate(Simulate::CentralSystem(args)) => block_on(central_system::run(args)),
        Command::Status(args) => return status(args),
        Command::Verify(args) => block_on(verify::run(args)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error, ExitCode::FAILURE),
    }
}

fn failed(error: &anyhow::Error, code: ExitCode) -> ExitCode {
    eprintln!("error: {error:#}");
    code
}

/// Show how a gateway is, also by the exit code.
fn status(args: StatusArgs) -> ExitCode {
    match block_on(status::run(args)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failed(&error, ExitCode::from(UNKNOWN)),
    }
}

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the asynchronous runtime cannot be started")?
        .block_on(work)
}

/// Log to standard error. The demonstration gets the lines about sessions and prints them itself.
fn start_logging(cli: &Cli) -> mpsc::UnboundedReceiver<demo::Line> {
    let demonstrating = matches!(cli.command, Command::Demo(_));
    let usual = if demonstrating {
        "error"
    } else {
        "warn,chargetap=info,chargetap_engine=info"
    };
    let filter = EnvFilter::try_from_env("CHARGETAP_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let logs = tracing_subscriber::fmt::layer()
        .with_ansi(has_colours())
        .with_writer(std::io::stderr);
    let logs = match cli.log_format {
        LogFormat::Text => logs.boxed(),
        LogFormat::Json => logs.json().boxed(),
    };
    let (layer, lines) = demo::channel();
    tracing_subscriber::registry()
        .with(logs.with_filter(filter))
        .with(demonstrating.then_some(layer))
        .init();
    lines
}

/// Whether log lines have colours: on a terminal, unless `NO_COLOR` is set (<https://no-color.org>).
fn has_colours() -> bool {
    let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !is_unwanted
}

fn read_text(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("configuration {} cannot be read", path.display()))
}

/// A line for each mistake, of which `run` begins the first.
fn mistakes(path: &Path, errors: &ConfigErrors) -> anyhow::Error {
    let line = |error| format!("configuration {}: {error}", path.display());
    let lines: Vec<_> = errors.iter().map(line).collect();
    anyhow!(lines.join("\nerror: "))
}

/// The configuration, for a gateway on this machine.
fn read_config(path: &Path) -> anyhow::Result<Config> {
    let machine = ThisMachine(folder_of(path));
    Config::parse_on(&read_text(path)?, &machine).map_err(|errors| mistakes(path, &errors))
}

/// The configuration, without a look at what it names on this machine.
pub(crate) fn read_unchecked(path: &Path) -> anyhow::Result<Config> {
    Config::parse(&read_text(path)?).map_err(|errors| mistakes(path, &errors))
}

/// Relative paths of a configuration are taken from it.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn check_config(path: &Path) -> anyhow::Result<()> {
    let config = read_config(path)?;
    // The components say whether they can use their keys.
    BundleFolders::read(&config, folder_of(path))?.load_running()?;
    for warning in &config.warnings {
        eprintln!("warning: configuration {}: {warning}", path.display());
    }
    println!(
        "{}: good ({} terminals, {} stations)",
        path.display(),
        config.terminals.len(),
        config.stations.len()
    );
    Ok(())
}

async fn issue_operator_token(path: PathBuf) -> anyhow::Result<()> {
    // The secrets are not needed for it.
    let config = read_unchecked(&path)?;
    let token = stopped::issue_operator_token(config, folder_of(&path)).await?;
    println!("{}", token.expose_secret());
    Ok(())
}

async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let hang_up = hang_up()?;
    let config = read_config(&args.config)?;
    warn(&config, &args.config);
    let folder = folder_of(&args.config);
    let token_file = bootstrap::path(&config.server.database, folder);
    let faults = Faults::new(
        args.crash_at,
        args.database_pages,
        args.clock_ahead,
        args.hold_pages,
    );
    let listener = listen(&config).await?;
    let reached = Reached {
        listens: listener.local_addr()?,
        peer_url: args.peer_url,
    };
    let gateway = start::start(config, folder, reached, faults).await?;
    if let Some(token) = gateway.take_bootstrap_token() {
        bootstrap::write(&token, &token_file)?;
        let path = token_file.display();
        println!("bootstrap token of the first operator, issued only this once: {path}");
    }
    let shutdown = announce(&listener, gateway.platform().tls(), hang_up)?;
    server::serve(listener, gateway, shutdown).await;
    Ok(())
}

/// Log what is odd about a configuration.
pub(crate) fn warn(config: &Config, path: &Path) {
    for warning in &config.warnings {
        tracing::warn!("configuration {}: {warning}", path.display());
    }
}

/// SIGHUP. Who closes the terminal in which a process was started does not mean to end it. Once a handler is installed,
/// the signal does nothing by itself.
pub(crate) fn hang_up() -> std::io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Listen where the configuration says.
pub(crate) async fn listen(config: &Config) -> anyhow::Result<TcpListener> {
    let listen = &config.server.listen;
    TcpListener::bind(listen)
        .await
        .with_context(|| format!("server.listen: {listen} cannot be listened at"))
}

/// Say where the process listens, and keep its certificate current. What is returned completes at the signal that ends
/// the process.
pub(crate) fn announce(
    listener: &TcpListener,
    tls: Option<&Arc<Tls>>,
    hang_up: Signal,
) -> anyhow::Result<impl Future<Output = ()> + Send + use<>> {
    let scheme = match tls {
        Some(tls) => {
            tokio::spawn(tls::keep_current(tls.clone(), hang_up));
            "https"
        }
        None => {
            tokio::spawn(ignore(hang_up));
            "http"
        }
    };
    // Installed before the address is printed: its reader may send the signal at once.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    println!("listening on {scheme}://{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    tell_systemd(NotifyState::Ready);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tell_systemd(NotifyState::Stopping);
    })
}

/// Tell systemd, where that started the process as a service of `Type=notify`.
fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd cannot be told how the process is");
    }
}

async fn ignore(mut hang_up: Signal) {
    while hang_up.recv().await.is_some() {
        tracing::info!("SIGHUP changes nothing: the configuration is read at the start");
    }
}
