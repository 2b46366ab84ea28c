//! The HTTP server, over TLS or plain: callbacks, drivers' and operators' requests, and the stations' WebSockets.
//!
//! A body has 10 s to arrive, a large one 120 s. What else is limited, `connections` says.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use chargetap_engine::http::{self, BODY_LIMIT, BodyError, Request};
use futures_util::StreamExt;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::connections::{self, Client, Limits, Port};
use crate::ocpp::{self, StationEvents, Stations};
use crate::platform::NativeGateway;
use crate::{metrics, peers};

/// How long a request's body may take to arrive, and how long a large one.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const LARGE_BODY_TIMEOUT: Duration = Duration::from_secs(120);

/// Serve until `shutdown` completes.
pub async fn serve(
    listener: TcpListener,
    gateway: Arc<NativeGateway>,
    shutdown: impl Future<Output = ()>,
) {
    let port = Port {
        listener,
        tls: gateway.platform().tls().cloned(),
        trusted_proxies: gateway.config().server.trusted_proxies.clone(),
    };
    let stations = gateway.platform().stations().clone();
    let router = Router::new()
        .route("/metrics", get(metrics))
        .fallback(handle)
        .with_state(gateway.clone())
        .merge(peers::router(&gateway));
    listen(port, stations, router, shutdown).await;
    gateway.platform().leave().await;
}

/// Serve the stations' WebSockets, and leave other requests to a router, until `shutdown` completes.
pub(crate) async fn listen<E: StationEvents>(
    port: Port,
    stations: Stations<E>,
    router: Router,
    shutdown: impl Future<Output = ()>,
) {
    let router = router.layer(middleware::from_fn_with_state(stations, ocpp::intercept));
    connections::serve(port, router, Limits::of_process(), shutdown).await;
}

async fn metrics(State(gateway): State<Arc<NativeGateway>>) -> Response {
    respond(http::Response {
        status: 200,
        content_type: metrics::CONTENT_TYPE.into(),
        headers: Vec::new(),
        body: gateway.platform().metrics().into_bytes(),
    })
}

async fn handle(
    State(gateway): State<Arc<NativeGateway>>,
    Extension(client): Extension<Client>,
    request: axum::extract::Request,
) -> Response {
    let (head, body) = request.into_parts();
    let request = Request::from_head(head, Some(client.source));
    // A task of its own goes on when its caller goes away: what is on record is done.
    let handled = tokio::spawn(async move { gateway.handle(request, Incoming(body)).await });
    match handled.await {
        Ok(response) => respond(response),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn respond(response: http::Response) -> Response {
    response.into_http().map(Body::from)
}

/// A request's body.
struct Incoming(Body);

impl http::Body for Incoming {
    async fn read(self, limit: usize) -> Result<Vec<u8>, BodyError> {
        let patience = match limit {
            ..=BODY_LIMIT => BODY_TIMEOUT,
            _ => LARGE_BODY_TIMEOUT,
        };
        timeout(patience, collect(self.0, limit))
            .await
            .map_err(|_| BodyError::TooSlow)?
            .map_err(|_| BodyError::Unreadable)
    }
}

async fn collect(body: Body, limit: usize) -> Result<Vec<u8>, axum::Error> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > limit {
            bytes.truncate(limit.saturating_add(1));
            break;
        }
    }
    Ok(bytes)
}
