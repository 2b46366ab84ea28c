//! The card in an event: its scheme, the last four digits, and a reference in place of its id.

use chargetap_contract::terminal::{ApplicationId, Card, CardReference, CardScheme};

use crate::keys::KeyRing;

/// Begins every text that is hashed to a card reference: the purpose and the version, as in
/// `capability`.
const PURPOSE: &str = "chargetap/card-reference/v1";

/// The beginnings of AIDs: the registered application providers (ISO/IEC 7816-5). Maestro is a product
/// of Mastercard's provider, so it comes before Mastercard.
const SCHEMES: [(&str, CardScheme); 8] = [
    ("A0000000043060", CardScheme::Maestro),
    ("A000000004", CardScheme::Mastercard),
    ("A000000003", CardScheme::Visa),
    ("A000000025", CardScheme::Amex),
    ("A000000152", CardScheme::Discover),
    ("A000000065", CardScheme::Jcb),
    ("A000000333", CardScheme::Unionpay),
    ("A000000359", CardScheme::Girocard),
];

/// A registered application provider (RID) has five bytes: this many hexadecimal digits.
const RID_DIGITS: usize = 10;

/// The lengths of card numbers (ISO/IEC 7812).
const NUMBER_LENGTHS: std::ops::RangeInclusive<usize> = 13..=19;

pub(crate) fn describe(
    card_id: &str,
    aid: Option<&str>,
    masked_number: Option<&str>,
    keys: &KeyRing,
) -> Card {
    Card {
        scheme: aid.map_or(CardScheme::Unknown, scheme),
        last_four: masked_number.and_then(last_four),
        reference: reference(card_id, keys),
    }
}

fn scheme(aid: &str) -> CardScheme {
    let aid = aid.to_ascii_uppercase();
    SCHEMES
        .iter()
        .find(|(beginning, _)| aid.starts_with(beginning))
        .map_or(CardScheme::Unknown, |(_, scheme)| *scheme)
}

/// The AID in two parts, RID and PIX. `None` if its scheme is not known: nobody can say what another
/// AID holds, and it could be a card number.
pub(crate) fn application(aid: &str) -> Option<ApplicationId> {
    let (rid, pix) = aid.split_at_checked(RID_DIGITS)?;
    let is_whole = matches!(pix.len(), 2 | 4 | 6 | 8 | 10);
    let is_known = scheme(aid) != CardScheme::Unknown && is_whole;
    let number = |digits: &str| {
        // `from_str_radix` alone would take `+1`.
        let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex
            .then(|| u64::from_str_radix(digits, 16).ok())
            .flatten()
    };
    Some(ApplicationId {
        rid: number(rid)?,
        pix: number(pix)?,
        pix_bytes: u8::try_from(pix.len() / 2).ok()?,
    })
    .filter(|_| is_known)
}

fn last_four(masked_number: &str) -> Option<u16> {
    let start = masked_number.len().checked_sub(4)?;
    let digits = masked_number.get(start..)?;
    // `parse` alone would take `+123`.
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())
        .flatten()
}

/// The first 128 bits of the keyed hash: enough that two cards never have the same reference.
fn reference(card_id: &str, keys: &KeyRing) -> CardReference {
    let (high, low) = keys
        .card_reference(&format!("{PURPOSE}\n{card_id}"))
        .halves();
    CardReference { high, low }
}

/// Whether a card number could be in this text: grouped or not, and surrounded by anything, digits
/// included. Most texts with 20 digits or more are suspected.
pub(crate) fn could_hold_number(text: &str) -> bool {
    text.split(|character: char| character.is_ascii_alphabetic())
        .map(|run| {
            run.chars()
                .filter_map(|character| character.to_digit(10))
                .collect()
        })
        .any(|digits: Vec<u32>| {
            NUMBER_LENGTHS
                .into_iter()
                .any(|length| digits.windows(length).any(passes_luhn))
        })
}

