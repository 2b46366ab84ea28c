//! One endpoint: its scheme, its keys, and the checks that a callback passes.

use std::fmt;

use chargetap_contract::callback::{self, ConfigurationProblem, Key, Rejection, Request, Verified};
use chargetap_contract::money::DurationMs;

use crate::claim::Claim;
use crate::freshness;
use crate::keys::KeyRing;
use crate::scheme::{ParsedEvent, Scheme};
use crate::schemes;

/// The default of how far a signed time may be from the host's clock.
const DEFAULT_TOLERANCE: DurationMs = 300_000;

pub(crate) struct Endpoint {
    pub(crate) id: String,
    scheme: Box<dyn Scheme>,
    keys: KeyRing,
    tolerance: DurationMs,
    /// Whether the keys are the gateway's own and may sign.
    mints: bool,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Endpoint")
            .field("id", &self.id)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}

impl Endpoint {
    pub(crate) fn load(
        endpoint: callback::Endpoint,
        keys: Vec<Key>,
    ) -> Result<Self, ConfigurationProblem> {
        let id = endpoint.id;
        let mints = matches!(endpoint.scheme, callback::Scheme::CapabilityUrl);
        let scheme = schemes::configured(endpoint.scheme)
            .ok_or_else(|| ConfigurationProblem::MalformedHeader(id.clone()))?;
        Ok(Self {
            keys: KeyRing::load(&id, keys, &scheme.secret_format())?,
            id,
            scheme,
            tolerance: endpoint.tolerance.unwrap_or(DEFAULT_TOLERANCE),
            mints,
        })
    }

    /// The keys, if they may sign.
    pub(crate) fn minting_keys(&self) -> Option<&KeyRing> {
        self.mints.then_some(&self.keys)
    }

    pub(crate) fn verify(&self, request: &Request) -> Result<Vec<Verified>, Rejection> {
        let mut verified = Vec::new();
        for claim in self.scheme.claims(request, &self.keys)? {
            verified.push(self.verify_claim(&claim, request)?);
        }
        Ok(verified)
    }

    fn verify_claim(&self, claim: &Claim<'_>, request: &Request) -> Result<Verified, Rejection> {
        let key = self.keys.verify(claim)?;
        freshness::check(claim, key, self.tolerance, request.received_at)?;
        let ParsedEvent { event, dedupe_key } =
            self.scheme.parse_event(claim, request, &self.keys)?;
        Ok(Verified {
            event,
            dedupe_key: dedupe_key.map(|key| key.to_hex()),
            key_id: key.id.clone(),
        })
    }
}
