//! Receipts as PDF and codes, as far as they can be looked at without a reader for them. The test
//! `peers` reads them.

use chargetap_contract::receipt::Document;

use crate::documents::{not_plugged_in, paid};

pub(crate) const LINK: &str = "https://charge.example/receipts/r_7Kq2-Xw9Zb4Tn6Vd1Hs8";

fn pdf(document: &Document, link: Option<&str>) -> Vec<u8> {
    receipt_generator::pdf(document, "en", link).unwrap()
}

fn count(pdf: &[u8], part: &str) -> usize {
    let windows = pdf.windows(part.len());
    windows.filter(|it| *it == part.as_bytes()).count()
}

#[track_caller]
fn has_pages(pdf: &[u8], expected: usize) {
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(pdf.ends_with(b"%%EOF"));
    assert_eq!(count(pdf, "/Type /Page\n"), expected);
}

#[test]
fn a_receipt_is_one_page() {
    has_pages(&pdf(&paid(), Some(LINK)), 1);
    has_pages(&pdf(&not_plugged_in(), None), 1);
}

#[test]
fn the_code_and_the_link_are_there_only_if_there_is_an_address() {
    let with = pdf(&paid(), Some(LINK));
    let without = pdf(&paid(), None);
    for (part, expected) in [("/S /Figure", 1), ("/Subtype /Link", 1), ("/S /Link", 1)] {
        assert_eq!(count(&with, part), expected, "{part}");
        assert_eq!(count(&without, part), 0, "{part}");
    }
}

#[test]
fn the_same_document_gives_the_same_file() {
    assert_eq!(pdf(&paid(), Some(LINK)), pdf(&paid(), Some(LINK)));
    assert_eq!(
        receipt_generator::qr_png(LINK),
        receipt_generator::qr_png(LINK)
    );
    let file = pdf(&paid(), Some(LINK));
    for clock_or_chance in ["/CreationDate", "/ModDate", "CreateDate", "/ID"] {
        assert_eq!(count(&file, clock_or_chance), 0, "{clock_or_chance}");
    }
}

#[test]
fn names_of_10_kilobytes_flow_over_pages() {
    for long in [
        "x".repeat(10_240),
        "word ".repeat(2_048),
        "充".repeat(3_413),
        "e\u{301}".repeat(3_413),
        "❤\u{fe0f}👩\u{200d}🔧".repeat(640),
    ] {
        let mut document = paid();
        document.site.name = long.clone();
        document.issuer.address = long;
        let file = pdf(&document, Some(LINK));
        assert!(count(&file, "/Type /Page\n") > 1);
    }
}

#[test]
fn every_character_of_unicode_is_written() {
    let mut characters = (char::MIN..=char::MAX).peekable();
    while characters.peek().is_some() {
        let mut document = paid();
        document.site.name = characters.by_ref().take(50_000).collect();
        assert!(pdf(&document, None).ends_with(b"%%EOF"));
    }
    let uncleaned = "\u{0}\u{7f}\u{ad}\u{202e}\u{feff}\u{fffe}\u{fffd} ()\\ \u{e000}";
    assert!(pdf(&paid(), Some(uncleaned)).ends_with(b"%%EOF"));
    assert!(pdf(&paid(), Some("")).ends_with(b"%%EOF"));
}

#[test]
fn what_does_not_fit_a_code_has_none_but_its_text() {
    // ISO/IEC 18004, table 7: version 40 with level M holds 2331 bytes.
    let (most, too_much) = ("é".repeat(1_165) + "x", "é".repeat(1_166));
    assert!(receipt_generator::qr_svg(&most).is_some());
    assert!(receipt_generator::qr_png(&most).is_some());
    assert_eq!(receipt_generator::qr_svg(&too_much), None);
    assert_eq!(receipt_generator::qr_png(&too_much), None);
    let file = pdf(&paid(), Some(&too_much));
    assert_eq!(count(&file, "/S /Figure"), 0);
    assert_eq!(count(&file, "/Subtype /Link"), 1);
}

#[test]
fn a_code_as_svg_says_its_text_and_runs_nothing() {
    let svg = receipt_generator::qr_svg("https://charge.example/?a=1&b=<script>\"").unwrap();
    let title = "<title>https://charge.example/?a=1&amp;b=&lt;script&gt;&quot;</title>";
    assert!(svg.contains(title), "{svg}");
    assert_eq!(svg.matches("<path").count(), 1);
    let rest = svg.replace(r#"xmlns="http://www.w3.org/2000/svg""#, "");
    let rest = rest.replace(title, "");
    for forbidden in ["http", "<script", "href", "url(", "style", " on"] {
        assert!(!rest.contains(forbidden), "{forbidden}");
    }
}
