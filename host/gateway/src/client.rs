//! The HTTP client.

use std::time::Duration;

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
