//! The control API: what drivers do at the station, and a look at it.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use super::charge_point::{CableError, ChargePoint, StationView};
use crate::{Fault, FaultKind, lock, unix_ms};

pub(super) fn router(station: Arc<Mutex<ChargePoint>>) -> Router {
    Router::new()
        .route("/control/plug-in", post(plug_in))
        .route("/control/unplug", post(unplug))
        .route("/control/state", get(state))
        .route("/control/faults", post(faults))
        .with_state(station)
}

type App = State<Arc<Mutex<ChargePoint>>>;

#[derive(Deserialize)]
struct Cable {
    connector: u32,
}

async fn plug_in(State(station): App, Json(cable): Json<Cable>) -> Response {
    answer(lock(&station).plug_in(cable.connector, unix_ms()))
}

async fn unplug(State(station): App, Json(cable): Json<Cable>) -> Response {
    answer(lock(&station).unplug(cable.connector, unix_ms()))
}

fn answer(moved: Result<(), CableError>) -> Response {
    let error = match moved {
        Ok(()) => return StatusCode::NO_CONTENT.into_response(),
        Err(error) => error,
    };
    let status = match error {
        CableError::UnknownConnector => StatusCode::NOT_FOUND,
        CableError::Already => StatusCode::CONFLICT,
    };
    (status, error.to_string()).into_response()
}

async fn state(State(station): App) -> Json<StationView> {
    Json(lock(&station).view())
}

#[derive(Deserialize)]
struct FaultRequest {
    kind: FaultKind,
    times: Option<u32>,
    delay_ms: Option<u64>,
}

async fn faults(State(station): App, Json(request): Json<FaultRequest>) -> StatusCode {
    let fault = Fault::new(request.kind, request.times, request.delay_ms);
    lock(&station).faults.add(fault);
    StatusCode::NO_CONTENT
}
