//! Reads secrets from where the configuration says, and checks what else it names on this machine.

use std::path::{Path, PathBuf};

use chargetap_engine::config::{Machine, SecretSource};
use secrecy::SecretString;

use crate::{tls, trust};

/// A secret cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the secret in {origin} cannot be read: {reason}")]
pub struct SecretError {
    origin: String,
    reason: String,
}

/// This machine, for a configuration in this folder.
pub(crate) struct ThisMachine<'a>(pub(crate) &'a Path);

impl Machine for ThisMachine<'_> {
    fn secret(&self, source: &SecretSource) -> Result<SecretString, String> {
        read(source, self.0).map_err(|error| {
            let todo = match source {
                SecretSource::Env(_) => "set it for the gateway",
                SecretSource::File(_) => "write it, so that only the gateway's user can read it",
            };
            format!("{error}: {todo}")
        })
    }

    fn writable_folder(&self, folder: &Path) -> Result<(), String> {
        // A relative path is one of the working directory, which has no name.
        let folder: PathBuf = [Path::new("."), self.0, folder].iter().collect();
        match tempfile::tempfile_in(&folder) {
            Ok(_) => Ok(()),
            Err(error) => Err(format!(
                "no file can be made in {} ({error}): make the folder, and let the gateway's user write \
                 to it",
                folder.display()
            )),
        }
    }

    fn certificate(&self, file: &Path) -> Result<Option<String>, String> {
        tls::check_certificate(&self.0.join(file))
    }

    fn private_key(&self, key: &SecretSource, certificate: &Path) -> Result<(), String> {
        tls::check_key(&self.secret(key)?, key, &self.0.join(certificate))
    }

    fn client_ca(&self, file: &Path) -> Result<(), String> {
        tls::check_client_ca(&self.0.join(file))
    }

    fn signers_key(&self, file: &Path) -> Result<(), String> {
        let key = trust::public_key(&self.0.join(file));
        key.map(drop).map_err(|error| error.to_string())
    }
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
