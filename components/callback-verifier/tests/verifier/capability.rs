//! Keys, the path segment, and the order of the checks.

use callback_verifier::Verifier;
use chargetap_contract::callback::{Capability, Rejection, Request};
use proptest::{prop_assert, proptest, sample::Index};

use super::*;

#[test]
fn the_first_key_mints() {
    assert_eq!(mint(&capability()), BY_NEW_KEY);
    let reversed = with_keys(vec![old_key(), new_key()]);
    assert_eq!(reversed.mint(ENDPOINT, &capability()).unwrap(), BY_OLD_KEY);
}

#[test]
fn minting_writes_the_serial_number_in_upper_case() {
    let lower = Capability {
        terminal: SERIAL.to_lowercase(),
        ..capability()
    };
    assert_eq!(mint(&lower), BY_NEW_KEY);
}

#[test]
fn a_capability_without_the_right_form_is_not_minted() {
    for (terminal, read) in [
        ("A~B", READ),
        ("A\nB", READ),
        ("", READ),
        ("SÉRIAL", READ),
        (SERIAL, ""),
        (SERIAL, "lower"),
        (SERIAL, "012345678901234567890"),
        (&"A".repeat(121), READ),
    ] {
        let malformed = Capability {
            terminal: terminal.to_owned(),
            read: read.to_owned(),
            expires_at: EXPIRES_AT,
        };
        assert_eq!(verifier().mint(ENDPOINT, &malformed), None);
    }
}

#[test]
fn the_widest_fields_pass() {
    let widest = Capability {
        terminal: "Z".repeat(120),
        read: "9".repeat(20),
        expires_at: u64::MAX,
    };
    let body = CARD.replace("p6x-2024.0001", &widest.terminal);
    let segment = mint(&widest);
    assert!(verify(&segment, body).is_ok());
}

#[test]
fn every_key_verifies_and_is_named() {
    assert_eq!(verify(BY_NEW_KEY, CARD).unwrap().key_id, "2025-06");
    assert_eq!(verify(BY_OLD_KEY, CARD).unwrap().key_id, "2025-01");
}

#[test]
fn a_key_that_was_removed_verifies_nothing() {
    let verifier = with_keys(vec![new_key()]);
    assert_eq!(
        verify_with(&verifier, &request(BY_OLD_KEY, CARD)),
        Err(Rejection::Mismatch)
    );
}

#[test]
fn a_mac_without_purpose_and_version_is_a_mismatch() {
    assert_eq!(verify(WITHOUT_PURPOSE, CARD), Err(Rejection::Mismatch));
}

#[test]
fn a_segment_that_minting_does_not_spell_so_is_malformed() {
    for segment in [
        "",
        "~~~",
        "P6X-2024.0001",
        &BY_NEW_KEY.to_lowercase(),
        &BY_NEW_KEY.replace("~1750", "~01750"),
        &BY_NEW_KEY.replace("~1750", "~+1750"),
        &BY_NEW_KEY.replace("~1750000000000~", "~~"),
        &BY_NEW_KEY.replace("1750000000000", "18446744073709551616"),
        &format!("{BY_NEW_KEY}="),
        &format!("{BY_NEW_KEY}~"),
        &format!(" {BY_NEW_KEY}"),
        // The last character of 43 carries two bits that encode nothing: `Y` without, `Z` with.
        &BY_NEW_KEY.replace("6rY", "6rZ"),
        &BY_NEW_KEY.replace("6rY", ""),
        &"A".repeat(100_000),
    ] {
        assert_eq!(
            verify(segment, CARD),
            Err(Rejection::MalformedCapability),
            "{segment}"
        );
    }
}

proptest! {
    #[test]
    fn a_segment_with_any_one_bit_flipped_is_refused(place: Index, bit in 0_u32..8) {
        let mut bytes = BY_NEW_KEY.as_bytes().to_vec();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        // A byte above 127 is no UTF-8 here, and cannot reach the verifier at all.
        if let Ok(segment) = String::from_utf8(bytes) {
            let refused = matches!(
                verify(&segment, CARD),
                Err(Rejection::MalformedCapability | Rejection::Mismatch)
            );
            prop_assert!(refused, "{segment}");
        }
    }

    #[test]
    fn no_segment_and_no_body_panics(segment: String, body: Vec<u8>) {
        prop_assert!(verify(&segment, body.clone()).is_err());
        prop_assert!(verify(BY_NEW_KEY, body).is_err());
    }
}

#[test]
fn a_forged_capability_still_names_a_terminal_unless_it_could_be_a_card() {
    let claimed = |segment: &str| Verifier::claimed_terminal(segment);
    assert_eq!(claimed(BY_NEW_KEY).as_deref(), Some(SERIAL));
    assert_eq!(claimed(WITHOUT_PURPOSE).as_deref(), Some(SERIAL));
    assert_eq!(
        claimed(&BY_NEW_KEY.replace(SERIAL, "4111111111111111")),
        None
    );
    let state = verifier().mint_state_webhook(ENDPOINT, EXPIRES_AT);
    assert_eq!(claimed(&state.unwrap()), None);
    assert_eq!(claimed(SERIAL), None);
}

#[test]
fn a_capability_is_stale_from_its_expiry_on() {
    let arrives_at = |received_at| {
        let request = Request {
            received_at: Some(received_at),
            ..request(BY_NEW_KEY, CARD)
        };
        verify_with(&verifier(), &request)
    };
    assert!(arrives_at(EXPIRES_AT - 1).is_ok());
    assert_eq!(arrives_at(EXPIRES_AT), Err(Rejection::Stale(0)));
    assert_eq!(arrives_at(EXPIRES_AT + 1), Err(Rejection::Stale(1)));
    assert_eq!(arrives_at(EXPIRES_AT + 1001), Err(Rejection::Stale(2)));
    assert_eq!(arrives_at(u64::MAX), Err(Rejection::Stale(u32::MAX)));
}

#[test]
fn the_checks_run_from_size_over_form_mac_and_expiry_to_the_body() {
    let late = |segment: &str, body: Vec<u8>| {
        let request = Request {
            received_at: Some(EXPIRES_AT),
            ..request(segment, body)
        };
        verify_with(&verifier(), &request)
    };
    let oversized = vec![b' '; 65_537];
    let bad_body = b"{".to_vec();
    assert_eq!(
        late("malformed", oversized),
        Err(Rejection::TooLarge(65_536))
    );
    assert_eq!(
        late("malformed", bad_body.clone()),
        Err(Rejection::MalformedCapability)
    );
    assert_eq!(
        late(WITHOUT_PURPOSE, bad_body.clone()),
        Err(Rejection::Mismatch)
    );
    assert_eq!(late(BY_NEW_KEY, bad_body.clone()), Err(Rejection::Stale(0)));
    assert!(matches!(
        verify(BY_NEW_KEY, bad_body),
        Err(Rejection::MalformedBody(_))
    ));
}
