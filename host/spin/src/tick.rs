//! `POST /tick`: the work that depends on time. Spin has no timers, so it must be called regularly.

use chargetap_engine::EngineError;
use chargetap_engine::http::Response;
use spin_sdk::http::HeaderMap;

use crate::authorization::has_token;
use crate::commands;
use crate::setup::SpinGateway;

/// The most alerts that one tick delivers; the rest is left to the next.
const MOST_ALERTS: usize = 4;

/// Answer a tick of the bridge, which shows the bridge token.
pub(crate) async fn answer(gateway: &SpinGateway, headers: &HeaderMap) -> Response {
    if !has_token(headers, &gateway.platform().bridge.token) {
        return Response::text(401, "unauthorized");
    }
    match pass_time(gateway).await {
        Ok(executed) => Response::json(&serde_json::json!({ "executed": executed })),
        Err(error) => {
            tracing::error!(%error, "a tick was cut short");
            Response::text(503, "cut short: the next tick goes on")
        }
    }
}

async fn pass_time(gateway: &SpinGateway) -> Result<usize, EngineError> {
    let ticked = gateway.tick().await;
    let tended = gateway.tend_stations().await;
    gateway.arm_terminals().await;
    gateway.housekeep().await;
    let executed = commands::execute_waiting(gateway).await;
    let delivered = deliver_alerts(gateway).await;
    ticked.and(tended).and(delivered).and(executed)
}

async fn deliver_alerts(gateway: &SpinGateway) -> Result<(), EngineError> {
    for _ in 0..MOST_ALERTS {
        if !gateway.deliver_alert().await? {
            break;
        }
    }
    Ok(())
}
