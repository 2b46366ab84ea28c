//! HTTP as the engine sees it: values, not sockets.

use std::collections::BTreeMap;

pub use chargetap_fleet::api::Method;

/// A request that arrived at the gateway.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// `None` for a method that no route has.
    pub method: Option<Method>,
    /// The path, still percent-encoded, without the query.
    pub path: String,
    /// The query, still percent-encoded.
    pub query: Option<String>,
    /// The address that it comes from, if the host knows: so many requests of one are looked at and
    /// no more.
    pub source: Option<String>,
    /// All headers in their order: names, and the bytes of their values.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The `Accept` header.
    pub accept: Option<String>,
    /// The `Accept-Language` header.
    pub accept_language: Option<String>,
    /// The body, cut off by the host at no less than [`BODY_LIMIT`] and one byte.
    pub body: Vec<u8>,
}

/// The largest body that any route reads, in bytes.
pub const BODY_LIMIT: usize = 64 * 1024;

/// An answer to an [`Incoming`] request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The status code.
    pub status: u16,
    /// The body's media type.
    pub content_type: String,
    /// Headers of this answer, besides [`RESPONSE_HEADERS`].
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Outcome {
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

    /// What was asked for is at this address.
    #[must_use]
    pub fn see_other(link: &str) -> Self {
        Self {
            headers: vec![("location", link.to_owned())],
            ..Self::text(303, link)
        }
    }
}

/// The fields of a form or of a query. Of several with one name the last counts.
pub(crate) fn fields(form: &[u8]) -> BTreeMap<String, String> {
    form_urlencoded::parse(form).into_owned().collect()
}

/// Headers that every answer carries: receipts are private, need no other resource and are not
/// for search engines.
pub const RESPONSE_HEADERS: [(&str, &str); 6] = [
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

/// A request to the payment provider, or to whom alerts are sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// The method.
    pub method: Method,
    /// The whole URL.
    pub url: String,
    /// Its headers. Secret.
    pub headers: Vec<(&'static str, String)>,
    /// JSON, where the request has a body.
    pub body: Option<String>,
}

/// Its answer.
#[derive(Clone, Debug)]
pub struct Answer {
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
