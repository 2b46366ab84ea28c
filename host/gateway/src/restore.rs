//! `chargetap restore`: a copy takes the place of the database of a stopped gateway.
//!
//! The copy is copied once more beside the database, checked, brought to this program's tables and marked, before
//! anything is changed. Its name is the last to change: until then the former database is in its place, and from then
//! on the copy. Before that, the former one is copied to where it is kept: a second name for the same file cannot be
//! had on every file system, and one that a restore left behind which was cut off would change with the database.
//!
//! On a server the place of the copy is an empty database (`server`).

mod server;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use chargetap_engine::config::DatabaseAddress;
use chargetap_engine::copies::{self, CopyState};
use chargetap_engine::verification::{self, Contents};
use clap::Args;
use jiff::Timestamp;
use tempfile::TempPath;

use crate::backup::described;
use crate::database_copy::{containing_folder, copy_of_file, new_file, sync, sync_folder};
use crate::database_file::DatabaseFile;
use crate::fleet::output;
use crate::sqlite::OpenError;
use crate::{cli, platform, sqlite, verify};

/// How many numbers of receipts may be set aside at once: more would be a mistake in typing.
const MOST_NUMBERS: u64 = 100_000;

const HOW: &str = "\
A copy knows nothing of what happened after it was made. So the gateway that starts on it

- compares the holds at each terminal with the payment provider's before it arms the terminal. Holds that no session of \
the copy knows are neither voided nor captured: an alert asks a person (`chargetap fleet alert list`);
- asks the provider whether the hold of a session of the copy is still open before it captures or voids it;
- sends no command that waited in the copy a second time, and takes no card under a prompt of before.

Numbers of receipts are given out once. Those that were given out after the copy was made are taken from the former \
database, which stays beside the restored one. If that is lost or cannot be read, look up the last receipt of each \
issuer that was sent or booked, and say its number without the prefix:

    chargetap restore backup.db --after-receipt SE556000000001=1234

If the database is on a server, the former one is never written to. Make a new, empty database, name it as \
`server.database`, and say where the former one is, or the numbers:

    createdb --host=db.example --username=chargetap chargetap_2
    chargetap restore backup.db --former postgres://chargetap@db.example/chargetap";

/// The arguments of `chargetap restore`.
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub(crate) struct RestoreArgs {
    /// The copy, as `chargetap backup` made it. It stays as it is.
    copy: PathBuf,
    /// The last number that was given to a receipt, without its prefix, by the VAT number of its issuer.
    #[arg(long, value_name = "ISSUER=NUMBER")]
    after_receipt: Vec<LastReceipt>,
    /// The former database, which the configuration named before, if its database is on a server: a file, or
    /// `postgres://USER@HOST/NAME` with the same password as the new one. Nothing is written to it.
    #[arg(long, value_name = "ADDRESS")]
    former: Option<String>,
    /// The configuration file; relative paths in it are taken from its folder.
    #[arg(long, value_name = "CONFIG", default_value = "chargetap.toml")]
    config: PathBuf,
}

/// The last number that was given to a receipt of an issuer.
#[derive(Clone, Debug)]
struct LastReceipt {
    issuer: String,
    number: u64,
}

impl FromStr for LastReceipt {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (issuer, number) = text
            .split_once('=')
            .ok_or("say ISSUER=NUMBER, such as SE556000000001=1234")?;
        Ok(Self {
            issuer: issuer.trim().to_owned(),
            number: number
                .trim()
                .parse()
                .map_err(|_| "the number of the receipt has digits only: leave out its prefix")?,
        })
    }
}

/// Put a copy in the place of the database of a configuration, and say what to do next.
pub(crate) async fn run(args: RestoreArgs) -> anyhow::Result<()> {
    let config = cli::read_unchecked(&args.config)?;
    let folder = cli::folder_of(&args.config);
    match &config.server.database {
        DatabaseAddress::File(file) => into_file(&args, &folder.join(file)).await,
        DatabaseAddress::Postgres { url, password } => {
            server::restore(&args, url, password.as_ref(), folder).await
        }
    }
}

