//! Texts chosen by an attacker.

mod fields;
mod packets;

use base64ct::{Base64, Encoding};
use chargetap_contract::receipt::{Document, Format, Problem};
use fields::{CHECKED, FREE, Field, documents};
use sha2::{Digest, Sha256};
use unicode_width::UnicodeWidthStr;

use crate::{
    body,
    documents::{FORMATS, paid, samples},
    json,
};

/// The widths of a narrow printer, a usual one and a screen.
const WIDTHS: [u32; 3] = [20, 40, 80];

/// Puts a text into each free field of each document in turn, and checks the document. Fields that the
/// text is too long for are left out: such documents are refused.
fn plant(text: &str, check: impl Fn(&Field, &Document)) {
    let length = text.chars().count();
    for field in FREE.iter().filter(|it| length <= it.most) {
        let mut places = 0;
        for mut document in documents() {
            if let Some(place) = (field.of)(&mut document) {
                *place = format!("{}{text}", field.prefix);
                check(field, &document);
                places += 1;
            }
        }
        assert!(places > 0, "{} is in no document", field.place);
    }
}

/// The tags of a page, without the texts between them.
fn tags(page: &str) -> Vec<&str> {
    let tag = |after: &'_ str| after.split_once('>').map(|(tag, _)| tag.len());
    page.split('<')
        .skip(1)
        .map(|after| &after[..tag(after).unwrap()])
        .collect()
}

#[test]
fn markup_in_a_text_is_text_on_the_page() {
    let hostile = r#"<script>alert("1")</script> & "onload='x' </title></style>]]>"#;
    let escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &quot;onload='x' \
                   &lt;/title&gt;&lt;/style&gt;]]&gt;";
    let harmless = "harmless";
    plant(hostile, |field, document| {
        let mut with_harmless = document.clone();
        *(field.of)(&mut with_harmless).unwrap() = format!("{}{harmless}", field.prefix);
        let [page, other] = [document, &with_harmless].map(|it| body(it, Format::Html, "en"));
        assert_eq!(tags(&page), tags(&other), "{}", field.place);
        let shown = other.matches(harmless).count();
        assert!(shown > 0, "{} is not shown", field.place);
        assert_eq!(page.matches(escaped).count(), shown, "{}", field.place);
    });
}

#[test]
fn quotes_in_a_text_stay_inside_the_json() {
    let hostile = "\",\"captured\":0,\"x\":\"\\";
    plant(hostile, |field, document| {
        let mut receipt = json(document);
        let planted = receipt.pointer_mut(field.place).unwrap();
        assert_eq!(*planted, format!("{}{hostile}", field.prefix));
        *planted = "harmless".into();
        let mut harmless = document.clone();
        *(field.of)(&mut harmless).unwrap() = format!("{}harmless", field.prefix);
        let mut other = json(&harmless);
        *other.pointer_mut(field.place).unwrap() = "harmless".into();
        assert_eq!(receipt, other, "{}", field.place);
    });
}

#[test]
fn control_characters_and_bidirectional_marks_are_in_no_format() {
    let hostile =
        "A\u{202e}00.1\u{202c}\u{2066}\u{200f}\u{0}\u{7}\u{1b}[2J\u{9b}\u{7f}\r\n\tB\u{2028}C";
    let is_hidden = |it: char| {
        it != '\n' && it.is_control()
            || matches!(
                it,
                '\u{202e}' | '\u{202c}' | '\u{2066}' | '\u{200f}' | '\u{2028}'
            )
    };
    plant(hostile, |field, document| {
        let planted = json(document).pointer(field.place).cloned();
        assert_eq!(planted.unwrap(), format!("{}A00.1[2J B C", field.prefix));
        for format in [Format::Html, Format::Text(40), Format::Json] {
            let body = body(document, format, "en");
            assert!(
                !body.contains(is_hidden),
                "{} {format:?}: {body}",
                field.place
            );
        }
    });
}

