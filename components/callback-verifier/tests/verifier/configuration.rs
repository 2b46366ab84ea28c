//! Which configurations are accepted.

use chargetap_contract::callback::{
    ConfigurationProblem, EndpointWithKeys, KeyPlace, SignatureHeader,
};

use super::*;

fn problem(endpoints: Vec<EndpointWithKeys>) -> ConfigurationProblem {
    Verifier::load(endpoints).unwrap_err()
}

fn place(key: &str) -> KeyPlace {
    KeyPlace {
        endpoint: ENDPOINT.to_owned(),
        key: key.to_owned(),
    }
}

/// What is wrong with this secret of this scheme.
fn problem_of_secret(scheme: Scheme, secret: &str) -> Option<ConfigurationProblem> {
    let keys = vec![key("k", secret.bytes())];
    Verifier::load(vec![(endpoint(ENDPOINT, scheme), keys)]).err()
}

fn raw_body(name: &str, prefix: &str) -> Scheme {
    Scheme::RawBody(SignatureHeader {
        name: name.to_owned(),
        prefix: prefix.to_owned(),
    })
}

#[test]
fn there_is_an_endpoint_and_each_has_an_id_of_its_own() {
    let stripe = || {
        let secret = "whsec_0123456789abcdefghij".bytes();
        (endpoint("shop", Scheme::Stripe), vec![key("k", secret)])
    };
    assert_eq!(problem(vec![]), ConfigurationProblem::NoEndpoint);
    assert_eq!(
        problem(vec![stripe(), stripe()]),
        ConfigurationProblem::RepeatedEndpoint("shop".to_owned())
    );
}

#[test]
fn keys_exist_have_an_id_each_and_a_window_that_is_one() {
    let problem = |keys| problem(vec![(endpoint(ENDPOINT, Scheme::CapabilityUrl), keys)]);
    let windowed = |not_before, not_after| {
        let (info, secret) = new_key();
        let info = KeyInfo {
            not_before,
            not_after,
            ..info
        };
        (info, secret)
    };
    assert_eq!(
        problem(vec![]),
        ConfigurationProblem::NoKey(ENDPOINT.to_owned())
    );
    assert_eq!(
        problem(vec![new_key(), old_key(), new_key()]),
        ConfigurationProblem::RepeatedKey(place("2025-06"))
    );
    for end in [5, 4] {
        assert_eq!(
            problem(vec![windowed(Some(5), Some(end))]),
            ConfigurationProblem::EmptyWindow(place("2025-06"))
        );
    }
    with_keys(vec![windowed(Some(5), Some(6))]);
    with_keys(vec![windowed(Some(5), None)]);
    with_keys(vec![windowed(None, Some(0))]);
}

// `base64.b64encode(bytes(range(n)))` and `bytes(range(n)).hex()` are what is strong here.
#[test]
fn weak_keys_are_refused() {
    let weak = Some(ConfigurationProblem::WeakKey(place("k")));
    let (bytes_23, bytes_24) = (
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRY=",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX",
    );
    let bytes_64 =
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";
    let bytes_65 =
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0A=";
    let text = "abcdefghijklmnopqrstuvwxyz012345";
    let hex = "000102030405060708090a0b0c0d0e0f1011121314151617";
    for (scheme, too_weak, strong) in [
        (Scheme::CapabilityUrl, &text[1..], text),
        (Scheme::CapabilityUrl, &"abcde".repeat(8), text),
        (
            Scheme::StandardWebhooks,
            &format!("whsec_{bytes_23}"),
            &format!("whsec_{bytes_24}"),
        ),
        (
            Scheme::StandardWebhooks,
            &format!("whsec_{bytes_65}"),
            &format!("whsec_{bytes_64}"),
        ),
        (
            Scheme::StandardWebhooks,
            "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            &format!("whsec_{bytes_24}"),
        ),
        (Scheme::Stripe, &text[..23], &text[..24]),
        (raw_body("x", ""), &text[..23], &text[..24]),
        (raw_body("x", ""), &"0".repeat(64), &text[..24]),
        (Scheme::Adyen, &hex[2..], hex),
        (Scheme::Adyen, &"0".repeat(64), hex),
        (Scheme::HttpMessageSignature, bytes_23, bytes_24),
    ] {
        assert_eq!(
            problem_of_secret(scheme.clone(), too_weak),
            weak,
            "{scheme:?}: {too_weak}"
        );
        assert_eq!(
            problem_of_secret(scheme.clone(), strong),
            None,
            "{scheme:?}: {strong}"
        );
    }
}