async fn into_file(args: &RestoreArgs, database: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        args.former.is_none(),
        "--former is for a database on a server: of a file, the former one is {}",
        database.display()
    );
    let _lock = sqlite::lock(database).map_err(|error| match error {
        OpenError::InUse(_) => anyhow::Error::from(error).context("stop the gateway first"),
        OpenError::Unusable { .. } => error.into(),
    })?;
    let former = Former::read(database).await?;
    let folder = containing_folder(database);
    let restored = Restored::make(args, &former.last_receipts, folder).await?;
    keep_owner(database, &restored.file)?;
    sync(&restored.file)?;

    let kept = match former.keep(database)? {
        Some(kept) => format!("The former database is kept as {}.", kept.display()),
        None => "There was no database before.".to_owned(),
    };
    let told = restored.told(args, &database.display(), &kept);
    restored
        .file
        .persist(database)
        .with_context(|| format!("{} cannot be replaced", database.display()))?;
    sync_folder(database)?;
    output::text(&told)
}

/// A copy of the copy, which is whole, of this program's version and marked as restored.
struct Restored {
    file: TempPath,
    contents: Contents,
    /// The last receipts that the copy knows, and those after which numbers go on.
    known: BTreeMap<String, u64>,
    last: BTreeMap<String, u64>,
    findings: usize,
}

impl Restored {
    async fn make(
        args: &RestoreArgs,
        former: &BTreeMap<String, u64>,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let file = copy_of_file(&args.copy, folder)?;
        let restored = DatabaseFile::open(&file)?;
        // Before anything is made of it: an upgrade of what is no database of a gateway would make one of it.
        verification::contents(&restored)
            .await
            .with_context(|| format!("{} is no database of a gateway", args.copy.display()))?;
        verification::upgrade(&restored).await?;
        let reports = verify::check(&restored).await;
        verify::ensure_whole(&args.copy, &reports)?;
        let contents = verification::contents(&restored).await?;
        let known = verification::last_receipts(&restored).await?;
        let known = known.into_iter().collect();
        let last = last_receipts(&known, former, &args.after_receipt)?;
        for (issuer, number) in &last {
            verification::reserve_receipts(&restored, issuer, *number).await?;
        }
        verification::mark_restored(&restored, platform::now()).await?;
        Ok(Self {
            file,
            contents,
            known,
            last,
            findings: verify::findings(&reports),
        })
    }

    /// The text for the operator: the result, and the next steps. `kept` says where the former database is now.
    fn told(&self, args: &RestoreArgs, database: &dyn fmt::Display, kept: &str) -> String {
        let mut text = format!(
            "{database}: restored from {}, with {}\n{kept}\n",
            args.copy.display(),
            described(self.contents)
        );
        for (issuer, number) in &self.last {
            let before = self.known.get(issuer).copied().unwrap_or_default();
            text += &format!(
                "Receipts of {issuer} go on after {number}; the copy knows them up to {before}.\n"
            );
        }
        text += NEXT;
        match self.findings {
            0 => {}
            count => {
                text += &format!(
                    "{count} findings in the copy need a person: see `chargetap verify`.\n"
                );
            }
        }
        text
    }
}

/// The database and its lock belong to whom the former database belonged, or its folder: the gateway may run as another
/// user than this command.
fn keep_owner(database: &Path, written: &Path) -> anyhow::Result<()> {
    let place = match database.exists() {
        true => database,
        false => containing_folder(database),
    };
    let of = std::fs::metadata(place)?;
    for file in [written, &suffixed(database, ".lock")] {
        let own = std::fs::metadata(file)?;
        if (own.uid(), own.gid()) != (of.uid(), of.gid()) {
            chown(file, Some(of.uid()), Some(of.gid())).with_context(|| {
                let path = place.display();
                format!("{path} is another user's: run this command as that user, or as root")
            })?;
        }
    }
    Ok(())
}

const NEXT: &str = "
What happened after the copy was made is not in this database. Before you start the gateway, check:
- that each of these numbers is that of the last receipt that was sent or booked, and that no other issuer has any;
- tokens, webhooks and records of terminals: what was issued, revoked or changed since is as it was in the copy.
After the start, see `chargetap fleet alert list`: holds and sessions that the copy does not know, or knows otherwise than
the payment provider, need a person.
";

