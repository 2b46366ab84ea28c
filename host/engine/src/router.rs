//! Which request goes where. A request's body is read once its route is known, as far as that route
//! allows.

use crate::callbacks;
use crate::config::PAYTER;
use crate::fleet::rest;
use crate::gateway::Gateway;
use crate::http::{BODY_LIMIT, Body, BodyError, Method, Request, Response};
use crate::platform::Platform;
use crate::readiness;
use crate::receipts::{invoices, rendering, search};

impl<P: Platform> Gateway<P> {
    /// Answer a request: callbacks, the REST interface, receipts and the two probes.
    pub async fn handle(&self, mut request: Request, body: impl Body) -> Response {
        let rest_call = rest::is_call(&request);
        let limit = match rest_call {
            true => rest::body_limit(self, &request).await,
            false => BODY_LIMIT,
        };
        request.body = match body.read(limit).await {
            Ok(body) => body,
            Err(error) => return BodyError::into(error),
        };
        match rest_call {
            true => rest::handle(self, &request).await,
            false => self.route(request).await,
        }
    }

    async fn route(&self, request: Request) -> Response {
        let path = request.path.clone();
        let path: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let is_post = request.method == Method::POST;
        let is_get = request.method == Method::GET;
        match path.as_slice() {
            ["callbacks", PAYTER, capability] if is_post => {
                callbacks::handle(self, PAYTER, capability, request).await
            }
            ["callbacks", webhook] if is_post && *webhook != PAYTER => {
                callbacks::handle(self, webhook, "", request).await
            }
            ["receipts", ..]
                if (is_get || is_post) && !self.receipts.may_see(&request, self.platform.now()) =>
            {
                Response::text(
                    429,
                    "Too many pages were asked for. Try again in a few seconds.",
                )
            }
            ["receipts"] if is_get => search::handle(self, &request).await,
            ["receipts"] | ["receipts", _] if is_post => search::handle(self, &request).await,
            ["receipts", id] if is_get => rendering::handle(self, id, &request).await,
            ["receipts", id, "invoice"] if is_get || is_post => {
                invoices::handle(self, id, &request).await
            }
            ["healthz"] if is_get => Response::text(200, "ok"),
            ["readyz"] if is_get => readiness::handle(self).await,
            ["callbacks", PAYTER, _]
            | ["callbacks" | "receipts", _]
            | ["receipts", _, "invoice"]
            | ["receipts" | "healthz" | "readyz"] => Response::text(405, "method not allowed"),
            _ => Response::text(404, "not found"),
        }
    }
}
