//! HTTP as the engine sees it: values, not sockets. The conversion from and to the `http` crate's
//! types, which both hosts' servers use, is here.

use std::collections::BTreeMap;
use std::future::Future;

pub use ::http::Method;
use ::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use ::http::{HeaderMap, StatusCode};

use crate::maybe_send::MaybeSend;

/// The largest body that any route reads, except those of the REST interface that say otherwise, in
/// bytes.
pub const BODY_LIMIT: usize = 64 * 1024;

/// A request that arrived at the gateway.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method. `HEAD` is taken for `GET`: the host's server leaves the body out.
    pub method: Method,
    /// The path, still percent-encoded, without the query.
    pub path: String,
    /// The query, still percent-encoded.
    pub query: Option<String>,
    /// The address that it comes from, if the host knows: so many requests of one source are
    /// answered and no more.
    pub source: Option<String>,
    /// All headers in their order.
    pub headers: HeaderMap,
    /// The body, cut off at no less than one byte beyond the limit of its route.
    pub body: Vec<u8>,
}

impl Request {
    /// A request whose body is still to be read.
    #[must_use]
    pub fn from_head(head: ::http::request::Parts, source: Option<String>) -> Self {
        Self {
            method: match head.method {
                Method::HEAD => Method::GET,
                method => method,
            },
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            source,
            headers: head.headers,
            body: Vec::new(),
        }
    }

    /// A header's value, if it is there and UTF-8. Characters beyond ASCII are for the route to judge: a
    /// condition or a key that has them must not pass for one that is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok()
    }

    /// The fields of the query. Of several with one name the last counts.
    pub(crate) fn query_fields(&self) -> BTreeMap<String, String> {
        fields(self.query.as_deref().unwrap_or_default().as_bytes())
    }

    /// The fields of a form in the body. Of several with one name the last counts.
    pub(crate) fn form_fields(&self) -> BTreeMap<String, String> {
        fields(&self.body)
    }
}

fn fields(form: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(form).into_owned().collect()
}

/// A request's body as a host has it. It is read once, and only as far as its route allows.
pub trait Body: MaybeSend {
    /// Read up to `limit` bytes, and one more where there is more.
    fn read(self, limit: usize) -> impl Future<Output = Result<Vec<u8>, BodyError>> + MaybeSend;
}

/// A body that is there already.
impl Body for Vec<u8> {
    async fn read(mut self, limit: usize) -> Result<Vec<u8>, BodyError> {
        self.truncate(limit.saturating_add(1));
        Ok(self)
    }
}

/// A body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// The connection broke, or the framing is wrong.
    #[error("the body cannot be read")]
    Unreadable,
    /// It did not arrive in time.
    #[error("the body took too long")]
    TooSlow,
}

/// The answer to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The body's media type.
    pub content_type: String,
    /// Headers of this answer, besides those that every answer carries.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Headers that every answer carries: receipts are private, need no other resource and are not for
/// search engines.
const COMMON_HEADERS: [(&str, &str); 6] = [
    ("cache-control", "private, no-store"),
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("referrer-policy", "no-referrer"),
    ("vary", "accept, accept-language"),
    ("x-content-type-options", "nosniff"),
    ("x-robots-tag", "noindex"),
];

/// After how many seconds a request that was refused for now may be made again, unless its answer says otherwise. By
/// then every limit by source lets something through.
const RETRY_AFTER_S: u64 = 10;

impl Response {
    /// A plain line of text.
    #[must_use]
    pub fn text(status: u16, text: &str) -> Self {
        Self {
            status,
            content_type: "text/plain; charset=utf-8".into(),
            headers: Vec::new(),
            body: format!("{text}\n").into_bytes(),
        }
    }

    /// A JSON value.
    #[must_use]
    pub fn json(value: &serde_json::Value) -> Self {
        Self {
            status: 200,
            content_type: "application/json".into(),
            headers: Vec::new(),
            body: value.to_string().into_bytes(),
        }
    }

    /// Done, and there is nothing to say.
    #[must_use]
    pub fn no_content() -> Self {
        Self {
            body: Vec::new(),
            ..Self::text(204, "")
        }
    }

    /// What was asked for is at this address.
    #[must_use]
    pub fn see_other(link: &str) -> Self {
        Self {
            headers: vec![("location", link.to_owned())],
            ..Self::text(303, link)
        }
    }

    /// The response for a server, with the headers that every answer carries. One that refuses a request for now says
    /// when it may be made again.
    #[must_use]
    pub fn into_http(self) -> ::http::Response<Vec<u8>> {
        let mut response = ::http::Response::new(self.body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        for (name, value) in COMMON_HEADERS {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        if matches!(self.status, 429 | 503) {
            headers.insert(RETRY_AFTER, RETRY_AFTER_S.into());
        }
        if let Ok(content_type) = HeaderValue::from_str(&self.content_type) {
            headers.insert(CONTENT_TYPE, content_type);
        }
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }
}

impl From<BodyError> for Response {
    fn from(error: BodyError) -> Self {
        let status = match error {
            BodyError::Unreadable => 400,
            BodyError::TooSlow => 408,
        };
        Self::text(status, &error.to_string())
    }
}

/// A request to the payment provider, or to an address that alerts are sent to.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderRequest {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// Its headers. Secret.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, where the request has a body.
    pub body: Option<String>,
}

/// The answer to a [`ProviderRequest`].
#[derive(Clone, Debug)]
pub struct ProviderResponse {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// There is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The request certainly did not reach the provider.
    #[error("not sent: {0}")]
    NotSent(String),
    /// It may have reached the provider.
    #[error("answer lost: {0}")]
    Lost(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_beyond_ascii_is_there() {
        let mut request = Request::default();
        let key = HeaderValue::from_bytes("Rückzahlung-1".as_bytes()).unwrap();
        request.headers.insert("idempotency-key", key);
        assert_eq!(request.header("idempotency-key"), Some("Rückzahlung-1"));
        assert_eq!(request.header("if-match"), None);
    }
    #[test]
    fn whoever_is_refused_for_now_is_told_when_to_try_again() {
        let retry_after = |response: Response| {
            let response = response.into_http();
            let value = response.headers().get("retry-after").cloned();
            value.map(|it| it.to_str().unwrap().to_owned())
        };
        assert_eq!(retry_after(Response::text(429, "")), Some("10".into()));
        assert_eq!(retry_after(Response::text(503, "")), Some("10".into()));
        assert_eq!(retry_after(Response::text(404, "")), None);
        let told = Response {
            headers: vec![("retry-after", "60".into())],
            ..Response::text(429, "")
        };
        assert_eq!(retry_after(told), Some("60".into()));
    }
}
