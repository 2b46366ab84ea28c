//! Time: under Spin it passes when `POST /tick` says so.

use chargetap_engine::EngineError;
use chargetap_engine::http::Outcome;
use spin_sdk::http::HeaderMap;

use crate::setup::SpinGateway;
use crate::{commands, server};

/// The most alerts that one tick delivers; the rest is left to the next.
const MOST_ALERTS: usize = 4;

/// Answer whoever keeps the time, and shows the token for it.
pub(crate) async fn answer(gateway: &SpinGateway, headers: &HeaderMap) -> Outcome {
    if !server::shows(headers, &gateway.platform().tick_token) {
        return Outcome::text(401, "unauthorized");
    }
    match pass_time(gateway).await {
        Ok(executed) => server::json(&serde_json::json!({ "executed": executed })),
        Err(error) => {
            tracing::error!(%error, "a tick was cut short");
            Outcome::text(503, "cut short: the next tick goes on")
        }
    }
}

async fn pass_time(gateway: &SpinGateway) -> Result<usize, EngineError> {
    let ticked = gateway.tick().await;
    gateway.tend_readers().await;
    let executed = commands::execute_waiting(gateway).await;
    let delivered = deliver_alerts(gateway).await;
    ticked.and(delivered).and(executed)
}

async fn deliver_alerts(gateway: &SpinGateway) -> Result<(), EngineError> {
    for _ in 0..MOST_ALERTS {
        if !gateway.deliver().await? {
            break;
        }
    }
    Ok(())
}
