//! A copy of a store as one file of SQLite, in the folder where it is wanted.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use chargetap_engine::config::{Config, DatabaseAddress};
use tempfile::{NamedTempFile, TempPath};

use crate::database_file::DatabaseFile;
use crate::faults::Faults;
use crate::progress::progress_bar;
use crate::store_copy::{self, Connection, Target};

/// Copy the store of a configuration into a file of `place`.
pub(crate) async fn copy_of_store(
    config: &Config,
    folder: &Path,
    place: &Path,
) -> anyhow::Result<TempPath> {
    let address = &config.server.database;
    match address {
        DatabaseAddress::File(file) => copy_of_file(&folder.join(file), place),
        DatabaseAddress::Postgres { .. } => {
            let source = Connection::look(address, folder).await?;
            let copy = new_file(place)?;
            let target = Target::from(DatabaseFile::open(&copy)?);
            store_copy::copy(&source, &target, None, &Faults::default()).await?;
            Ok(copy)
        }
    }
}

/// A file that only its owner can read, and that is removed unless it is kept.
pub(crate) fn new_file(place: &Path) -> anyhow::Result<TempPath> {
    let made = NamedTempFile::new_in(place);
    let made = made.with_context(|| format!("nothing can be written to {}", place.display()))?;
    Ok(made.into_temp_path())
}

/// Copy a database file into another one of `place`.
pub(crate) fn copy_of_file(database: &Path, place: &Path) -> anyhow::Result<TempPath> {
    let source = DatabaseFile::look(database)?;
    let copy = new_file(place)?;
    let bar = progress_bar(0, "{spinner} {bar:30} {pos} of {len} pages, {elapsed}");
    let copied = source.copy_to(&copy, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    copied?;
    Ok(copy)
}

/// See that a file is on the disk.
pub(crate) fn sync(path: &Path) -> anyhow::Result<()> {
    let synced = File::open(path).and_then(|file| file.sync_all());
    synced.with_context(|| format!("{} cannot be written", path.display()))
}

/// See that a file's name is on the disk.
pub(crate) fn sync_folder(path: &Path) -> anyhow::Result<()> {
    sync(containing_folder(path))
}

/// The folder in which a file is.
pub(crate) fn containing_folder(path: &Path) -> &Path {
    let folder = path.parent().unwrap_or(Path::new("."));
    match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    }
}
