//! The callback that is measured, the same through the component and natively.

use callback_verifier::Verifier;
use chargetap_contract::callback::{Capability, Endpoint, KeyInfo, Request, Scheme};
use divan::Bencher;

pub(crate) const ENDPOINT: &str = "payter";
pub(crate) const KEY: &str = "a-benchmark-key-of-at-least-32-bytes";
const NOW: u64 = 1_767_268_800_000;

pub(crate) fn verify_natively(bencher: Bencher<'_, '_>) {
    let key = (key_info(), KEY.as_bytes().to_vec());
    let verifier = Verifier::load(vec![(endpoint(), vec![key])]).unwrap();
    let request = request(verifier.mint(ENDPOINT, &capability()).unwrap());
    bencher.bench(|| verifier.verify(&request).unwrap());
}

pub(crate) fn endpoint() -> Endpoint {
    Endpoint {
        id: ENDPOINT.to_owned(),
        scheme: Scheme::CapabilityUrl,
        tolerance: None,
    }
}

pub(crate) fn key_info() -> KeyInfo {
    KeyInfo {
        id: "bench".to_owned(),
        not_before: None,
        not_after: None,
    }
}

pub(crate) fn capability() -> Capability {
    Capability {
        terminal: "P66-1".to_owned(),
        read: "0123456789ABCDEFGHJK".to_owned(),
        expires_at: NOW + 60_000,
    }
}

/// A report of a card, of 1,024 bytes.
pub(crate) fn request(capability: String) -> Request {
    let mut body = String::from(
        r#"{"serialNumber":"P66-1","ifd":"CONTACTLESS","aid":"A0000000031010","cardId":"c4a760a8","maskedPan":"************0042","note":""#,
    );
    while body.len() < 1_022 {
        body.push('x');
    }
    body.push_str("\"}");
    Request {
        endpoint: ENDPOINT.to_owned(),
        target_uri: format!("https://gateway.example/callbacks/payter/{capability}"),
        capability,
        method: "POST".to_owned(),
        headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
        body: body.into_bytes(),
        received_at: Some(NOW),
    }
}
