//! The schemes by which callbacks are authenticated.
//!
//! A new one is a file here with an implementation of [`Scheme`], a case of the contract's `scheme`,
//! a line in [`configured`], and its vectors in `tests/vectors`.

mod adyen;
mod capability_url;
mod http_signature;
mod raw_body;
mod standard_webhooks;
mod stripe;

use std::ops::RangeInclusive;

use chargetap_contract::callback::{self, CallbackEvent, Rejection, Request};
use secrecy::SecretSlice;

use crate::claim::Claim;
use crate::keys::KeyRing;
use crate::tag::Tag;

/// The fewest bytes of a secret that a provider gives out: what Standard Webhooks asks for.
const MIN_SECRET: usize = 24;

/// One way to authenticate callbacks.
pub(crate) trait Scheme: Send + Sync {
    /// The secret's bytes, from the form in which it is given out.
    fn decode(&self, secret: SecretSlice<u8>) -> Option<SecretSlice<u8>> {
        Some(secret)
    }

    /// How many bytes a secret has.
    fn key_lengths(&self) -> RangeInclusive<usize> {
        MIN_SECRET..=usize::MAX
    }

    /// What the request claims to be authentic: at least one claim, each of which must be.
    fn claims<'r>(&self, request: &'r Request, keys: &KeyRing)
    -> Result<Vec<Claim<'r>>, Rejection>;

    /// What a claim says that has turned out to be authentic and fresh.
    fn interpret(
        &self,
        claim: &Claim<'_>,
        request: &Request,
        keys: &KeyRing,
    ) -> Result<Said, Rejection>;
}

/// What an authentic claim says.
pub(crate) struct Said {
    pub(crate) event: CallbackEvent,
    /// By which a repeat of it is known, if it can be.
    pub(crate) delivery: Option<Tag>,
}

/// `None` if the configured header cannot be one.
pub(crate) fn configured(scheme: callback::Scheme) -> Option<Box<dyn Scheme>> {
    Some(match scheme {
        callback::Scheme::CapabilityUrl => Box::new(capability_url::CapabilityUrl),
        callback::Scheme::StandardWebhooks => Box::new(standard_webhooks::StandardWebhooks),
        callback::Scheme::Stripe => Box::new(stripe::Stripe),
        callback::Scheme::Adyen => Box::new(adyen::Adyen),
        callback::Scheme::RawBody(header) => Box::new(raw_body::RawBody::new(header)?),
        callback::Scheme::HttpMessageSignature => Box::new(http_signature::HttpSignature),
    })
}

fn malformed(place: impl Into<String>) -> Rejection {
    Rejection::MalformedSignature(place.into())
}
