//! What the other processes ask this one.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chargetap_engine::platform::{Platform as _, Work};
use subtle::ConstantTimeEq as _;

use super::fingerprint::Fingerprint;
use crate::platform::{Native, NativeGateway};
use crate::station_api;

/// The routes; nothing where there are no other processes.
pub(crate) fn router(gateway: &Arc<NativeGateway>) -> Router {
    if gateway.platform().peers().is_none() {
        return Router::new();
    }
    let stations = gateway.platform().stations().clone();
    let own = Router::new()
        .route(station_api::CONNECTED_FOR, get(connected_for))
        .route("/fingerprint", get(fingerprint))
        .route("/work", post(work))
        .with_state(gateway.clone());
    let routes = station_api::router()
        .with_state(stations)
        .merge(own)
        .route_layer(middleware::from_fn_with_state(gateway.clone(), authorize));
    Router::new().nest("/peers", routes)
}

/// Answers the other processes only.
async fn authorize(
    State(gateway): State<Arc<NativeGateway>>,
    request: Request,
    next: Next,
) -> Response {
    let shown = station_api::bearer(&request);
    let token = gateway.platform().peers().map(|it| &it.this.token);
    let is_one_of_them = shown
        .zip(token)
        .is_some_and(|(shown, token)| token.as_bytes().ct_eq(shown).into());
    match is_one_of_them {
        true => next.run(request).await,
        false => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// For how long a station could have told this process something, and have it stored.
async fn connected_for(
    State(gateway): State<Arc<NativeGateway>>,
    Path(station): Path<String>,
) -> Json<Option<u64>> {
    let duration = gateway.platform().stations().connected_for(&station);
    Json(duration.map(|it| it.min(gateway.undisturbed_for())))
}

async fn fingerprint(State(gateway): State<Arc<NativeGateway>>) -> Json<Fingerprint> {
    Json(Fingerprint::of(&gateway))
}

/// There is work for the process that leads.
async fn work(
    State(gateway): State<Arc<NativeGateway>>,
    Json(terminals): Json<BTreeSet<String>>,
) -> Json<()> {
    let platform: &Native = gateway.platform();
    platform.notify(Work::Outbox);
    for terminal in &terminals {
        platform.notify(Work::Terminal(terminal));
    }
    Json(())
}
