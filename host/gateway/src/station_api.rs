//! What is asked of whoever holds the stations' connections. `chargetap_engine::bridge` says in what words.

use axum::extract::{Path, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::routing::{get, post};
use axum::{Json, Router};
use chargetap_engine::platform::{StationAnswer, StationLink, StationOrder};

use crate::ocpp::{StationEvents, Stations};

/// The routes about one station.
pub(crate) fn router<E: StationEvents>() -> Router<Stations<E>> {
    Router::new()
        .route("/stations/{station}/orders", post(order::<E>))
        .route("/stations/{station}/connected-for", get(connected_for::<E>))
        .route("/stations/{station}/link", get(link::<E>))
}

/// The bearer token that a request shows.
pub(crate) fn bearer(request: &Request) -> Option<&[u8]> {
    let shown = request.headers().get(AUTHORIZATION)?;
    shown.as_bytes().strip_prefix(b"Bearer ")
}

async fn order<E: StationEvents>(
    State(stations): State<Stations<E>>,
    Path(station): Path<String>,
    Json(order): Json<StationOrder>,
) -> Json<StationAnswer> {
    Json(stations.order(&station, order).await)
}

async fn connected_for<E: StationEvents>(
    State(stations): State<Stations<E>>,
    Path(station): Path<String>,
) -> Json<Option<u64>> {
    Json(stations.connected_for(&station))
}

async fn link<E: StationEvents>(
    State(stations): State<Stations<E>>,
    Path(station): Path<String>,
) -> Json<StationLink> {
    Json(stations.link(&station))
}
