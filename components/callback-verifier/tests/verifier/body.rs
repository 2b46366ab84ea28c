//! The events of Payter's bodies.

use chargetap_contract::terminal::{Card, CardReference, CardScheme, TerminalEvent};

use super::*;

fn card_of(verifier: &Verifier, body: &str) -> Card {
    let segment = verifier.mint(ENDPOINT, &capability()).unwrap();
    match terminal_event(verify_with(verifier, &request(&segment, body))) {
        TerminalEvent::CardRead(read) => read.card,
        other => panic!("{other:?}"),
    }
}

/// The payment that a session callback names.
fn payment_of(body: &str) -> Option<String> {
    match terminal_event(verify(BY_NEW_KEY, body)) {
        TerminalEvent::PaymentHint(hint) => hint.payment,
        other => panic!("{other:?}"),
    }
}

fn dedupe_key(segment: &str, body: &str) -> String {
    verify(segment, body).unwrap().dedupe_key.unwrap()
}

#[test]
fn a_body_of_64_kibibytes_is_read() {
    let padding = " ".repeat(65_536 - CARD.len());
    assert!(verify(BY_NEW_KEY, format!("{CARD}{padding}")).is_ok());
    assert_eq!(
        verify(BY_NEW_KEY, format!("{CARD}{padding} ")),
        Err(Rejection::TooLarge(65_536))
    );
}

#[test]
fn a_card_callback_becomes_a_card_read() {
    let TerminalEvent::CardRead(read) = terminal_event(verify(BY_NEW_KEY, CARD)) else {
        panic!("not a card read");
    };
    assert_eq!((read.terminal.as_str(), read.read.as_str()), (SERIAL, READ));
    assert_eq!(read.card.scheme, CardScheme::Visa);
    assert_eq!(read.card.last_four, Some(42));
}

#[test]
fn a_card_without_aid_and_masked_number_has_only_its_reference() {
    let card = card_of(
        &verifier(),
        r#"{"serialNumber":"P6X-2024.0001","cardId":"c4a760a8-card"}"#,
    );
    assert_eq!((card.scheme, card.last_four), (CardScheme::Unknown, None));
    assert_eq!(card.reference, card_of(&verifier(), CARD).reference);
}

#[test]
fn the_reference_is_made_by_a_key_derived_from_the_last_key() {
    // d = hmac(key, b"chargetap/card-reference-key/v1")
    // hmac(d, b"chargetap/card-reference/v1\n" + b"c4a760a8-card")[:16], as two big-endian halves
    let reference = |keys| card_of(&with_keys(keys), CARD).reference;
    let by_new_key = CardReference {
        high: 0x933e_6e1e_64a6_4149,
        low: 0x0377_a391_e194_73d8,
    };
    let by_old_key = CardReference {
        high: 0x2f89_9eb3_ce0c_4df0,
        low: 0xb645_ccf2_ff5b_5791,
    };
    assert_eq!(reference(vec![new_key()]), by_new_key);
    assert_eq!(reference(vec![old_key()]), by_old_key);
    assert_eq!(reference(vec![new_key(), old_key()]), by_old_key);
}

#[test]
fn a_card_keeps_its_reference_while_a_new_key_is_rotated_in() {
    let before = with_keys(vec![old_key()]);
    let stop = |segment: &str| match terminal_event(verify(segment, CARD)) {
        TerminalEvent::CardRead(read) => read.card.reference,
        other => panic!("{other:?}"),
    };
    let start = card_of(&before, CARD).reference;
    assert_eq!(stop(BY_OLD_KEY), start);
    assert_eq!(stop(BY_NEW_KEY), start);
}

#[test]
fn another_card_has_another_reference() {
    let other = CARD.replace("c4a760a8-card", "c4a760a8-carD");
    assert_ne!(
        card_of(&verifier(), CARD).reference,
        card_of(&verifier(), &other).reference
    );
}

#[test]
fn a_session_callback_becomes_a_payment_hint() {
    let TerminalEvent::PaymentHint(hint) = terminal_event(verify(BY_NEW_KEY, SESSION)) else {
        panic!("not a payment hint");
    };
    assert_eq!((hint.terminal.as_str(), hint.read.as_str()), (SERIAL, READ));
    assert_eq!(hint.payment.as_deref(), Some("s-77"));
}

