//! Receipts as PDF and QR codes, as far as they can be checked without a reader. The test `peers`
//! reads them.

use chargetap_contract::receipt::{Document, Format, NothingTakenReason, Problem};

use crate::documents::{nothing_taken, paid};

const LINK: &str = "https://charge.example/receipts/r_7Kq2-Xw9Zb4Tn6Vd1Hs8";

fn render(document: &Document, link: Option<&str>, format: Format) -> Result<Vec<u8>, Problem> {
    let link = link.map(str::to_owned);
    let document = Document {
        link,
        ..document.clone()
    };
    receipt_generator::render(&document, format, "en").map(|rendered| rendered.body)
}

fn pdf(document: &Document, link: Option<&str>) -> Vec<u8> {
    render(document, link, Format::Pdf).unwrap()
}

fn code(link: &str, format: Format) -> Option<Vec<u8>> {
    match render(&paid(), Some(link), format) {
        Ok(code) => Some(code),
        Err(problem) => {
            assert_eq!(problem, Problem::NotApplicable);
            None
        }
    }
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
    let nothing = nothing_taken::because(NothingTakenReason::NotPluggedIn);
    has_pages(&pdf(&nothing, None), 1);
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
    assert_eq!(code(LINK, Format::QrPng), code(LINK, Format::QrPng));
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
    let odd = "https://\u{fffe}\u{fffd} ()\\ \u{e000}";
    assert!(pdf(&paid(), Some(odd)).ends_with(b"%%EOF"));
}

#[test]
fn what_does_not_fit_a_code_has_none_but_its_text() {
    // ISO/IEC 18004, table 7: version 40 with level M holds 2331 bytes.
    let scheme = "https://";
    let most = format!("{scheme}{}x", "é".repeat(1_161));
    let too_much = format!("{scheme}{}", "é".repeat(1_162));
    for format in [Format::QrSvg, Format::QrPng] {
        assert!(code(&most, format).is_some());
        assert!(code(&too_much, format).is_none());
        assert_eq!(render(&paid(), None, format), Err(Problem::NotApplicable));
    }
    let file = pdf(&paid(), Some(&too_much));
    assert_eq!(count(&file, "/S /Figure"), 0);
    assert_eq!(count(&file, "/Subtype /Link"), 1);
}

#[test]
fn a_code_as_svg_says_its_text_and_runs_nothing() {
    let svg = code("https://charge.example/?a=1&b=<script>\"", Format::QrSvg).unwrap();
    let svg = String::from_utf8(svg).unwrap();
    let title = "<title>https://charge.example/?a=1&amp;b=&lt;script&gt;&quot;</title>";
    assert!(svg.contains(title), "{svg}");
    assert_eq!(svg.matches("<path").count(), 1);
    let rest = svg.replace(r#"xmlns="http://www.w3.org/2000/svg""#, "");
    let rest = rest.replace(title, "");
    for forbidden in ["http", "<script", "href", "url(", "style", " on"] {
        assert!(!rest.contains(forbidden), "{forbidden}");
    }
}
