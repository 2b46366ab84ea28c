//! `chargetap import-config`: puts on record what a configuration file says of tariffs, stations and terminals.
//!
//! What is on record already stays as it is, so that it can be run again. The file is not changed.

mod plan;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::Context;
use chargetap_engine::config::Config;
use chargetap_fleet::api::Method;
use clap::Args;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::client::{Call, Client};
use super::invocation::Payload;
use super::{all, output, token};
use crate::{cli, secrets};

use plan::{Plan, Records, Write};

const ABOUT: &str = "\
    Tariffs and stations are put on record, and how terminals that are on record take cards. Passwords are read as the \
    gateway reads them, and stored as hashes. What is on record already stays as it is.\n\n\
    Afterwards the tables [[tariffs]], [[stations]] and [[terminals]] of what was put on record count no more, and can be \
    taken out of the file.\n\n\
    Example:\n  \
    chargetap import-config chargetap.toml --dry-run\n  \
    chargetap import-config chargetap.toml --site stora-torget";

/// The arguments of `chargetap import-config`.
#[derive(Clone, Debug, Args)]
#[command(after_help = ABOUT)]
pub(crate) struct ImportConfigArgs {
    /// The configuration file; relative paths in it are taken from its folder.
    #[arg(default_value = "chargetap.toml")]
    config: PathBuf,
    /// The site of stations that are not on record; not needed if there is one site only.
    #[arg(long, value_name = "KEY")]
    site: Option<String>,
    /// Show what would be put on record, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Where the gateway is.
    #[arg(long, env = "CHARGETAP_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The file that holds the token; by default, CHARGETAP_TOKEN is used.
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,
}

/// Put on record what the file says, and print what was done and what is left.
///
/// # Errors
/// The file cannot be read, or the gateway refuses or cannot be reached. What was done until then stays.
pub(crate) async fn run(args: ImportConfigArgs) -> anyhow::Result<()> {
    let config = cli::read_unchecked(&args.config)?;
    let file = read(&args.config)?;
    let client = Client::new(&args.url, token(args.token_file.as_deref())?)?;
    let records = Records {
        sites: all(&client, "sites").await?,
        tariffs: all(&client, "tariffs").await?,
        stations: all(&client, "stations").await?,
        terminals: all(&client, "terminals").await?,
    };
    let plan = Plan::of(&file, &config, &records, args.site.as_deref());
    let mut printed = String::new();
    let mut left = plan.left;
    for write in &plan.writes {
        let what = write.what();
        if args.dry_run {
            printed.push_str(&format!("{what}: would be put on record\n"));
            continue;
        }
        match carry_out(&client, &config, cli::folder_of(&args.config), write).await {
            Ok(()) => printed.push_str(&format!("{what}: put on record\n")),
            // What is wrong with one keeps no other from being put on record.
            Err(error) => left.push(format!("{what}: {error:#}")),
        }
    }
    if plan.writes.is_empty() {
        printed.push_str("There is nothing to put on record.\n");
    }
    for left in &left {
        printed.push_str(&format!("left: {left}\n"));
    }
    if left.is_empty() && !args.dry_run {
        let path = args.config.display();
        printed.push_str(&format!(
            "[[tariffs]], [[stations]] and [[terminals]] count no more, and can be taken out of {path}.\n"
        ));
    }
    output::text(&printed)?;
    anyhow::ensure!(left.is_empty(), "{} things are left to do", left.len());
    Ok(())
}

/// The file's tables as they stand in it.
fn read(path: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("configuration {} cannot be read", path.display()))?;
    let table: toml::Table = text.parse().context("the configuration is no TOML")?;
    Ok(serde_json::to_value(table)?)
}

async fn carry_out(
    client: &Client,
    config: &Config,
    folder: &Path,
    write: &Write,
) -> anyhow::Result<()> {
    match write {
        Write::Tariff { id, prices } => {
            put(client, &["tariffs", id], &json!({"prices": prices})).await
        }
        Write::Station { id, details } => put(client, &["stations", id], details).await,
        Write::Terminal { serial, details } => put(client, &["terminals", serial], details).await,
        Write::Password { station } => {
            let source = config
                .stations
                .get(station)
                .and_then(|it| it.password.as_ref());
            let source = source.context("it has no password")?;
            let password = secrets::read(source, folder)?;
            let body = Payload::json(&json!({"password": password.expose_secret()}));
            let path = ["stations", station, "password"];
            let call = Call {
                body: Some(&body),
                ..Call::new(Method::Post, &path)
            };
            client.call(&call).await?;
            Ok(())
        }
    }
}

/// Replaces a record, or makes it.
async fn put(client: &Client, path: &[&str], details: &Value) -> anyhow::Result<()> {
    let present = client.call(&Call::new(Method::Get, path)).await;
    // Without a record there is no version.
    let version = present.ok().and_then(|reply| reply.etag);
    let body = Payload::json(details);
    let call = Call {
        if_match: version.as_deref(),
        body: Some(&body),
        ..Call::new(Method::Put, path)
    };
    client.call(&call).await?;
    Ok(())
}
