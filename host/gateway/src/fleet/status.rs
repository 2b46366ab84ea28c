//! `chargetap status`: how a running gateway is, in a table and by the exit code.

use anyhow::Context;
use chargetap_fleet::api::{GatewayStatus, PartState};
use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::problem::Failure;
use super::table::{Column, table};
use super::{Options, output, token};

const PARTS: [Column; 3] = [
    ("PART", "/part"),
    ("STATE", "/state"),
    ("PROBLEM", "/problem"),
];
const FIGURES: [Column; 2] = [("WHAT", "/what"), ("HOW MUCH", "/value")];

/// Said where there is no token.
const MORE: &str =
    "With an operator's token (CHARGETAP_TOKEN or --token-file), this shows how everything is.";

/// The arguments of `chargetap status`.
#[derive(Clone, Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    options: Options,
}

/// Print how a gateway is. Whether it is ready.
///
/// # Errors
/// It cannot be reached, or does not tell.
pub(crate) async fn run(args: StatusArgs) -> anyhow::Result<bool> {
    let options = args.options;
    let token = token(options.token_file.as_deref())?;
    let has_token = token.is_some();
    let client = Client::new(&options.url, token)?;
    if !has_token {
        let (is_ready, text) = client.readiness().await?;
        let text = match options.json {
            true => json!({ "ready": is_ready }).to_string(),
            false => format!("{text}\n{MORE}"),
        };
        output::text(&format!("{text}\n"))?;
        return Ok(is_ready);
    }
    let reply = match client.status().await {
        Err(Failure::Refused { status: 503, .. }) => {
            output::text(
                "not ready: the gateway is there, and cannot use its database; its log says why\n",
            )?;
            return Ok(false);
        }
        reply => reply?,
    };
    let (is_ready, text) = match options.json {
        true => {
            let text = String::from_utf8(reply.body).context("the answer is not text")?;
            (
                read::<Readiness>(text.as_bytes())?.ready,
                format!("{text}\n"),
            )
        }
        false => {
            let status: GatewayStatus = read(&reply.body)?;
            (status.ready, shown(&status, output::width()))
        }
    };
    output::text(&text)?;
    Ok(is_ready)
}

/// What every version of the interface says.
#[derive(Deserialize)]
struct Readiness {
    ready: bool,
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> anyhow::Result<T> {
    serde_json::from_slice(body).context(
        "the gateway is of another version and says otherwise how it is: take its own version of \
         `chargetap`, or --json",
    )
}

/// How a gateway is, as text for people.
pub(super) fn shown(status: &GatewayStatus, width: Option<u16>) -> String {
    let is_degraded = status
        .parts
        .iter()
        .any(|it| it.state == PartState::Degraded);
    let head = match (status.ready, is_degraded) {
        (true, false) => "ready",
        (true, true) => "ready, and degraded",
        (false, _) => "not ready",
    };
    let parts: Vec<Value> = status.parts.iter().map(|it| json!(it)).collect();
    let figures = figures(status).map(|(what, value)| json!({ "what": what, "value": value }));
    format!(
        "{head}\n\n{}\n{}",
        table(&PARTS, &parts, width),
        table(&FIGURES, &figures, width)
    )
}

fn figures(status: &GatewayStatus) -> [(&'static str, String); 9] {
    let GatewayStatus {
        commands,
        stations,
        terminals,
        ..
    } = status;
    let oldest = match commands.oldest_age_s {
        Some(age) => format!(", the oldest for {}", duration(age)),
        None => String::new(),
    };
    let sessions = status.sessions.iter();
    let alerts = status.alerts.iter();
    [
        ("version", status.version.clone()),
        ("components", components(status)),
        ("running for", duration(status.uptime_s)),
        (
            "commits",
            match status.commits_per_minute {
                Some(count) => format!("{count} in the last whole minute"),
                None => "-".to_owned(),
            },
        ),
        (
            "commands",
            format!(
                "{} waiting, {} sent{oldest}",
                commands.waiting, commands.sent
            ),
        ),
        (
            "sessions",
            joined(sessions.map(|it| format!("{} {}", it.count, it.phase))),
        ),
        (
            "stations",
            format!(
                "{} configured, {} connected, {} out of order, {} pending",
                stations.configured, stations.connected, stations.out_of_order, stations.pending
            ),
        ),
        (
            "terminals",
            format!(
                "{} configured, {} activated, {} online, {} armed",
                terminals.configured, terminals.activated, terminals.online, terminals.armed
            ),
        ),
        (
            "open alerts",
            joined(alerts.map(|it| format!("{} {}", it.count, it.kind.name()))),
        ),
    ]
}

/// The running components, such as `callback-verifier 0.1.0 (contract 0.1.0)`.
fn components(status: &GatewayStatus) -> String {
    let components = status.components.iter().map(|it| {
        let version = it.version.as_deref().unwrap_or("without a version");
        let contract = it.contract.as_deref().unwrap_or("unknown");
        format!("{} {version} (contract {contract})", it.name)
    });
    joined(components)
}

fn joined(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match items.is_empty() {
        true => "-".to_owned(),
        false => items.join(", "),
    }
}

/// A time in its two largest units, such as `3 d 4 h`.
fn duration(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, _, _) => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}
