//! Forged requests are refused, and signed ones are accepted.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::signing::{NOW, PROVIDERS, Part, Provider, SECRET};
use super::*;

/// How many mutations a normal run makes, and how many one that was asked for.
const MUTATIONS: usize = 20_000;
const MANY_MUTATIONS: usize = 1_000_000;

#[test]
fn the_typical_callbacks_are_authentic() {
    for provider in PROVIDERS {
        let request = provider.signed(SECRET, &provider.typical());
        let verified = verify_with(&provider.verifier(SECRET), &request);
        assert!(verified.is_ok(), "{provider:?}: {verified:?}");
    }
}

#[test]
fn one_bit_flipped_in_what_is_signed_or_in_the_signature_is_refused() {
    for provider in PROVIDERS {
        let verifier = provider.verifier(SECRET);
        let request = provider.signed(SECRET, &provider.typical());
        for part in provider.parts() {
            let bytes = part.of(&request);
            for bit in 0..bytes.len() * 8 {
                let flipped = flip(bytes, bit);
                if let Some(forged) = part.replaced(&request, flipped) {
                    let result = verifier.verify(&forged);
                    assert!(result.is_err(), "{provider:?} {part:?} {bit}: {result:?}");
                }
            }
        }
    }
}

#[test]
fn one_bit_flipped_in_the_key_makes_it_another() {
    for provider in PROVIDERS {
        let request = provider.signed(SECRET, &provider.typical());
        for bit in 0..SECRET.len() * 8 {
            let other = provider.verifier(&flip(SECRET, bit));
            assert_eq!(
                other.verify(&request),
                Err(Rejection::Mismatch),
                "{provider:?} {bit}"
            );
        }
    }
}

#[test]
fn nothing_of_one_scheme_passes_in_another() {
    for (provider, other) in PROVIDERS
        .into_iter()
        .flat_map(|one| PROVIDERS.map(|other| (one, other)))
    {
        if provider != other {
            let request = provider.signed(SECRET, &provider.typical());
            assert!(
                other.verifier(SECRET).verify(&request).is_err(),
                "{provider:?} {other:?}"
            );
        }
    }
}

#[test]
fn no_mutation_says_anything_else() {
    mutate(MUTATIONS);
}

/// `cargo test --release -p callback-verifier -- --ignored`
#[test]
#[ignore = "takes a minute in a release build"]
fn no_mutation_of_a_million_says_anything_else() {
    mutate(MANY_MUTATIONS);
}

/// A mutated request is refused or has the original's event: an added blank or signature changes
/// nothing.
fn mutate(count: usize) {
    let mut random = StdRng::seed_from_u64(4);
    let originals = PROVIDERS.map(|provider| {
        let request = provider.signed(SECRET, &provider.typical());
        let verifier = provider.verifier(SECRET);
        let events = verifier.verify(&request).unwrap();
        (provider, verifier, request, events)
    });
    let mut refused = 0;
    for round in 0..count {
        let (provider, verifier, original, events) = &originals[round % originals.len()];
        let mut request = original.clone();
        for _ in 0..random.random_range(1..4) {
            let donor = &originals[random.random_range(0..originals.len())].2;
            request = mutated(&request, *provider, donor, &mut random);
        }
        match verifier.verify(&request) {
            Err(_) => refused += 1,
            Ok(other) => assert_eq!(&other, events, "{provider:?}: {request:?}"),
        }
        // A change of a part that is signed as a whole is always refused.
        if signed_as_a_whole(*provider)
            .iter()
            .any(|part| part.of(&request) != part.of(original))
        {
            assert!(
                verifier.verify(&request).is_err(),
                "{provider:?}: {request:?}"
            );
        }
    }
    assert!(
        refused > count / 2,
        "the mutations change too little: {refused} of {count}"
    );
}

/// The parts of which no byte may change.
fn signed_as_a_whole(provider: Provider) -> &'static [Part] {
    match provider {
        Provider::CapabilityUrl => &[Part::Capability],
        Provider::StandardWebhooks | Provider::Stripe | Provider::RawBody => &[Part::Body],
        Provider::Adyen => &[],
        Provider::HttpMessageSignature => &[Part::Method, Part::TargetUri, Part::Body],
    }
}

