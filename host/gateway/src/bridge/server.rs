//! What the application asks the bridge.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chargetap_engine::platform::PendingStation;
use tokio::net::TcpListener;

use super::reports::Reports;
use super::{Application, Bridge};
use crate::connections::Port;
use crate::ocpp::Stations;
use crate::{server, station_api};

/// Serve until `shutdown` completes.
pub(super) async fn serve(
    bridge: Bridge,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) {
    let port = Port {
        listener,
        tls: bridge.tls.clone(),
        trusted_proxies: bridge.trusted_proxies.clone(),
    };
    let stations = bridge.stations.clone();
    let application = bridge.application.clone();
    let router = station_api::router()
        .route("/pending-stations", get(pending_stations))
        .route_layer(middleware::from_fn_with_state(application, authorize))
        .with_state(stations.clone())
        .route("/metrics", get(metrics).with_state(Arc::new(bridge)));
    server::listen(port, stations, router, shutdown).await;
}

/// Answers the application only.
async fn authorize(
    State(application): State<Application>,
    request: Request,
    next: Next,
) -> Response {
    let token = station_api::bearer(&request);
    match token.is_some_and(|token| application.has_token(token)) {
        true => next.run(request).await,
        false => StatusCode::UNAUTHORIZED.into_response(),
    }
}

async fn pending_stations(State(stations): State<Stations<Reports>>) -> Json<Vec<PendingStation>> {
    Json(stations.pending())
}

async fn metrics(State(bridge): State<Arc<Bridge>>) -> Response {
    bridge.metrics.set_stations(&bridge.stations);
    let content_type = [(CONTENT_TYPE, crate::metrics::CONTENT_TYPE)];
    (content_type, bridge.metrics.text()).into_response()
}