#[test]
fn malformed_keys_are_refused() {
    let malformed = Some(ConfigurationProblem::MalformedKey(place("k")));
    for (scheme, secret) in [
        (Scheme::StandardWebhooks, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"),
        (
            Scheme::StandardWebhooks,
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY",
        ),
        (
            Scheme::StandardWebhooks,
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRY-",
        ),
        (
            Scheme::Adyen,
            "000102030405060708090a0b0c0d0e0f101112131415161",
        ),
        (
            Scheme::Adyen,
            "000102030405060708090a0b0c0d0e0f101112131415161g",
        ),
        (
            Scheme::HttpMessageSignature,
            "AAECAwQFBgcICQoLDA0ODxAREhMUFRY",
        ),
        (Scheme::HttpMessageSignature, "not base64 at all"),
    ] {
        assert_eq!(
            problem_of_secret(scheme.clone(), secret),
            malformed,
            "{scheme:?}: {secret}"
        );
    }
}

#[test]
fn a_signature_header_has_a_fields_name_and_a_prefix_without_blanks() {
    let secret = "a secret of twenty-four or more";
    let malformed = Some(ConfigurationProblem::MalformedHeader(ENDPOINT.to_owned()));
    for (name, prefix) in [
        ("", ""),
        ("x y", ""),
        ("x:", ""),
        ("é", ""),
        ("x", "v1 "),
        ("x", "é"),
    ] {
        assert_eq!(
            problem_of_secret(raw_body(name, prefix), secret),
            malformed,
            "{name} {prefix}"
        );
    }
    for (name, prefix) in [
        ("X-Hub-Signature-256", "sha256="),
        ("x", ""),
        ("!#$%&'*+-.^_`|~", "["),
    ] {
        assert_eq!(
            problem_of_secret(raw_body(name, prefix), secret),
            None,
            "{name} {prefix}"
        );
    }
}

#[test]
fn only_endpoints_with_capability_urls_mint() {
    let stripe = endpoint("shop", Scheme::Stripe);
    let payter = endpoint(ENDPOINT, Scheme::CapabilityUrl);
    let verifier =
        Verifier::load(vec![(stripe, vec![new_key()]), (payter, vec![new_key()])]).unwrap();
    for other in ["shop", "nowhere", ""] {
        assert_eq!(verifier.mint(other, &capability()), None);
        assert_eq!(verifier.mint_state_webhook(other, EXPIRES_AT), None);
    }
    assert_eq!(
        verifier.mint(ENDPOINT, &capability()).as_deref(),
        Some(BY_NEW_KEY)
    );
}

#[test]
fn a_state_webhook_is_minted_for_no_read() {
    // b"chargetap/payter-state-webhook/v1\n1750000000000" under the first key
    assert_eq!(
        verifier()
            .mint_state_webhook(ENDPOINT, EXPIRES_AT)
            .as_deref(),
        Some("state~1750000000000~J5daqO6XmhuBRQzgM0mBsXElKAeSRTnIZPhD0AjsyDU")
    );
}

#[test]
fn a_request_goes_to_the_endpoint_that_it_names() {
    let (one, two) = (
        endpoint("one", Scheme::CapabilityUrl),
        endpoint("two", Scheme::CapabilityUrl),
    );
    let verifier = Verifier::load(vec![(one, vec![new_key()]), (two, vec![old_key()])]).unwrap();
    let verify = |endpoint: &str, segment| {
        let request = Request {
            endpoint: endpoint.to_owned(),
            ..request(segment, CARD)
        };
        verify_with(&verifier, &request).map(|verified| verified.key_id)
    };
    assert_eq!(verify("one", BY_NEW_KEY).as_deref(), Ok("2025-06"));
    assert_eq!(verify("two", BY_OLD_KEY).as_deref(), Ok("2025-01"));
    assert_eq!(verify("one", BY_OLD_KEY), Err(Rejection::Mismatch));
    assert_eq!(verify("two", BY_NEW_KEY), Err(Rejection::Mismatch));
    assert_eq!(verify("three", BY_NEW_KEY), Err(Rejection::UnknownEndpoint));
}

#[test]
fn debug_shows_the_ids_of_endpoints_and_keys_and_no_secret() {
    let secret = b"a secret that must not be printed";
    let verifier = with_keys(vec![key("visible", *secret)]);
    let debug = format!("{verifier:?}");
    assert!(debug.contains("visible") && debug.contains(ENDPOINT));
    assert!(!debug.contains("secret that"));
    assert!(
        !debug.contains("97, 32, 115"),
        "the secret's bytes as numbers"
    );
}
