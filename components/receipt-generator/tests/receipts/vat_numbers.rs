//! VAT numbers of buyers, against the judgement of python-stdnum: see `tests/vectors/vat_numbers.py`.

use std::collections::BTreeSet;

use chargetap_contract::receipt::{Document, Format, Problem, Subject};
use serde::Deserialize;

use crate::{documents::invoice, json};

/// A valid number, and which of its changes by one digit are valid as well.
#[derive(Deserialize)]
struct Vector {
    number: String,
    valid_changes: BTreeSet<String>,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("../vectors/vat_numbers.json")).unwrap()
}

/// Whether an invoice is made out to a buyer with this number.
fn is_accepted(number: &str) -> bool {
    match receipt_generator::render(&with_number(number), Format::Json, "en") {
        Ok(_) => true,
        Err(Problem::Inconsistent(text)) if text == "the buyer's VAT number is not one" => false,
        Err(problem) => panic!("{problem:?}"),
    }
}

fn with_number(number: &str) -> Document {
    let mut document = invoice();
    let Subject::Invoice(invoice) = &mut document.subject else {
        panic!("{:?} is no invoice", document.subject);
    };
    number.clone_into(&mut invoice.buyer.vat_number);
    document
}

/// With each digit replaced by each other one.
fn changes(number: &str) -> Vec<String> {
    let mut changes = vec![];
    for (place, digit) in number.char_indices().filter(|(_, it)| it.is_ascii_digit()) {
        for other in ('0'..='9').filter(|it| *it != digit) {
            let mut changed = number.to_owned();
            changed.replace_range(place..=place, &other.to_string());
            changes.push(changed);
        }
    }
    changes
}

#[test]
fn published_numbers_of_every_member_state_are_accepted() {
    let numbers: Vec<_> = vectors().into_iter().map(|it| it.number).collect();
    let refused: Vec<_> = numbers.iter().filter(|it| !is_accepted(it)).collect();
    assert!(refused.is_empty(), "{refused:?}");
    let prefixes: BTreeSet<_> = numbers.iter().map(|it| it[..2].to_uppercase()).collect();
    let expected = "AT BE BG CH CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LT LU LV MT NL NO PL PT RO SE SI \
                    SK XI";
    assert_eq!(prefixes.into_iter().collect::<Vec<_>>().join(" "), expected);
}

/// Numbers that python-stdnum refuses and the generator's library accepts. The last two digits
/// count the businesses of one owner, from 01, so 00 is wrong.
const TOLERATED: [&str; 1] = ["NL004495445B00"];

#[test]
fn a_wrong_digit_is_found_where_the_check_digits_can_tell() {
    let mut differences = vec![];
    for vector in vectors() {
        for changed in changes(&vector.number) {
            let is_valid =
                vector.valid_changes.contains(&changed) || TOLERATED.contains(&changed.as_str());
            if is_accepted(&changed) != is_valid {
                differences.push(changed);
            }
        }
    }
    assert!(differences.is_empty(), "{differences:?}");
}

#[test]
fn what_has_another_prefix_or_none_or_two_is_refused() {
    for number in [
        "",
        "D",
        "DE",
        "136695976",
        "US136695976",
        "GR094259216",
        "DEDE136695976",
        "DE DE136695976",
        "ATATU13585627",
        "FRFR40303265045",
        "É136695976",
        "DE１３６６９５９７６",
        "DE136695976<b>",
    ] {
        assert!(!is_accepted(number), "{number:?}");
    }
}

#[test]
fn what_cannot_be_seen_in_a_number_does_not_matter_and_is_not_printed() {
    let pasted = with_number("\u{202a}DE\u{a0}136\u{200b}695\u{a0}976\u{202c}\n");
    assert_eq!(json(&pasted)["buyer"]["vat_number"], "DE 136695 976");
}
