//! `chargetap fleet`: the REST interface on the command line. The commands are made from the same
//! table of routes as the interface itself.

mod apply;
mod arguments;
mod body;
mod client;
mod files;
mod folder;
pub(crate) mod import_config;
mod invocation;
pub(crate) mod listing;
pub(crate) mod output;
mod plain;
mod problem;
mod property;
mod show;
pub(crate) mod status;
pub(crate) mod table;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use chargetap_fleet::api::{Body, Method};
use chargetap_fleet::moment::Moment;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::SecretString;
use serde_json::Value;

use crate::platform;

use arguments::AFTER;
use client::{Call, Client, Reply};
use invocation::{Invocation, Payload};
use problem::Failure;

/// The largest page that the gateway gives.
const PAGE: u64 = 200;
/// How often a progress indicator is redrawn.
const REDRAW: Duration = Duration::from_millis(100);

const ABOUT_TOKENS: &str = "\
    The token is read from the environment (CHARGETAP_TOKEN) or from the file that --token-file names, \
    and never from the command line, which other users of this machine can see.\n\n\
    Lists are tables and records are lines of `name: value`; --json is for scripts.";

/// The arguments of `chargetap fleet`.
#[derive(Clone, Debug)]
pub struct FleetArgs {
    options: Options,
    matches: ArgMatches,
}

#[derive(Clone, Debug, Args)]
struct Options {
    /// Where the gateway is.
    #[arg(long, env = "CHARGETAP_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The file that holds the token; by default, CHARGETAP_TOKEN is used.
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,
    /// Print the gateway's JSON; a list is one array.
    #[arg(long, global = true, display_order = 900)]
    json: bool,
}

