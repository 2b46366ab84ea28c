//! Starts a gateway from its configuration.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use chargetap_engine::config::Config;
use chargetap_engine::{EngineError, Gateway, Secrets};

use crate::bundles::{BundleError, BundleFolders, SwappablePlugins};
use crate::client::client;
use crate::database::{OpenError, StoreDatabase};
use crate::faults::Faults;
use crate::ocpp::{StationAccess, Stations, Timeouts};
use crate::peers::{self, AddressError, Peers};
use crate::platform::{Native, NativeGateway, now};
use crate::secrets::{self, SecretError};
use crate::station_reports::Reports;
use crate::tls::{Tls, TlsError};
use crate::workers;

/// The gateway cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A secret is missing.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The certificate, its key or the CA of stations cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The components cannot be used.
    #[error(transparent)]
    Components(#[from] BundleError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The engine cannot open the store.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Others on the same server would not reach it.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The HTTP client cannot be made.
    #[error("the HTTP client cannot be started: {0}")]
    Http(#[from] reqwest::Error),
}

/// The stations that may connect, with their passwords.
pub(crate) fn station_access(
    config: &Config,
    folder: &Path,
) -> Result<BTreeMap<String, StationAccess>, SecretError> {
    let secret = |source| secrets::read(source, folder);
    let stations = config.stations.iter();
    stations
        .map(|(id, station)| {
            let access = StationAccess {
                password: station.password.as_ref().map(secret).transpose()?,
                client_certificate: station.client_certificate,
            };
            Ok((id.clone(), access))
        })
        .collect()
}

/// TLS at the port, unless it is plain.
pub(crate) fn tls(config: &Config, folder: &Path) -> Result<Option<Arc<Tls>>, TlsError> {
    let files = config.server.tls.clone();
    let tls = files.map(|files| Tls::open(files, folder)).transpose()?;
    Ok(tls.map(Arc::new))
}

/// Where a gateway is reached.
#[derive(Debug)]
pub struct Reached {
    /// The address at which it listens.
    pub listens: SocketAddr,
    /// Where other gateways on the same database reach it, if not there.
    pub peer_url: Option<String>,
}

impl From<SocketAddr> for Reached {
    fn from(listens: SocketAddr) -> Self {
        Self {
            listens,
            peer_url: None,
        }
    }
}

/// Start the gateway that a configuration describes. Relative paths are taken from `folder`.
///
/// # Errors
/// What is missing or unusable, by name.
pub async fn start(
    config: Config,
    folder: &Path,
    reached: Reached,
    faults: Faults,
) -> Result<Arc<NativeGateway>, StartError> {
    let faults = Arc::new(faults);
    let secret = |source| secrets::read(source, folder);
    let stations = station_access(&config, folder)?;
    let secrets = Secrets {
        payter_key: secret(&config.payter_api_key)?,
        card_key: config
            .card_key()
            .map(|key| secret(&key.secret))
            .transpose()?,
    };

    let tls = tls(&config, folder)?;
    let plugins = SwappablePlugins::new(BundleFolders::read(&config, folder)?, faults.clone())?;
    let database = StoreDatabase::open(&config.server.database, folder, faults.clone()).await?;
    let reports = Reports::default();
    let upstream = config.upstream.clone();
    let timeouts = Timeouts::default();
    let stations = Stations::new(reports.clone(), stations, upstream, now, timeouts);
    let http = client()?;
    // Several processes can share a server only.
    let peers = match &database {
        StoreDatabase::Sqlite(_) if reached.peer_url.is_some() => {
            return Err(AddressError::File.into());
        }
        StoreDatabase::Sqlite(_) => None,
        StoreDatabase::Postgres(database) => {
            let url = peers::url(&reached, tls.is_some())?;
            Some(Peers::new(&url, database, http.clone()))
        }
    };
    let native = Native::new(plugins, database, http, stations, tls, peers, faults);
    let gateway = Arc::new(Gateway::open(native, config, secrets).await?);
    if let Some(peers) = gateway.platform().peers() {
        peers.join().await?;
    }
    gateway.recover().await?;
    // One that cannot start does not lead.
    if let Some(peers) = gateway.platform().peers() {
        peers.stay().await?;
    }
    reports.connect(&gateway);
    workers::spawn(&gateway);
    Ok(gateway)
}
