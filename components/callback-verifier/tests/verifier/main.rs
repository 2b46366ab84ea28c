//! Tests of the verifier's public interface.
//!
//! Every expected MAC and digest was computed by Python's own `hmac` and `hashlib`, by the scripts in
//! `tests/vectors` or typed in:
//! `base64.urlsafe_b64encode(hmac.new(key, text, hashlib.sha256).digest()).rstrip(b"=")`.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the helpers fail a test as the tests themselves do"
)]

mod body;
mod capability;
mod configuration;
mod forgeries;
mod fuzzing;
mod leaks;
mod limits;
mod signing;
mod vectors;

use callback_verifier::Verifier;
use chargetap_contract::callback::{
    CallbackEvent, Capability, Endpoint, Key, KeyInfo, Rejection, Request, Scheme, Verified,
};
use chargetap_contract::terminal::TerminalEvent;
use signing::{ENDPOINT, READ, SERIAL, endpoint, key};

const EXPIRES_AT: u64 = 1_750_000_000_000;

const BY_NEW_KEY: &str =
    "P6X-2024.0001~01HZX3K9QT7V5M2N8R4B~1750000000000~bJTYA7O7DFv8yQW7w4vE6NFNR270-oojM1OYEpgQ6rY";
const BY_OLD_KEY: &str =
    "P6X-2024.0001~01HZX3K9QT7V5M2N8R4B~1750000000000~2LYzs7uNzBdlWgHdHZPzUz4sUw3tYl4lOsBujInWGX0";
/// The new key over the same fields, without purpose and version.
const WITHOUT_PURPOSE: &str =
    "P6X-2024.0001~01HZX3K9QT7V5M2N8R4B~1750000000000~ndYOk-dTrhGWOJ4QGjTMdsCo5nAt0XdNkk88kzY9VPY";

const CARD: &str = r#"{"serialNumber":"p6x-2024.0001","ifd":"CONTACTLESS","aid":"A0000000031010","cardId":"c4a760a8-card","maskedPan":"************0042","sessions":[]}"#;
const SCREEN: &str =
    r#"{"serialNumber":"P6X-2024.0001","screenId":"01HZX3K9QT7V5M2N8R4B","response":"option1"}"#;
const SESSION: &str =
    r#"{"session":{"serialNumber":"P6X-2024.0001","sessionId":"s-77"},"error":null}"#;

/// `bytes(range(32))`
fn new_key() -> Key {
    key("2025-06", 0..32)
}

/// `bytes(range(100, 140))`
fn old_key() -> Key {
    key("2025-01", 100..140)
}

/// With capability URLs.
fn with_keys(keys: Vec<Key>) -> Verifier {
    Verifier::load(vec![(endpoint(ENDPOINT, Scheme::CapabilityUrl), keys)]).unwrap()
}

fn verifier() -> Verifier {
    with_keys(vec![new_key(), old_key()])
}

fn mint(capability: &Capability) -> String {
    verifier().mint(ENDPOINT, capability).unwrap()
}

fn capability() -> Capability {
    Capability {
        terminal: SERIAL.to_owned(),
        read: READ.to_owned(),
        expires_at: EXPIRES_AT,
    }
}

fn request(segment: &str, body: impl Into<Vec<u8>>) -> Request {
    Request {
        endpoint: ENDPOINT.to_owned(),
        capability: segment.to_owned(),
        method: "POST".to_owned(),
        target_uri: format!("https://gateway.example/callbacks/payter/{segment}"),
        headers: vec![],
        body: body.into(),
        received_at: Some(EXPIRES_AT - 1),
    }
}

fn verify(segment: &str, body: impl Into<Vec<u8>>) -> Result<Verified, Rejection> {
    verify_with(&verifier(), &request(segment, body))
}

/// Verifies a request that has one event.
fn verify_with(verifier: &Verifier, request: &Request) -> Result<Verified, Rejection> {
    let mut verified = verifier.verify(request)?;
    assert_eq!(verified.len(), 1);
    Ok(verified.remove(0))
}

fn terminal_event(verified: Result<Verified, Rejection>) -> TerminalEvent {
    match verified.unwrap().event {
        CallbackEvent::Terminal(event) => event,
        other => panic!("{other:?}"),
    }
}
