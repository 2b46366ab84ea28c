//! Whether the gateway can work: whether it can store anything.
//!
//! Anybody may ask, so the store is asked once a second at most. Between, and while the store is being
//! asked, the last answer counts.

pub(crate) mod state;

use std::sync::atomic::Ordering;

use crate::gateway::Gateway;
use crate::http::Response;
use crate::platform::Platform;
use crate::store;

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
