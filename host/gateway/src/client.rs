//! The HTTP client.

use std::time::Duration;

use chargetap_engine::http::{ProviderResponse, SendError};

/// The largest answer that is read, in bytes.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// A client with TLS and the machine's root certificates. It follows no redirects, because they
/// would send a `POST` a second time.
///
/// # Errors
/// TLS cannot be set up.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    // Fails only if a cryptography provider is already installed, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .build()
}

/// Send a request and read its answer, of which at most 1 MiB is read.
pub(crate) async fn receive(
    request: reqwest::RequestBuilder,
) -> Result<ProviderResponse, SendError> {
    // An error's text must not repeat the URL: it may be a capability.
    let lost = |error: reqwest::Error| SendError::Lost(error.without_url().to_string());
    let mut response = request.send().await.map_err(|error| {
        if error.is_connect() || error.is_builder() {
            SendError::NotSent(error.without_url().to_string())
        } else {
            lost(error)
        }
    })?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        body.extend_from_slice(&chunk);
        if body.len() > ANSWER_LIMIT {
            return Err(SendError::Lost("the answer is too large".into()));
        }
    }
    Ok(ProviderResponse { status, body })
}
