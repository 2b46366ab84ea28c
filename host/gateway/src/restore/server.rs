//! A copy is put into an empty database of a server.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use chargetap_engine::config::{DatabaseAddress, SecretSource};
use chargetap_engine::copies::{self, CopyState};
use chargetap_engine::verification;

use super::{RestoreArgs, Restored};
use crate::database_file::DatabaseFile;
use crate::faults::Faults;
use crate::fleet::output;
use crate::store_copy::{self, Connection, Target};

/// Put a copy into the empty database at an address, and say what to do next. The password's relative path is taken
/// from `folder`.
pub(super) async fn restore(
    args: &RestoreArgs,
    url: &str,
    password: Option<&SecretSource>,
    folder: &Path,
) -> anyhow::Result<()> {
    let address = DatabaseAddress::Postgres {
        url: url.to_owned(),
        password: password.cloned(),
    };
    let target = Target::open(&address, folder).await?;
    // An unfinished restore cannot be continued: each one marks its copy with the time at which it began.
    anyhow::ensure!(
        target.state().await? == CopyState::Empty,
        "{url} is not empty, and nothing was changed: stop the gateway, make a new, empty database, and name that as \
         `server.database`. Keep the former one, and say its address by --former"
    );
    let former = match &args.former {
        Some(former) => last_receipts(former, password, folder)
            .await
            .with_context(|| {
                format!("the last receipts are not known from {former}: if it is lost, say --after-receipt instead")
            })?,
        None => BTreeMap::new(),
    };
    let restored = Restored::make(args, &former, &std::env::temp_dir()).await?;
    let source = Connection::File(DatabaseFile::look(&restored.file)?);
    let copied = store_copy::copy(&source, &target, None, &Faults::default()).await;
    copied.context("the restore did not end: begin anew with another empty database")?;
    let kept = match &args.former {
        Some(former) => format!("The former database {former} is as it was: keep it."),
        None => "No former database was looked at: keep it if there is one.".to_owned(),
    };
    output::text(&restored.told(args, &url, &kept))
}

/// The last receipts that the former database knows.
async fn last_receipts(
    former: &str,
    password: Option<&SecretSource>,
    folder: &Path,
) -> anyhow::Result<BTreeMap<String, u64>> {
    let (address, folder) = match DatabaseAddress::parse(former, None)? {
        // A path of the command line is not one of the configuration.
        file @ DatabaseAddress::File(_) => (file, Path::new("")),
        DatabaseAddress::Postgres { url, .. } => {
            let password = password.cloned();
            (DatabaseAddress::Postgres { url, password }, folder)
        }
    };
    let database = Connection::look(&address, folder).await?;
    // The receipts that were issued last may be missing in it.
    anyhow::ensure!(
        copies::state(&database).await? != CopyState::Unfinished,
        "it is a copy that did not end: say the address of the database on which the gateway ran"
    );
    store_copy::ensure_stopped(&database).await?;
    let last = verification::last_receipts(&database).await?;
    Ok(last.into_iter().collect())
}
