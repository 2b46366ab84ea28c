//! `chargetap bridge`: holds the stations' connections for an application that cannot, such as the one under Spin.
//!
//! The stations are served as the gateway serves them (`ocpp`). What they tell is told to the application
//! (`reports`), which asks the bridge in turn (`server`); `chargetap_engine::bridge` says in what words. The bridge
//! stores nothing: a station is answered once the application has stored what it told.

mod application;
mod reports;
mod server;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chargetap_engine::config::{Config, SecretSource};
use clap::Args;
use ipnet::IpNet;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub use self::application::Application;
use self::reports::Reports;
use crate::metrics::Metrics;
use crate::ocpp::{Stations, Timeouts};
use crate::platform::now;
use crate::start::StartError;
use crate::tls::Tls;
use crate::{cli, secrets, start};

/// The variable that holds the bridge token.
const TOKEN: &str = "CHARGETAP_BRIDGE_TOKEN";

/// The time between the answer to a tick and the next one.
const PAUSE: Duration = Duration::from_secs(1);

const ABOUT: &str = "\
    The configuration is the application's own file. The bridge reads of it where stations connect (`listen`, \
    `trusted_proxies` and `tls` in [server]), who they are (`[[stations]]`, with their passwords), what they serve, and `[upstream]`. It needs \
    no other secret, no database and no components.\n\n\
    The application asks the bridge at the same address: its variable `bridge_url` names it. Both know each other by \
    the bridge token (`openssl rand -hex 32`): the application's variable `bridge_token`, and here the variable \
    CHARGETAP_BRIDGE_TOKEN or the file that --token-file names. It is never taken from the command line, which other \
    users of this machine can see.\n\n\
    Every second the bridge lets the application do what time brings about. What stations tell is acknowledged once the \
    application has stored it, so either may be stopped at any time: stations tell again.\n\n\
    Example:\n  \
    chargetap bridge chargetap.toml --application http://127.0.0.1:3000 --token-file bridge.key";

/// The arguments of `chargetap bridge`.
#[derive(Debug, Args)]
#[command(after_help = ABOUT)]
pub struct BridgeArgs {
    /// The configuration file; relative paths in it are taken from its folder.
    #[arg(default_value = "chargetap.toml")]
    config: PathBuf,
    /// Where the application is.
    #[arg(
        long,
        value_name = "URL",
        env = "CHARGETAP_APPLICATION",
        default_value = "http://127.0.0.1:3000"
    )]
    application: String,
    /// The file that holds the bridge token; by default, CHARGETAP_BRIDGE_TOKEN is used.
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,
}

/// Run the bridge until a signal ends it.
///
/// # Errors
/// It cannot be started.
pub(crate) async fn run(args: BridgeArgs) -> anyhow::Result<()> {
    let hang_up = cli::hang_up()?;
    let config = cli::read_unchecked(&args.config)?;
    cli::warn(&config, &args.config);
    let token = match args.token_file {
        Some(file) => SecretSource::File(file),
        None => SecretSource::Env(TOKEN.into()),
    };
    let token = secrets::read(&token, Path::new("")).context("the bridge token")?;
    let application = Application::new(&args.application, token)?;
    let listener = cli::listen(&config).await?;
    let bridge = Bridge::new(&config, cli::folder_of(&args.config), application)?;
    let shutdown = cli::announce(&listener, bridge.tls.as_ref(), hang_up)?;
    bridge.serve(listener, shutdown).await;
    Ok(())
}

/// A bridge.
pub struct Bridge {
    application: Application,
    stations: Stations<Reports>,
    tls: Option<Arc<Tls>>,
    trusted_proxies: Vec<IpNet>,
    metrics: Arc<Metrics>,
}

impl Bridge {
    /// The bridge of the application with this configuration. Its relative paths are taken from `folder`.
    ///
    /// # Errors
    /// What is missing or unusable, by name.
    pub fn new(
        config: &Config,
        folder: &Path,
        application: Application,
    ) -> Result<Self, StartError> {
        let access = start::station_access(config, folder)?;
        let tls = start::tls(config, folder)?;
        let metrics = Arc::new(Metrics::new(tls.as_deref()));
        let reports = Reports {
            application: application.clone(),
            metrics: metrics.clone(),
        };
        let stations = Stations::new(
            reports,
            access,
            config.upstream.clone(),
            now,
            Timeouts::default(),
        );
        Ok(Self {
            application,
            stations,
            metrics,
            tls,
            trusted_proxies: config.server.trusted_proxies.clone(),
        })
    }

    /// Serve stations and the application until `shutdown` completes.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let mut ticks = JoinSet::new();
        ticks.spawn(self.application.clone().tick(PAUSE));
        server::serve(self, listener, shutdown).await;
    }
}