/// The database that is in the copy's place.
struct Former {
    exists: bool,
    /// Empty if they cannot be read.
    last_receipts: BTreeMap<String, u64>,
}

impl Former {
    /// It may be damaged: then it is kept as it is.
    async fn read(path: &Path) -> anyhow::Result<Self> {
        let exists = path.exists();
        let mut last_receipts = BTreeMap::new();
        if exists && let Ok(database) = DatabaseFile::open(path) {
            anyhow::ensure!(
                !matches!(copies::state(&database).await, Ok(CopyState::Unfinished)),
                "{} is a copy that did not end, and may not have the last receipts: run the `chargetap migrate` again \
                 that made it, or move the file away and say the numbers by --after-receipt",
                path.display()
            );
            if let Ok(last) = verification::last_receipts(&database).await {
                last_receipts = last.into_iter().collect();
            }
            match database.empty_log() {
                Ok(true) => {}
                Ok(false) => anyhow::bail!(
                    "somebody reads the former database: end `chargetap verify` and `chargetap backup` first"
                ),
                Err(error) => {
                    tracing::warn!(%error, "the former database cannot be written, and is kept as it is");
                }
            }
        }
        Ok(Self {
            exists,
            last_receipts,
        })
    }

    /// Copy it to where it is kept, byte by byte, as it may be damaged. It stays in its place.
    fn keep(&self, path: &Path) -> anyhow::Result<Option<PathBuf>> {
        let now = i64::try_from(platform::now()).ok();
        let now = now.and_then(|now| Timestamp::from_millisecond(now).ok());
        let now = now.unwrap_or_default().strftime("%Y%m%dT%H%M%SZ");
        let kept = suffixed(path, &format!(".before-restore-{now}"));
        let failed = || {
            format!(
                "the former database cannot be kept as {}: make room, or move it away by hand and say the last \
                 receipts by --after-receipt",
                kept.display()
            )
        };
        if self.exists {
            let copy = new_file(containing_folder(path))?;
            std::fs::copy(path, &copy).with_context(failed)?;
            keep_owner(path, &copy)?;
            sync(&copy)?;
            copy.persist_noclobber(&kept).with_context(failed)?;
        }
        // Only where they could not be carried over into the file. The restored database must not have them.
        for log in ["-wal", "-shm"] {
            let of_former = suffixed(path, log);
            if of_former.exists() {
                std::fs::rename(of_former, suffixed(&kept, log)).with_context(failed)?;
            }
        }
        sync_folder(path)?;
        Ok(self.exists.then_some(kept))
    }
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// After which number each issuer's receipts go on: what was said, or what the former database knows. Numbers are not
/// guessed.
fn last_receipts(
    copy: &BTreeMap<String, u64>,
    former: &BTreeMap<String, u64>,
    said: &[LastReceipt],
) -> anyhow::Result<BTreeMap<String, u64>> {
    let mut last = former.clone();
    for LastReceipt { issuer, number } in said {
        let known = copy.get(issuer).max(former.get(issuer)).copied();
        let known = known.unwrap_or_default();
        anyhow::ensure!(
            *number >= known,
            "receipt {number} of {issuer} was not the last: {known} was given out"
        );
        last.insert(issuer.clone(), *number);
    }
    for (issuer, known) in copy {
        let number = last.get(issuer).with_context(|| {
            format!(
                "it is not known which receipts of {issuer} were issued after the copy was made, because no former \
                 database has them: look up the last one that was sent or booked, and say --after-receipt \
                 {issuer}=NUMBER ({issuer}={known} if there was none)"
            )
        })?;
        anyhow::ensure!(
            number >= known,
            "the copy is newer than the former database: it knows receipt {known} of {issuer}, and that one only \
             {number}. Say --after-receipt {issuer}=NUMBER"
        );
    }
    for (issuer, number) in &last {
        let known = copy.get(issuer).copied().unwrap_or_default();
        anyhow::ensure!(
            number.saturating_sub(known) <= MOST_NUMBERS,
            "receipt {number} of {issuer} is more than {MOST_NUMBERS} after {known}, the last of the copy: is that \
             number right?"
        );
    }
    Ok(last)
}

#[cfg(test)]
mod tests;
