//! Texts as PostgreSQL can store them.

use std::borrow::Cow;

/// The character U+0000 in JSON.
const ESCAPED_NUL: &str = "\\u0000";

/// A text without the character U+0000, which PostgreSQL takes neither in a text nor in JSON. Whoever sends it means
/// nothing by it, and what it belongs to counts all the same.
#[must_use]
pub fn storable(text: &str) -> Cow<'_, str> {
    let text = match text.contains('\0') {
        true => Cow::Owned(text.replace('\0', "")),
        false => Cow::Borrowed(text),
    };
    let is_json = text.starts_with(['{', '[']);
    match is_json && text.contains(ESCAPED_NUL) {
        true => Cow::Owned(without_escaped(&text)),
        false => text,
    }
}

/// A JSON document without it. A backslash begins an escape there.
fn without_escaped(document: &str) -> String {
    let mut kept = String::with_capacity(document.len());
    let mut rest = document;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        kept.push_str(before);
        rest = match escape.strip_prefix(ESCAPED_NUL) {
            Some(after) => after,
            None => {
                // What is escaped may be a backslash, which begins none.
                let mut characters = escape.chars();
                kept.extend(characters.by_ref().take(2));
                characters.as_str()
            }
        };
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests: a failure here is a failed test")]

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_text_loses_its_nul_characters_and_nothing_else() {
        assert_eq!(storable("a\0b\0"), "ab");
        for text in ["", "ab", "\\u0000", "OCMF|{\"a\":\"\\u0000\"}|"] {
            assert!(matches!(storable(text), Cow::Borrowed(same) if same == text));
        }
    }

    #[test]
    fn a_json_document_loses_them_too_and_means_the_same_otherwise() {
        for (text, expected) in [
            ("a\0", "a"),
            ("\0\0a\0b", "ab"),
            // These are characters of the text.
            ("\\u0000", "\\u0000"),
            ("\\\0", "\\"),
            ("\\\\u0000\0\"\\", "\\\\u0000\"\\"),
            ("\u{1}\n\u{e9}\0", "\u{1}\n\u{e9}"),
        ] {
            let document = json!({"text": [text]}).to_string();
            let stored: Value = serde_json::from_str(&storable(&document)).unwrap();
            assert_eq!(stored, json!({"text": [expected]}), "{document}");
        }
    }
}
