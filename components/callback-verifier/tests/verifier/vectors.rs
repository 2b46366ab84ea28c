//! Cases that an independent implementation computed: see the scripts in `tests/vectors`.

use chargetap_contract::callback::Header;
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    scheme: Scheme,
    tolerance: Option<u64>,
    keys: Vec<CaseKey>,
    capability: String,
    method: String,
    target_uri: String,
    headers: Vec<(String, String)>,
    body: String,
    received_at: Option<u64>,
    expected: Result<Vec<Verified>, Rejection>,
}

#[derive(Deserialize)]
struct CaseKey {
    id: String,
    secret: String,
    not_before: Option<u64>,
    not_after: Option<u64>,
}

impl Case {
    fn verifier(&self) -> Verifier {
        let endpoint = Endpoint {
            tolerance: self.tolerance,
            ..endpoint(ENDPOINT, self.scheme.clone())
        };
        let keys = self.keys.iter().map(|key| {
            let info = KeyInfo {
                id: key.id.clone(),
                not_before: key.not_before,
                not_after: key.not_after,
            };
            (info, key.secret.clone().into_bytes())
        });
        Verifier::load(vec![(endpoint, keys.collect())]).unwrap()
    }

    fn request(&self) -> Request {
        let header = |(name, value): &(String, String)| -> Header {
            (name.clone(), value.clone().into_bytes())
        };
        Request {
            endpoint: ENDPOINT.to_owned(),
            capability: self.capability.clone(),
            method: self.method.clone(),
            target_uri: self.target_uri.clone(),
            headers: self.headers.iter().map(header).collect(),
            body: self.body.clone().into_bytes(),
            received_at: self.received_at,
        }
    }
}

fn check(file: &str) {
    let cases: Vec<Case> = serde_json::from_str(file).unwrap();
    assert!(cases.len() >= 30);
    for case in &cases {
        let actual = case.verifier().verify(&case.request());
        assert_eq!(actual, case.expected, "{}", case.name);
    }
}

#[test]
fn capability_urls() {
    check(include_str!("../vectors/capability_url.json"));
}

#[test]
fn standard_webhooks() {
    check(include_str!("../vectors/standard_webhooks.json"));
}

#[test]
fn stripe() {
    check(include_str!("../vectors/stripe.json"));
}

#[test]
fn adyen() {
    check(include_str!("../vectors/adyen.json"));
}

#[test]
fn raw_bodies() {
    check(include_str!("../vectors/raw_body.json"));
}

#[test]
fn http_message_signatures() {
    check(include_str!("../vectors/http_signature.json"));
}