fn mutated(request: &Request, provider: Provider, donor: &Request, random: &mut StdRng) -> Request {
    let parts: Vec<Part> = provider
        .parts()
        .into_iter()
        .filter(|part| !matches!(part, Part::Header(place) if *place >= request.headers.len()))
        .collect();
    let part = parts[random.random_range(0..parts.len())];
    let mut bytes = part.of(request).to_vec();
    let place = random.random_range(0..=bytes.len());
    let end = random.random_range(place..=bytes.len());
    match random.random_range(0..8) {
        0 => bytes = flip(&bytes, random.random_range(0..=bytes.len().max(1) * 8 - 1)),
        1 => bytes.insert(place, random.random()),
        2 => drop(bytes.drain(place..end)),
        3 => bytes.extend_from_within(place..end),
        4 => bytes.truncate(place),
        5 => {
            let other = part_or_body(part, donor);
            let from = random.random_range(0..=other.len());
            bytes.splice(place..end, other[from..].iter().copied());
        }
        6 => {
            let characters = b"0123456789abcdef,.=:; \"~{}[]vt1\\-+";
            let character = characters[random.random_range(0..characters.len())];
            bytes.insert(place, character);
        }
        _ => {
            let mut request = request.clone();
            match random.random_range(0..3) {
                0 => request.headers.extend(donor.headers.first().cloned()),
                1 => drop(request.headers.pop()),
                _ => request.headers.reverse(),
            }
            return request;
        }
    }
    part.replaced(request, bytes)
        .unwrap_or_else(|| request.clone())
}

fn part_or_body(part: Part, donor: &Request) -> &[u8] {
    match part {
        Part::Header(place) if place >= donor.headers.len() => &donor.body,
        part => part.of(donor),
    }
}

fn flip(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(byte) = bytes.get_mut(bit / 8) {
        *byte ^= 1 << (bit % 8);
    }
    bytes
}

fn secrets() -> impl Strategy<Value = Vec<u8>> {
    let secret = prop::collection::vec(any::<u8>(), 32..=64);
    secret.prop_filter("guessable", |secret| {
        secret.iter().collect::<BTreeSet<_>>().len() >= 6
    })
}

proptest! {
    #[test]
    fn what_is_signed_gets_through(
        secret in secrets(),
        texts in prop::collection::vec(any::<String>(), 8),
        amount: i64,
        seconds in -300_i64..=300,
    ) {
        for provider in PROVIDERS {
            signed_gets_through(provider, &secret, &texts, amount, seconds)?;
        }
    }

    #[test]
    fn no_request_panics(
        capability: String,
        target_uri: String,
        values in prop::collection::vec(any::<Vec<u8>>(), 3),
        body: Vec<u8>,
    ) {
        for provider in PROVIDERS {
            let mut request = provider.signed(SECRET, &provider.typical());
            for ((_, value), other) in request.headers.iter_mut().zip(&values) {
                value.clone_from(other);
            }
            request.capability.clone_from(&capability);
            request.target_uri.clone_from(&target_uri);
            request.body.clone_from(&body);
            prop_assert!(provider.verifier(SECRET).verify(&request).is_err());
        }
    }
}

/// A signed request with any texts in it is accepted.
fn signed_gets_through(
    provider: Provider,
    secret: &[u8],
    texts: &[String],
    amount: i64,
    seconds: i64,
) -> TestCaseResult {
    let mut content = provider.typical();
    let mut texts = texts.iter();
    fill(&mut content, &mut || {
        texts.next().cloned().unwrap_or_default()
    });
    if let Some(amount_value) = content.pointer_mut("/amount/value") {
        *amount_value = json!(amount);
    }
    // Fields that must not be empty.
    for (field, value) in [
        ("serialNumber", SERIAL),
        ("cardId", "c"),
        ("id", "i"),
        ("type", "t"),
    ] {
        if let Some(required) = content.get_mut(field) {
            *required = json!(value);
        }
    }
    let mut request = provider.signed(secret, &content);
    if provider != Provider::CapabilityUrl {
        request.received_at = Some(NOW.saturating_add_signed(seconds * 1000));
    }
    let verified = verify_with(&provider.verifier(secret), &request);
    prop_assert!(verified.is_ok(), "{provider:?} {content}: {verified:?}");
    Ok(())
}

/// Replace every text.
fn fill(content: &mut Value, text: &mut impl FnMut() -> String) {
    match content {
        Value::String(old) => *old = text(),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, text)),
        _ => {}
    }
}
