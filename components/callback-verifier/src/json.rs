//! JSON bodies.

use chargetap_contract::callback::Rejection;
use serde_json::Value;

pub(crate) fn parse(bytes: &[u8]) -> Result<Value, Rejection> {
    serde_json::from_slice(bytes).map_err(|error| {
        // Never the error's own text: it can quote the body.
        malformed(format!(
            "not JSON at line {} column {}",
            error.line(),
            error.column()
        ))
    })
}

/// Without white space, so equal for the same content once its objects are sorted.
pub(crate) fn canonical(value: &Value) -> Result<Vec<u8>, Rejection> {
    // What was parsed can be written, so this never fails.
    serde_json::to_vec(value).map_err(|_| malformed("not JSON"))
}

/// What a path such as `/session/sessionId` leads to, through objects only.
pub(crate) fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    let mut names = path.split('/').skip(1);
    names.try_fold(value, |value, name| value.get(name))
}

pub(crate) fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    at(value, path).and_then(Value::as_str)
}

pub(crate) fn required<'v>(value: &'v Value, path: &str) -> Result<&'v str, Rejection> {
    text(value, path)
        .filter(|text| !text.is_empty())
        .ok_or_else(|| malformed(format!("{path} is not a text")))
}

/// The place is told, what is there never.
pub(crate) fn malformed(place: impl Into<String>) -> Rejection {
    Rejection::MalformedBody(place.into())
}