/// ISO/IEC 7812-1, annex B.
fn passes_luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled @ 10..) => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    // AIDs as the schemes publish them: EMVCo and scheme documentation.
    #[test]
    fn the_scheme_is_read_from_the_aid_in_any_case() {
        for (aid, expected) in [
            ("A0000000031010", CardScheme::Visa),
            ("a0000000032010", CardScheme::Visa),
            ("A0000000041010", CardScheme::Mastercard),
            ("A0000000043060", CardScheme::Maestro),
            ("a000000004306001", CardScheme::Maestro),
            ("A00000002501", CardScheme::Amex),
            ("A0000001523010", CardScheme::Discover),
            ("A0000000651010", CardScheme::Jcb),
            ("A000000333010102", CardScheme::Unionpay),
            ("A0000003591010028001", CardScheme::Girocard),
            ("A0000000421010", CardScheme::Unknown),
            ("A00000000", CardScheme::Unknown),
            ("", CardScheme::Unknown),
        ] {
            assert_eq!(scheme(aid), expected, "{aid}");
        }
    }

    #[test]
    fn the_aid_of_a_known_scheme_is_kept_in_parts_and_no_other() {
        let visa = ApplicationId {
            rid: 0xA0_0000_0003,
            pix: 0x1010,
            pix_bytes: 2,
        };
        assert_eq!(application("A0000000031010"), Some(visa));
        assert_eq!(application("a0000000031010"), Some(visa));
        let girocard = ApplicationId {
            rid: 0xA0_0000_0359,
            pix: 0x10_1002_8001,
            pix_bytes: 5,
        };
        assert_eq!(application("A0000003591010028001"), Some(girocard));
        for other in [
            "",
            "A000000003",
            "A000000003101",
            "A000000003+1010",
            "A00000000310100000001",
            "A0000000421010",
            "4111111111111111",
            "A0000000034111111111111111",
            "A00000000é1010",
        ] {
            assert_eq!(application(other), None, "{other}");
        }
    }

    #[test]
    fn last_four_are_four_ascii_digits_or_nothing() {
        for (masked, expected) in [
            ("************1234", Some(1234)),
            ("411111xxxxxx0007", Some(7)),
            ("0000", Some(0)),
            ("************+123", None),
            ("1234************", None),
            ("12 4", None),
            ("123", None),
            ("", None),
            ("\u{0661}\u{0662}\u{0663}\u{0664}", None),
            ("\u{20ac}\u{20ac}34", None),
        ] {
            assert_eq!(last_four(masked), expected, "{masked}");
        }
    }

    // ISO/IEC 7812-1, annex B: to each first digit there is one check digit.
    #[test]
    fn the_check_digit_is_the_one_of_luhn() {
        let passing: Vec<(u32, u32)> = (0..10)
            .flat_map(|first| (0..10).map(move |check| (first, check)))
            .filter(|(first, check)| passes_luhn(&[*first, *check]))
            .collect();
        let expected = [
            (0, 0),
            (1, 8),
            (2, 6),
            (3, 4),
            (4, 2),
            (5, 9),
            (6, 7),
            (7, 5),
            (8, 3),
            (9, 1),
        ];
        assert_eq!(passing, expected);
        assert!(passes_luhn(&[7, 9, 9, 2, 7, 3, 9, 8, 7, 1, 3]));
        assert!(!passes_luhn(&[9, 7, 9, 2, 7, 3, 9, 8, 7, 1, 3]));
    }

    // Test numbers that the schemes publish for their sandboxes.
    #[test]
    fn a_card_number_is_recognised_plain_grouped_and_surrounded() {
        for text in [
            "4111111111111111",
            "4111-1111-1111-1111",
            "4111.1111_1111 1111",
            "id4111111111111111x",
            "99378282246310005",
            "6304000000000000000",
        ] {
            assert!(could_hold_number(text), "{text}");
        }
        for text in ["4222222222223", "411111111111", "a1b2c3d4e5f6a7b8c9", ""] {
            assert!(!could_hold_number(text), "{text}");
        }
    }
}
