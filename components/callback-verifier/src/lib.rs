//! Decides whether a callback is authentic, fresh and well formed, and turns it into typed events.
//!
//! A callback goes this way, from cheap and public to dear and private, so that nobody without a
//! key costs much or gets far:
//!
//! 1. the limits of the request (`limits`),
//! 2. the endpoint that it was sent to (`endpoint`), and with it scheme and keys,
//! 3. what the scheme finds signed (`schemes`), which is a claim (`claim`) until
//! 4. a key made the signature (`keys`), and
//! 5. key and signature are of this time (`freshness`);
//! 6. what the signed text says (`schemes`, and for Payter `body` and `state`).
//!
//! Nothing that leaves this crate can hold a card number: see [`Verifier::verify`].

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
    /// window, and the last also makes the card references and dedupe keys. To rotate, put the new
    /// key first and let the old one's window end. Remove it when nothing is alive that it named:
    /// while both are listed, a card keeps its reference, the tap that stops a session still finds
    /// it, and a repeated delivery is still known.
    ///
    /// # Errors
    ///
    /// [`ConfigurationProblem`], of the first thing that is wrong. It names endpoint and key, and
    /// nothing of a secret.
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

    /// The path segment that stands for a capability, or `None` if there is no endpoint of this id
    /// that has capability URLs.
    ///
    /// The terminal's serial number is written in upper case. A capability whose fields do not have
    /// the form that [`verify`](Self::verify) asks for gives a segment that it refuses.
    pub fn mint(&self, endpoint: &str, capability: &Capability) -> Option<String> {
        let keys = self.endpoint(endpoint)?.minting_keys()?;
        Some(capability::mint(capability, keys))
    }

    /// The path segment of the account's state webhook, in the same way.
    pub fn mint_state_webhook(&self, endpoint: &str, expires_at: UnixMs) -> Option<String> {
        let keys = self.endpoint(endpoint)?.minting_keys()?;
        Some(capability::mint_state_webhook(expires_at, keys))
    }

    /// The terminal that a capability names, authentic or not: `None` where there is none, or where
    /// its serial number could be a card's.
    pub fn claimed_terminal(capability: &str) -> Option<String> {
        match Segment::parse(capability)?.grant {
            Grant::Read(read) if !card::could_hold_number(read.serial) => {
                Some(read.serial.to_owned())
            }
            Grant::Read(_) | Grant::StateWebhook => None,
        }
    }

    /// Checks a callback and types what it says: one event, or several where a provider sends
    /// batches.
    ///
    /// A card number cannot get out of here: the card id leaves as a keyed hash, the masked number
    /// as its last four digits, the AID as a scheme, any other text only if it has an id's form and
    /// no card number could be in it, and a rejection never quotes the request.
    ///
    /// # Errors
    ///
    /// [`Rejection`], of the first check that failed.
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
