//! The other processes of the gateway that share its database: what this one asks them, and what they ask it.
//!
//! `chargetap_engine::processes` says who does what. A station's orders go to the process that holds its connection;
//! what only the process that leads does, it is told of.

mod address;
mod api;
mod fingerprint;
mod pauses;
mod questions;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chargetap_engine::EngineError;
use chargetap_engine::processes::{self, Process, Standing};
use tokio::time::{sleep, timeout};

use self::pauses::Pauses;
use crate::platform::{Native, NativeGateway, elapsed};
use crate::postgres::Postgres;

pub(crate) use self::address::{AddressError, url};
pub(crate) use self::api::router;
pub(crate) use self::fingerprint::compare;

/// How often this process says that it is alive.
const STAY: Duration = Duration::from_secs(2);
/// How long it may take to say so. Then it is tried again, by another connection.
const STAY_WITHIN: Duration = Duration::from_secs(3);

/// This process among those that share the database.
pub(crate) struct Peers {
    this: Process,
    /// It must be heard that this process is alive, however busy the other connections are.
    database: Postgres,
    standing: Mutex<Standing>,
    http: reqwest::Client,
    /// Those of questions to processes that did not answer.
    pauses: Mutex<Pauses>,
}

impl Peers {
    /// A process that others reach at this address.
    pub(crate) fn new(url: &str, database: &Postgres, http: reqwest::Client) -> Self {
        let random = || base16ct::lower::encode_string(&rand::random::<[u8; 32]>());
        Self {
            this: Process {
                id: random(),
                url: url.trim_end_matches('/').to_owned(),
                token: random(),
            },
            database: database.apart(),
            standing: Mutex::default(),
            http,
            pauses: Mutex::default(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.this.id
    }

    /// Whether this process leads.
    pub(crate) fn leads(&self) -> bool {
        self.standing().leads(elapsed())
    }

    /// Whether this process is sure that the others take it for alive.
    pub(crate) fn is_alive(&self) -> bool {
        self.standing().is_alive(elapsed())
    }

    /// This process begins.
    pub(crate) async fn join(&self) -> Result<(), EngineError> {
        processes::join(&self.database, &self.this).await
    }

    /// Say that this process is alive, and see whether it leads.
    pub(crate) async fn stay(&self) -> Result<(), EngineError> {
        let standing = processes::stay(&self.database, &self.this, elapsed()).await?;
        *self.standing() = standing;
        if processes::has_namesake(&self.database, &self.this).await? {
            let url = &self.this.url;
            tracing::error!(
                url,
                "another gateway on this database says that it is reached here: give each a --peer-url of its own"
            );
        }
        Ok(())
    }

    /// This process ends.
    pub(crate) async fn leave(&self) -> Result<(), EngineError> {
        processes::leave(&self.database, self.id()).await
    }

    /// Say that this process is alive, and let stations go that connected to another one since.
    async fn keep(&self, platform: &Native) -> Result<(), EngineError> {
        self.stay().await?;
        let stations = platform.stations();
        let connected = stations.connections().into_iter();
        let connected: Vec<String> = connected.map(|(station, _)| station).collect();
        // Whoever connected a moment ago is being put on record.
        let is_settled = |station: &&str| {
            let duration = stations.connected_for(station);
            duration.is_some_and(|duration| Duration::from_millis(duration) >= STAY)
        };
        let connected = connected.iter().map(String::as_str);
        let connected: Vec<&str> = connected.filter(is_settled).collect();
        let moved = processes::keep_stations(&self.database, self.id(), &connected).await?;
        for station in moved {
            stations.let_go(&station).await;
        }
        Ok(())
    }

    /// Every change is a single assignment, so it is whole even after a panic elsewhere.
    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Say again and again that this process is alive. Once the others take it for dead, its stations are let go: nobody
/// could order them.
pub(crate) async fn stay(gateway: Arc<NativeGateway>) {
    let platform = gateway.platform();
    let Some(peers) = platform.peers() else {
        return;
    };
    let mut did_lead = false;
    loop {
        let kept = timeout(STAY_WITHIN, peers.keep(platform)).await;
        let unheard = "other gateways are not told that this one is alive";
        match kept {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "{unheard}"),
            Err(error) => {
                tracing::error!(%error, "{unheard}: the database does not answer");
                peers.database.reconnect();
            }
        }
        let url = &peers.this.url;
        let leads = peers.leads();
        if std::mem::replace(&mut did_lead, leads) != leads {
            match leads {
                true => tracing::info!(url, "this process leads"),
                false => tracing::warn!(url, "this process does not lead any more"),
            }
        }
        let is_cut_off = peers.standing().is_cut_off(elapsed());
        if platform.stations().set_open(!is_cut_off) {
            match is_cut_off {
                true => tracing::error!(
                    url,
                    "the database could not be reached for 10 s: the stations of this gateway are let go, and none is \
                     taken, until it can be reached again. They may connect to another gateway"
                ),
                false => {
                    tracing::warn!(url, "the database can be reached again: stations are taken")
                }
            }
        }
        sleep(STAY).await;
    }
}
