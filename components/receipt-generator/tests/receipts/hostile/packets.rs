//! Signed values chosen by an attacker.

use chargetap_contract::receipt::{Document, Format, Problem};

use crate::{body, documents::paid, json};

/// Texts that XML can hold, with all characters that have a meaning in it.
const PACKET: &str = "OCMF|{\"ID\":\"<a b='c'>&amp;&#10;]]></signedData>\\\",\u{202e}\u{feff}\u{200b}é充👩\",\r\n\t\r\
                      \"x\":  1}|{\"SD\":\"<!--\"}  ";

/// A paid receipt with these signed values.
fn with_packets(packets: &[&str], key: &str) -> Document {
    let mut document = paid();
    let measurement = document.measurement.as_mut().unwrap();
    measurement.packets = packets.iter().map(|it| (*it).to_owned()).collect();
    measurement.public_key = Some(key.to_owned());
    document
}

#[test]
fn packets_stay_character_for_character_in_json_and_in_the_signed_values_file() {
    let long = format!("OCMF|{}", "z<".repeat(5_120));
    let packets = [PACKET, &long, "", PACKET];
    let key = "<key attribute=\"1\">&\u{202e}";
    let document = with_packets(&packets, key);

    let measurement = &json(&document)["measurement"];
    assert_eq!(measurement["packets"], serde_json::json!(packets));
    assert_eq!(measurement["public_key"], key);

    let file = body(&document, Format::Ocmf, "en");
    let file = roxmltree::Document::parse(&file).unwrap();
    let texts = |name: &str| -> Vec<String> {
        let tags = file.descendants().filter(|it| it.has_tag_name(name));
        tags.map(|it| it.text().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(texts("signedData"), packets);
    assert_eq!(texts("publicKey"), ["<keyattribute=\"1\">&\u{202e}"; 4]);
    let contexts: Vec<_> = file
        .descendants()
        .filter(|it| it.has_tag_name("value"))
        .map(|it| it.attribute("context"))
        .collect();
    assert_eq!(
        contexts,
        [
            Some("Transaction.Begin"),
            None,
            None,
            Some("Transaction.End")
        ]
    );
}

#[test]
fn packets_are_neither_on_the_page_nor_in_the_lines() {
    let document = with_packets(&["<b>packet</b>\u{202e}"], "<b>key</b>");
    for format in [Format::Html, Format::Text(80)] {
        let body = body(&document, format, "en");
        assert!(!body.contains("packet") && !body.contains("b>key"));
        assert!(!body.contains('\u{202e}'));
    }
}

#[test]
fn what_no_xml_file_gives_back_is_in_no_signed_values_file() {
    // The characters that XML 1.0 excludes, and the controls that nobody should send.
    for character in [
        '\0', '\u{8}', '\u{b}', '\u{1f}', '\u{7f}', '\u{85}', '\u{fffe}', '\u{ffff}',
    ] {
        let hostile = format!("OCMF|{character}");
        for document in [
            with_packets(&[&hostile], "00"),
            with_packets(&["OCMF|"], &hostile),
        ] {
            let refused = receipt_generator::render(&document, Format::Ocmf, "en");
            assert_eq!(refused, Err(Problem::NotApplicable), "{character:?}");
            assert!(json(&document)["measurement"].to_string().len() > hostile.len());
        }
        let document = with_packets(&[&hostile], "00");
        assert_eq!(json(&document)["measurement"]["packets"][0], hostile);
    }
}
