//! Unguessable ids that people can read to each other.

use sha2::{Digest, Sha256};

use crate::platform::Platform;

/// Crockford's base 32: no I, L, O or U, and every character is allowed in an OCPP token.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 64 hexadecimal digits that cannot be guessed.
pub(crate) fn unguessable(platform: &impl Platform) -> String {
    let half = || u128::from_be_bytes(platform.random());
    format!("{:032x}{:032x}", half(), half())
}

/// The first `characters` of the base 32 form of random bytes, five bits each.
pub(crate) fn from_random(random: [u8; 16], characters: usize) -> String {
    let bits = u128::from_be_bytes(random);
    (0..characters.min(25))
        .filter_map(|at| {
            let value = (bits >> (123 - 5 * at)) & 31;
            ALPHABET.get(value as usize).copied().map(char::from)
        })
        .collect()
}

/// What the log has in the place of an id that is a secret: enough to find its lines, and nothing to
/// open a receipt with.
pub(crate) fn short_hash(id: &str) -> String {
    let hash = Sha256::digest(id);
    hash.iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_hash_begins_like_the_sha_256_of_the_id() {
        // The first test vector of FIPS 180-4.
        assert_eq!(short_hash("abc"), "ba7816bf8f01");
    }

    #[test]
    fn an_id_has_the_asked_length_and_spells_the_leading_bits() {
        let mut random = [0xFF; 16];
        assert_eq!(from_random(random, 20), "Z".repeat(20));
        random[0] = 0b0000_1111; // 00001 111..
        assert_eq!(from_random(random, 4), "1ZZZ");
    }
}
