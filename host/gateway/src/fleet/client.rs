//! Calls over HTTP. A call whose answer was lost is repeated if that cannot act twice.

use std::convert::Infallible;
use std::time::Duration;

use anyhow::Context;
use chargetap_fleet::api::Method;
use futures_util::stream;
use indicatif::ProgressBar;
use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_MATCH,
};
use reqwest::{RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};

use super::invocation::Payload;
use super::plain::plain;
use super::problem::Failure;

/// How often a call is repeated if its answer is lost.
const REPETITIONS: u32 = 3;
/// How long to wait before the first repetition. Each further wait is longer by this.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a call may take. It may carry a large body, or wait for a station.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long the gateway may take to say how it is. Whoever asks wants to know soon, also that there is no answer.
const PATIENCE_FOR_STATUS: Duration = Duration::from_secs(10);
/// How many bytes of a body are sent at once.
const CHUNK: usize = 64 * 1024;

/// A client of one gateway.
pub(super) struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<SecretString>,
}

/// A call.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) method: Method,
    /// The parts of the path under `/api/v1`.
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, String)],
    /// The version of the record that the call replaces.
    pub(super) if_match: Option<&'a str>,
    pub(super) body: Option<&'a Payload>,
    /// Whether it needs no token.
    pub(super) is_open: bool,
    /// Shows how much of the body is sent.
    pub(super) progress: ProgressBar,
}

impl<'a> Call<'a> {
    /// A call with a token and without a body, of which no progress is shown.
    pub(super) fn new(method: Method, path: &'a [&'a str]) -> Self {
        Self {
            method,
            path,
            query: &[],
            if_match: None,
            body: None,
            is_open: false,
            progress: ProgressBar::hidden(),
        }
    }
}

