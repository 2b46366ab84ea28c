//! The other processes of the gateway that share its database: what this one asks them, and what they ask it.
//!
//! `chargetap_engine::processes` says who does what. A station's orders go to the process that holds its connection; what
//! only the process that leads does, it is told of.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use chargetap_engine::EngineError;
use chargetap_engine::bridge::{self, ORDER_TIMEOUT, station_path};
use chargetap_engine::http::SendError;
use chargetap_engine::platform::{Database, Platform as _, StationAnswer, StationOrder, Work};
use chargetap_engine::processes::{self, Process};
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use crate::client;
use crate::platform::{Native, NativeGateway};
use crate::station_api;

/// How often this process says that it is alive.
const STAY: Duration = Duration::from_secs(2);
/// How long another process may take to answer what it knows.
const QUESTION: Duration = Duration::from_secs(5);

/// This process among those that share the database.
pub(crate) struct Peers {
    this: Process,
    leads: AtomicBool,
    http: reqwest::Client,
}

impl Peers {
    /// A process that others reach at this address.
    pub(crate) fn new(url: &str, http: reqwest::Client) -> Self {
        let random = || base16ct::lower::encode_string(&rand::random::<[u8; 32]>());
        Self {
            this: Process {
                id: random(),
                url: url.trim_end_matches('/').to_owned(),
                token: random(),
            },
            leads: AtomicBool::new(false),
            http,
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.this.id
    }

    /// Whether this process led when it last looked.
    pub(crate) fn leads(&self) -> bool {
        self.leads.load(Ordering::Relaxed)
    }

    /// This process begins.
    pub(crate) async fn join(&self, database: &impl Database) -> Result<(), EngineError> {
        processes::join(database, &self.this).await
    }

    /// Say that this process is alive, and see whether it leads.
    pub(crate) async fn stay(&self, database: &impl Database) -> Result<(), EngineError> {
        let leads = processes::stay(database, &self.this).await;
        // Who cannot say so does not know who leads.
        let now = *leads.as_ref().unwrap_or(&false);
        if self.leads.swap(now, Ordering::Relaxed) != now {
            let url = &self.this.url;
            match now {
                true => tracing::info!(url, "this process leads"),
                false => tracing::warn!(url, "this process does not lead any more"),
            }
        }
        leads?;
        if processes::has_namesake(database, &self.this).await? {
            let url = &self.this.url;
            tracing::error!(
                url,
                "another gateway on this database says that it is reached here: give each a --peer-url of its own"
            );
        }
        Ok(())
    }

    /// Pass an order on to the process that holds a station's connection; nothing if no other one does.
    pub(crate) async fn order(
        &self,
        database: &impl Database,
        station: &str,
        order: &StationOrder,
    ) -> Option<StationAnswer> {
        let holder = self.holder(database, station).await?;
        let request = self
            .http
            .post(format!(
                "{}/peers{}",
                holder.url,
                station_path(station, "orders")
            ))
            .timeout(Duration::from_millis(ORDER_TIMEOUT))
            .header(CONTENT_TYPE, "application/json")
            .body(serde_json::json!(order).to_string());
        Some(bridge::ordered(station, ask(request, &holder).await))
    }

    /// What the process that holds a station's connection knows of it; nothing if no other one does, or if it does not
    /// tell.
    pub(crate) async fn know<T: DeserializeOwned>(
        &self,
        database: &impl Database,
        station: &str,
        what: &str,
    ) -> Option<T> {
        let holder = self.holder(database, station).await?;
        let url = format!("{}/peers{}", holder.url, station_path(station, what));
        let request = self.http.get(url).timeout(QUESTION);
        match ask(request, &holder).await {
            Ok(known) => Some(known),
            Err(error) => {
                tracing::warn!(station, url = holder.url, %error, "the process that holds its connection does not answer");
                None
            }
        }
    }

    async fn holder(&self, database: &impl Database, station: &str) -> Option<Process> {
        let holder = processes::station_holder(database, &self.this.id, station).await;
        holder.unwrap_or_else(|error| {
            tracing::warn!(station, %error, "it is not known which process holds its connection");
            None
        })
    }

    /// Tell the process that leads that there is work. Without being told, it finds it some seconds later.
    pub(crate) async fn tell_leader(&self, database: &impl Database, terminals: &BTreeSet<String>) {
        let leader = match processes::leader(database, &self.this.id).await {
            Ok(Some(leader)) => leader,
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(%error, "it is not known which process leads");
                return;
            }
        };
        let request = self
            .http
            .post(format!("{}/peers/work", leader.url))
            .timeout(QUESTION)
            .header(CONTENT_TYPE, "application/json")
            .body(serde_json::json!(terminals).to_string());
        if let Err(error) = ask::<()>(request, &leader).await {
            tracing::warn!(url = leader.url, %error, "the process that leads does not answer");
        }
    }

    fn has_token(&self, shown: &[u8]) -> bool {
        self.this.token.as_bytes().ct_eq(shown).into()
    }
}

async fn ask<T: DeserializeOwned>(request: RequestBuilder, of: &Process) -> Result<T, SendError> {
    bridge::read(&client::receive(request.bearer_auth(&of.token)).await?)
}

/// Where others reach a process that listens at this address, unless it was told.
pub(crate) fn url(listens: SocketAddr, is_tls: bool) -> String {
    let scheme = if is_tls { "https" } else { "http" };
    format!("{scheme}://{listens}")
}

/// Say again and again that this process is alive, and let stations go that connected to another one.
pub(crate) async fn stay(gateway: Arc<NativeGateway>) {
    let platform = gateway.platform();
    let Some(peers) = platform.peers() else {
        return;
    };
    loop {
        tokio::time::sleep(STAY).await;
        let stayed = async {
            peers.stay(platform).await?;
            let connections = platform.stations().connections();
            let connected = connections
                .into_iter()
                .filter(|(_, is_connected)| *is_connected);
            let connected: Vec<&str> = connected.map(|(station, _)| station).collect();
            processes::moved_stations(platform, peers.id(), &connected).await
        };
        match stayed.await {
            Ok(moved) => {
                for station in moved {
                    platform.stations().let_go(&station).await;
                }
            }
            Err(error) => {
                tracing::error!(%error, "other processes are not told that this one is alive")
            }
        }
    }
}

/// What other processes ask this one; nothing where there are none.
pub(crate) fn router(gateway: &Arc<NativeGateway>) -> Router {
    if gateway.platform().peers().is_none() {
        return Router::new();
    }
    let stations = gateway.platform().stations().clone();
    let routes = station_api::router()
        .with_state(stations)
        .route("/work", post(work).with_state(gateway.clone()))
        .route_layer(middleware::from_fn_with_state(gateway.clone(), authorize));
    Router::new().nest("/peers", routes)
}

/// Answers the other processes only.
async fn authorize(
    State(gateway): State<Arc<NativeGateway>>,
    request: Request,
    next: Next,
) -> Response {
    let token = station_api::bearer(&request);
    let peers = gateway.platform().peers();
    match peers
        .zip(token)
        .is_some_and(|(peers, token)| peers.has_token(token))
    {
        true => next.run(request).await,
        false => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// There is work for the process that leads.
async fn work(
    State(gateway): State<Arc<NativeGateway>>,
    Json(terminals): Json<BTreeSet<String>>,
) -> Json<()> {
    let platform: &Native = gateway.platform();
    platform.notify(Work::Outbox);
    for terminal in &terminals {
        platform.notify(Work::Terminal(terminal));
    }
    Json(())
}
