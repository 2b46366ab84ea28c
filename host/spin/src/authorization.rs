//! Bearer tokens of requests to the application itself.

use secrecy::{ExposeSecret, SecretString};
use spin_sdk::http::HeaderMap;
use subtle::ConstantTimeEq;

/// Whether the request has this secret as its bearer token.
pub(crate) fn has_token(headers: &HeaderMap, secret: &SecretString) -> bool {
    let given = headers
        .get("authorization")
        .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    given.is_some_and(|given| given.ct_eq(secret.expose_secret().as_bytes()).into())
}
