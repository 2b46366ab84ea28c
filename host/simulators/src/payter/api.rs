//! The provider's API over HTTP, as an integrator sees it.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use thiserror::Error;

use super::Simulation;
use super::faults::Call;
use super::ledger::LedgerError;
use super::provider::{Arming, Provider, Refusal};
use super::screen::Description;
use crate::{FaultKind, lock, unix_ms};

/// The calls that need the key.
pub(super) fn router(simulation: Arc<Simulation>) -> Router {
    Router::new()
        .route("/terminals", get(terminals))
        .route("/terminals/{serial}", get(terminal))
        .route("/terminals/{serial}/start", post(start))
        .route("/terminals/{serial}/stop", post(stop))
        .route("/terminals/{serial}/ui", post(put_up))
        .route("/terminals/{serial}/authorize", post(authorize))
        .route("/terminals/{serial}/sessions", get(sessions))
        .route("/terminals/{serial}/sessions/{id}", get(session))
        .route("/terminals/{serial}/sessions/{id}/commit", post(commit))
        .route("/terminals/{serial}/sessions/{id}/cancel", post(cancel))
        .layer(from_fn_with_state(simulation.clone(), require_key))
        .with_state(simulation)
}

type App = State<Arc<Simulation>>;

async fn require_key(State(simulation): App, request: Request, next: Next) -> Response {
    let expected = format!("CPS apikey=\"{}\"", simulation.api_key.expose_secret());
    let given = request.headers().get(AUTHORIZATION);
    if given.is_some_and(|given| given.as_bytes() == expected.as_bytes()) {
        next.run(request).await
    } else {
        error(StatusCode::UNAUTHORIZED, "UNAUTHORIZED")
    }
}

async fn terminals(State(simulation): App) -> Response {
    Json(lock(&simulation.provider).views()).into_response()
}

async fn terminal(State(simulation): App, Path(serial): Path<String>) -> Response {
    let view = lock(&simulation.provider).view(&serial);
    view.map(Json).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Start {
    authorized_amount: u64,
    callback_url: String,
    ui_message: Option<String>,
    language: Option<String>,
}

async fn start(
    State(simulation): App,
    Path(serial): Path<String>,
    Query(start): Query<Start>,
) -> Response {
    simulation
        .carry_out(Call::Start, |provider, _| {
            let arming = Arming {
                amount: start.authorized_amount,
                callback_url: start.callback_url,
                text: start.ui_message,
                language: start.language,
            };
            provider.start(&serial, arming)?;
            Ok(StatusCode::NO_CONTENT)
        })
        .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    ui_message: Option<String>,
}

async fn stop(
    State(simulation): App,
    Path(serial): Path<String>,
    Query(message): Query<Message>,
) -> Response {
    let stopped = lock(&simulation.provider).stop(&serial, message.ui_message);
    stopped.map(|()| StatusCode::NO_CONTENT).into_response()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PutUp {
    callback_url: Option<String>,
}

async fn put_up(
    State(simulation): App,
    Path(serial): Path<String>,
    Query(PutUp { callback_url }): Query<PutUp>,
    Json(description): Json<Description>,
) -> Response {
    simulation
        .carry_out(Call::Ui, |provider, _| {
            provider.put_up(&serial, description, callback_url)?;
            Ok(StatusCode::OK)
        })
        .await
}

async fn authorize(
    State(simulation): App,
    Path(serial): Path<String>,
    Query(message): Query<Message>,
) -> Response {
    simulation
        .carry_out(Call::Authorize, |provider, declined| {
            let hold = provider.authorize(&serial, declined, unix_ms())?;
            provider.flash(&serial, message.ui_message);
            Ok(Json(hold))
        })
        .await
}

async fn sessions(State(simulation): App, Path(serial): Path<String>) -> Response {
    simulation
        .carry_out(Call::Sessions, |provider, _| {
            provider.open_holds(&serial).map(Json)
        })
        .await
}

async fn session(State(simulation): App, Path((serial, id)): Path<(String, String)>) -> Response {
    simulation
        .carry_out(Call::Sessions, |provider, _| {
            provider.open_hold(&serial, &id).map(Json)
        })
        .await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Commit {
    commit_amount: u64,
    ui_message: Option<String>,
}

async fn commit(
    State(simulation): App,
    Path((serial, id)): Path<(String, String)>,
    Query(commit): Query<Commit>,
) -> Response {
    simulation
        .carry_out(Call::Commit, |provider, _| {
            provider.commit(&serial, &id, commit.commit_amount, unix_ms())?;
            provider.flash(&serial, commit.ui_message);
            Ok(StatusCode::OK)
        })
        .await
}

async fn cancel(
    State(simulation): App,
    Path((serial, id)): Path<(String, String)>,
    Query(message): Query<Message>,
) -> Response {
    simulation
        .carry_out(Call::Cancel, |provider, _| {
            provider.cancel(&serial, &id, unix_ms())?;
            provider.flash(&serial, message.ui_message);
            Ok(StatusCode::OK)
        })
        .await
}

impl Simulation {
    /// Carries out a call, unless a fault prevents it. `action` takes whether to decline.
    async fn carry_out<T: IntoResponse>(
        self: &Arc<Self>,
        call: Call,
        action: impl FnOnce(&mut Provider, bool) -> Result<T, Refusal>,
    ) -> Response {
        let fault = lock(&self.provider).faults.take(call);
        let kind = fault.map(|fault| fault.kind);
        match kind {
            Some(FaultKind::Drop) => return no_answer(),
            Some(FaultKind::Error) => {
                return error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR");
            }
            _ => {}
        }
        let answer = {
            let mut provider = lock(&self.provider);
            action(&mut provider, kind == Some(FaultKind::Decline)).into_response()
        };
        self.deliver_in_background();
        match fault {
            Some(fault) if fault.kind == FaultKind::Delay => {
                tokio::time::sleep(Duration::from_millis(fault.delay_ms)).await;
                answer
            }
            Some(fault) if fault.kind == FaultKind::LostAnswer => no_answer(),
            _ => answer,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, code) = match self {
            Self::UnknownTerminal => (StatusCode::NOT_FOUND, "UNKNOWN_TERMINAL"),
            Self::Offline => (StatusCode::SERVICE_UNAVAILABLE, "TERMINAL_OFFLINE"),
            Self::WrongState => (StatusCode::CONFLICT, "WRONG_STATE"),
            Self::NoAmount => (StatusCode::BAD_REQUEST, "NO_AMOUNT"),
            Self::UnknownScreen => (StatusCode::BAD_REQUEST, "UNKNOWN_SCREEN"),
            Self::Declined => (StatusCode::FORBIDDEN, "DECLINED"),
            Self::Ledger(LedgerError::UnknownSession) => (StatusCode::NOT_FOUND, "UNKNOWN_SESSION"),
            Self::Ledger(LedgerError::Closed) => (StatusCode::CONFLICT, "SESSION_CLOSED"),
            Self::Ledger(LedgerError::ExceedsHold) => (StatusCode::BAD_REQUEST, "EXCEEDS_HOLD"),
        };
        error(status, code)
    }
}

fn error(status: StatusCode, code: &str) -> Response {
    (status, Json(json!({ "error": code }))).into_response()
}

/// The answer was cut off on purpose.
#[derive(Debug, Error)]
#[error("the answer is lost on purpose")]
struct AnswerLost;

/// Makes the server close the connection without sending a byte: the body fails before the head
/// was flushed.
fn no_answer() -> Response {
    let body = stream::once(async { Err::<Bytes, _>(AnswerLost) });
    Body::from_stream(body).into_response()
}
