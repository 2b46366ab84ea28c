//! Forged measurements.

use chargetap_contract::receipt::MeasurementVerdict as Verdict;
use proptest::prelude::*;

use super::{check_one, good};

/// The payload and the signature in hexadecimal digits.
fn sections(packet: &str) -> (&str, &str) {
    let (payload, signature) = packet
        .strip_prefix("OCMF|")
        .unwrap()
        .split_once('|')
        .unwrap();
    let data = signature.strip_prefix(r#"{"SD": ""#).unwrap();
    (payload, data.strip_suffix(r#""}"#).unwrap())
}

#[test]
fn one_bit_flipped_in_the_payload_is_refused() {
    let (packet, key) = good();
    assert_eq!(check_one(packet.clone(), &key), Verdict::Verified(29_500));
    let (payload, signature) = sections(&packet);
    // Flipping the eighth bit would make invalid UTF-8.
    for (place, bit) in (0..payload.len()).flat_map(|place| (0..7).map(move |bit| (place, bit))) {
        let mut bytes = payload.as_bytes().to_vec();
        bytes[place] ^= 1 << bit;
        let payload = String::from_utf8(bytes).unwrap();
        let forged = format!(r#"OCMF|{payload}|{{"SD":"{signature}"}}"#);
        let verdict = check_one(forged, &key);
        assert!(
            matches!(verdict, Verdict::Refused(_)),
            "{place} {bit}: {verdict:?}"
        );
    }
}

#[test]
fn one_bit_flipped_in_the_signature_is_refused() {
    let (packet, key) = good();
    let (payload, signature) = sections(&packet);
    let signature = base16ct::lower::decode_vec(signature).unwrap();
    for bit in 0..signature.len() * 8 {
        let mut flipped = signature.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let flipped = base16ct::lower::encode_string(&flipped);
        let verdict = check_one(format!(r#"OCMF|{payload}|{{"SD":"{flipped}"}}"#), &key);
        assert!(matches!(verdict, Verdict::Refused(_)), "{bit}: {verdict:?}");
    }
}

#[test]
fn one_bit_flipped_in_the_key_makes_it_another() {
    let (packet, key) = good();
    let der = base16ct::lower::decode_vec(&key).unwrap();
    for bit in 0..der.len() * 8 {
        let mut flipped = der.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let verdict = check_one(packet.clone(), &base16ct::lower::encode_string(&flipped));
        assert!(matches!(verdict, Verdict::Refused(_)), "{bit}: {verdict:?}");
    }
}

/// Any text, or the original with any text in it.
fn texts(original: String) -> impl Strategy<Value = String> {
    let places = any::<[prop::sample::Index; 2]>();
    let spliced = (places, any::<String>()).prop_map(move |(places, inserted)| {
        let mut text = original.clone();
        let [one, other] = places.map(|place| place.index(text.len()));
        text.replace_range(one.min(other)..one.max(other), &inserted);
        text
    });
    prop_oneof![any::<String>(), spliced]
}

proptest! {
    /// A mutation may be accepted only if it changes nothing, such as an added blank.
    #[test]
    fn no_text_panics_or_says_anything_else(
        packet in texts(good().0),
        key in texts(good().1),
    ) {
        let (original, original_key) = good();
        for (packet, key) in [(&packet, &key), (&packet, &original_key), (&original, &key)] {
            let verdict = check_one(packet.as_str(), key);
            let same = verdict == Verdict::Verified(29_500);
            prop_assert!(same || matches!(verdict, Verdict::Refused(_)));
        }
    }
}
