//! The gateway's door: HTTP for callbacks, drivers and the operator, WebSocket for stations.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt;
use chargetap_engine::http::{self, BODY_LIMIT, Incoming, Outcome, RESPONSE_HEADERS};
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::runtime::NativeGateway;

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
    // Small answers must not wait for the acknowledgement of the packet before.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::warn!(%error, "TCP_NODELAY cannot be set");
        }
    });
    let stations = gateway.platform().stations().router();
    let router = Router::new()
        .route("/metrics", get(metrics))
        .fallback(handle)
        .with_state(gateway)
        .merge(stations);
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, router)
        .with_graceful_shutdown(shutdown)
        .await
}

async fn metrics(State(gateway): State<Arc<NativeGateway>>) -> Response {
    respond(Outcome {
        status: 200,
        content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8".into(),
        headers: Vec::new(),
        body: gateway.platform().metrics.text().into_bytes(),
    })
}

async fn handle(
    State(gateway): State<Arc<NativeGateway>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let header = |name| text(&parts.headers, name);
    let mut incoming = Incoming {
        method: match parts.method {
            Method::GET | Method::HEAD => Some(http::Method::Get),
            Method::PUT => Some(http::Method::Put),
            Method::POST => Some(http::Method::Post),
            Method::DELETE => Some(http::Method::Delete),
            _ => None,
        },
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        source: Some(source(peer.ip(), &parts.headers)),
        headers: all(&parts.headers),
        accept: header(ACCEPT),
        accept_language: header(ACCEPT_LANGUAGE),
        body: Vec::new(),
    };
    let limit = gateway.body_limit(&incoming).await;
    let patience = match limit {
        ..=BODY_LIMIT => BODY_TIMEOUT,
        _ => LARGE_BODY_TIMEOUT,
    };
    incoming.body = match timeout(patience, read(body, limit)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return respond(Outcome::text(400, "the body cannot be read")),
        Err(_) => return respond(Outcome::text(408, "the body took too long")),
    };
    respond(gateway.handle(incoming).await)
}

/// The body, cut off just beyond what any route reads: that it is too large is for the engine to
/// say.
async fn read(body: Body, limit: usize) -> Result<Vec<u8>, axum::Error> {
    use futures_util::StreamExt;
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

/// Where a request comes from. A proxy on this machine says so in the last entry of `X-Forwarded-For`,
/// which is its own; anybody else could write there what they like.
fn source(peer: IpAddr, headers: &HeaderMap) -> String {
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.rsplit(',').next())
        .and_then(|value| value.trim().parse::<IpAddr>().ok());
    match last.filter(|_| peer.is_loopback()).unwrap_or(peer) {
        IpAddr::V4(source) => source.to_string(),
        // Whoever has one address of such a network has all of them.
        IpAddr::V6(source) => {
            let [a, b, c, d, ..] = source.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn all(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let pairs = headers.iter();
    pairs
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect()
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

fn respond(outcome: Outcome) -> Response {
    let mut response = Response::new(Body::from(outcome.body));
    *response.status_mut() =
        StatusCode::from_u16(outcome.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in RESPONSE_HEADERS {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if let Ok(content_type) = HeaderValue::from_str(&outcome.content_type) {
        headers.insert(CONTENT_TYPE, content_type);
    }
    for (name, value) in outcome.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
