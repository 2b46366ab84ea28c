//! What the store costs: callbacks a second, card sessions a second and their bytes, what a long history costs, and the
//! start. Everything is measured in one run, on real sockets, with SQLite as durable as the gateway has it, and on the
//! disk of the build's folder. The machine does the callers' work as well.
//!
//! `cargo xtask bench` builds the components and runs this. One part alone, with a longer history:
//! `cargo bench --package chargetap --bench store -- --part history --history 1000000`.
//!
//! A callback is a provider's report of a capture, signed by HMAC as Standard Webhooks has it: some 660 bytes, of which
//! one row of the table `report` comes, by one statement. It needs no terminal, so that it can be repeated as fast as
//! can be. What a card's callback costs the store is counted by the part `sessions`.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up ends"
)]

mod callbacks;
mod figures;
mod history;
mod host;
mod load;
mod sessions;
mod start;
mod visit;

#[path = "../process/mod.rs"]
mod process;

use std::time::Duration;

use clap::{Parser, ValueEnum};
use tempfile::TempDir;

use figures::Figures;

#[derive(Parser)]
struct Arguments {
    /// Only this part.
    #[arg(long, value_enum)]
    part: Option<Part>,
    /// For how many seconds each load of callbacks lasts.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How many card sessions there are, each at a terminal of its own. Their callbacks come from one source, of which
    /// 200 are taken at once.
    #[arg(long, default_value_t = 100)]
    sessions: usize,
    /// How many past sessions the long history has. Each takes some 17 KiB of disk.
    #[arg(long, default_value_t = 100_000)]
    history: u64,
    /// Given by `cargo bench`.
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Callbacks a second, beside other ways to store them.
    Callbacks,
    /// Card sessions a second, their bytes, and how often each step asks the store.
    Sessions,
    /// Steps and reads on a long history, beside a short one.
    History,
    /// From the start to the first callback, and memory.
    Start,
}

fn main() {
    let arguments = Arguments::parse();
    let is_wanted = |part| arguments.part.is_none_or(|it| it == part);
    let mut figures = Figures::new();
    if is_wanted(Part::Callbacks) {
        callbacks::measure(&mut figures, Duration::from_secs(arguments.seconds));
    }
    if is_wanted(Part::Sessions) {
        sessions::measure(&mut figures, arguments.sessions);
    }
    if is_wanted(Part::History) {
        history::measure(&mut figures, arguments.history);
    }
    if is_wanted(Part::Start) {
        start::measure(&mut figures);
    }
    println!("{figures}");
}

/// A folder that is on a disk, and gone in the end: a system's own folder of temporary files may be in memory.
fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

/// The one in the middle.
fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|one, other| one.partial_cmp(other).unwrap());
    values[values.len() / 2]
}