#[test]
fn an_id_that_is_missing_or_has_no_ids_form_leaves_a_hint_without_payment() {
    assert_eq!(
        payment_of(r#"{"session":{"serialNumber":"P6X-2024.0001"}}"#),
        None
    );
    for id in [
        "12",
        "null",
        "[\"s-77\"]",
        "\"\"",
        "\"s 77\"",
        "\"s\\u000077\"",
        "\"s/77\"",
    ] {
        assert_eq!(payment_of(&SESSION.replace("\"s-77\"", id)), None, "{id}");
    }
    let longest = "s".repeat(64);
    assert_eq!(
        payment_of(&SESSION.replace("s-77", &longest)),
        Some(longest.clone())
    );
    assert_eq!(
        payment_of(&SESSION.replace("s-77", &format!("{longest}s"))),
        None
    );
}

#[test]
fn the_body_must_name_the_terminal_of_the_capability() {
    let other_card = CARD.replace("p6x-2024.0001", "P6X-2024.0002");
    let other_session = SESSION.replace("P6X-2024.0001", "P6X-2024.0002");
    assert_eq!(
        verify(BY_NEW_KEY, other_card),
        Err(Rejection::WrongTerminal)
    );
    assert_eq!(
        verify(BY_NEW_KEY, other_session),
        Err(Rejection::WrongTerminal)
    );
}

#[test]
fn what_was_chosen_on_the_screen_becomes_a_screen_answer() {
    let TerminalEvent::ScreenAnswer(answer) = terminal_event(verify(BY_NEW_KEY, SCREEN)) else {
        panic!("not a screen answer");
    };
    assert_eq!(answer.terminal, SERIAL);
    assert_eq!(answer.screen, READ);
    assert_eq!(answer.choice, "option1");
}

#[test]
fn an_answer_to_another_screen_or_without_a_choice_is_refused() {
    for (from, to) in [
        (READ, "01HZX3K9QT7V5M2N8R4C"),
        ("\"option1\"", "1"),
        ("\"option1\"", "\"\""),
        ("option1", "<b>1</b>"),
        ("option1", "4111111111111111"),
    ] {
        let refused = verify(BY_NEW_KEY, SCREEN.replace(from, to));
        assert!(matches!(refused, Err(Rejection::MalformedBody(_))), "{to}");
    }
    let other = SCREEN.replace(SERIAL, "P6X-2024.0002");
    assert_eq!(verify(BY_NEW_KEY, other), Err(Rejection::WrongTerminal));
}

#[test]
fn well_formed_bodies_of_other_kinds_are_unknown() {
    for body in [
        r#"{"serialNumber":"P6X-2024.0001","online":true,"state":"IDLE"}"#,
        r#"{"session":"s-77"}"#,
        "{}",
        "[]",
        "null",
        "\"cardId\"",
    ] {
        assert_eq!(
            verify(BY_NEW_KEY, body),
            Err(Rejection::UnknownEvent),
            "{body}"
        );
    }
}

#[test]
fn a_malformed_body_is_placed_and_not_quoted() {
    let place = |body: &str| match verify(BY_NEW_KEY, body) {
        Err(Rejection::MalformedBody(place)) => place,
        other => panic!("{other:?}"),
    };
    let no_serial = r#"{"cardId":"x","serialNumber":7}"#;
    let no_card = r#"{"cardId":"","serialNumber":"P6X-2024.0001"}"#;
    assert_eq!(place(""), "not JSON at line 1 column 0");
    assert_eq!(
        place("{\n\"cardId\": secret}"),
        "not JSON at line 2 column 11"
    );
    assert_eq!(place(no_serial), "/serialNumber is not a text");
    assert_eq!(place(no_card), "/cardId is not a text");
    assert_eq!(
        place(r#"{"session":{}}"#),
        "/session/serialNumber is not a text"
    );
}

#[test]
fn a_body_may_nest_16_levels_and_no_more() {
    let nested = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        CARD.replace("\"sessions\":[]", &format!("\"sessions\":{open}{close}"))
    };
    assert!(verify(BY_NEW_KEY, nested(15)).is_ok());
    assert_eq!(verify(BY_NEW_KEY, nested(16)), Err(Rejection::TooDeep(16)));
    assert_eq!(
        verify(BY_NEW_KEY, "[".repeat(60_000)),
        Err(Rejection::TooDeep(16))
    );
}

#[test]
fn the_dedupe_key_is_the_keyed_hash_of_kind_read_and_canonical_body() {
    // key = hmac.digest(old_key, b"chargetap/dedupe-key/v1", "sha256")
    // hmac.digest(key, b"card\n" + read + b"\n" + canonical(body).encode(), "sha256").hex(), with
    // `canonical` of tests/vectors/capability_url.py
    assert_eq!(
        dedupe_key(BY_NEW_KEY, CARD),
        "ab5ce45625ddc5fd9887af00171f6c3b0edc1d1c9a22c3a8a806714b66ef058b"
    );
    assert_eq!(
        dedupe_key(BY_NEW_KEY, SESSION),
        "a43c925c8636a5aa9573dc9dce08e63913ae2fa23d3456730e32fa4227eeeaec"
    );
}

#[test]
fn a_repeat_has_the_same_dedupe_key_however_it_is_written() {
    let rewritten = "{ \"error\" : null ,\r\n \"session\":\t{\"sessionId\":\"s\\u002d77\",
        \"serialNumber\":\"P6X-2024.0001\"} }";
    assert_eq!(
        dedupe_key(BY_NEW_KEY, rewritten),
        dedupe_key(BY_NEW_KEY, SESSION)
    );
    assert_eq!(
        dedupe_key(BY_OLD_KEY, SESSION),
        dedupe_key(BY_NEW_KEY, SESSION)
    );
}

#[test]
fn other_content_or_another_read_has_another_dedupe_key() {
    let other_read = mint(&Capability {
        read: "B".to_owned(),
        ..capability()
    });
    let failed = SESSION.replace("null", "\"DECLINED\"");
    assert_ne!(
        dedupe_key(&other_read, SESSION),
        dedupe_key(BY_NEW_KEY, SESSION)
    );
    assert_ne!(
        dedupe_key(BY_NEW_KEY, &failed),
        dedupe_key(BY_NEW_KEY, SESSION)
    );
}
