//! The HTTP server: which request goes where.

use std::rc::Rc;

use bytes::Bytes;
use chargetap_engine::http::{self, BodyError};
use percent_encoding::percent_decode_str;
use spin_sdk::http::{FullBody, Method, Request, Response};
use spin_sdk::wasip3::http_compat::IncomingRequestBody;

use crate::setup::{self, SpinGateway};
use crate::{commands, events, outbound, tick};

/// Answer a request.
pub(crate) async fn serve(request: Request) -> Response<FullBody<Bytes>> {
    let response = match setup::gateway().await {
        Ok(gateway) => route(&gateway, request).await,
        Err(error) => {
            tracing::error!(%error, "the gateway cannot be opened");
            http::Response::text(503, "not ready: the gateway cannot be opened")
        }
    };
    response
        .into_http()
        .map(|body| FullBody::new(Bytes::from(body)))
}

async fn route(gateway: &Rc<SpinGateway>, request: Request) -> http::Response {
    let (head, body) = request.into_parts();
    let path: Vec<&str> = head.uri.path().trim_start_matches('/').split('/').collect();
    match (&head.method, path.as_slice()) {
        (&Method::POST, ["tick"]) => tick::answer(gateway, &head.headers).await,
        (&Method::POST, ["stations", station, "events"]) => {
            let Ok(station) = percent_decode_str(station).decode_utf8() else {
                return http::Response::text(404, "not found");
            };
            events::answer(gateway, &station, &head.headers, Incoming(body)).await
        }
        (_, ["tick"] | ["stations", _, "events"]) => {
            http::Response::text(405, "method not allowed")
        }
        _ => {
            let is_post = head.method == Method::POST;
            // No source: Spin gives none that a client could not forge.
            let request = http::Request::from_head(head, None);
            let response = gateway.handle(request, Incoming(body)).await;
            if is_post && response.status < 400 {
                commands::execute_after_the_answer(gateway);
            }
            response
        }
    }
}

/// A request's body.
struct Incoming(IncomingRequestBody);

impl http::Body for Incoming {
    async fn read(self, limit: usize) -> Result<Vec<u8>, BodyError> {
        outbound::read(self.0, limit)
            .await
            .map_err(|_| BodyError::Unreadable)
    }
}
