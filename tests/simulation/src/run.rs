//! Many worlds at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::Report;
use crate::world::{self, Sabotage};

/// How many drivers come to one world.
const DRIVERS_PER_WORLD: u64 = 100;

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The seed of the first world; the others follow it.
    pub seed: u64,
    /// How many drivers come in all.
    pub sessions: u64,
    /// How many worlds run at once.
    pub threads: u64,
    /// A mistake built in on purpose.
    pub sabotage: Option<Sabotage>,
    /// Print everything that happens. For one world.
    pub trace: bool,
}

/// Run worlds until enough drivers came.
///
/// # Errors
/// The simulation itself could not be set up.
pub fn run(options: &Options) -> anyhow::Result<Report> {
    let worlds = options.sessions.div_ceil(DRIVERS_PER_WORLD);
    let progress = ProgressBar::new(options.sessions);
    if let Ok(style) =
        ProgressStyle::with_template("{bar:40} {pos}/{len} drivers  {per_sec}  {eta} left")
    {
        progress.set_style(style);
    }
    let next = AtomicU64::new(0);
    let total = Mutex::new(Ok(Report::default()));
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let world = next.fetch_add(1, Ordering::Relaxed);
                    if world >= worlds {
                        return;
                    }
                    let left = options.sessions - world * DRIVERS_PER_WORLD;
                    let drivers = left.min(DRIVERS_PER_WORLD);
                    let seed = options.seed.wrapping_add(world);
                    let report = world::live(seed, drivers, options.sabotage, options.trace);
                    progress.inc(drivers);
                    let mut total = total.lock().unwrap_or_else(PoisonError::into_inner);
                    match (&mut *total, report) {
                        (Ok(so_far), Ok(report)) => {
                            *so_far = std::mem::take(so_far).and(report);
                        }
                        (Ok(_), Err(error)) => *total = Err(error),
                        (Err(_), _) => {}
                    }
                }
            });
        }
    });
    progress.finish_and_clear();
    total.into_inner().unwrap_or_else(PoisonError::into_inner)
}
