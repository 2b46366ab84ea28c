//! The control API: what people do at the terminals, faults, and the ledger.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use super::Simulation;
use super::faults::{Call, CallFault};
use super::provider::{Provider, Refusal, Tap};
use crate::{Fault, FaultKind, lock, unix_ms};

pub(super) fn router(simulation: Arc<Simulation>) -> Router {
    Router::new()
        .route("/control/ledger", get(ledger))
        .route("/control/tap", post(tap))
        .route("/control/touch", post(touch))
        .route("/control/screens/{serial}", get(screen))
        .route("/control/holds", post(hold))
        .route("/control/faults", post(faults))
        .route("/control/terminals/{serial}", post(terminal))
        .with_state(simulation)
}

type App = State<Arc<Simulation>>;

async fn ledger(State(simulation): App) -> Response {
    match lock(&simulation.provider).ledger.statement() {
        Ok(statement) => Json(statement).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[derive(Deserialize)]
struct TapRequest {
    terminal: String,
    card_id: String,
    masked_pan: Option<String>,
    aid: Option<String>,
}

/// Answers once the callback was delivered.
async fn tap(State(simulation): App, Json(request): Json<TapRequest>) -> Response {
    let tap = Tap {
        card_id: request.card_id,
        masked_pan: request.masked_pan,
        aid: request.aid,
    };
    act(&simulation, |provider| provider.tap(&request.terminal, tap)).await
}

#[derive(Deserialize)]
struct TouchRequest {
    terminal: String,
    label: String,
}

/// Answers once the callback was delivered.
async fn touch(State(simulation): App, Json(request): Json<TouchRequest>) -> Response {
    act(&simulation, |provider| {
        provider.touch(&request.terminal, &request.label)
    })
    .await
}

async fn act(
    simulation: &Arc<Simulation>,
    action: impl FnOnce(&mut Provider) -> Result<(), Refusal>,
) -> Response {
    let callbacks = {
        let mut provider = lock(&simulation.provider);
        if let Err(refusal) = action(&mut provider) {
            return refusal.into_response();
        }
        std::mem::take(&mut provider.callbacks)
    };
    let statuses = simulation.deliver(callbacks).await;
    Json(json!({ "callback_statuses": statuses })).into_response()
}

async fn screen(State(simulation): App, Path(serial): Path<String>) -> Response {
    let provider = lock(&simulation.provider);
    provider.screen(&serial).map(Json).into_response()
}

#[derive(Deserialize)]
struct HoldRequest {
    terminal: String,
    card_id: String,
    amount: u64,
}

async fn hold(State(simulation): App, Json(request): Json<HoldRequest>) -> Response {
    let HoldRequest {
        terminal,
        card_id,
        amount,
    } = request;
    let held = lock(&simulation.provider).hold(&terminal, &card_id, amount, unix_ms());
    held.map(Json).into_response()
}

#[derive(Deserialize)]
struct FaultRequest {
    call: Call,
    kind: FaultKind,
    times: Option<u32>,
    delay_ms: Option<u64>,
}

async fn faults(State(simulation): App, Json(request): Json<FaultRequest>) -> Response {
    let fault = Fault::new(request.kind, request.times, request.delay_ms);
    match CallFault::new(request.call, fault) {
        Ok(fault) => {
            lock(&simulation.provider).faults.add(fault);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

#[derive(Deserialize)]
struct TerminalRequest {
    online: bool,
}

async fn terminal(
    State(simulation): App,
    Path(serial): Path<String>,
    Json(request): Json<TerminalRequest>,
) -> Response {
    let set = lock(&simulation.provider).set_online(&serial, request.online);
    set.map(|()| StatusCode::NO_CONTENT).into_response()
}
