//! The signature base: the text that is signed (RFC 9421, section 2.5).

use chargetap_contract::callback::{Rejection, Request};

use super::structured::SignatureInput;
use crate::headers;
use crate::scheme::malformed_signature;

pub(super) fn of(input: &SignatureInput<'_>, request: &Request) -> Result<String, Rejection> {
    let mut base = String::new();
    for component in &input.components {
        let value = if component.starts_with('@') {
            derived(component, request).ok_or_else(|| malformed_signature("a derived component"))?
        } else {
            field(component, request)?
        };
        for part in ["\"", component, "\": ", &value, "\n"] {
            base.push_str(part);
        }
    }
    base.push_str("\"@signature-params\": ");
    base.push_str(input.text);
    Ok(base)
}

/// A header's value. RFC 9421 covers names in lower case only.
fn field(name: &str, request: &Request) -> Result<String, Rejection> {
    let value = match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => None,
        false => headers::combined(request, name)?,
    };
    let value = value.ok_or_else(|| malformed_signature("a covered header is not there"))?;
    // A line break in a value could forge a line of the base.
    if value.contains(['\r', '\n']) {
        return Err(malformed_signature("a covered header has a line break"));
    }
    Ok(value)
}

/// A derived component, made of the request's method and URI (RFC 9421, section 2.2).
fn derived(name: &str, request: &Request) -> Option<String> {
    let (scheme, rest) = request.target_uri.split_once(':')?;
    let (authority, target) = before(rest.strip_prefix("//")?, '/');
    let (path, query) = before(target, '?');
    if path.is_empty() {
        return None;
    }
    let default_port = match scheme.eq_ignore_ascii_case("https") {
        true => ":443",
        false => ":80",
    };
    let value = match name {
        "@method" => &request.method,
        "@target-uri" => &request.target_uri,
        "@scheme" => scheme,
        "@authority" => authority.strip_suffix(default_port).unwrap_or(authority),
        "@request-target" => target,
        "@path" => path,
        "@query" if query.is_empty() => "?",
        "@query" => query,
        _ => return None,
    };
    let mut value = value.to_owned();
    if matches!(name, "@scheme" | "@authority") {
        value.make_ascii_lowercase();
    }
    Some(value)
}

/// The text before the first `end`, and the rest from there.
fn before(text: &str, end: char) -> (&str, &str) {
    text.find(end)
        .and_then(|end| text.split_at_checked(end))
        .unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use chargetap_contract::callback::Header;

    use super::*;

    fn request(target_uri: &str, headers: Vec<Header>) -> Request {
        Request {
            endpoint: String::new(),
            capability: String::new(),
            method: "POST".to_owned(),
            target_uri: target_uri.to_owned(),
            headers,
            body: Vec::new(),
            received_at: None,
        }
    }

    // RFC 9421, section 2.2, whose examples these are.
    #[test]
    fn derived_components_are_the_standards() {
        let uri = "https://www.example.com/path?param=value";
        for (uri, name, expected) in [
            (uri, "@method", Some("POST")),
            (uri, "@target-uri", Some(uri)),
            (uri, "@authority", Some("www.example.com")),
            (uri, "@scheme", Some("https")),
            (uri, "@request-target", Some("/path?param=value")),
            (uri, "@path", Some("/path")),
            (uri, "@query", Some("?param=value")),
            ("https://www.example.com/path", "@query", Some("?")),
            ("https://www.example.com/path?", "@query", Some("?")),
            (
                "https://www.example.com/path",
                "@request-target",
                Some("/path"),
            ),
            ("https://www.example.com", "@authority", None),
            ("https://www.example.com?a", "@query", None),
            (
                "HTTPS://WWW.Example.com:443/",
                "@authority",
                Some("www.example.com"),
            ),
            ("HTTP://example.com:80/", "@authority", Some("example.com")),
            ("HTTP://example.com:80/", "@scheme", Some("http")),
            (
                "https://example.com:80/",
                "@authority",
                Some("example.com:80"),
            ),
            (
                "http://example.com:443/",
                "@authority",
                Some("example.com:443"),
            ),
            (uri, "@query-param", None),
            (uri, "@status", None),
            ("/path", "@path", None),
        ] {
            let derived = derived(name, &request(uri, vec![]));
            assert_eq!(derived.as_deref(), expected, "{name} of {uri}");
        }
    }

    // RFC 9421, section 2.1, whose examples these are, and what it forbids.
    #[test]
    fn values_of_a_header_are_joined_in_their_order() {
        let headers = [
            ("X-OWS-Header", "   Leading and trailing whitespace.   "),
            ("Cache-Control", "max-age=60"),
            ("cache-control", "    must-revalidate"),
            ("X-Empty-Header", ""),
            ("X-Break", "a\nb"),
        ]
        .map(|(name, value)| (name.to_owned(), value.into()));
        let request = request("https://example.com/", headers.into());
        let value = |name| field(name, &request).ok();
        for (name, expected) in [
            ("x-ows-header", Some("Leading and trailing whitespace.")),
            ("cache-control", Some("max-age=60, must-revalidate")),
            ("x-empty-header", Some("")),
            ("X-Empty-Header", None),
            ("x-break", None),
            ("x-absent", None),
        ] {
            assert_eq!(value(name).as_deref(), expected, "{name}");
        }
    }
}
