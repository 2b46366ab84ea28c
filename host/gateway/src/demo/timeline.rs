//! Prints what happens to the session, from the engine's log.

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

/// One line of the log, as field names and values.
#[derive(Debug, Default)]
pub(crate) struct Line(BTreeMap<&'static str, String>);

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
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

impl Line {
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
            ("terminal-reads", _) => format!("terminal says   {}", self.text("shown")),
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
    begun: Instant,
    /// The text that the terminal showed last. It is logged at every arming.
    shown: String,
}

impl Timeline {
    pub(crate) fn new(lines: mpsc::UnboundedReceiver<Line>) -> Self {
        Self {
            lines,
            begun: Instant::now(),
            shown: String::new(),
        }
    }

    /// Print the next line and hand it out.
    pub(super) async fn next(&mut self) -> anyhow::Result<Line> {
        let line = self.lines.recv().await.context("the log has ended")?;
        let shown = line.text("shown");
        if !shown.is_empty() {
            if shown == self.shown {
                return Ok(line);
            }
            shown.clone_into(&mut self.shown);
        }
        for row in line.description().iter().flat_map(|text| text.lines()) {
            println!("{:6.1} s  {row}", self.begun.elapsed().as_secs_f32());
        }
        Ok(line)
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
                line = self.next() => { line?; }
            }
        }
    }

    pub(super) async fn until_phase(&mut self, phase: &str) -> anyhow::Result<()> {
        let reached = async {
            while self.next().await?.text("phase") != phase {}
            anyhow::Ok(())
        };
        timeout(PATIENCE, reached)
            .await
            .with_context(|| format!("never {phase}"))?
    }

    pub(super) async fn until_receipt(&mut self) -> anyhow::Result<()> {
        let reached = async {
            while !self.next().await?.0.contains_key("receipt") {}
            anyhow::Ok(())
        };
        timeout(PATIENCE, reached)
            .await
            .context("there is no receipt")?
    }
}
