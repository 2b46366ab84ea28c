//! The bridge that holds the stations' connections. `chargetap_engine::bridge` says what it is asked.

use std::cell::Cell;
use std::time::Instant;

use chargetap_engine::bridge::{self, ORDER_TIMEOUT, station_path};
use chargetap_engine::http::{Method, ProviderRequest, SendError};
use chargetap_engine::platform::{PendingStation, StationAnswer, StationLink, StationOrder};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::outbound;

/// How long the bridge may take to answer what it knows without asking a station, in milliseconds.
const QUESTION_TIMEOUT: u64 = 5_000;

/// Where the bridge is, and how it is asked.
pub(crate) struct Bridge {
    /// Without a slash at the end.
    pub(crate) url: String,
    /// By which it and the application know each other.
    pub(crate) token: SecretString,
    /// If the last question was not answered: when the next one is asked.
    pub(crate) next_question: Cell<Option<Instant>>,
}

impl Bridge {
    /// Have the bridge pass an order on to a station.
    pub(crate) async fn order(&self, station: &str, order: &StationOrder) -> StationAnswer {
        let body = Some(json!(order).to_string());
        let path = station_path(station, "orders");
        let answer = self.ask(Method::POST, &path, body, ORDER_TIMEOUT).await;
        bridge::ordered(station, answer)
    }

    /// For how long a station has been connected, in milliseconds. While the bridge is away, none is.
    pub(crate) async fn connected_for(&self, station: &str) -> Option<u64> {
        self.know(&station_path(station, "connected-for")).await
    }

    /// What the bridge knows of a station. While it is away, that is nothing.
    pub(crate) async fn link(&self, station: &str) -> StationLink {
        self.know(&station_path(station, "link")).await
    }

    /// The stations that the bridge holds pending. While it is away, that are none.
    pub(crate) async fn pending_stations(&self) -> Vec<PendingStation> {
        self.know("/pending-stations").await
    }

    /// What the bridge knows; nothing if it does not tell.
    async fn know<T: DeserializeOwned + Default>(&self, path: &str) -> T {
        if self
            .next_question
            .get()
            .is_some_and(|at| Instant::now() < at)
        {
            return T::default();
        }
        let asked = Instant::now();
        match self.ask(Method::GET, path, None, QUESTION_TIMEOUT).await {
            Ok(known) => {
                self.next_question.set(None);
                known
            }
            Err(error) => {
                // A tick asks many, and would wait as long for each. One that is refused at once costs nothing.
                let now = Instant::now();
                let next_question = now.checked_add(now.duration_since(asked));
                if self.next_question.replace(next_question).is_none() {
                    tracing::warn!(
                        %error,
                        "the bridge does not answer, so its stations count as away: start it, or correct bridge_url"
                    );
                }
                T::default()
            }
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<String>,
        timeout_ms: u64,
    ) -> Result<T, SendError> {
        let authorization = format!("Bearer {}", self.token.expose_secret());
        let request = ProviderRequest {
            method,
            url: format!("{}{path}", self.url),
            headers: vec![("authorization", authorization)],
            body,
        };
        bridge::read(&outbound::send(request, timeout_ms).await?)
    }
}
