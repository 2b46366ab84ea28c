//! Texts that somebody chose with ill intent.

use chargetap_contract::receipt::{Document, Format};

use crate::{
    body,
    documents::{not_plugged_in, paid},
};

/// Every free text of a document.
const FIELDS: [fn(&mut Document) -> &mut String; 9] = [
    |it| &mut it.issuer.name,
    |it| &mut it.issuer.address,
    |it| &mut it.issuer.vat_number,
    |it| &mut it.issuer.contact,
    |it| &mut it.site.name,
    |it| &mut it.site.address,
    |it| &mut it.summary.session,
    |it| &mut it.summary.terminal,
    |it| &mut it.summary.evse,
];

/// Renders with a text planted in each field in turn, and hands every result over.
fn plant(text: &str, format: Format, check: impl Fn(&str)) {
    for document in [paid(), not_plugged_in()] {
        for field in FIELDS {
            for locale in ["en", "sv"] {
                let mut document = document.clone();
                text.clone_into(field(&mut document));
                check(&body(&document, format, locale));
            }
        }
    }
}

#[test]
fn markup_in_a_name_is_text_on_the_page() {
    let hostile = r#"<script>alert("1")</script> & "onload='x' </title></style>"#;
    plant(hostile, Format::Html, |page| {
        assert!(!page.contains("<script"));
        assert!(!page.contains("\"onload"));
        assert_eq!(page.matches("</title>").count(), 1);
        assert_eq!(page.matches("</style>").count(), 1);
        assert!(page.contains(
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &quot;onload='x' \
             &lt;/title&gt;&lt;/style&gt;"
        ));
    });
}

#[test]
fn quotes_in_a_name_stay_inside_the_json() {
    let hostile = "\",\"captured\":0,\"x\":\"\\";
    plant(hostile, Format::Json, |json| {
        let value: serde_json::Value = serde_json::from_str(json).unwrap();
        assert!(value.get("x").is_none());
        assert!(json.contains(r#"\",\"captured\":0,\"x\":\"\\"#));
    });
}

#[test]
fn control_characters_and_bidirectional_marks_are_in_no_format() {
    let hostile =
        "A\u{202e}00.1\u{202c}\u{2066}\u{200f}\u{0}\u{7}\u{1b}[2J\u{9b}\u{7f}\r\n\tB\u{2028}C";
    for format in [Format::Html, Format::Text, Format::Json] {
        plant(hostile, format, |body| {
            assert!(body.contains("A00.1[2J B C"), "{body}");
            assert!(body.chars().all(|it| it == '\n' || !it.is_control()));
            assert!(!body.contains(['\u{202e}', '\u{202c}', '\u{2066}', '\u{200f}', '\u{2028}']));
        });
    }
}

#[test]
fn lines_stay_within_40_columns_whatever_the_names_are() {
    for hostile in [
        "x".repeat(10_240),
        "word ".repeat(2_048),
        // Two columns each.
        "充".repeat(3_413),
        "e\u{301}".repeat(3_413),
        "❤\u{fe0f}👩\u{200d}🔧".repeat(640),
        String::new(),
    ] {
        plant(&hostile, Format::Text, |text| {
            for line in text.lines() {
                let columns = unicode_width::UnicodeWidthStr::width(line);
                assert!(columns <= 40, "{columns} columns: {line}");
            }
        });
    }
}

#[test]
fn names_of_10_kilobytes_are_rendered_whole() {
    let long = "y".repeat(10_240);
    plant(&long, Format::Html, |page| assert!(page.contains(&long)));
    plant(&long, Format::Json, |json| assert!(json.contains(&long)));
    plant(&long, Format::Text, |text| {
        assert!(text.matches('y').count() >= long.len());
    });
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    let page = body(&paid(), Format::Html, "en");
    for forbidden in [
        "<script", "http:", "https:", "//", "url(", "@import", "<img", " src=", " on",
    ] {
        let outside_of_texts = page.replace("on the", "").replace(" once", "");
        assert!(!outside_of_texts.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for format in [Format::Html, Format::Text, Format::Json] {
        assert_eq!(body(&paid(), format, "sv"), body(&paid(), format, "sv"));
    }
}
