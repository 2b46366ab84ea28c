//! The targets. All look for panics; those that do not sign also look for forgeries.

use std::sync::LazyLock;

use callback_verifier::Verifier;
use chargetap_contract::callback::{Request, Verified};
use serde_json::{Value, json};

use crate::signing::{ENDPOINT, PROVIDERS, Provider, SECRET, endpoint, key};

/// Takes the input of the fuzzer.
pub type Target = fn(&[u8]);

/// Every target by its name.
pub const TARGETS: [(&str, Target); 12] = [
    ("adyen_batch", adyen_batch),
    ("adyen_item", adyen_item),
    ("capability", capability),
    ("configuration", configuration),
    ("envelope", envelope),
    ("http_signature", http_signature),
    ("payter_body", payter_body),
    ("raw_body_signature", raw_body_signature),
    ("standard_webhooks", standard_webhooks),
    ("stripe_event", stripe_event),
    ("stripe_signature", stripe_signature),
    ("whole", whole),
];

/// A provider's typical callback, its events, and its verifier.
struct Original {
    verifier: Verifier,
    request: Request,
    events: Vec<Verified>,
}

static ORIGINALS: LazyLock<Vec<(Provider, Original)>> = LazyLock::new(|| {
    let original = |provider: Provider| {
        let verifier = provider.verifier(SECRET);
        let request = provider.signed(SECRET, &provider.typical());
        let events = verifier.verify(&request).unwrap();
        (
            provider,
            Original {
                verifier,
                request,
                events,
            },
        )
    };
    PROVIDERS.map(original).into()
});

fn original(provider: Provider) -> &'static Original {
    let mut originals = ORIGINALS.iter();
    let found = originals.find(|(other, _)| *other == provider);
    &found.unwrap().1
}

impl Original {
    /// The request was made without the key: it is refused or has the original's events.
    fn unsigned(&self, request: &Request) {
        if let Ok(events) = self.verifier.verify(request) {
            assert_eq!(events, self.events, "{request:?}");
        }
    }

    fn with_headers(&self, values: &[&[u8]]) {
        let mut request = self.request.clone();
        for ((_, old), value) in request.headers.iter_mut().zip(values) {
            *old = value.to_vec();
        }
        self.unsigned(&request);
    }
}

fn lines(data: &[u8]) -> Vec<&[u8]> {
    data.split(|byte| *byte == b'\n').collect()
}

/// The path segment.
pub fn capability(data: &[u8]) {
    let original = original(Provider::CapabilityUrl);
    if let Ok(segment) = str::from_utf8(data) {
        original.unsigned(&Request {
            capability: segment.to_owned(),
            ..original.request.clone()
        });
    }
}

/// The body, with a right capability.
pub fn payter_body(data: &[u8]) {
    let original = original(Provider::CapabilityUrl);
    let state = original.verifier.mint_state_webhook(ENDPOINT, u64::MAX);
    for capability in [original.request.capability.clone(), state.unwrap()] {
        // Any event is right: the capability is.
        let _ = original.verifier.verify(&Request {
            capability,
            body: data.to_vec(),
            ..original.request.clone()
        });
    }
}

/// The three headers, one a line.
pub fn standard_webhooks(data: &[u8]) {
    original(Provider::StandardWebhooks).with_headers(&lines(data));
}

/// The header.
pub fn stripe_signature(data: &[u8]) {
    original(Provider::Stripe).with_headers(&[data]);
}

/// The header.
pub fn raw_body_signature(data: &[u8]) {
    original(Provider::RawBody).with_headers(&[data]);
}

/// The digest, the input and the signature, then the target, one a line.
pub fn http_signature(data: &[u8]) {
    let original = original(Provider::HttpMessageSignature);
    let lines = lines(data);
    original.with_headers(&lines);
    if let Some(Ok(uri)) = lines.get(3).map(|line| str::from_utf8(line)) {
        original.unsigned(&Request {
            target_uri: uri.to_owned(),
            ..original.request.clone()
        });
    }
}

/// The whole body, signatures included.
pub fn adyen_batch(data: &[u8]) {
    let original = original(Provider::Adyen);
    original.unsigned(&Request {
        body: data.to_vec(),
        ..original.request.clone()
    });
}

/// Eight fields, one a line, rightly signed.
pub fn adyen_item(data: &[u8]) {
    let mut fields = lines(data)
        .into_iter()
        .map(|line| String::from_utf8_lossy(line).into_owned());
    let mut next = || fields.next();
    let item = json!({
        "pspReference": next(), "originalReference": next(), "merchantAccountCode": next(),
        "merchantReference": next(), "amount": {"value": next(), "currency": next()},
        "eventCode": next(), "success": next(),
    });
    let original = original(Provider::Adyen);
    let request = Provider::Adyen.signed(SECRET, &item);
    assert!(original.verifier.verify(&request).is_ok(), "{item}");
}

/// The body, rightly signed.
pub fn stripe_event(data: &[u8]) {
    signed_body(Provider::Stripe, data);
}

/// The body, rightly signed.
pub fn envelope(data: &[u8]) {
    signed_body(Provider::RawBody, data);
}

fn signed_body(provider: Provider, data: &[u8]) {
    if let Ok(content) = serde_json::from_slice::<Value>(data) {
        let _ = original(provider)
            .verifier
            .verify(&provider.signed(SECRET, &content));
    }
}

/// A request for the scheme of the first byte: capability, method, target, headers with a colon and
/// an empty line after them, one a line, then the body.
pub fn whole(data: &[u8]) {
    let Some((scheme, rest)) = data.split_first() else {
        return;
    };
    let original = &ORIGINALS[usize::from(*scheme) % ORIGINALS.len()].1;
    let mut lines = rest.split(|byte| *byte == b'\n');
    let mut text = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let mut request = Request {
        capability: text(),
        method: text(),
        target_uri: text(),
        headers: vec![],
        ..original.request.clone()
    };
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let name = String::from_utf8_lossy(name).into_owned();
        request
            .headers
            .push((name, value.get(1..).unwrap_or_default().to_vec()));
    }
    request.body = lines.collect::<Vec<_>>().join(&b'\n');
    original.unsigned(&request);
}

/// A key as a provider gives it out.
pub fn configuration(data: &[u8]) {
    for provider in PROVIDERS {
        let keys = vec![key("k", data.iter().copied())];
        let _ = Verifier::load(vec![(endpoint(ENDPOINT, provider.scheme()), keys)]);
    }
}
