//! `chargetap verify`: what holds in every database is checked, beside a gateway or on a copy.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chargetap_engine::config::{Config, DatabaseAddress};
use chargetap_engine::platform::Database;
use chargetap_engine::verification::{self, CHECKS, Check, Checked, SERVER_CHECKS};
use chargetap_plugins::Plugins;
use clap::Args;
use serde_json::{Value, json};
use tempfile::TempPath;

use crate::bundles::BundleFolders;
use crate::database_copy::copy_of_store;
use crate::database_file::DatabaseFile;
use crate::fleet::output;
use crate::fleet::table::{Column, table};
use crate::progress::progress_bar;
use crate::store_copy::Connection;
use crate::{cli, platform};

/// The arguments of `chargetap verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// A file, which may be a copy; by default the database of the configuration. If that is on a server, what is in it
    /// at this moment is copied into the folder for temporary files (`TMPDIR`), and checked there; its tables, its
    /// indexes and the next numbers of receipts are checked on the server.
    database: Option<PathBuf>,
    /// The configuration file; relative paths in it are taken from its folder.
    #[arg(long, value_name = "CONFIG", default_value = "chargetap.toml")]
    config: PathBuf,
    /// Print JSON, for scripts.
    #[arg(long)]
    json: bool,
}

/// What needs the components.
const STATES: &str = "the components can read every session that is open";

const CHECKED: &[Column] = &[
    ("CHECKED", "/checked"),
    ("COUNT", "/count"),
    ("FINDINGS", "/found"),
    ("MS", "/milliseconds"),
];

const FINDINGS: &[Column] = &[
    ("WHERE", "/id"),
    ("WHAT IS WRONG", "/problem"),
    ("WHAT TO DO", "/action"),
];

/// What was checked, with what was found and how long it took.
pub(crate) struct Report {
    name: &'static str,
    checked: Checked,
    took: Duration,
}

/// Check a database and print what was found.
pub(crate) async fn run(args: VerifyArgs) -> anyhow::Result<()> {
    let config = cli::read_unchecked(&args.config)?;
    let folder = cli::folder_of(&args.config);
    let looked_at = match &args.database {
        Some(path) => LookedAt::File(path.clone()),
        None => LookedAt::of(&config, folder).await?,
    };
    let mut reports = match &looked_at {
        LookedAt::File(_) => Vec::new(),
        LookedAt::Server { .. } => {
            let server = Connection::look(&config.server.database, folder).await?;
            check_all(SERVER_CHECKS, &server).await
        }
    };
    let database = DatabaseFile::look(looked_at.file())?;
    reports.extend(check(&database).await);
    // A copy may be looked at where the secrets or the components are not.
    match components(&config, folder) {
        Ok(components) => {
            let begun = Instant::now();
            let (policy, now) = (&config.policy, platform::now());
            let checked = verification::check_states(&database, &components, policy, now).await?;
            reports.push(Report {
                name: STATES,
                checked,
                took: begun.elapsed(),
            });
        }
        Err(error) => eprintln!("not checked: {STATES}: {error:#}"),
    }
    print(&reports, args.json)?;
    match findings(&reports) {
        0 => Ok(()),
        count => anyhow::bail!("{looked_at}: {count} findings"),
    }
}

/// What is checked.
enum LookedAt {
    File(PathBuf),
    /// A copy of what is on a server, which is removed with this value.
    Server {
        address: String,
        copy: TempPath,
    },
}

impl LookedAt {
    /// The store of a configuration.
    async fn of(config: &Config, folder: &Path) -> anyhow::Result<Self> {
        Ok(match &config.server.database {
            DatabaseAddress::File(file) => Self::File(folder.join(file)),
            DatabaseAddress::Postgres { url, .. } => Self::Server {
                address: url.clone(),
                copy: copy_of_store(config, folder, &std::env::temp_dir()).await?,
            },
        })
    }

    fn file(&self) -> &Path {
        match self {
            Self::File(file) => file,
            Self::Server { copy, .. } => copy,
        }
    }
}

impl fmt::Display for LookedAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Server { address, .. } => f.write_str(address),
        }
    }
}

fn components(config: &Config, folder: &Path) -> anyhow::Result<Plugins> {
    Ok(BundleFolders::read(config, folder)?.load_running()?)
}

/// Check everything in a file that needs no components.
pub(crate) async fn check(database: &DatabaseFile) -> Vec<Report> {
    check_all(CHECKS, database).await
}

async fn check_all(checks: &[Check], database: &impl Database) -> Vec<Report> {
    let bar = progress_bar(checks.len() as u64, "{spinner} {pos} of {len}: {msg}");
    let mut reports = Vec::new();
    for check in checks {
        bar.set_message(check.name());
        let begun = Instant::now();
        let checked = check.run(database).await;
        reports.push(Report {
            name: check.name(),
            checked,
            took: begun.elapsed(),
        });
        bar.inc(1);
    }
    bar.finish_and_clear();
    reports
}

/// How many findings there are.
pub(crate) fn findings(reports: &[Report]) -> usize {
    reports.iter().map(|it| it.checked.findings.len()).sum()
}

/// Why a copy cannot be used, if it is damaged. What is wrong in it otherwise would be in every other copy, too.
pub(crate) fn ensure_whole(path: &Path, reports: &[Report]) -> anyhow::Result<()> {
    let mut lines = Vec::new();
    for report in reports {
        for it in report.checked.findings.iter().filter(|it| it.is_damage()) {
            lines.push(format!("\n  {}: {}: {}", report.name, it.id, it.problem));
        }
    }
    anyhow::ensure!(
        lines.is_empty(),
        "{} is not whole, and nothing was changed: take another copy{}",
        path.display(),
        lines.concat()
    );
    Ok(())
}

fn print(reports: &[Report], is_json: bool) -> anyhow::Result<()> {
    let rows: Vec<Value> = reports.iter().map(row).collect();
    if is_json {
        return output::text(&format!("{}\n", Value::Array(rows)));
    }
    let mut text = table(CHECKED, &rows, output::width());
    let found = rows.iter().filter_map(|row| row["findings"].as_array());
    let found: Vec<Value> = found.flatten().cloned().collect();
    if !found.is_empty() {
        text += "\n";
        text += &table(FINDINGS, &found, output::width());
    }
    output::text(&text)
}

fn row(report: &Report) -> Value {
    let Report {
        name,
        checked,
        took,
    } = report;
    let findings = checked.findings.iter();
    let findings =
        findings.map(|it| json!({"id": it.id, "problem": it.problem, "action": it.action}));
    json!({
        "checked": name,
        "count": checked.count,
        "found": checked.findings.len(),
        "milliseconds": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "findings": findings.collect::<Vec<Value>>(),
    })
}
