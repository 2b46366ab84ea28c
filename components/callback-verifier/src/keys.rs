//! An endpoint's keys: which one mints, which ones verify, and which one names cards and deliveries.

use chargetap_contract::callback::{ConfigurationProblem, Key, KeyInfo, KeyPlace, Rejection};
use chargetap_contract::money::UnixMs;
use secrecy::SecretSlice;
use subtle::Choice;

use crate::claim::Claim;
use crate::schemes::Scheme;
use crate::secret::SecretKey;
use crate::tag::Tag;

/// Separates the key of the card references from the keys that sign.
const CARD_KEY_PURPOSE: &[u8] = b"chargetap/card-reference-key/v1";

/// Separates the key of the dedupe keys. They are keyed because the text that they stand for may
/// hold a card number, and an unkeyed hash of one can be undone by trying them all.
const DEDUPE_KEY_PURPOSE: &[u8] = b"chargetap/dedupe-key/v1";

/// Every key of an endpoint, ready for use.
#[derive(Debug)]
pub(crate) struct KeyRing {
    /// From the newest to the oldest; never empty.
    keys: Vec<PreparedKey>,
    minting: SecretKey,
    cards: SecretKey,
    deliveries: SecretKey,
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
        scheme: &dyn Scheme,
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
        let secret = scheme
            .decode(secret)
            .ok_or(ConfigurationProblem::MalformedKey as fn(_) -> _)?;
        let secret = SecretKey::new(&secret, &scheme.key_lengths())
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
        scheme: &dyn Scheme,
    ) -> Result<Self, ConfigurationProblem> {
        let mut prepared: Vec<PreparedKey> = Vec::new();
        for (info, secret) in keys {
            match PreparedKey::of(&info, secret.into(), scheme, &prepared) {
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
        // Not the newest: cards and deliveries have to be known again after the arrival of a new
        // key.
        let oldest = &keys.last()?.secret;
        Some(Self {
            minting,
            cards: oldest.derive(CARD_KEY_PURPOSE)?,
            deliveries: oldest.derive(DEDUPE_KEY_PURPOSE)?,
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

    /// The key that made one of the claim's signatures. The time that this takes tells nothing of
    /// which key, which signature or how much of it was right: all are tried to the end.
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

    /// The MAC by which a card is known.
    pub(crate) fn name_card(&self, text: &str) -> Tag {
        self.cards.sign(text.as_bytes(), &[])
    }

    /// The MAC by which a repeated delivery is known.
    pub(crate) fn name_delivery(&self, head: &str, body: &[u8]) -> Tag {
        self.deliveries.sign(head.as_bytes(), body)
    }
}
