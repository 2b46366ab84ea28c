//! The HTTP client.

use std::time::Duration;

/// A client with TLS and the machine's root certificates that follows no redirects: a redirected
/// `POST` would be a second request that nobody decided on.
///
/// # Errors
/// TLS cannot be set up.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    // Fails only where a cryptography provider was chosen before, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(5))
        .redirect(reqwest::redirect::Policy::none())
        .build()
}
