//! A request's headers by name.

use chargetap_contract::callback::{Rejection, Request};

/// The only value of a header, without the white space around it.
///
/// Two values are refused: one program would take the first and another the last.
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

/// All values of a header as one, as RFC 9421, section 2.1, asks for.
pub(crate) fn combined(request: &Request, name: &str) -> Result<Option<String>, Rejection> {
    let mut combined: Option<String> = None;
    for value in all(request, name)? {
        match &mut combined {
            None => combined = Some(value.to_owned()),
            Some(earlier) => {
                earlier.push_str(", ");
                earlier.push_str(value);
            }
        }
    }
    Ok(combined)
}

/// `name` comes from the scheme or the configuration, never from the request.
fn malformed(name: &str, problem: &str) -> Rejection {
    Rejection::MalformedSignature(format!("{name} {problem}"))
}
