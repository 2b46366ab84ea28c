//! The key by which cards are named.
//!
//! A session is stopped by the card that began it, and a card is recognised by a name that the last of
//! Payter's keys makes. If that key is replaced while a session charges, its card is another one.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::error::EngineError;
use crate::platform::Platform;
use crate::store;

/// Separates this hash from others of the key.
const PURPOSE: &[u8] = b"chargetap/card-key-fingerprint/v1";

/// Make sure that the cards of running sessions are recognised, and keep by which key they are named.
pub(crate) async fn check(platform: &impl Platform, key: &SecretString) -> Result<(), EngineError> {
    let fingerprint = fingerprint(key);
    match store::sessions::naming_key(platform).await? {
        Some(stored) if stored == fingerprint => return Ok(()),
        Some(_) if store::sessions::is_any_active(platform).await? => {
            return Err(EngineError::CardKeyReplaced);
        }
        _ => {}
    }
    store::sessions::keep_naming_key(platform, &fingerprint).await?;
    Ok(())
}

/// By which a key is recognised, and nothing else is done. Keys cannot be guessed, so neither can this.
fn fingerprint(key: &SecretString) -> String {
    let hash = Sha256::new()
        .chain_update(PURPOSE)
        .chain_update(key.expose_secret())
        .finalize();
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
