//! `chargetap fleet apply DIR`: makes the records what a folder of files says.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use chargetap_fleet::api::Method;
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};
use secrecy::ExposeSecret as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Call, Client};
use super::folder::Folder;
use super::invocation::Payload;
use super::plain::plain;
use super::{folder, output};

pub(super) const APPLY: &str = "apply";
const FOLDER: &str = "folder";
const YES: &str = "yes";
const DRY_RUN: &str = "dry-run";

const ABOUT: &str = "\
    A site is in DIR/sites/KEY.json, with what `site put --data` takes, or in DIR/sites.json by its key; and so are \
    customers, people, tariffs, stations, orders and terminals. DIR/terminals/ORDER.csv has many terminals of an order, as \
    `order import` takes them. A station that has no password yet may name one as {\"file\": …} or {\"env\": …}, and a \
    terminal its domain at the vendor.\n\n\
    All of it is checked first, and shown as what would change. Records that the folder does not name stay as they are. If \
    anything is wrong, nothing is written.\n\n\
    Example:\n  \
    chargetap fleet apply records --dry-run\n  \
    chargetap fleet apply records";

/// The command.
pub(super) fn command() -> Command {
    let folder = Arg::new(FOLDER)
        .value_name("DIR")
        .required(true)
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::DirPath)
        .help("The folder");
    let flag = |name, help| {
        Arg::new(name)
            .long(name)
            .action(ArgAction::SetTrue)
            .help(help)
    };
    Command::new(APPLY)
        .about("Make the records what a folder of files says, after showing what changes")
        .arg(folder)
        .arg(flag(DRY_RUN, "Show what would change, and write nothing"))
        .arg(flag(YES, "Write without asking"))
        .after_help(ABOUT)
}

/// What would change.
#[derive(Deserialize)]
struct Plan {
    changes: Vec<PlannedChange>,
}

#[derive(Deserialize)]
struct PlannedChange {
    kind: String,
    key: String,
    version: u64,
    before: Option<Value>,
    after: Option<Value>,
}

/// Show what changes, ask, and write it.
///
/// # Errors
/// The folder cannot be read, the gateway refuses, or nobody said yes.
pub(super) async fn run(
    client: &Client,
    matches: &ArgMatches,
    is_json: bool,
) -> anyhow::Result<()> {
    let folder = matches
        .get_one::<PathBuf>(FOLDER)
        .context("no folder is named")?;
    let Folder {
        mut records,
        passwords,
        ..
    } = folder::read(folder)?;
    let plan = send(
        client,
        &["records", "plan"],
        &Value::Object(records.clone()),
    )
    .await?;
    let is_dry = matches.get_flag(DRY_RUN);
    match is_json {
        true => output::text(&format!("{}\n", String::from_utf8_lossy(&plan)))?,
        false => output::text(&shown(&serde_json::from_slice(&plan)?))?,
    }
    let plan: Plan = serde_json::from_slice(&plan)?;
    let known = stations_with_passwords(client).await?;
    let passwords: Vec<_> = passwords
        .into_iter()
        .filter(|(station, _)| !known.contains(station))
        .collect();
    if !is_json && !passwords.is_empty() {
        output::text(&format!("{} stations get a password.\n", passwords.len()))?;
    }
    if is_dry || plan.changes.is_empty() && passwords.is_empty() {
        return Ok(());
    }
    if !matches.get_flag(YES) && !is_confirmed()? {
        anyhow::bail!("nothing was written");
    }
    let versions = plan.changes.iter();
    let versions = versions.map(|it| (format!("{}.{}", it.kind, it.key), it.version.into()));
    records.insert("versions".to_owned(), Value::Object(versions.collect()));
    send(client, &["records", "apply"], &Value::Object(records)).await?;
    for (station, password) in passwords {
        let body = json!({"password": password.expose_secret()});
        send(client, &["stations", &station, "password"], &body)
            .await
            .with_context(|| format!("the password of station {station}"))?;
    }
    match is_json {
        true => Ok(()),
        false => output::text("Done.\n"),
    }
}

