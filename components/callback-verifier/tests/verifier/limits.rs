//! Requests that are refused before anything is computed.

use super::*;

fn with_headers(
    headers: impl IntoIterator<Item = (String, Vec<u8>)>,
) -> Result<Verified, Rejection> {
    let request = Request {
        headers: headers.into_iter().collect(),
        ..request(BY_NEW_KEY, CARD)
    };
    verify_with(&verifier(), &request)
}

#[test]
fn there_may_be_64_headers() {
    let headers = |count: usize| (0..count).map(|number| (format!("x-{number}"), vec![]));
    assert!(with_headers(headers(64)).is_ok());
    assert_eq!(
        with_headers(headers(65)),
        Err(Rejection::TooManyHeaders(64))
    );
}

#[test]
fn headers_may_have_16_kibibytes_together() {
    let headers = |size| {
        [
            ("x".repeat(100), vec![b'v'; 16_084]),
            ("y".repeat(100), vec![b'v'; size]),
        ]
    };
    assert!(with_headers(headers(100)).is_ok());
    assert_eq!(
        with_headers(headers(101)),
        Err(Rejection::HeadersTooLarge(16_384))
    );
}

#[test]
fn the_limits_come_before_everything_else_in_their_order() {
    let nested = "[".repeat(17);
    let mut request = Request {
        endpoint: "nowhere".to_owned(),
        headers: vec![("x".to_owned(), vec![0; 20_000]); 65],
        ..request("", format!("{nested}{}", " ".repeat(65_536)))
    };
    let verify = |request: &Request| verifier().verify(request).unwrap_err();
    assert_eq!(verify(&request), Rejection::TooLarge(65_536));
    request.body.truncate(65_536);
    assert_eq!(verify(&request), Rejection::TooManyHeaders(64));
    request.headers.pop();
    assert_eq!(verify(&request), Rejection::HeadersTooLarge(16_384));
    request.headers.clear();
    assert_eq!(verify(&request), Rejection::TooDeep(16));
    request.body.clear();
    assert_eq!(verify(&request), Rejection::UnknownEndpoint);
    request.endpoint = ENDPOINT.to_owned();
    assert_eq!(verify(&request), Rejection::MalformedCapability);
}

#[test]
fn a_header_that_is_no_text_is_refused_only_where_it_is_looked_at() {
    let secret = "whsec_0123456789abcdefghij".bytes();
    let shop = (endpoint(ENDPOINT, Scheme::Stripe), vec![key("k", secret)]);
    let verifier = Verifier::load(vec![shop]).unwrap();
    let verify = |name: &str| {
        let request = Request {
            headers: vec![(name.to_owned(), vec![0xff])],
            ..request("", "{}")
        };
        verifier.verify(&request).unwrap_err()
    };
    assert_eq!(verify("user-agent"), Rejection::NoSignature);
    assert_eq!(
        verify("stripe-signature"),
        Rejection::MalformedSignature("Stripe-Signature is not text".to_owned())
    );
}
