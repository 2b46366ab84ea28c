//! A folder that keeps compiled components, so that the next start need not compile them.
//!
//! Compiled code is native code: whoever has it loaded can do all that the gateway can. So an entry counts only with an
//! HMAC by a key of this host. The key lies beside the folder and not in it: a folder that comes from a backup or a
//! shared volume brings no key along. Folder and key are not used if another user owns them or may write to them, and
//! the folder is not used if it lies in that of the components, with which it would be copied. Then everything is
//! compiled anew.

use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tempfile::NamedTempFile;

/// How many bytes the key has, and an HMAC.
const LENGTH: usize = 32;
/// What the name of the key's file has after the folder's.
const SUFFIX: &str = ".key";

pub(crate) struct Cache {
    folder: PathBuf,
    mac: Hmac<Sha256>,
}

/// The cache cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CacheError {
    #[error("{path} cannot be used ({reason})")]
    Unusable { path: PathBuf, reason: String },
    #[error("others may write to {0}: let nobody but its owner, by `chmod go-w {0}`")]
    Open(PathBuf),
    #[error("others may read or write {key}: delete it and {folder}, and both are made anew")]
    OpenKey { key: PathBuf, folder: PathBuf },
    #[error("{0} belongs to another user: delete it, or name another folder as `cache`")]
    Foreign(PathBuf),
    #[error("{0} does not hold a key: delete it, and another one is made")]
    NoKey(PathBuf),
    #[error(
        "{0} lies in the folder of the components, and would be copied with it: name a folder beside \
         that as `cache`"
    )]
    InBundle(PathBuf),
    #[cfg(not(unix))]
    #[error("this system does not say who may write to {0}")]
    Unknown(PathBuf),
}

impl Cache {
    /// Open the folder, unless it lies in that of the components: what is copied with them is another host's.
    pub(crate) fn apart_from(components: &Path, folder: &Path) -> Result<Self, CacheError> {
        let place = |path: &Path| path.canonicalize().map_err(|error| unusable(path, &error));
        make_folder(folder).map_err(|error| unusable(folder, &error))?;
        match place(folder)?.starts_with(place(components)?) {
            true => Err(CacheError::InBundle(folder.to_owned())),
            false => Self::open(folder),
        }
    }

    /// Open the folder. It is made if it is not there, and so is the key.
    pub(crate) fn open(folder: &Path) -> Result<Self, CacheError> {
        let key = key_path(folder);
        make_folder(folder).map_err(|error| unusable(folder, &error))?;
        let metadata = std::fs::metadata(folder).map_err(|error| unusable(folder, &error))?;
        if others_have(&metadata, 0o022, folder)? {
            return Err(CacheError::Open(folder.to_owned()));
        }
        make_key(&key).map_err(|error| unusable(&key, &error))?;
        // One handle for both, so that the file that is checked is the file that is read.
        let file = open_itself(&key).map_err(|error| unusable(&key, &error))?;
        let metadata = file.metadata().map_err(|error| unusable(&key, &error))?;
        if others_have(&metadata, 0o077, &key)? {
            let folder = folder.to_owned();
            return Err(CacheError::OpenKey { key, folder });
        }
        let mut secret = Vec::new();
        let most = LENGTH as u64 + 1;
        let read = (&file).take(most).read_to_end(&mut secret);
        read.map_err(|error| unusable(&key, &error))?;
        match Hmac::new_from_slice(&secret) {
            Ok(mac) if secret.len() == LENGTH => Ok(Self {
                folder: folder.to_owned(),
                mac,
            }),
            _ => Err(CacheError::NoKey(key)),
        }
    }

    /// What this host stored under this name.
    pub(crate) fn load(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.folder.join(name);
        let stored = std::fs::read(&path).ok()?;
        let (mac, compiled) = stored.split_at_checked(LENGTH)?;
        match self.mac(name, compiled).verify_slice(mac) {
            Ok(()) => Some(compiled.to_owned()),
            Err(_) => {
                tracing::warn!(
                    path = %path.display(),
                    "a compiled component is damaged or not of this host, and is compiled again"
                );
                None
            }
        }
    }

    /// Store an entry so that it is either whole or not there.
    pub(crate) fn store(&self, name: &str, compiled: &[u8]) -> std::io::Result<()> {
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(&self.mac(name, compiled).finalize().into_bytes())?;
        file.write_all(compiled)?;
        file.persist(self.folder.join(name))?;
        Ok(())
    }

    /// Names are of one length, so an entry cannot stand under another name.
    fn mac(&self, name: &str, compiled: &[u8]) -> Hmac<Sha256> {
        self.mac.clone().chain_update(name).chain_update(compiled)
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> CacheError {
    CacheError::Unusable {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Open a file, and do not follow a link.
fn open_itself(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let itself = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(itself.bits().cast_signed());
    }
    options.open(path)
}

/// Beside the folder.
fn key_path(folder: &Path) -> PathBuf {
    // Without a slash at its end.
    let mut name: OsString = folder.components().as_path().into();
    name.push(SUFFIX);
    name.into()
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Make a key, if there is none. Of several hosts that do so at once, one does.
fn make_key(path: &Path) -> std::io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    // Only its owner can read and write a file that is made so.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(&rand::random::<[u8; LENGTH]>())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(failed) if failed.error.kind() != ErrorKind::AlreadyExists => Err(failed.error),
        _ => Ok(()),
    }
}

/// Whether others than its owner have one of these rights. It is an error if its owner is another user: what others
/// put in the place of a file is theirs.
#[cfg(unix)]
fn others_have(metadata: &Metadata, rights: u32, path: &Path) -> Result<bool, CacheError> {
    use std::os::unix::fs::MetadataExt;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(CacheError::Foreign(path.to_owned()));
    }
    Ok(metadata.mode() & rights != 0)
}

#[cfg(not(unix))]
fn others_have(_: &Metadata, _: u32, path: &Path) -> Result<bool, CacheError> {
    Err(CacheError::Unknown(path.to_owned()))
}
