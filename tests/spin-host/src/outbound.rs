//! Requests that the application sends: to this machine only.

use std::net::IpAddr;

use http_body_util::BodyExt;
use wasmtime_wasi_http::handler::{Request, Response};
use wasmtime_wasi_http::{Error, RequestOptions, WasiHttpHooks, default_send_request};

/// Denies every request that would leave the machine.
pub(crate) struct Loopback;

type Pending<T> = Box<dyn Future<Output = Result<T, Error>> + Send>;

impl WasiHttpHooks for Loopback {
    fn send_request(
        &mut self,
        request: Request,
        options: Option<RequestOptions>,
        _received: Pending<()>,
    ) -> Pending<(Response, Pending<()>)> {
        Box::new(async move {
            let address = request.uri().host().unwrap_or_default().parse::<IpAddr>();
            if !address.is_ok_and(|address| address.is_loopback()) {
                return Err(Error::HttpRequestDenied);
            }
            let (response, sent) = default_send_request(request, options).await?;
            let response = response.map(BodyExt::boxed_unsync);
            Ok((response, Box::new(sent) as Pending<()>))
        })
    }
}
