//! An endpoint's keys, from the newest to the oldest:
//!
//! | key        | used for                                             |
//! |------------|------------------------------------------------------|
//! | the newest | minting capability URLs                              |
//! | every key  | verifying, within its window                         |
//! | the oldest | deriving the keys of card references and dedupe keys |
//!
//! Every key and every signature is compared, in constant time, before there is any verdict.
//!
//! A key verifies from one moment to another. Both are checked after the signature, so that the log can tell an
//! expired key from a forgery. The oldest key, expired or not, names cards and deliveries: it stays in the list
//! for 35 days, longer than any provider repeats a delivery.

use chargetap_contract::callback::{ConfigurationProblem, Key, KeyInfo, KeyPlace, Rejection};
use chargetap_contract::money::UnixMs;
use secrecy::SecretSlice;
use subtle::Choice;

use crate::claim::Claim;
use crate::secret::{SecretFormat, SecretKey};
use crate::tag::Tag;

/// Separates the key of the card references from the keys that sign.
const CARD_KEY_PURPOSE: &[u8] = b"chargetap/card-reference-key/v1";

/// Separates the key of the dedupe keys. Dedupe keys are keyed hashes because the hashed text may hold
/// a card number, and an unkeyed hash of one can be undone by trying all numbers.
const DEDUPE_KEY_PURPOSE: &[u8] = b"chargetap/dedupe-key/v1";

/// Every key of an endpoint, ready for use.
#[derive(Debug)]
pub(crate) struct KeyRing {
    /// From the newest to the oldest; never empty.
    keys: Vec<PreparedKey>,
    minting: SecretKey,
    card_references: SecretKey,
    dedupe_keys: SecretKey,
}

#[derive(Debug)]
pub(crate) struct PreparedKey {
    pub(crate) id: String,
    pub(crate) not_before: Option<UnixMs>,
    pub(crate) not_after: Option<UnixMs>,
    secret: SecretKey,
}

impl PreparedKey {
    fn of(
        info: &KeyInfo,
        secret: SecretSlice<u8>,
        format: &SecretFormat,
        newer: &[Self],
    ) -> Result<Self, fn(KeyPlace) -> ConfigurationProblem> {
        if newer.iter().any(|key| key.id == info.id) {
            return Err(ConfigurationProblem::RepeatedKey);
        }
        if let (Some(begin), Some(end)) = (info.not_before, info.not_after)
            && end <= begin
        {
            return Err(ConfigurationProblem::EmptyWindow);
        }
        let secret =
            (format.decode)(secret).ok_or(ConfigurationProblem::MalformedKey as fn(_) -> _)?;
        let secret = SecretKey::new(&secret, &format.lengths)
            .ok_or(ConfigurationProblem::WeakKey as fn(_) -> _)?;
        Ok(Self {
            id: info.id.clone(),
            not_before: info.not_before,
            not_after: info.not_after,
            secret,
        })
    }
}

impl KeyRing {
    /// Checks and prepares an endpoint's keys, which are ordered from the newest to the oldest.
    pub(crate) fn load(
        endpoint: &str,
        keys: Vec<Key>,
        format: &SecretFormat,
    ) -> Result<Self, ConfigurationProblem> {
        let mut prepared: Vec<PreparedKey> = Vec::new();
        for (info, secret) in keys {
            match PreparedKey::of(&info, secret.into(), format, &prepared) {
                Ok(key) => prepared.push(key),
                Err(problem) => {
                    return Err(problem(KeyPlace {
                        endpoint: endpoint.to_owned(),
                        key: info.id,
                    }));
                }
            }
        }
        Self::of(prepared).ok_or_else(|| ConfigurationProblem::NoKey(endpoint.to_owned()))
    }

    fn of(keys: Vec<PreparedKey>) -> Option<Self> {
        let minting = keys.first()?.secret.clone();
        // Not the newest: card references and dedupe keys must stay the same when a key is added.
        let oldest = &keys.last()?.secret;
        Some(Self {
            minting,
            card_references: oldest.derive(CARD_KEY_PURPOSE)?,
            dedupe_keys: oldest.derive(DEDUPE_KEY_PURPOSE)?,
            keys,
        })
    }

    /// The MAC that the newest key makes.
    pub(crate) fn sign(&self, text: &str) -> Tag {
        self.minting.sign(text.as_bytes(), &[])
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.id == id)
    }

    /// The key that made one of the claim's signatures.
    ///
    /// Constant time: every key is compared with every signature in full, so the duration does not
    /// depend on which key or signature matched, or how many bytes did.
    pub(crate) fn verify(&self, claim: &Claim<'_>) -> Result<&PreparedKey, Rejection> {
        let candidates = || {
            let keys = self.keys.iter();
            keys.filter(|key| claim.key_id.as_ref().is_none_or(|id| *id == key.id))
        };
        let verdicts: Vec<Choice> = candidates()
            .map(|key| {
                let expected = key.secret.sign(claim.head.as_bytes(), claim.body);
                let signatures = claim.signatures.iter();
                signatures.fold(Choice::from(0), |matched, signature| {
                    matched | expected.matches(signature)
                })
            })
            .collect();
        candidates()
            .zip(verdicts)
            .find_map(|(key, matched)| bool::from(matched).then_some(key))
            .ok_or(Rejection::Mismatch)
    }

    /// The MAC that stands for a card.
    pub(crate) fn card_reference(&self, text: &str) -> Tag {
        self.card_references.sign(text.as_bytes(), &[])
    }

    /// The MAC by which repeated deliveries are recognised.
    pub(crate) fn dedupe_key(&self, head: &str, body: &[u8]) -> Tag {
        self.dedupe_keys.sign(head.as_bytes(), body)
    }
}
