//! The application, as the bridge reaches it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chargetap_engine::bridge::{SHORTEST_TOKEN, StationEvent, station_path};
use chargetap_engine::http::SendError;
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use crate::client::{self, client};
use crate::ocpp::Unavailable;

/// How long the application may take to take in what a station tells: less than stations wait.
const EVENT: Duration = Duration::from_secs(20);
/// How long it may take for a tick. It may execute several commands meanwhile, and each may take a minute.
const TICK: Duration = Duration::from_secs(300);

/// Why the application did not do what it was asked for, and what to do.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("it cannot be reached ({0}): start it, or correct --application")]
    Away(String),
    #[error("it did not answer ({0}): its log may say why")]
    Silent(String),
    #[error("it knows another bridge token: give it this one as its variable bridge_token")]
    Token,
    #[error(
        "it knows nothing of it: let --application name it, and give both the same configuration file"
    )]
    Unknown,
    #[error("it answered {0}: its log says why")]
    Refused(u16),
    #[error("its answer cannot be read ({0}): let both be of the same version")]
    Unreadable(serde_json::Error),
}

/// The application whose stations a bridge holds.
#[derive(Clone)]
pub struct Application(Arc<Inner>);

struct Inner {
    http: reqwest::Client,
    /// Without a slash at the end.
    url: String,
    token: SecretString,
}

impl Application {
    /// The application at this address, which knows this bridge token.
    ///
    /// # Errors
    /// The address is invalid, the token is too short, or TLS cannot be set up.
    pub fn new(url: &str, token: SecretString) -> anyhow::Result<Self> {
        let address = Url::parse(url).with_context(|| format!("{url:?} is not an address"))?;
        anyhow::ensure!(
            matches!(address.scheme(), "http" | "https") && address.has_host(),
            "{url} is not the address of an application, such as http://127.0.0.1:3000"
        );
        anyhow::ensure!(
            token.expose_secret().len() >= SHORTEST_TOKEN,
            "the bridge token has fewer than {SHORTEST_TOKEN} characters: make one by `openssl rand -hex 32`"
        );
        Ok(Self(Arc::new(Inner {
            http: client().context("the HTTP client cannot be started")?,
            url: url.trim_end_matches('/').to_owned(),
            token,
        })))
    }

    /// Whether this is the bridge token. How long the comparison takes says nothing of the token.
    pub(super) fn has_token(&self, shown: &[u8]) -> bool {
        self.0.token.expose_secret().as_bytes().ct_eq(shown).into()
    }

    /// Let the application do what time brings about, again and again, with this pause after each answer. What keeps it
    /// from that is said once.
    pub(super) async fn tick(self, pause: Duration) {
        let mut is_well = true;
        loop {
            let request = self.post("/tick").timeout(TICK);
            match ask::<serde::de::IgnoredAny>(request).await {
                Ok(_) if !is_well => {
                    is_well = true;
                    tracing::info!("the application does again what time brings about");
                }
                Err(problem) if is_well => {
                    is_well = false;
                    tracing::error!(
                        application = self.0.url,
                        %problem,
                        "the application does not do what time brings about; it is asked again and again"
                    );
                }
                _ => {}
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Tell the application something of a station.
    pub(super) async fn tell<A: DeserializeOwned>(
        &self,
        station: &str,
        event: &StationEvent,
    ) -> Result<A, Unavailable> {
        let request = self
            .post(&station_path(station, "events"))
            .timeout(EVENT)
            .header(CONTENT_TYPE, "application/json")
            .body(serde_json::json!(event).to_string());
        ask(request).await.map_err(|problem| {
            let kind = event.kind();
            tracing::warn!(station, kind, %problem, "the application did not take in what a station told");
            Unavailable
        })
    }

    fn post(&self, path: &str) -> RequestBuilder {
        let Inner { http, url, token } = &*self.0;
        let request = http.post(format!("{url}{path}"));
        request.bearer_auth(token.expose_secret())
    }
}

async fn ask<A: DeserializeOwned>(request: RequestBuilder) -> Result<A, Problem> {
    let answer = client::receive(request)
        .await
        .map_err(|error| match error {
            SendError::NotSent(reason) => Problem::Away(reason),
            SendError::Lost(reason) => Problem::Silent(reason),
        })?;
    match answer.status {
        200 => serde_json::from_slice(&answer.body).map_err(Problem::Unreadable),
        401 => Err(Problem::Token),
        404 => Err(Problem::Unknown),
        status => Err(Problem::Refused(status)),
    }
}
