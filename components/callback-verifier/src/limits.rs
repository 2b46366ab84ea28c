//! The limits of a request, checked before anything is known of its sender.

use chargetap_contract::callback::{Rejection, Request};

/// The largest body, in bytes. Real callbacks have a few kilobytes.
const MAX_BODY: u32 = 64 * 1024;

/// The most headers, and the most bytes in their names and values.
const MAX_HEADERS: u32 = 64;
const MAX_HEADER_BYTES: u32 = 16 * 1024;

/// How deep arrays and objects may nest. Real callbacks have less than ten levels.
const MAX_DEPTH: u32 = 16;

pub(crate) fn check(request: &Request) -> Result<(), Rejection> {
    if exceeds(request.body.len(), MAX_BODY) {
        return Err(Rejection::TooLarge(MAX_BODY));
    }
    if exceeds(request.headers.len(), MAX_HEADERS) {
        return Err(Rejection::TooManyHeaders(MAX_HEADERS));
    }
    let sizes = request.headers.iter();
    let size = sizes.map(|(name, value)| name.len() + value.len()).sum();
    if exceeds(size, MAX_HEADER_BYTES) {
        return Err(Rejection::HeadersTooLarge(MAX_HEADER_BYTES));
    }
    if exceeds(depth(&request.body), MAX_DEPTH) {
        return Err(Rejection::TooDeep(MAX_DEPTH));
    }
    Ok(())
}

fn exceeds(size: usize, limit: u32) -> bool {
    !u32::try_from(size).is_ok_and(|size| size <= limit)
}

/// How deep JSON nests at its deepest, whether or not the rest of it is well formed.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut quoted, mut escaped) = (false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_nest_and_those_in_strings_do_not() {
        for (json, expected) in [
            ("", 0),
            ("7", 0),
            ("[]", 1),
            (r#"{"a":[{}]}"#, 3),
            ("[][[]][]", 2),
            (r#""[[[""#, 0),
            (r#"["\"[[[", "\\", []]"#, 2),
            (r#""\\"[["#, 2),
            ("]]][", 1),
            (r#"["]", [[]]]"#, 3),
            (r"\[[", 2),
        ] {
            assert_eq!(depth(json.as_bytes()), expected, "{json}");
        }
    }
}
