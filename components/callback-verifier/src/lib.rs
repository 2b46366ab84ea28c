//! Decides whether a callback of the payment provider is authentic, fresh and well formed, and
//! turns it into one typed event.
//!
//! Payter signs no callback, so the URL that the gateway hands out is the credential: its last path
//! segment is minted here, for one card read at one terminal, and dies at a set moment. The checks
//! run from cheap and public to dear and private, so that nobody without a key gets a body parsed:
//!
//! 1. the size of the body,
//! 2. the form of the capability,
//! 3. its MAC,
//! 4. its expiry,
//! 5. the body.
//!
//! Nothing that leaves this crate can hold a card number: see [`Verifier::verify`].

mod body;
mod capability;
mod card;
#[cfg(target_family = "wasm")]
mod component;
mod keys;

use chargetap_contract::callback::{Capability, Key, KeyProblem, Rejection, Request, Verified};

use crate::{body::Body, capability::Segment, keys::KeyRing};

/// The largest body that is looked at, in bytes. Real callbacks have less than one kilobyte.
const MAX_BODY: u32 = 64 * 1024;

/// Holds the keys, checked and prepared, that mint and verify capabilities.
///
/// Its `Debug` shows the ids of the keys and nothing of their secrets.
#[derive(Debug)]
pub struct Verifier {
    keys: KeyRing,
}

impl Verifier {
    /// Makes a verifier from its keys: the id that names each in logs, and its secret.
    ///
    /// The list is ordered from the newest key to the oldest. The first mints, every key verifies,
    /// and the last also makes the card references and dedupe keys. To rotate, put the new key first and remove the
    /// old one when no URL minted by it is alive and no session that began under it runs: while
    /// both are listed, a card keeps its reference, and the tap that stops a session still finds
    /// it.
    ///
    /// # Errors
    ///
    /// [`KeyProblem`] if there is no key, if one has fewer than 32 bytes, or if two share an id.
    pub fn load(keys: Vec<Key>) -> Result<Self, KeyProblem> {
        Ok(Self {
            keys: KeyRing::load(keys)?,
        })
    }

    /// The path segment that stands for a capability.
    ///
    /// The terminal's serial number is written in upper case. A capability whose fields do not have
    /// the form that [`verify`](Self::verify) asks for gives a segment that it refuses.
    pub fn mint(&self, capability: &Capability) -> String {
        capability::mint(capability, &self.keys)
    }

    /// Checks a callback and types what it says.
    ///
    /// A card number cannot get out of here: the card id leaves as a keyed hash, the masked number
    /// as its last four digits, the AID as a scheme, a payment's id only if it has an id's form
    /// and no card number could be in it, and a rejection never quotes the body.
    ///
    /// # Errors
    ///
    /// [`Rejection`], of the first check that failed.
    pub fn verify(&self, request: &Request) -> Result<Verified, Rejection> {
        if request.body.len() > MAX_BODY as usize {
            return Err(Rejection::TooLarge(MAX_BODY));
        }
        let segment = Segment::parse(&request.capability).ok_or(Rejection::MalformedCapability)?;
        let key_id = self
            .keys
            .verify(&segment.signed_text(), &segment.mac)
            .ok_or(Rejection::Mismatch)?;
        if request.received_at >= segment.expires_at {
            return Err(Rejection::Stale(segment.expires_at));
        }
        let body = Body::parse(&request.body)?;
        Ok(Verified {
            event: body.event(&segment, &self.keys)?,
            dedupe_key: body.dedupe_key(segment.read, &self.keys),
            key_id: key_id.to_owned(),
        })
    }
}
