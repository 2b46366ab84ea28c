//! Decides whether a callback is authentic, fresh and well formed, and turns it into typed events.
//!
//! The checks of a callback, the cheap ones first, so that a sender without a key costs little:
//!
//! | step | check                                                 | module                     |
//! |------|-------------------------------------------------------|----------------------------|
//! | 1    | size and nesting of the request                       | `limits`                   |
//! | 2    | the endpoint is known; it has one scheme and its keys | `endpoint`                 |
//! | 3    | the scheme finds signed bytes and signatures: a claim | `schemes`, `claim`         |
//! | 4    | a key of the endpoint made one of the signatures      | `keys`                     |
//! | 5    | key and signature are valid now                       | `freshness`                |
//! | 6    | the signed text is an event                           | `schemes`, `body`, `state` |
//!
//! Nothing that leaves this crate can hold a card number: see [`Verifier::verify`].
//!
//! The crate knows the providers' bodies and nothing of sessions. It keeps an allow-list: a field that is not
//! known is dropped.
//!
//! A request names its endpoint, and the endpoint has one scheme and its keys. One of the keys must have made one
//! of the signatures, otherwise the request is refused; only then do time and content count.
//!
//! Tested by vectors of every scheme, computed by the Python scripts beside them, by flipping every bit, by
//! mutations, and by canaries in every field. The fuzz targets run for a moment with the tests on stable; for
//! longer, run `cargo +nightly fuzz run TARGET` (cargo-fuzz) in the folder `fuzz`.

mod body;
mod capability;
mod card;
mod claim;
#[cfg(target_family = "wasm")]
mod component;
mod endpoint;
mod envelope;
mod freshness;
mod headers;
mod json;
mod keys;
mod limits;
mod number;
mod report;
mod scheme;
mod schemes;
mod secret;
mod state;
mod tag;
mod text;

use chargetap_contract::callback::{
    Capability, ConfigurationProblem, EndpointWithKeys, Rejection, Request, Verified,
};
use chargetap_contract::money::UnixMs;

use crate::capability::{Grant, Segment};
use crate::endpoint::Endpoint;

/// Holds the endpoints and their keys, checked and prepared.
///
/// Its `Debug` shows the ids of endpoints and keys and nothing of their secrets. The keys are wiped
/// when it is dropped.
#[derive(Debug)]
pub struct Verifier {
    endpoints: Vec<Endpoint>,
}

impl Verifier {
    /// Makes a verifier from its endpoints, each with its keys.
    ///
    /// Keys are ordered from the newest to the oldest. The first mints, every key verifies in its
    /// window, and the last also makes the card references and dedupe keys.
    ///
    /// To rotate a key, put the new one first and let the old one's window end. Remove the old one
    /// when no card reference and dedupe key that it made is needed any more. While both are listed, a
    /// card keeps its reference, so a second tap still stops its session, and a repeated delivery is
    /// still recognised.
    ///
    /// # Errors
    ///
    /// [`ConfigurationProblem`] of the first mistake. It names endpoint and key and shows nothing of a
    /// secret.
    pub fn load(endpoints: Vec<EndpointWithKeys>) -> Result<Self, ConfigurationProblem> {
        let mut loaded: Vec<Endpoint> = Vec::new();
        for (endpoint, keys) in endpoints {
            if loaded.iter().any(|earlier| earlier.id == endpoint.id) {
                return Err(ConfigurationProblem::RepeatedEndpoint(endpoint.id));
            }
            loaded.push(Endpoint::load(endpoint, keys)?);
        }
        if loaded.is_empty() {
            return Err(ConfigurationProblem::NoEndpoint);
        }
        Ok(Self { endpoints: loaded })
    }

    /// The path segment of a capability. `None` if no endpoint has this id, or the endpoint has
    /// another scheme than capability URLs.
    ///
    /// Nor does a capability have one whose terminal or read has not its form. The terminal's serial number
    /// is written in upper case.
    pub fn mint(&self, endpoint: &str, capability: &Capability) -> Option<String> {
        let keys = self.endpoint(endpoint)?.minting_keys()?;
        capability::mint(capability, keys)
    }

    /// The path segment of the account's state webhook. `None` if the endpoint mints none.
    pub fn mint_state_webhook(&self, endpoint: &str, expires_at: UnixMs) -> Option<String> {
        let keys = self.endpoint(endpoint)?.minting_keys()?;
        Some(capability::mint_state_webhook(expires_at, keys))
    }

    /// The terminal that a capability names, authentic or not. `None` if it names none, or if the
    /// serial number could be a card number.
    pub fn claimed_terminal(capability: &str) -> Option<String> {
        match Segment::parse(capability)?.grant {
            Grant::Arming(arming) if !card::could_hold_number(arming.serial) => {
                Some(arming.serial.to_owned())
            }
            Grant::Arming(_) | Grant::StateWebhook => None,
        }
    }

    /// Checks a callback and parses its events: one, or several where a provider sends batches.
    ///
    /// No card number can leave:
    ///
    /// | in the callback   | what leaves                                                |
    /// |-------------------|------------------------------------------------------------|
    /// | card id           | a keyed hash                                               |
    /// | masked number     | its last four digits                                       |
    /// | AID               | the scheme; the AID itself only if its scheme is known     |
    /// | any other text    | only a text that has an id's form and holds no card number |
    /// | a refused request | the reason, which never quotes the request                 |
    ///
    /// # Errors
    ///
    /// [`Rejection`] of the first check that failed.
    pub fn verify(&self, request: &Request) -> Result<Vec<Verified>, Rejection> {
        limits::check(request)?;
        self.endpoint(&request.endpoint)
            .ok_or(Rejection::UnknownEndpoint)?
            .verify(request)
    }

    fn endpoint(&self, id: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.id == id)
    }
}
