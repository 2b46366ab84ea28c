//! Prints what happens to the session, from the engine's log, and what the terminal says.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::pin;

use anyhow::Context;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;

use super::PATIENCE;

/// The log's target for what happens to sessions.
const TARGET: &str = "chargetap::session";
/// How many characters the halves of a receipt's code have.
const HALF: usize = 4;

/// One line of the log, as field names and values.
#[derive(Debug, Default)]
pub(crate) struct Line(BTreeMap<String, String>);

/// A log layer that hands out the lines about sessions.
pub(crate) struct Lines(mpsc::UnboundedSender<Line>);

/// The layer, and the receiver of its lines.
pub(crate) fn channel() -> (Lines, mpsc::UnboundedReceiver<Line>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Lines(sender), receiver)
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: tracing_subscriber::layer::Context<'_, S>) {
        if event.metadata().target() == TARGET {
            let mut line = Line::default();
            event.record(&mut line);
            // Fails if the receiver was dropped.
            let _ = self.0.send(line);
        }
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl Line {
    /// The line of a log that another process writes, if it is about a session.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (_, mut rest) = text.split_once(&format!(" {TARGET}: "))?;
        let mut line = Self::default();
        while let Some((before, after)) = rest.split_once('=') {
            let name = before.rsplit(' ').next().unwrap_or(before);
            let (value, after) = match after.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => after.split_once(' ').unwrap_or((after, "")),
            };
            line.0.insert(name.to_owned(), value.to_owned());
            rest = after;
        }
        Some(line)
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    fn number(&self, name: &str) -> u64 {
        self.text(name).parse().unwrap_or_default()
    }

    /// An amount of money with two decimals; the demonstration's currency has them.
    fn amount(&self, name: &str) -> String {
        let minor = self.number(name);
        format!(
            "{}.{:02} {}",
            minor / 100,
            minor % 100,
            self.text("currency")
        )
    }

    /// The line as text for people, if it is to be shown.
    fn description(&self) -> Option<String> {
        if self.0.contains_key("receipt") {
            return Some("receipt         issued".to_owned());
        }
        let energy = self.number("energy_wh");
        let running = || {
            let (kwh, wh) = (energy / 1_000, energy % 1_000);
            format!("{kwh}.{wh:03} kWh  {}", self.amount("cost"))
        };
        Some(match (self.text("event"), self.text("phase")) {
            ("card-presented", "authorising") => {
                format!("tap             card shown to {}", self.text("terminal"))
            }
            ("card-presented", _) => "tap             the same card again: stop".into(),
            ("authorised" | "looked-up", "starting") => {
                format!("pre-authorised  {} held", self.amount("held"))
            }
            ("charging-started", _) => {
                format!(
                    "started         {}/{}",
                    self.text("station"),
                    self.text("connector")
                )
            }
            ("meter-read", "charging") => format!("charging        {}", running()),
            (_, "capturing") => format!("stopped         {}", running()),
            (_, "settled") => format!(
                "captured        {}\nreleased        {}",
                self.amount("captured"),
                self.amount("released")
            ),
            _ => return None,
        })
    }
}

/// Prints the lines as they come.
pub(crate) struct Timeline {
    lines: mpsc::UnboundedReceiver<Line>,
    /// What the terminal says.
    texts: mpsc::UnboundedReceiver<String>,
    said: Vec<String>,
    begun: Instant,
}

impl Timeline {
    pub(crate) fn new(
        lines: mpsc::UnboundedReceiver<Line>,
        texts: mpsc::UnboundedReceiver<String>,
    ) -> Self {
        Self {
            lines,
            texts,
            said: Vec::new(),
            begun: Instant::now(),
        }
    }

    /// Print what happens next, and hand it out if it is a line of the log.
    async fn next(&mut self) -> anyhow::Result<Option<Line>> {
        tokio::select! {
            line = self.lines.recv() => {
                let line = line.context("the log has ended")?;
                for row in line.description().iter().flat_map(|text| text.lines()) {
                    self.print(row);
                }
                Ok(Some(line))
            }
            text = self.texts.recv() => {
                let text = text.context("the terminal is gone")?;
                self.print(&format!("terminal says   {text}"));
                self.said.push(text);
                Ok(None)
            }
        }
    }

    fn print(&self, row: &str) {
        println!("{:6.1} s  {row}", self.begun.elapsed().as_secs_f32());
    }

    /// Print until the log has a line that is awaited.
    async fn until(
        &mut self,
        otherwise: &str,
        awaited: impl Fn(&Line) -> bool,
    ) -> anyhow::Result<()> {
        let reached = async {
            while !self.next().await?.is_some_and(|line| awaited(&line)) {}
            anyhow::Ok(())
        };
        let reached = timeout(PATIENCE, reached).await;
        reached.with_context(|| otherwise.to_owned())?
    }

    /// Print lines for as long as something takes.
    pub(super) async fn during<T>(
        &mut self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                happened = self.next() => { happened?; }
            }
        }
    }

    pub(super) async fn until_phase(&mut self, phase: &str) -> anyhow::Result<()> {
        self.until(&format!("never {phase}"), |line| {
            line.text("phase") == phase
        })
        .await
    }

    pub(super) async fn until_receipt(&mut self) -> anyhow::Result<()> {
        self.until("there is no receipt", |line| line.0.contains_key("receipt"))
            .await
    }

    /// Print until the terminal has said the receipt's code, which it says in two halves.
    pub(super) async fn until_terminal_says_a_code(&mut self) -> anyhow::Result<String> {
        let reached = async {
            loop {
                if let Some(code) = self.said.iter().find_map(|text| code(text)) {
                    return anyhow::Ok(code);
                }
                self.next().await?;
            }
        };
        let reached = timeout(PATIENCE, reached).await;
        reached.context("the terminal never says the receipt's code")?
    }
}

/// The code of a receipt in a text of the terminal, such as `1A2B-3C4D`.
fn code(text: &str) -> Option<String> {
    let words = text.split([' ', ',', '.', ':', '\u{a0}']);
    let mut halves = words.filter_map(|word| word.split_once('-'));
    let is_half = |half: &str| {
        let is_of_code = |it: char| it.is_ascii_digit() || it.is_ascii_uppercase();
        half.len() == HALF && half.chars().all(is_of_code)
    };
    let (first, second) = halves.find(|(first, second)| is_half(first) && is_half(second))?;
    Some(format!("{first}{second}"))
}
