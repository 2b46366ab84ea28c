//! Reads secrets from where the configuration says.

use std::path::Path;

use chargetap_engine::config::SecretSource;
use secrecy::SecretString;

/// A secret cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the secret in {origin} cannot be read: {reason}")]
pub struct SecretError {
    origin: String,
    reason: String,
}

/// Read a secret. Relative files lie beside the configuration.
pub(crate) fn read(source: &SecretSource, folder: &Path) -> Result<SecretString, SecretError> {
    let failed = |reason: String| SecretError {
        origin: source.to_string(),
        reason,
    };
    let secret = match source {
        SecretSource::Env(name) => std::env::var(name).map_err(|error| failed(error.to_string())),
        SecretSource::File(path) => {
            std::fs::read_to_string(folder.join(path)).map_err(|error| failed(error.to_string()))
        }
    }?;
    let secret = secret.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(failed("it is empty".into()));
    }
    Ok(SecretString::from(secret))
}