/// Whether somebody says yes. Where nobody can be asked, they have to say so before.
fn is_confirmed() -> anyhow::Result<bool> {
    anyhow::ensure!(
        std::io::stdin().is_terminal(),
        "nobody can be asked: say --yes to write it, or --dry-run to look only"
    );
    eprint!("Write this? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(
        answer.trim().to_ascii_lowercase().as_str(),
        "y" | "yes"
    ))
}

/// The stations that have a password on record: theirs stay, as they were changed since, or are the same.
async fn stations_with_passwords(client: &Client) -> anyhow::Result<BTreeSet<String>> {
    let stations = super::all(client, "stations").await?.into_iter();
    let known = stations.filter(|it| it.get("password").is_some_and(Value::is_object));
    Ok(known
        .filter_map(|it| Some(it.get("key")?.as_str()?.to_owned()))
        .collect())
}

async fn send(client: &Client, path: &[&str], body: &Value) -> anyhow::Result<Vec<u8>> {
    let body = Payload::json(body);
    let call = Call {
        body: Some(&body),
        ..Call::new(Method::Post, path)
    };
    Ok(client.call(&call).await?.body)
}

/// A line for each record that changes, and for each of its values that does.
fn shown(plan: &Plan) -> String {
    let mut text = String::new();
    let (mut new, mut changed) = (0, 0);
    for PlannedChange {
        kind,
        key,
        before,
        after,
        ..
    } in &plan.changes
    {
        let (kind, key) = (plain(kind), plain(key));
        match before {
            None => {
                new += 1;
                text.push_str(&format!("+ {kind} {key}\n"));
            }
            Some(before) => {
                changed += 1;
                text.push_str(&format!("~ {kind} {key}\n"));
                let after = after.as_ref().unwrap_or(&Value::Null);
                differences("", before, after, &mut text);
            }
        }
    }
    text.push_str(&match new + changed {
        0 => "No record changes: each is as the folder says.\n".to_owned(),
        _ => format!("{new} new, {changed} changed.\n"),
    });
    text
}

/// A line for each value that differs.
fn differences(place: &str, before: &Value, after: &Value, text: &mut String) {
    if before == after {
        return;
    }
    if let (Value::Object(old), Value::Object(new)) = (before, after) {
        let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
        names.sort();
        names.dedup();
        for name in names {
            let place = match place {
                "" => name.clone(),
                place => format!("{place}.{name}"),
            };
            let [old, new] = [old, new].map(|it| it.get(name).unwrap_or(&Value::Null));
            differences(&place, old, new, text);
        }
        return;
    }
    // Nearly all that people change is in the details.
    let place = place.strip_prefix("details.").unwrap_or(place);
    let [before, after] = [before, after].map(|it| plain(&it.to_string()));
    text.push_str(&format!("    {}: {before} -> {after}\n", plain(place)));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changes_is_shown_by_record_and_value() {
        let plan = json!({"changes": [
            {"kind": "site", "key": "north", "version": 0, "before": null, "after": {"key": "north"}},
            {"kind": "tariff", "key": "day", "version": 7,
             "before": {"key": "day", "details": {"prices": {"per_kwh": "0.49", "currency": "EUR"}}},
             "after": {"key": "day", "details": {"prices": {"per_kwh": "0.52", "currency": "EUR", "per_minute": "0.10"}}}},
        ]});
        let expected = "\
+ site north
~ tariff day
    prices.per_kwh: \"0.49\" -> \"0.52\"
    prices.per_minute: null -> \"0.10\"
1 new, 1 changed.
";
        assert_eq!(shown(&serde_json::from_value(plan).unwrap()), expected);
        let nothing = Plan {
            changes: Vec::new(),
        };
        assert!(shown(&nothing).starts_with("No record changes"));
    }
}
