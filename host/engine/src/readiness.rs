//! Whether the gateway can work: whether it can store anything.
//!
//! Anybody may ask, so the store is asked once a second at most. Between, and while the store is being
//! asked, the last answer counts.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::gateway::Gateway;
use crate::http::Response;
use crate::interval::Interval;
use crate::platform::Platform;
use crate::store;

/// How often the store is asked, in milliseconds.
const PROBE_EVERY: u64 = 1_000;

/// The last answer of the store, and when to ask it again.
pub(crate) struct Readiness {
    probes: Interval,
    is_ready: AtomicBool,
}

impl Readiness {
    pub(crate) fn new() -> Self {
        Self {
            probes: Interval::new(PROBE_EVERY),
            // The tables have just been made.
            is_ready: AtomicBool::new(true),
        }
    }
}

/// Answer `GET /readyz`.
pub(crate) async fn handle(gateway: &Gateway<impl Platform>) -> Response {
    let readiness = &gateway.readiness;
    if readiness.probes.is_due(gateway.platform.now()) {
        let probe = store::schema::probe(&gateway.platform).await;
        if let Err(error) = &probe {
            tracing::error!(%error, "not ready");
        }
        readiness.is_ready.store(probe.is_ok(), Ordering::Relaxed);
    }
    match readiness.is_ready.load(Ordering::Relaxed) {
        true => Response::text(200, "ready"),
        false => Response::text(503, "not ready: the database cannot be written"),
    }
}
