//! Endpoints of callbacks.

use chargetap_contract::callback::{KeyInfo, Scheme};

use super::*;

const KEYS: &str = r#"keys = [{ id = "w1", secret = { env = "W" } }]"#;

/// The good file with a webhook.
fn with(webhook: &str) -> Result<Config, ConfigError> {
    let webhook = format!("[[webhooks]]\n{webhook}\n[issuers.platform]");
    parse(&GOOD.replacen("[issuers.platform]", &webhook, 1))
}

fn webhook(id: &str, scheme: &str, more: &str) -> Result<Config, ConfigError> {
    with(&format!("id = \"{id}\"\nscheme = \"{scheme}\"\n{more}"))
}

#[test]
fn payters_endpoint_is_always_there_and_first() {
    let config = parse(GOOD).unwrap();
    let [payter] = config.callback_endpoints.as_slice() else {
        panic!("one endpoint");
    };
    assert_eq!(payter.endpoint.id, "payter");
    assert_eq!(payter.endpoint.scheme, Scheme::CapabilityUrl);
    assert_eq!(payter.keys[0].info.id, "2026");
}

#[test]
fn each_scheme_is_known_by_its_name() {
    for (name, scheme) in [
        ("adyen", Scheme::Adyen),
        ("stripe", Scheme::Stripe),
        ("standard-webhooks", Scheme::StandardWebhooks),
        ("http-message-signature", Scheme::HttpMessageSignature),
    ] {
        let config = webhook("acquirer", name, KEYS).unwrap();
        assert_eq!(config.callback_endpoints[1].endpoint.scheme, scheme);
    }
    assert!(webhook("acquirer", "paypal", KEYS).is_err());
}

#[test]
fn a_signature_over_the_body_stands_in_githubs_header_unless_told() {
    let header = |more: &str| {
        let config = webhook("acquirer", "raw-body", &format!("{KEYS}\n{more}")).unwrap();
        match config.callback_endpoints[1].endpoint.scheme.clone() {
            Scheme::RawBody(header) => (header.name, header.prefix),
            other => panic!("{other:?}"),
        }
    };
    let github = ("X-Hub-Signature-256".to_owned(), "sha256=".to_owned());
    assert_eq!(header(""), github);
    let own = ("X-Signature".to_owned(), String::new());
    assert_eq!(header("header = \"X-Signature\"\nprefix = \"\""), own);
    let error = webhook("acquirer", "adyen", &format!("{KEYS}\nprefix = \"a\"")).unwrap_err();
    assert_eq!(error.key, "webhooks.prefix");
}

#[test]
fn a_key_has_the_window_that_it_is_given() {
    // 20,820 days after 1970 is 2027-01-01.
    let window =
        r#"keys = [{ id = "w1", secret = { env = "W" }, not_after = 2027-01-01T01:00:00+01:00 }]"#;
    let config = webhook("acquirer", "stripe", window).unwrap();
    let info = &config.callback_endpoints[1].keys[0].info;
    let expected = KeyInfo {
        id: "w1".to_owned(),
        not_before: None,
        not_after: Some(20_819 * 86_400_000),
    };
    assert_eq!(*info, expected);
    for wrong in ["2027-01-01", "2027-01-01T01:00:00"] {
        let window = window.replace("2027-01-01T01:00:00+01:00", wrong);
        let error = webhook("acquirer", "stripe", &window).unwrap_err();
        assert_eq!(error.key, "webhooks.keys.not_after", "{wrong}");
    }
}

#[test]
fn an_endpoint_has_an_id_of_its_own_that_can_stand_in_a_url_and_a_key() {
    let key = |id: &str, keys: &str| webhook(id, "stripe", keys).unwrap_err().key;
    assert_eq!(key("payter", KEYS), "webhooks.id");
    assert_eq!(key("a/b", KEYS), "webhooks.id");
    assert_eq!(key("", KEYS), "webhooks.id");
    assert_eq!(key("acquirer", "keys = []"), "webhooks.keys");
    let twice =
        r#"keys = [{ id = "a", secret = { env = "A" } }, { id = "a", secret = { env = "B" } }]"#;
    assert_eq!(key("acquirer", twice), "webhooks.keys.id");
}

#[test]
fn a_tolerance_is_a_day_at_most() {
    let tolerance =
        |seconds: u64| webhook("a", "stripe", &format!("{KEYS}\ntolerance_s = {seconds}"));
    let config = tolerance(86_400).unwrap();
    let endpoint = &config.callback_endpoints[1].endpoint;
    assert_eq!(endpoint.tolerance, Some(86_400_000));
    for seconds in [0, 86_401] {
        assert_eq!(tolerance(seconds).unwrap_err().key, "webhooks.tolerance_s");
    }
}
