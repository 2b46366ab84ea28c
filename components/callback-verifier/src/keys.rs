//! The keys: which one mints, which ones verify, and which one names cards.

use chargetap_contract::callback::{Key, KeyProblem};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The fewest bytes of a secret: the output size of SHA-256, below which RFC 2104 discourages a
/// key.
const MIN_SECRET: usize = 32;

/// Separates the key of the card references from the key that mints URLs, so that what one of them
/// signs can never pass for the other's.
const CARD_KEY_PURPOSE: &[u8] = b"chargetap/card-reference-key/v1";

/// Separates the key of the dedupe keys. They are keyed because the body that they stand for may
/// hold a card number, and an unkeyed hash of one can be undone by trying them all.
const DEDUPE_KEY_PURPOSE: &[u8] = b"chargetap/dedupe-key/v1";

/// A MAC in full.
pub(crate) type Tag = [u8; 32];

/// Every key, prepared. The secrets themselves are not kept.
#[derive(Debug)]
pub(crate) struct KeyRing {
    keys: Vec<PreparedKey>,
    minting: Hmac<Sha256>,
    cards: Hmac<Sha256>,
    deliveries: Hmac<Sha256>,
}

#[derive(Debug)]
struct PreparedKey {
    id: String,
    hmac: Hmac<Sha256>,
}

impl KeyRing {
    /// Checks and prepares keys that are ordered from the newest to the oldest.
    pub(crate) fn load(keys: Vec<Key>) -> Result<Self, KeyProblem> {
        let mut prepared: Vec<PreparedKey> = Vec::with_capacity(keys.len());
        for (id, secret) in keys {
            if prepared.iter().any(|earlier| earlier.id == id) {
                return Err(KeyProblem::RepeatedId(id));
            }
            match prepare(&secret) {
                Some(hmac) => prepared.push(PreparedKey { id, hmac }),
                None => return Err(KeyProblem::WeakKey(id)),
            }
        }
        let (Some(newest), Some(oldest)) = (prepared.first(), prepared.last()) else {
            return Err(KeyProblem::NoKey);
        };
        // Not the newest: cards and deliveries have to be known again after the arrival of a new
        // key.
        let derived = |purpose| {
            prepare(&tag(&oldest.hmac, purpose))
                .ok_or_else(|| KeyProblem::WeakKey(oldest.id.clone()))
        };
        let cards = derived(CARD_KEY_PURPOSE)?;
        let deliveries = derived(DEDUPE_KEY_PURPOSE)?;
        Ok(Self {
            minting: newest.hmac.clone(),
            cards,
            deliveries,
            keys: prepared,
        })
    }

    /// The MAC that the newest key makes.
    pub(crate) fn sign(&self, text: &str) -> Tag {
        tag(&self.minting, text.as_bytes())
    }

    /// The id of the key that made this MAC over this text, compared in constant time.
    pub(crate) fn verify(&self, text: &str, claimed: &Tag) -> Option<&str> {
        self.keys
            .iter()
            .find(|key| {
                let hmac = key.hmac.clone().chain_update(text);
                hmac.verify_slice(claimed).is_ok()
            })
            .map(|key| key.id.as_str())
    }

    /// The MAC by which a card is known.
    pub(crate) fn name_card(&self, text: &str) -> Tag {
        tag(&self.cards, text.as_bytes())
    }

    /// The MAC by which a repeated delivery is known.
    pub(crate) fn name_delivery(&self, text: &str) -> Tag {
        tag(&self.deliveries, text.as_bytes())
    }
}

fn prepare(secret: &[u8]) -> Option<Hmac<Sha256>> {
    if secret.len() < MIN_SECRET {
        return None;
    }
    Hmac::new_from_slice(secret).ok()
}

fn tag(hmac: &Hmac<Sha256>, text: &[u8]) -> Tag {
    hmac.clone()
        .chain_update(text)
        .finalize()
        .into_bytes()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    // RFC 4231, section 4. Its cases 1 and 2 have keys shorter than any that is loaded here, so
    // they go to the primitive itself.
    #[test]
    fn the_mac_is_the_one_of_rfc_4231() {
        for (key, data, expected) in [
            (
                vec![0x0b; 20],
                b"Hi There".to_vec(),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".to_vec(),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let hmac = Hmac::new_from_slice(&key).unwrap();
            assert_eq!(hex(&tag(&hmac, &data)), expected);
        }
    }

    #[test]
    fn a_secret_of_31_bytes_is_too_short_and_one_of_32_is_not() {
        assert!(prepare(&[7; 31]).is_none());
        assert!(prepare(&[7; 32]).is_some());
    }
}