/// The answer to a call that succeeded.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) media_type: String,
    pub(super) etag: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Client {
    /// A client of the gateway at this address, with this token.
    ///
    /// # Errors
    /// The address is invalid, or TLS cannot be set up.
    pub(super) fn new(base: &str, token: Option<SecretString>) -> anyhow::Result<Self> {
        let base = Url::parse(base).with_context(|| format!("{base:?} is not an address"))?;
        anyhow::ensure!(
            matches!(base.scheme(), "http" | "https") && base.has_host(),
            "{base} is not the address of a gateway, such as http://127.0.0.1:8080"
        );
        Ok(Self {
            http: crate::client::client().context("the HTTP client cannot be started")?,
            base,
            token,
        })
    }

    /// Make a call, and repeat it while its answer is lost.
    ///
    /// # Errors
    /// The gateway refuses, or cannot be reached.
    pub(super) async fn call(&self, call: &Call<'_>) -> Result<Reply, Failure> {
        let key = format!("{:032x}", rand::random::<u128>());
        let mut repetitions = 0;
        loop {
            let error = match self.attempt(call, &key, PATIENCE).await {
                Ok(reply) => return reply,
                Err(error) => error,
            };
            let is_unreachable = error.is_connect() && repetitions == 0;
            let may_repeat = matches!(call.method, Method::Get | Method::Post);
            if is_unreachable || !may_repeat || repetitions == REPETITIONS {
                return Err(self.failure(call.method == Method::Get, error));
            }
            repetitions += 1;
            tokio::time::sleep(PAUSE * repetitions).await;
        }
    }

    /// Ask whether the gateway is ready, which needs no token. What it says, too.
    ///
    /// # Errors
    /// It cannot be reached, or is no gateway.
    pub(super) async fn readiness(&self) -> Result<(bool, String), Failure> {
        let asked = async {
            let request = self.http.get(self.under(&["readyz"]));
            let response = request.timeout(PATIENCE_FOR_STATUS).send().await?;
            let status = response.status().as_u16();
            Ok((status, response.bytes().await?))
        };
        let (status, body) = asked.await.map_err(|error| self.failure(true, error))?;
        let text = plain(String::from_utf8_lossy(&body).trim());
        match status {
            200 => Ok((true, text)),
            503 => Ok((false, text)),
            status => Err(Failure::refused(status, &body)),
        }
    }

    /// Ask how the gateway is, which needs a token. It is asked once.
    ///
    /// # Errors
    /// It refuses, or cannot be reached.
    pub(super) async fn status(&self) -> Result<Reply, Failure> {
        let call = Call::new(Method::Get, &["status"]);
        let answered = self.attempt(&call, "", PATIENCE_FOR_STATUS).await;
        answered.unwrap_or_else(|error| Err(self.failure(true, error)))
    }

    /// Make a call once, with a key if it is a `POST`. The outer error means that there is no answer.
    async fn attempt(
        &self,
        call: &Call<'_>,
        key: &str,
        patience: Duration,
    ) -> Result<Result<Reply, Failure>, reqwest::Error> {
        let Some(mut request) = self.request(call, patience) else {
            return Ok(Err(Failure::NoToken));
        };
        if call.method == Method::Post {
            request = request.header("Idempotency-Key", key);
        }
        let response = request.send().await?;
        let status = response.status().as_u16();
        let media_type = text(response.headers(), CONTENT_TYPE.as_str()).unwrap_or_default();
        let etag = text(response.headers(), ETAG.as_str());
        let body = response.bytes().await?.to_vec();
        Ok(match status {
            200..300 => Ok(Reply {
                media_type,
                etag,
                body,
            }),
            _ => Err(Failure::refused(status, &body)),
        })
    }

    fn request(&self, call: &Call<'_>, patience: Duration) -> Option<RequestBuilder> {
        let method = match call.method {
            Method::Get => reqwest::Method::GET,
            Method::Put => reqwest::Method::PUT,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = self.http.request(method, self.url(call)).timeout(patience);
        if !call.is_open {
            request = request.header(AUTHORIZATION, self.bearer()?);
        }
        if let Some(version) = call.if_match {
            request = request.header(IF_MATCH, version);
        }
        if let Some(body) = call.body {
            request = request
                .header(CONTENT_TYPE, body.media_type)
                .header(CONTENT_LENGTH, body.bytes.len())
                .body(streamed(&body.bytes, &call.progress));
        }
        Some(request)
    }

    fn url(&self, call: &Call<'_>) -> Url {
        let mut url = self.under(&[&["api", "v1"], call.path].concat());
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(call.query);
        }
        url
    }

    /// The address of this path at the gateway.
    fn under(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Fails only for an address without a host, which `new` refuses.
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(path);
        }
        url.set_fragment(None);
        url
    }

    /// The token as a header, if there is one and a header can hold it.
    fn bearer(&self) -> Option<HeaderValue> {
        let token = self.token.as_ref()?.expose_secret();
        let mut bearer = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
        bearer.set_sensitive(true);
        Some(bearer)
    }

    fn failure(&self, is_read: bool, error: reqwest::Error) -> Failure {
        // The error must not repeat the URL: its path may be a capability.
        let is_unreachable = error.is_connect() || error.is_builder();
        let reason = innermost(&error.without_url());
        let at = self.base.to_string();
        match is_unreachable {
            true => Failure::Unreachable { at, reason },
            false => Failure::Lost {
                at,
                reason,
                is_read,
            },
        }
    }
}

/// A body that advances the progress bar as it is sent.
fn streamed(bytes: &[u8], progress: &ProgressBar) -> reqwest::Body {
    progress.set_position(0);
    let progress = progress.clone();
    let chunks: Vec<Vec<u8>> = bytes.chunks(CHUNK).map(<[u8]>::to_vec).collect();
    let chunks = chunks.into_iter().map(move |chunk| {
        progress.inc(chunk.len() as u64);
        Ok::<_, Infallible>(chunk)
    });
    reqwest::Body::wrap_stream(stream::iter(chunks))
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}

/// The first cause of an error.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
