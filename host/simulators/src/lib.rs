//! The parties that Chargetap talks to, for tests and demonstrations: a payment provider with its
//! terminals, a charging station, and a central system above the gateway.
//!
//! All speak the real protocols over real sockets. Their control APIs stand in for people (tap a
//! card, plug in, unplug), inject faults and show what was recorded. None shares code with the
//! gateway, so that the same mistake cannot be in both.

pub mod central_system;
mod faults;
mod frame;
pub mod payter;
pub mod station;
#[cfg(test)]
mod tests;

pub use faults::{Fault, FaultKind, ParseFaultError};

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

/// Serves `router` in the background and returns the address it is bound to.
async fn serve(
    listen: SocketAddr,
    router: Router,
    tasks: &mut JoinSet<()>,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(listen).await?;
    let address = listener.local_addr()?;
    tasks.spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the simulator's server ended");
        }
    });
    Ok(address)
}

/// Prints the address for the process that started this one, then waits to be stopped.
async fn announce(base_url: &str) -> io::Result<()> {
    // Installed before the address is printed: its reader may send the signal at once.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut stdout = io::stdout();
    writeln!(stdout, "listening on {base_url}")?;
    stdout.flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Locks a state, also after a panic elsewhere: every call leaves it consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Milliseconds since 1970-01-01T00:00:00Z.
fn unix_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// A moment as OCPP writes it, with milliseconds. What is beyond the calendar is 1970.
fn time(unix_ms: u64) -> String {
    let at = i64::try_from(unix_ms)
        .ok()
        .and_then(|unix_ms| Timestamp::from_millisecond(unix_ms).ok());
    format!("{:.3}", at.unwrap_or_default())
}
