//! The first operator's token, in a file that only the gateway's user can read. Standard output and the
//! log are kept by service managers, so it is in neither.

use std::io::Write;
use std::path::{Path, PathBuf};

use chargetap_engine::config::DatabaseAddress;
use secrecy::{ExposeSecret, SecretString};
use tempfile::NamedTempFile;

/// What the file's name has after the database's.
const SUFFIX: &str = ".bootstrap-token";

/// The token was issued and cannot be handed out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenFileError {
    #[error(
        "the bootstrap token was issued, but {0} exists already and is kept: move it away, and run \
         `chargetap operator-token` for another token"
    )]
    Exists(PathBuf),
    #[error(
        "the bootstrap token was issued, but {path} cannot be written ({reason}): run \
         `chargetap operator-token` for another token"
    )]
    Unusable { path: PathBuf, reason: String },
}

/// Where the token of a database is written: beside it, or beside the configuration if the database is elsewhere.
pub(crate) fn path(database: &DatabaseAddress, folder: &Path) -> PathBuf {
    let mut name = match database {
        DatabaseAddress::File(file) => folder.join(file).into_os_string(),
        DatabaseAddress::Postgres { .. } => folder.join("chargetap").into_os_string(),
    };
    name.push(SUFFIX);
    name.into()
}

/// Write the token as a whole or not at all, and never in the place of another file.
pub(crate) fn write(token: &SecretString, path: &Path) -> Result<(), TokenFileError> {
    let unusable = |error: std::io::Error| TokenFileError::Unusable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    // Only its owner can read and write a file that is made so.
    let mut file = NamedTempFile::new_in(folder).map_err(unusable)?;
    writeln!(file, "{}", token.expose_secret()).map_err(unusable)?;
    file.as_file().sync_all().map_err(unusable)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(failed) if failed.error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(TokenFileError::Exists(path.to_owned()))
        }
        Err(failed) => Err(unusable(failed.error)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_the_owner_can_read_the_token_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&DatabaseAddress::File("gateway.db".into()), folder.path());
        write(&"ctp_1".into(), &path).unwrap();
        assert_eq!(path, folder.path().join("gateway.db.bootstrap-token"));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "ctp_1\n");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_is_there_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&DatabaseAddress::File("gateway.db".into()), folder.path());
        std::fs::write(&path, "another token").unwrap();
        let error = write(&"ctp_1".into(), &path).unwrap_err();
        assert!(matches!(error, TokenFileError::Exists(_)), "{error}");
        assert!(!error.to_string().contains("ctp_1"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "another token");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
