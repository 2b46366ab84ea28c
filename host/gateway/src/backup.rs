//! `chargetap backup`: a copy of the database, as it is at one moment, while the gateway goes on.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::Context;
use chargetap_engine::verification::{self, Contents};
use clap::Args;
use jiff::Timestamp;
use tempfile::{NamedTempFile, TempPath};

use crate::cli;
use crate::database_file::DatabaseFile;
use crate::fleet::output;
use crate::verify::{self, progress_bar};

/// The arguments of `chargetap backup`.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The file to write, which must not be there yet.
    copy: PathBuf,
    /// The configuration file; relative paths in it are taken from its folder.
    #[arg(long, value_name = "CONFIG", default_value = "chargetap.toml")]
    config: PathBuf,
}

/// Copy the database of a configuration, and say what is in the copy.
pub(crate) async fn run(BackupArgs { copy, config }: BackupArgs) -> anyhow::Result<()> {
    let folder = cli::folder_of(&config);
    let database = cli::database_file(&cli::read_unchecked(&config)?, folder)?;
    let there = || format!("{} is there already: choose another name", copy.display());
    anyhow::ensure!(!copy.try_exists()?, there());
    let written = copy_beside(&database, &copy)?;
    let look = DatabaseFile::look(&written)?;
    let reports = verify::check(&look).await;
    let contents = verification::contents(&look).await?;
    drop(look);
    sync(&written)?;
    // Never in the place of another file, should one have come meanwhile.
    written
        .persist_noclobber(&copy)
        .map_err(|failed| match failed.error.kind() {
            ErrorKind::AlreadyExists => anyhow::Error::msg(there()),
            _ => anyhow::Error::from(failed.error)
                .context(format!("{} cannot be written", copy.display())),
        })?;
    sync_folder(&copy)?;
    let size = std::fs::metadata(&copy)?.len();
    output::text(&format!(
        "{}: {size} bytes, with {}\n",
        copy.display(),
        described(contents)
    ))?;
    match verify::findings(&reports) {
        0 => Ok(()),
        count => anyhow::bail!(
            "the copy was made, but {count} findings show that the database is not as it should be: see `chargetap \
             verify {}`",
            copy.display()
        ),
    }
}

/// Copy a database into a file beside `place` that only its owner can read, and that is removed unless it is kept.
pub(crate) fn copy_beside(database: &Path, place: &Path) -> anyhow::Result<TempPath> {
    let source = DatabaseFile::look(database)?;
    let folder = folder(place);
    let copy = NamedTempFile::new_in(folder)
        .with_context(|| format!("nothing can be written to {}", folder.display()))?
        .into_temp_path();
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
    sync(folder(path))
}

/// The folder in which a file is.
pub(crate) fn folder(path: &Path) -> &Path {
    let folder = path.parent().unwrap_or(Path::new("."));
    match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    }
}

/// What is in a database, for people.
pub(crate) fn described(contents: Contents) -> String {
    let Contents {
        sessions,
        open,
        events,
        last_at,
    } = contents;
    let upto = last_at.and_then(|at| Timestamp::from_millisecond(i64::try_from(at).ok()?).ok());
    let upto = upto.map_or_else(String::new, |at| format!(", the last of {at:.0}"));
    format!("{sessions} sessions, of which {open} are open, and {events} events{upto}")
}
