//! `chargetap fleet`: everything that the REST interface does, from a terminal. The commands are made
//! from the same table of routes as the interface itself.

mod arguments;
mod body;
mod client;
mod files;
mod listing;
mod output;
mod plain;
mod problem;
mod property;
mod said;
mod show;
mod table;
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
use problem::Failure;
use said::{Payload, Said};

/// The largest page that can be asked for.
const PAGE: u64 = 200;
/// How often what shows that something is under way moves.
const MOVES: Duration = Duration::from_millis(100);

const ABOUT_TOKENS: &str = "\
    The token is read from the environment (CHARGETAP_TOKEN) or from the file that --token-file names, \
    and never from the command line, which others see.\n\n\
    Lists are tables and records are lines of `name: value`; --json is for scripts.";

/// A command of the fleet's.
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
    /// The file that holds the token; without it, CHARGETAP_TOKEN does.
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,
    /// Print the JSON as it came: lists as one array.
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

/// Do what a command says, and print what comes of it.
///
/// # Errors
/// The gateway refuses or cannot be reached, or a file cannot be read or written.
pub async fn run(args: FleetArgs) -> anyhow::Result<()> {
    let FleetArgs { options, matches } = args;
    let said = Said::new(&matches).context("there is no such command")?;
    let client = Client::new(&options.url, token(options.token_file.as_deref())?)?;
    let is_json = options.json;
    if arguments::is_paged(said.route) {
        let items = Value::Array(list(&client, &said).await?);
        return match is_json {
            true => output::text(&format!("{items}\n")),
            false => output::text(&show::show(said.route, &items, output::width())),
        };
    }
    let reply = act(&client, &said).await?;
    if arguments::is_file(said.route) {
        return output::file(&reply.body, &reply.media_type, said.output());
    }
    if reply.body.is_empty() {
        return if is_json {
            Ok(())
        } else {
            output::text("Done.\n")
        };
    }
    let text = String::from_utf8(reply.body).context("the answer is no text")?;
    match is_json {
        true => output::text(&format!("{text}\n")),
        false => {
            let answer = serde_json::from_str(&text).context("the answer is no JSON")?;
            output::text(&show::show(said.route, &answer, output::width()))
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

/// A list, page by page.
async fn list(client: &Client, said: &Said<'_>) -> anyhow::Result<Vec<Value>> {
    #[derive(serde::Deserialize)]
    struct Page {
        items: Vec<Value>,
        next: Option<String>,
    }
    let path = said.path();
    let mut query = said.query();
    let mut left = said.limit().unwrap_or(u64::MAX);
    let mut all = Vec::new();
    let waiting = ProgressBar::new_spinner();
    loop {
        let mut asked = query.clone();
        asked.push(("limit", left.min(PAGE).to_string()));
        let reply = client
            .call(&Call {
                method: Method::Get,
                path: &path,
                query: &asked,
                if_match: None,
                body: None,
                is_open: said.route.is_open,
                progress: &ProgressBar::hidden(),
            })
            .await?;
        let page: Page = serde_json::from_slice(&reply.body).context("the answer is no list")?;
        left = left.saturating_sub(page.items.len() as u64);
        let is_end = left == 0 || page.items.is_empty();
        all.extend(page.items);
        let Some(next) = page.next.filter(|_| !is_end) else {
            waiting.finish_and_clear();
            return Ok(all);
        };
        // The first page alone needs no patience.
        waiting.enable_steady_tick(MOVES);
        waiting.set_message(format!("{} so far", all.len()));
        query.retain(|(name, _)| *name != AFTER);
        query.push((AFTER, next));
    }
}

/// What comes of a call that is no list.
async fn act(client: &Client, said: &Said<'_>) -> anyhow::Result<Reply> {
    let (version, present) = match said.route.method {
        Method::Put => present(client, said).await?,
        _ => (None, None),
    };
    let body = said.body(present.as_ref(), Moment::from_millis(platform::now()))?;
    let progress = match (&said.route.body, &body) {
        (Body::Csv | Body::Picture, Some(body)) => uploading(body),
        _ => ProgressBar::hidden(),
    };
    let reply = client
        .call(&Call {
            method: said.route.method,
            path: &said.path(),
            query: &said.query(),
            if_match: version.as_deref(),
            body: body.as_ref(),
            is_open: said.route.is_open,
            progress: &progress,
        })
        .await;
    progress.finish_and_clear();
    Ok(reply?)
}

/// The version of the record that is to be put, and what is said of it now; nothing of one that is
/// not there yet.
async fn present(
    client: &Client,
    said: &Said<'_>,
) -> Result<(Option<String>, Option<Value>), Failure> {
    let reply = client
        .call(&Call {
            method: Method::Get,
            path: &said.path(),
            query: &[],
            if_match: None,
            body: None,
            is_open: false,
            progress: &ProgressBar::hidden(),
        })
        .await;
    let reply = match reply {
        Err(Failure::Refused { status: 404, .. }) => return Ok((None, None)),
        reply => reply?,
    };
    let record: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let present = record.get("details").filter(|it| it.is_object());
    Ok((reply.etag, present.cloned()))
}

/// Shows how much of a file is sent, and that it is waited for; on a terminal only.
fn uploading(body: &Payload) -> ProgressBar {
    let template = "{spinner} {bar:30} {bytes} of {total_bytes}, {elapsed}";
    let bar = ProgressBar::new(body.bytes.len() as u64);
    // The template is the one above, which is good.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(MOVES);
    bar
}
