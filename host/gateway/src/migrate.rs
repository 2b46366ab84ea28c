//! `chargetap migrate`: the whole store is copied into another database, with which the gateway goes on.

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use chargetap_engine::config::{DatabaseAddress, SecretSource};
use clap::Args;

use crate::database_file::DatabaseFile;
use crate::faults::Faults;
use crate::fleet::output;
use crate::sqlite::{self, OpenError};
use crate::store_copy::{self, Connection, Copied, Target};

const HOW: &str = "\
From a file to PostgreSQL, with the gateway stopped:

    createdb --host=db.example --username=chargetap chargetap
    chargetap backup before.db
    chargetap migrate --from chargetap.db \\
        --to postgres://chargetap@db.example/chargetap --to-password env=DATABASE_PASSWORD

Then name the server in the configuration, and start the gateway again:

    database = \"postgres://chargetap@db.example/chargetap\"
    database_password = { env = \"DATABASE_PASSWORD\" }

Back to a file, which must not be there yet:

    chargetap migrate --from postgres://chargetap@db.example/chargetap \\
        --from-password env=DATABASE_PASSWORD --to chargetap.db

Both databases must be those of this program's version: start the gateway once on the source before, if it is older. \
If the command is cut off, run it again: it goes on after the last row of each table. At the end every row of both is \
read and compared, and only then a gateway starts on the target. Do not start one on the source any more: two gateways \
would capture the same holds, and give the same numbers to receipts.";

/// The arguments of `chargetap migrate`.
#[derive(Debug, Args)]
#[command(after_long_help = HOW)]
pub(crate) struct MigrateArgs {
    /// The database that is copied: the file of a SQLite database, or `postgres://USER@HOST/NAME`. It stays as it is.
    #[arg(long, value_name = "ADDRESS")]
    from: String,
    /// The database into which it is copied: a file that is not there yet, or `postgres://USER@HOST/NAME`, which is
    /// empty.
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// The source's password, if it is a server that asks for one: `env=VARIABLE` or `file=PATH`.
    #[arg(long, value_name = "SECRET")]
    from_password: Option<SecretSource>,
    /// The target's password.
    #[arg(long, value_name = "SECRET")]
    to_password: Option<SecretSource>,
    /// For tests: end like `kill -9` after so many batches of rows.
    #[arg(long, value_name = "NUMBER", help_heading = "Faults")]
    crash_at: Option<u64>,
}

/// Copy a store into another database, and say what to do next.
pub(crate) async fn run(args: MigrateArgs) -> anyhow::Result<()> {
    // Paths are those of the command line.
    let folder = Path::new("");
    let from = address(&args.from, args.from_password).context("--from")?;
    let to = address(&args.to, args.to_password).context("--to")?;
    anyhow::ensure!(
        args.from != args.to,
        "--from and --to name the same database"
    );
    if let DatabaseAddress::File(file) = &from {
        // The lock is a file, too: nothing is made where there is no database.
        DatabaseFile::look(file)?;
    }
    let _locks = (locked(&from)?, locked(&to)?);
    let watch = watch(&from, folder).await?;
    let source = Connection::look(&from, folder).await?;
    let target = Target::open(&to, folder).await?;
    let faults = Faults::new(args.crash_at, None, None, false);
    let copied = store_copy::copy(&source, &target, watch.as_ref(), &faults).await;
    let Copied { rows, found } = copied?;
    let mut text = format!("{rows} rows of {} are in {} now", args.from, args.to);
    text += &match found {
        0 => String::new(),
        found => format!(", of which {found} were there already"),
    };
    text += ", and both were compared.\n";
    text += &format!(
        "Next: name {} as `server.database` in the configuration, and start the gateway. Do not start one on {} any \
         more; keep that for as long as you keep copies.\n",
        args.to, args.from
    );
    output::text(&text)
}

fn address(text: &str, password: Option<SecretSource>) -> anyhow::Result<DatabaseAddress> {
    let text = text.strip_prefix("sqlite:").unwrap_or(text);
    Ok(DatabaseAddress::parse(text, password)?)
}

/// A file has a lock. On a server it is seen whether a gateway runs before the copy is begun, and whether one did when
/// it ends.
async fn watch(from: &DatabaseAddress, folder: &Path) -> anyhow::Result<Option<Connection>> {
    if from.file().is_some() {
        return Ok(None);
    }
    let watch = Connection::open(from, folder).await?;
    store_copy::ensure_stopped(&watch).await?;
    Ok(Some(watch))
}

/// Keep gateways out of a file for as long as the lock is held.
fn locked(address: &DatabaseAddress) -> anyhow::Result<Option<File>> {
    let Some(file) = address.file() else {
        return Ok(None);
    };
    let lock = sqlite::lock(file).map_err(|error| match error {
        OpenError::InUse(_) => anyhow::Error::from(error).context("stop the gateway first"),
        OpenError::Unusable { .. } => error.into(),
    })?;
    Ok(Some(lock))
}
