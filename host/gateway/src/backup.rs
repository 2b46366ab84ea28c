//! `chargetap backup`: a copy of the database, as it is at one moment, while the gateway goes on.
//!
//! It is a file of SQLite, wherever the store is.

use std::io::ErrorKind;
use std::path::PathBuf;

use chargetap_engine::verification::{self, Contents};
use clap::Args;
use jiff::Timestamp;

use crate::database_copy::{containing_folder, copy_of_store, sync, sync_folder};
use crate::database_file::DatabaseFile;
use crate::fleet::output;
use crate::{cli, verify};

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
    let config = cli::read_unchecked(&config)?;
    let there = || format!("{} is there already: choose another name", copy.display());
    anyhow::ensure!(!copy.try_exists()?, there());
    let written = copy_of_store(&config, folder, containing_folder(&copy)).await?;
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
