//! The HTTP server, over TLS or plain: callbacks, drivers' and operators' requests, and the stations' WebSockets.
//!
//! A body has 10 s to arrive, a large one 120 s.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use chargetap_engine::http::{self, BODY_LIMIT, BodyError, Request};
use futures_util::StreamExt;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::metrics;
use crate::ocpp::{self, StationEvents, Stations};
use crate::platform::NativeGateway;
use crate::tls::{Listener, Peer, Tls};

/// How long a request's body may take to arrive, and how long a large one.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const LARGE_BODY_TIMEOUT: Duration = Duration::from_secs(120);

/// Serve until `shutdown` completes.
///
/// # Errors
/// The listener failed.
pub async fn serve(
    listener: TcpListener,
    gateway: Arc<NativeGateway>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let tls = gateway.platform().tls().cloned();
    let stations = gateway.platform().stations().clone();
    let router = Router::new()
        .route("/metrics", get(metrics))
        .fallback(handle)
        .with_state(gateway);
    listen(listener, tls, stations, router, shutdown).await
}

/// Serve the stations' WebSockets, and leave other requests to a router, until `shutdown` completes.
pub(crate) async fn listen<E: StationEvents>(
    listener: TcpListener,
    tls: Option<Arc<Tls>>,
    stations: Stations<E>,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = router.layer(middleware::from_fn_with_state(stations, ocpp::intercept));
    let router = router.into_make_service_with_connect_info::<Peer>();
    axum::serve(Listener::new(listener, tls), router)
        .with_graceful_shutdown(shutdown)
        .await
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
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: axum::extract::Request,
) -> Response {
    let (head, body) = request.into_parts();
    let source = source(peer.address.ip(), &head.headers);
    let request = Request::from_head(head, Some(source));
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

/// The source of a request. A proxy on this machine adds it as the last entry of `X-Forwarded-For`.
/// The header of any other peer is not trusted.
pub(crate) fn source(peer: IpAddr, headers: &HeaderMap) -> String {
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|value| value.trim().parse::<IpAddr>().ok());
    match last.filter(|_| peer.is_loopback()).unwrap_or(peer) {
        IpAddr::V4(source) => source.to_string(),
        // One subscriber has all addresses of a /64 network.
        IpAddr::V6(source) => {
            let [a, b, c, d, ..] = source.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}
