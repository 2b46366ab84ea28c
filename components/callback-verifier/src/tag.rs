//! MACs and digests.

use base16ct::lower;
use base64ct::{Base64, Encoding};
use subtle::{Choice, ConstantTimeEq};

/// A MAC or a digest in full.
///
/// It has no `==` and does not give out its bytes: two tags can only be compared by [`Tag::matches`],
/// in constant time.
#[derive(Clone)]
pub(crate) struct Tag([u8; 32]);

impl Tag {
    pub(crate) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    // Each decoding accepts exactly one spelling of a tag: hexadecimal in lower case, base64 with
    // padding and without stray bits at the end.

    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        Self::decoded(lower::decode(text, &mut [0; 32]).ok()?)
    }

    pub(crate) fn from_base64(text: &str) -> Option<Self> {
        Self::decoded(Base64::decode(text, &mut [0; 32]).ok()?)
    }

    /// base64url without padding. It is translated to base64, because a second decoder would add
    /// kilobytes to the component.
    pub(crate) fn from_base64url(text: &str) -> Option<Self> {
        let mut base64: Vec<u8> = text
            .bytes()
            .map(|byte| match byte {
                b'-' => b'+',
                b'_' => b'/',
                b'+' | b'/' | b'=' => b' ',
                other => other,
            })
            .collect();
        base64.push(b'=');
        Self::decoded(Base64::decode(base64, &mut [0; 32]).ok()?)
    }

    fn decoded(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(crate) fn to_hex(&self) -> String {
        lower::encode_string(&self.0)
    }

    pub(crate) fn to_base64url(&self) -> String {
        let base64 = Base64::encode_string(&self.0);
        let characters = base64.chars().filter_map(|character| match character {
            '+' => Some('-'),
            '/' => Some('_'),
            '=' => None,
            other => Some(other),
        });
        characters.collect()
    }

    pub(crate) fn matches(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }

    /// The first 128 bits as two big-endian halves.
    pub(crate) fn halves(&self) -> (u64, u64) {
        let half = |from| {
            let bytes = self.0.iter().skip(from).take(8);
            bytes.fold(0, |half, byte| (half << 8) + u64::from(*byte))
        };
        (half(0), half(8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Nobody can write `==`, whatever the lints say.
    static_assertions::assert_not_impl_any!(Tag: PartialEq, PartialOrd, AsRef<[u8]>, core::ops::Deref);

    const HEX: &str = "00ff102030405060708090a0b0c0d0e0f0112233445566778899aabbccddeeff";

    #[test]
    fn a_tag_has_one_spelling_in_hexadecimal() {
        assert_eq!(Tag::from_hex(HEX).unwrap().to_hex(), HEX);
        for other in [
            &HEX.to_uppercase(),
            &HEX.replace("ff1", "fF1"),
            &HEX[1..],
            &HEX[2..],
            &format!("{HEX}00"),
            &HEX.replace('a', "g"),
            "",
        ] {
            assert!(Tag::from_hex(other).is_none(), "{other}");
        }
    }

    // Spelt by Python's `base64`.
    #[test]
    fn a_tag_has_one_spelling_in_base64() {
        let padded = "AP8QIDBAUGBwgJCgsMDQ4PARIjNEVWZ3iJmqu8zd7v8=";
        assert_eq!(Tag::from_base64(padded).unwrap().to_hex(), HEX);
        for other in [
            "AP8QIDBAUGBwgJCgsMDQ4PARIjNEVWZ3iJmqu8zd7v8",
            "AP8QIDBAUGBwgJCgsMDQ4PARIjNEVWZ3iJmqu8zd7v9=",
            "AP8QIDBAUGBwgJCgsMDQ4PARIjNEVWZ3iJmqu8zd7v8==",
            "AP8QIDBAUGBwgJCgsMDQ4PARIjNEVWZ3iJmqu8zd7g==",
            " AP8QIDBAUGBwgJCgsMDQ4PARIjNEVWZ3iJmqu8zd7v8=",
            "AP8QIDBAUGBwgJCgsMDQ4PARIjNEVWZ3iJmqu8zd7v8AAA==",
            "",
        ] {
            assert!(Tag::from_base64(other).is_none(), "{other}");
        }
    }

    #[test]
    fn tags_match_when_every_bit_does() {
        let tag = Tag::from_hex(HEX).unwrap();
        assert!(bool::from(tag.matches(&tag.clone())));
        for bit in 0..256 {
            let mut bytes = tag.0;
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!bool::from(tag.matches(&Tag::new(bytes))), "{bit}");
        }
    }
}
