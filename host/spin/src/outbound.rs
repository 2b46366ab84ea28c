//! HTTP requests to the payment provider, to webhooks and to the bridge.
//!
//! Of a provider's answer at most 1 MiB is read.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use chargetap_engine::http::{ProviderRequest, ProviderResponse, SendError};
use http_body_util::BodyExt;
use spin_sdk::http::{FullBody, HeaderValue, IncomingMessage, Request};
use spin_sdk::wasip3::http::types::ErrorCode;
use spin_sdk::wasip3::http_compat::IncomingBody;

/// The largest body that is read of an answer, in bytes.
const ANSWER_LIMIT: usize = 1024 * 1024;

/// Send a request and read its answer, both within `timeout_ms`.
///
/// WASI's own timeouts are for connecting, for the first byte and between bytes. None of them
/// limits an answer that arrives slowly.
pub(crate) async fn send(
    request: ProviderRequest,
    timeout_ms: u64,
) -> Result<ProviderResponse, SendError> {
    let limit = Duration::from_millis(timeout_ms);
    match within(limit, exchange(request)).await {
        Some(answer) => answer,
        None => Err(SendError::Lost(format!("no answer in {timeout_ms} ms"))),
    }
}

/// The body is cut off just beyond `limit` bytes.
pub(crate) async fn read<T: IncomingMessage>(
    mut body: IncomingBody<T>,
    limit: usize,
) -> Result<Vec<u8>, ErrorCode> {
    let mut bytes = Vec::new();
    while bytes.len() <= limit
        && let Some(frame) = body.frame().await
    {
        if let Ok(data) = frame?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    bytes.truncate(limit.saturating_add(1));
    Ok(bytes)
}

async fn exchange(request: ProviderRequest) -> Result<ProviderResponse, SendError> {
    let lost = |code: ErrorCode| SendError::Lost(code.to_string());
    let request = encode(request).map_err(SendError::NotSent)?;
    let response = spin_sdk::http::send(request).await.map_err(|code| {
        if never_left(&code) {
            SendError::NotSent(code.to_string())
        } else {
            lost(code)
        }
    })?;
    let status = response.status().as_u16();
    let body = read(response.into_body(), ANSWER_LIMIT)
        .await
        .map_err(lost)?;
    if body.len() > ANSWER_LIMIT {
        return Err(SendError::Lost("the answer is too large".into()));
    }
    Ok(ProviderResponse { status, body })
}

fn encode(request: ProviderRequest) -> Result<Request<FullBody<Bytes>>, String> {
    let ProviderRequest {
        method,
        url,
        headers,
        body,
    } = request;
    let body = body.unwrap_or_default().into_bytes();
    let mut request = Request::<()>::builder()
        .method(method)
        .uri(url)
        // Without it an empty body is sent in chunks, which not every server takes.
        .header("content-length", body.len());
    for (name, value) in headers {
        // An error's text must not repeat the header.
        let mut value = HeaderValue::try_from(value)
            .map_err(|_| format!("the secret cannot stand in the header {name}"))?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    request
        .body(FullBody::new(body.into()))
        .map_err(|error| error.to_string())
}

/// Whether the request certainly did not reach a server that could act on it.
fn never_left(code: &ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::DnsTimeout
            | ErrorCode::DnsError(_)
            | ErrorCode::DestinationNotFound
            | ErrorCode::DestinationUnavailable
            | ErrorCode::DestinationIpProhibited
            | ErrorCode::DestinationIpUnroutable
            | ErrorCode::ConnectionRefused
            | ErrorCode::HttpRequestDenied
            | ErrorCode::HttpRequestUriInvalid
    )
}

/// The result of the work, or nothing if the time is up first.
async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut time_up = pin!(spin_sdk::time::sleep(limit));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => time_up.as_mut().poll(context).map(|()| None),
    })
    .await
}
