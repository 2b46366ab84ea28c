//! The gateway's door: which request goes where, and what every answer carries.

use std::rc::Rc;

use bytes::Bytes;
use chargetap_engine::http::{self, Incoming, Outcome, RESPONSE_HEADERS};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use spin_sdk::http::{
    FullBody, HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode,
};
use spin_sdk::wasip3::http_compat::IncomingRequestBody;
use subtle::ConstantTimeEq;

use crate::setup::{self, SpinGateway};
use crate::{commands, events, outbound, tick};

/// Answer a request.
pub(crate) async fn serve(request: Request) -> Response<FullBody<Bytes>> {
    let outcome = match setup::gateway().await {
        Ok(gateway) => route(&gateway, request).await,
        Err(error) => {
            tracing::error!(%error, "the gateway cannot be opened");
            Outcome::text(503, "not ready: the gateway cannot be opened")
        }
    };
    respond(outcome)
}

async fn route(gateway: &Rc<SpinGateway>, request: Request) -> Outcome {
    let (parts, body) = request.into_parts();
    let path: Vec<&str> = parts
        .uri
        .path()
        .trim_start_matches('/')
        .split('/')
        .collect();
    match (&parts.method, path.as_slice()) {
        (&Method::POST, ["tick"]) => tick::answer(gateway, &parts.headers).await,
        (&Method::POST, ["stations", station, "events"]) => {
            let Ok(station) = percent_decode_str(station).decode_utf8() else {
                return Outcome::text(404, "not found");
            };
            events::answer(gateway, &station, &parts.headers, body).await
        }
        (_, ["tick"] | ["stations", _, "events"]) => Outcome::text(405, "method not allowed"),
        _ => {
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
                // Spin does not say in a way that a client could not feign.
                source: None,
                headers: all(&parts.headers),
                accept: text(&parts.headers, "accept"),
                accept_language: text(&parts.headers, "accept-language"),
                body: Vec::new(),
            };
            let limit = gateway.body_limit(&incoming).await;
            incoming.body = match read(body, limit).await {
                Ok(body) => body,
                Err(outcome) => return outcome,
            };
            let outcome = gateway.handle(incoming).await;
            if parts.method == Method::POST && outcome.status < 400 {
                commands::execute_after_the_answer(gateway);
            }
            outcome
        }
    }
}

/// The body, cut off just beyond what any route reads.
pub(crate) async fn read(body: IncomingRequestBody, limit: usize) -> Result<Vec<u8>, Outcome> {
    outbound::read(body, limit)
        .await
        .map_err(|_| Outcome::text(400, "the body cannot be read"))
}

/// Whether the request shows this secret as its bearer token.
pub(crate) fn shows(headers: &HeaderMap, secret: &SecretString) -> bool {
    let given = headers
        .get("authorization")
        .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    given.is_some_and(|given| given.ct_eq(secret.expose_secret().as_bytes()).into())
}

/// An answer of a JSON text.
pub(crate) fn json(value: &serde_json::Value) -> Outcome {
    Outcome {
        status: 200,
        content_type: "application/json".into(),
        headers: Vec::new(),
        body: value.to_string().into_bytes(),
    }
}

fn all(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let pairs = headers.iter();
    pairs
        .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
        .collect()
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

fn respond(outcome: Outcome) -> Response<FullBody<Bytes>> {
    let mut response = Response::new(FullBody::new(Bytes::from(outcome.body)));
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
        headers.insert("content-type", content_type);
    }
    for (name, value) in outcome.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