impl Args for FleetArgs {
    fn augment_args(command: Command) -> Command {
        let command = Options::augment_args(command);
        command
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommand_value_name("NOUN VERB")
            .after_help(ABOUT_TOKENS)
            .defer(arguments::with_nouns)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FleetArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self {
            options: Options::from_arg_matches(matches)?,
            matches: matches.clone(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Run a command and print its result.
///
/// # Errors
/// The gateway refuses or cannot be reached, or a file cannot be read or written.
pub async fn run(args: FleetArgs) -> anyhow::Result<()> {
    let FleetArgs { options, matches } = args;
    let client = Client::new(&options.url, token(options.token_file.as_deref())?)?;
    let is_json = options.json;
    if let Some((apply::APPLY, matches)) = matches.subcommand() {
        return apply::run(&client, matches, is_json).await;
    }
    let invocation = Invocation::new(&matches).context("there is no such command")?;
    if arguments::is_paged(invocation.route) {
        let items = Value::Array(list(&client, &invocation).await?);
        return match is_json {
            true => output::text(&format!("{items}\n")),
            false => output::text(&show::show(invocation.route, &items, output::width())),
        };
    }
    let reply = act(&client, &invocation).await?;
    if arguments::is_file(invocation.route) {
        return output::file(&reply.body, &reply.media_type, invocation.output());
    }
    if reply.body.is_empty() {
        return if is_json {
            Ok(())
        } else {
            output::text("Done.\n")
        };
    }
    let text = String::from_utf8(reply.body).context("the answer is not text")?;
    match is_json {
        true => output::text(&format!("{text}\n")),
        false => {
            let answer = serde_json::from_str(&text).context("the answer is not JSON")?;
            output::text(&show::show(invocation.route, &answer, output::width()))
        }
    }
}

/// The token, from the file or from the environment.
fn token(file: Option<&Path>) -> anyhow::Result<Option<SecretString>> {
    let token = match file {
        Some(path) => std::fs::read_to_string(path)
            .with_context(|| format!("the token file {} cannot be read", path.display()))?,
        None => std::env::var("CHARGETAP_TOKEN").unwrap_or_default(),
    };
    let token = token.trim();
    Ok((!token.is_empty()).then(|| token.into()))
}

/// A page of a list.
#[derive(serde::Deserialize)]
struct Page {
    items: Vec<Value>,
    /// What the next page begins after.
    next: Option<String>,
}

/// Fetch the list that a command asks for.
async fn list(client: &Client, invocation: &Invocation<'_>) -> anyhow::Result<Vec<Value>> {
    let path = invocation.path();
    let call = Call {
        is_open: invocation.route.is_open,
        ..Call::new(Method::Get, &path)
    };
    let most = invocation.limit().unwrap_or(u64::MAX);
    pages(client, &call, invocation.query(), most).await
}

/// Every record of a kind, as the gateway shows it.
async fn all(client: &Client, kind: &str) -> anyhow::Result<Vec<Value>> {
    let path = [kind];
    let call = Call::new(Method::Get, &path);
    pages(client, &call, Vec::new(), u64::MAX).await
}

/// Fetch a list, page by page, of so many items at most.
async fn pages(
    client: &Client,
    call: &Call<'_>,
    mut query: Vec<(&'static str, String)>,
    mut left: u64,
) -> anyhow::Result<Vec<Value>> {
    let mut all = Vec::new();
    let waiting = ProgressBar::new_spinner();
    loop {
        let mut page_query = query.clone();
        page_query.push(("limit", left.min(PAGE).to_string()));
        let page = Call {
            query: &page_query,
            progress: ProgressBar::hidden(),
            ..*call
        };
        let reply = client.call(&page).await?;
        let page: Page = serde_json::from_slice(&reply.body).context("the answer is not a list")?;
        left = left.saturating_sub(page.items.len() as u64);
        let is_end = left == 0 || page.items.is_empty();
        all.extend(page.items);
        let Some(next) = page.next.filter(|_| !is_end) else {
            waiting.finish_and_clear();
            return Ok(all);
        };
        // Progress is shown from the second page on: one page comes quickly.
        waiting.enable_steady_tick(REDRAW);
        waiting.set_message(format!("{} so far", all.len()));
        query.retain(|(name, _)| *name != AFTER);
        query.push((AFTER, next));
    }
}

/// Make a call that does not fetch a list.
async fn act(client: &Client, invocation: &Invocation<'_>) -> anyhow::Result<Reply> {
    let (version, present) = match invocation.route.method {
        Method::Put => present(client, invocation).await?,
        _ => (None, None),
    };
    let body = invocation.body(present.as_ref(), Moment::from_millis(platform::now()))?;
    let progress = match (&invocation.route.body, &body) {
        (Body::Csv | Body::Picture, Some(body)) => uploading(body),
        _ => ProgressBar::hidden(),
    };
    let reply = client
        .call(&Call {
            query: &invocation.query(),
            if_match: version.as_deref(),
            body: body.as_ref(),
            is_open: invocation.route.is_open,
            progress: progress.clone(),
            ..Call::new(invocation.route.method, &invocation.path())
        })
        .await;
    progress.finish_and_clear();
    Ok(reply?)
}

/// The version and the details of the record that is about to be replaced. Both are empty if it
/// does not exist yet.
async fn present(
    client: &Client,
    invocation: &Invocation<'_>,
) -> Result<(Option<String>, Option<Value>), Failure> {
    let path = invocation.path();
    let reply = client.call(&Call::new(Method::Get, &path)).await;
    let reply = match reply {
        Err(Failure::Refused { status: 404, .. }) => return Ok((None, None)),
        reply => reply?,
    };
    let record: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let present = record.get("details").filter(|it| it.is_object());
    Ok((reply.etag, present.cloned()))
}

/// The progress bar of an upload; it is drawn on a terminal only.
fn uploading(body: &Payload) -> ProgressBar {
    let template = "{spinner} {bar:30} {bytes} of {total_bytes}, {elapsed}";
    let bar = ProgressBar::new(body.bytes.len() as u64);
    // Fails for an invalid template only.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(REDRAW);
    bar
}
