//! Secrets, and the MAC keys that are made of them.

use std::fmt;
use std::ops::RangeInclusive;

use base16ct::mixed;
use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::zeroize::{Zeroize, Zeroizing};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

use crate::tag::Tag;

/// The fewest different bytes in a secret. A secret with fewer was not drawn at random.
const MIN_VARIETY: usize = 6;

/// The fewest bytes of a secret that a provider gives out: what Standard Webhooks asks for.
const MIN_LENGTH: usize = 24;

/// The form in which a scheme's secrets are given out.
pub(crate) struct SecretFormat {
    /// Reads the secret's bytes. `None` if they are not in this form.
    pub(crate) decode: fn(SecretSlice<u8>) -> Option<SecretSlice<u8>>,
    /// How many bytes a secret has.
    pub(crate) lengths: RangeInclusive<usize>,
}

impl SecretFormat {
    /// Given out as the bytes themselves.
    pub(crate) const PLAIN: Self = Self {
        decode: Some,
        lengths: MIN_LENGTH..=usize::MAX,
    };
}

/// A secret made ready for use. Its `Debug` shows nothing of it. It is wiped when it is dropped.
#[derive(Clone)]
pub(crate) struct SecretKey(Hmac<Sha256>);

impl SecretKey {
    /// `None` if the secret does not have a permitted length or could be guessed.
    pub(crate) fn new(secret: &SecretSlice<u8>, lengths: &RangeInclusive<usize>) -> Option<Self> {
        let secret = secret.expose_secret();
        if !lengths.contains(&secret.len()) || variety(secret) < MIN_VARIETY {
            return None;
        }
        Hmac::new_from_slice(secret).ok().map(Self)
    }

    /// A key for one purpose: what it signs cannot be passed off as signed by this key.
    pub(crate) fn derive(&self, purpose: &[u8]) -> Option<Self> {
        let mut derived: [u8; 32] = self.mac(purpose, &[]).finalize().into_bytes().into();
        let key = Hmac::new_from_slice(&derived).ok().map(Self);
        derived.zeroize();
        key
    }

    /// The MAC over head and body, one after the other.
    pub(crate) fn sign(&self, head: &[u8], body: &[u8]) -> Tag {
        Tag::new(self.mac(head, body).finalize().into_bytes().into())
    }

    fn mac(&self, head: &[u8], body: &[u8]) -> Hmac<Sha256> {
        self.0.clone().chain_update(head).chain_update(body)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretKey")
    }
}

/// A secret that is given out in base64.
pub(crate) fn from_base64(given: &[u8]) -> Option<SecretSlice<u8>> {
    let mut buffer = Zeroizing::new(vec![0; given.len()]);
    let secret = Base64::decode(given, &mut buffer).ok()?;
    Some(secret.to_vec().into())
}

/// A secret that is given out in hexadecimal.
pub(crate) fn from_hex(given: &[u8]) -> Option<SecretSlice<u8>> {
    let mut buffer = Zeroizing::new(vec![0; given.len()]);
    let secret = mixed::decode(given, &mut buffer).ok()?;
    Some(secret.to_vec().into())
}

/// How many different bytes there are.
fn variety(bytes: &[u8]) -> usize {
    (0..=u8::MAX).filter(|byte| bytes.contains(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    // An `Hmac` is two of these and a block, and is wiped with them.
    static_assertions::assert_impl_all!(Sha256: secrecy::zeroize::ZeroizeOnDrop);

    // RFC 4231, section 4. Its keys are shorter or plainer than any that is loaded here, so they go
    // to the primitive itself.
    #[test]
    fn the_mac_is_the_one_of_rfc_4231() {
        for (key, data, expected) in [
            (
                vec![0x0b; 20],
                "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let key = SecretKey(Hmac::new_from_slice(&key).unwrap());
            let (head, body) = data.split_at(3);
            let tag = key.sign(head.as_bytes(), body.as_bytes());
            assert_eq!(tag.to_hex(), expected);
        }
    }

    #[test]
    fn a_secret_has_a_permitted_length_and_six_different_bytes() {
        let accepts = |secret: &[u8]| SecretKey::new(&secret.to_vec().into(), &(8..=9)).is_some();
        assert!(!accepts(b"1234567"));
        assert!(accepts(b"12345678"));
        assert!(accepts(b"123456789"));
        assert!(!accepts(b"1234567890"));
        assert!(accepts(b"12345611"));
        assert!(!accepts(b"12345111"));
    }

    #[test]
    fn a_key_prints_nothing() {
        let key = SecretKey::new(&b"12345678".to_vec().into(), &(8..=8)).unwrap();
        assert_eq!(format!("{key:?}"), "SecretKey");
    }
}
