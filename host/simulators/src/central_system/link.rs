//! The stations' WebSockets, and the control API beside them.

use std::sync::{Arc, Mutex};

use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::calls::Caller;
use super::records::Records;
use super::{lock, unix_ms};
use crate::station::Version;

/// What can be spoken, the best first.
const VERSIONS: [Version; 3] = [Version::V2_1, Version::V2_0_1, Version::V1_6];

type App = State<Arc<Mutex<Records>>>;

pub(super) fn router(records: Arc<Mutex<Records>>) -> Router {
    Router::new()
        .route("/control/state", get(state))
        .route("/{*path}", get(connect))
        .with_state(records)
}

async fn state(State(records): App) -> Json<Value> {
    Json(json!(*lock(&records)))
}

async fn connect(
    State(records): App,
    Path(path): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let Some(station) = path.rsplit('/').find(|segment| !segment.is_empty()) else {
        let advice = "the address must end with the station's identity";
        return (StatusCode::NOT_FOUND, advice).into_response();
    };
    let is_offered = |version: &Version| {
        let mut offered = upgrade.requested_protocols();
        offered.any(|offered| offered == version.subprotocol())
    };
    let Some(version) = VERSIONS.into_iter().find(is_offered) else {
        let advice = "the subprotocol must be ocpp1.6, ocpp2.0.1 or ocpp2.1";
        return (StatusCode::BAD_REQUEST, advice).into_response();
    };
    let caller = Caller {
        station: station.to_owned(),
        version,
    };
    upgrade
        .protocols([version.subprotocol()])
        .on_upgrade(move |socket| converse(socket, caller, records))
}

/// Answers a station until its connection ends.
async fn converse(mut socket: WebSocket, caller: Caller, records: Arc<Mutex<Records>>) {
    let Caller { station, version } = &caller;
    tracing::info!(station, %version, "connected");
    while let Some(Ok(message)) = socket.recv().await {
        let Message::Text(text) = message else {
            continue;
        };
        let answer = lock(&records).receive(&caller, &text, unix_ms());
        if let Some(answer) = answer
            && socket.send(Message::text(answer)).await.is_err()
        {
            break;
        }
    }
    tracing::info!(station, "connection lost");
}
