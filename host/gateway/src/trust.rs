//! The keys of those who sign components.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chargetap_engine::config;
use chargetap_plugins::{KeyError, PrivateKey, PublicKey, Trust};
use secrecy::{ExposeSecret, SecretString};

/// A file with a key cannot be used. The text has nothing of the key.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be used: {problem}")]
pub struct KeyFileError {
    path: PathBuf,
    problem: String,
}

/// Read the keys that a configuration names. Relative files lie in `folder`.
pub(crate) fn read(trust: &config::Trust, folder: &Path) -> Result<Trust, KeyFileError> {
    match trust {
        config::Trust::Unsigned => Ok(Trust::Unsigned),
        config::Trust::Keys(files) => {
            let keys = files.iter().map(|file| public_key(&folder.join(file)));
            Ok(Trust::Keys(keys.collect::<Result<_, _>>()?))
        }
    }
}

pub(crate) fn public_key(path: &Path) -> Result<PublicKey, KeyFileError> {
    key(path, PublicKey::from_pem)
}

pub(crate) fn private_key(path: &Path) -> Result<PrivateKey, KeyFileError> {
    key(path, PrivateKey::from_pem)
}

fn key<T>(path: &Path, read: impl FnOnce(&str) -> Result<T, KeyError>) -> Result<T, KeyFileError> {
    let failed = |problem: String| KeyFileError {
        path: path.to_owned(),
        problem,
    };
    let text = match std::fs::read_to_string(path) {
        // A file that is no text is no PEM. An empty text has the reader say so.
        Err(error) if error.kind() == ErrorKind::InvalidData => Ok(String::new()),
        text => text,
    };
    let text = SecretString::from(text.map_err(|error| failed(error.to_string()))?);
    read(text.expose_secret()).map_err(|error| failed(error.to_string()))
}
