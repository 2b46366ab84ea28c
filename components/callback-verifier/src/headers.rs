//! A request's headers by name.

use chargetap_contract::callback::{Rejection, Request};

/// The only value of a header, without the white space around it.
///
/// Nothing that is signed may have two values: one program would take the first and another the
/// last.
pub(crate) fn only<'r>(request: &'r Request, name: &str) -> Result<Option<&'r str>, Rejection> {
    match all(request, name)?[..] {
        [] => Ok(None),
        [value] => Ok(Some(value)),
        _ => Err(malformed(name, "is there more than once")),
    }
}

/// Every value of a header, in the order of arrival, without the white space around each.
pub(crate) fn all<'r>(request: &'r Request, name: &str) -> Result<Vec<&'r str>, Rejection> {
    let mut values = Vec::new();
    for (other, value) in &request.headers {
        if other.eq_ignore_ascii_case(name) {
            let value = str::from_utf8(value.trim_ascii());
            values.push(value.map_err(|_| malformed(name, "is not text"))?);
        }
    }
    Ok(values)
}

/// The names come from the scheme or the configuration.
fn malformed(name: &str, problem: &str) -> Rejection {
    Rejection::MalformedSignature(format!("{name} {problem}"))
}
