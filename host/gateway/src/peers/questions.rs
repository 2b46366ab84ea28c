//! What this process asks the others.

use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::header::CONTENT_TYPE;
use chargetap_engine::bridge::{self, ORDER_TIMEOUT, station_path};
use chargetap_engine::http::SendError;
use chargetap_engine::platform::{Database, StationAnswer, StationOrder};
use chargetap_engine::processes::{self, Process};
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;

use super::Peers;
use super::pauses::Pauses;
use crate::client;

/// How long another process may take to answer what it knows.
pub(super) const QUESTION: Duration = Duration::from_secs(5);

impl Peers {
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
        let asked = Instant::now();
        if !self.pauses().may_ask(&holder.id, asked) {
            return None;
        }
        let url = format!("{}/peers{}", holder.url, station_path(station, what));
        let request = self.http.get(url).timeout(QUESTION);
        match ask(request, &holder).await {
            Ok(known) => {
                self.pauses().answered(&holder.id);
                Some(known)
            }
            Err(error) => {
                let now = Instant::now();
                if self.pauses().unanswered(&holder.id, asked, now) {
                    tracing::warn!(
                        url = holder.url,
                        %error,
                        "another gateway does not answer, so its stations count as away: see that it is reached there"
                    );
                }
                None
            }
        }
    }

    async fn holder(&self, database: &impl Database, station: &str) -> Option<Process> {
        let holder = processes::station_holder(database, self.id(), station).await;
        holder.unwrap_or_else(|error| {
            tracing::warn!(station, %error, "it is not known which process holds its connection");
            None
        })
    }

    /// Tell the process that leads that there is work. Without being told, it finds it some seconds later.
    pub(crate) async fn tell_leader(&self, database: &impl Database, terminals: &BTreeSet<String>) {
        let leader = match processes::leader(database, self.id()).await {
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

    /// Every change is a single call, so it is whole even after a panic elsewhere.
    fn pauses(&self) -> MutexGuard<'_, Pauses> {
        self.pauses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ask another process. It is shown its token.
pub(super) async fn ask<T: DeserializeOwned>(
    request: RequestBuilder,
    of: &Process,
) -> Result<T, SendError> {
    bridge::read(&client::receive(request.bearer_auth(&of.token)).await?)
}
