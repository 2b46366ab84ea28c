//! What terminals say.

mod messages;

use std::collections::BTreeSet;

use chargetap_contract::{
    LANGUAGES,
    money::Money,
    receipt::Problem,
    screen::{Message, Outcome},
};
use receipt_generator::screen_text;

use messages::{euros, free, notice, quote};

pub(crate) use messages::screens;

fn said(message: &Message, language: &str) -> String {
    screen_text(message, language).unwrap()
}

#[test]
fn the_languages_are_those_of_the_contract() {
    let languages: Vec<_> = receipt_generator::languages().collect();
    assert_eq!(languages, LANGUAGES);
}

#[test]
fn a_quote_tells_every_price_and_what_is_reserved() {
    let quote = Message::Offer(quote());
    assert_eq!(
        said(&quote, "en"),
        "€0.49/kWh, depending on power €0.69/kWh, later up to €0.55/kWh, €0.05/min after 120 min, \
         €1.00 per session, €0.10/min while not charging, at least €2.00, hold €50.00. Show your card."
    );
    assert_eq!(
        said(&quote, "de"),
        "0,49 €/kWh, je nach Leistung 0,69 €/kWh, später bis zu 0,55 €/kWh, 0,05 €/min nach 120 min, \
         1,00 € pro Ladevorgang, 0,10 €/min, wenn nicht geladen wird, mindestens 2,00 €, reserviert \
         werden 50,00 €. Karte vorhalten."
    );
}

#[test]
fn what_costs_nothing_is_free_and_a_sentence_begins_with_a_capital_letter() {
    let quote = Message::Offer(free("SEK", 10_000));
    assert_eq!(
        said(&quote, "sv"),
        "Gratis, reserveras 100,00 kr. Visa ditt kort."
    );
}

#[test]
fn the_receipt_says_what_was_paid_where_it_is_and_by_which_code() {
    let paid = |recalled| Message::Receipt(notice(Outcome::Paid(euros(465)), recalled));
    assert_eq!(
        said(&paid(false), "en"),
        "Paid: €4.65. Receipt: laddning.example/receipts, code K7Q2-XW9Z."
    );
    assert_eq!(
        said(&paid(true), "en"),
        "Paid: €4.65. Receipt: laddning.example/receipts, code K7Q2-XW9Z. To charge again, show the \
         card once more."
    );
}

#[test]
fn every_language_says_something_of_its_own_in_one_line_without_special_spaces() {
    for (name, message) in screens() {
        let said: BTreeSet<_> = LANGUAGES.iter().map(|it| said(&message, it)).collect();
        for text in &said {
            assert!(!text.is_empty() && text.trim() == text, "{name}: {text:?}");
            assert!(
                !text.contains(|it: char| it.is_control() || (it.is_whitespace() && it != ' ')),
                "{name}: {text:?}"
            );
        }
        // Some languages write amounts alike, and sisters have some words in common.
        let least = if name == "amount" { 3 } else { 20 };
        assert!(said.len() >= least, "{name}: {said:?}");
    }
}

#[test]
fn a_label_cannot_hide_what_a_button_does() {
    let button = Message::StopAt("A\u{202e}\n\u{7}".to_owned());
    assert_eq!(said(&button, "en"), "Stop A");
}

#[test]
fn a_language_or_a_currency_that_is_not_known_is_refused() {
    assert_eq!(
        screen_text(&Message::Stop, "xx"),
        Err(Problem::UnknownLocale("xx".to_owned()))
    );
    let unknown = Money {
        amount: 1,
        currency: "XXY".to_owned(),
    };
    assert_eq!(
        screen_text(&Message::Amount(unknown), "en"),
        Err(Problem::UnknownCurrency("XXY".to_owned()))
    );
}
