//! What a callback of 1,024 bytes costs natively. `cargo xtask bench` builds this without the
//! processor's SHA extensions, so that it can stand beside the component, which has none either.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use callback_verifier::Verifier;
use chargetap_contract::callback::{Capability, Endpoint, KeyInfo, Request, Scheme};
use divan::Bencher;

const NOW: u64 = 1_767_268_800_000;

fn main() {
    divan::main();
}

#[divan::bench]
fn a_callback_natively_without_sha_extensions(bencher: Bencher<'_, '_>) {
    let endpoint = Endpoint {
        id: "payter".to_owned(),
        scheme: Scheme::CapabilityUrl,
        tolerance: None,
    };
    let key = KeyInfo {
        id: "bench".to_owned(),
        not_before: None,
        not_after: None,
    };
    let secret = b"a-benchmark-key-of-at-least-32-bytes".to_vec();
    let verifier = Verifier::load(vec![(endpoint, vec![(key, secret)])]).unwrap();
    let capability = Capability {
        terminal: "P66-1".to_owned(),
        read: "0123456789ABCDEFGHJK".to_owned(),
        expires_at: NOW + 60_000,
    };
    let request = callback(verifier.mint("payter", &capability).unwrap());
    bencher.bench(|| verifier.verify(&request).unwrap());
}

fn callback(capability: String) -> Request {
    let mut body = String::from(
        r#"{"serialNumber":"P66-1","ifd":"CONTACTLESS","aid":"A0000000031010","cardId":"c4a760a8","maskedPan":"************0042","note":""#,
    );
    while body.len() < 1_022 {
        body.push('x');
    }
    body.push_str("\"}");
    Request {
        endpoint: "payter".to_owned(),
        target_uri: format!("https://gateway.example/callbacks/payter/{capability}"),
        capability,
        method: "POST".to_owned(),
        headers: vec![("content-type".to_owned(), b"application/json".to_vec())],
        body: body.into_bytes(),
        received_at: Some(NOW),
    }
}