#[test]
fn lines_stay_within_their_columns_whatever_the_texts_are() {
    for hostile in [
        "x".repeat(10_240),
        "word ".repeat(2_048),
        // Two columns each.
        "充".repeat(3_413),
        "e\u{301}".repeat(3_413),
        "❤\u{fe0f}👩\u{200d}🔧".repeat(640),
        "充".repeat(100),
        "x".to_owned(),
    ] {
        plant(&hostile, |field, document| {
            for width in WIDTHS {
                for line in body(document, Format::Text(width), "en").lines() {
                    let columns = u32::try_from(line.width()).unwrap();
                    assert!(
                        columns <= width,
                        "{}: {columns} columns: {line}",
                        field.place
                    );
                }
            }
        });
    }
}

#[test]
fn texts_of_10_kilobytes_are_written_whole_or_the_format_does_not_apply() {
    let long = "y".repeat(10_240);
    plant(&long, |field, document| {
        for it in FORMATS {
            let rendered = receipt_generator::render(document, it.format, "en");
            assert!(
                matches!(rendered, Ok(_) | Err(Problem::NotApplicable)),
                "{}",
                field.place
            );
        }
        assert!(body(document, Format::Json, "en").contains(&long));
        let page = body(document, Format::Html, "en");
        assert!(page.contains(&long), "{}", field.place);
        let lines = body(document, Format::Text(40), "en");
        assert!(lines.matches('y').count() >= long.len(), "{}", field.place);
    });
}

#[test]
fn what_has_a_form_of_its_own_is_refused_in_any_other() {
    for hostile in [
        "<script>alert(1)</script>",
        "\",\"x\":\"",
        "\u{202e}12345678",
        "1234567\u{0}",
        "1234567\n",
        &"A".repeat(10_240),
    ] {
        for field in CHECKED {
            for mut document in documents() {
                let Some(place) = (field.of)(&mut document) else {
                    continue;
                };
                *place = format!("{}{hostile}", field.prefix);
                for it in FORMATS {
                    let refused =
                        receipt_generator::render(&document, it.format, "en").unwrap_err();
                    assert_ne!(
                        refused,
                        Problem::NotApplicable,
                        "{} {}",
                        field.place,
                        it.name
                    );
                }
            }
        }
    }
}

#[test]
fn the_page_loads_nothing_and_runs_nothing() {
    for (kind, document) in samples() {
        let page = body(&document, Format::Html, "en");
        for forbidden in ["url(", "@import"] {
            assert!(!page.contains(forbidden), "{kind}: {forbidden}");
        }
        for tag in tags(&page) {
            let name = tag.split(' ').next().unwrap();
            assert!(
                !matches!(name, "script" | "iframe" | "object" | "embed"),
                "{kind}: {tag}"
            );
            let attributes = tag.split('"').step_by(2);
            for attribute in attributes {
                assert!(!attribute.trim_start().starts_with("on"), "{kind}: {tag}");
            }
            let addresses = [" href=\"", " src=\""]
                .iter()
                .filter_map(|it| tag.split_once(it));
            for (_, address) in addresses {
                let is_own = address.starts_with(&document.id) || address.starts_with("data:");
                assert!(is_own, "{kind}: {tag}");
            }
        }
    }
}

#[test]
fn the_page_takes_no_other_style_than_its_own() {
    let page = body(&paid(), Format::Html, "en");
    let between = |from: &str, to: &str| page.split_once(from).unwrap().1.split_once(to).unwrap().0;
    let digest = Sha256::digest(between("<style>", "</style>"));
    let digest = Base64::encode_string(&digest);
    let policy = between("\"Content-Security-Policy\" content=\"", "\"");
    assert!(
        policy.contains(&format!("style-src 'sha256-{digest}';")),
        "{digest} is not in {policy}"
    );
    assert!(!policy.contains("unsafe"), "{policy}");
    for tag in tags(&page) {
        assert!(!tag.contains(" style="), "{tag}");
    }
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for (kind, document) in samples() {
        for it in FORMATS {
            let render = || receipt_generator::render(&document, it.format, "en");
            assert_eq!(render(), render(), "{kind} {}", it.name);
        }
    }
}
