//! What never gets out.

use super::*;

#[test]
fn no_planted_card_number_gets_out() {
    let canaries = [
        "4111111111111111",
        "4111-1111-1111-1111",
        "x4111111111111111",
        ";4111111111111111=25121010000000000000?",
        "%B4111111111111111^DOE/JANE^25121010000000000000?",
        "\\u0034111111111111111",
    ];
    let fields = [
        "p6x-2024.0001",
        "P6X-2024.0001",
        "CONTACTLESS",
        "A0000000031010",
        "c4a760a8-card",
        "************0042",
        "[]",
        "s-77",
        "null",
        "serialNumber",
        "sessionId",
        "cardId",
        "session",
        "maskedPan",
        "option1",
        "}",
    ];
    for canary in canaries {
        for (body, field) in fields
            .iter()
            .flat_map(|field| [CARD, SESSION, SCREEN].map(|body| (body, field)))
        {
            for planted in [canary.to_owned(), format!("\"{canary}\"")] {
                let body = body.replace(field, &planted);
                let result = format!("{:?}", verify(BY_NEW_KEY, body.clone()));
                assert!(!hides_card_number(&result), "{body} gave {result}");
            }
        }
        let forged = BY_NEW_KEY.replace(READ, canary);
        assert!(!hides_card_number(&format!("{:?}", verify(&forged, CARD))));
    }
}

/// The digits alone, so that no grouping helps a card number to pass.
fn hides_card_number(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.contains("4111111111111111") || text.contains("DOE/JANE")
}
