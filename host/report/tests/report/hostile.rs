//! Texts that try to inject markup or invisible characters.

use chargetap_report::Report;
use serde_json::{Value, json};

use crate::samples::{CLEAR, report, tampering, with_pictures};

const CANARY: &str = "</p><script>alert(1)</script>\"'<img src=x onerror=alert(1)> &lt;";

fn changed(change: impl FnOnce(&mut Value)) -> Report {
    let (incident, pictures) = tampering();
    let mut incident = serde_json::to_value(incident).unwrap();
    change(&mut incident);
    report((serde_json::from_value(incident).unwrap(), pictures))
}

/// A report with this file as its only picture.
pub(crate) fn with_picture(bytes: &[u8]) -> Report {
    let (incident, _) = tampering();
    let incident = serde_json::to_value(incident).unwrap();
    report(with_pictures(incident, &[(bytes, "image/jpeg", None)]))
}

#[test]
fn html_in_any_text_comes_out_as_text() {
    let report = changed(|incident| {
        let details = &mut incident["details"];
        for field in ["description", "done", "planned"] {
            details[field] = json!(CANARY);
        }
        for field in ["name", "email", "phone"] {
            details["contact"][field] = json!(CANARY);
        }
        incident["photographs"][0]["caption"] = json!(CANARY);
        incident["closed"] = json!({
            "signed": { "at": "2026-11-25T08:00:00Z", "by": "K-1" },
            "outcome": "cleared", "note": CANARY
        });
    });
    let page = chargetap_report::html(&report);
    // As Python's `html.escape` writes it, without its apostrophes.
    let escaped = "&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;'&lt;img src=x \
                   onerror=alert(1)&gt; &amp;lt;";
    // The caption occurs twice: it is also the picture's alternative text.
    assert_eq!(page.matches(escaped).count(), 9);
    assert!(!page.contains("<script"));
    // Only its own pictures.
    assert_eq!(page.matches("<img").count(), 3);
    assert_eq!(page.matches("<img src=\"data:image/").count(), 3);
    assert!(chargetap_report::pdf(&report).is_ok());
}

#[test]
fn what_cannot_be_seen_is_in_no_report() {
    let report = changed(|incident| {
        incident["details"]["description"] =
            json!("\u{202e}turned around\u{2066}\u{200b}\u{feff}, and nothing to be seen of it.");
    });
    let prose_section = report
        .sections
        .iter()
        .find(|it| it.title == "What happened");
    assert_eq!(
        prose_section.unwrap().text,
        ["turned around, and nothing to be seen of it."]
    );
}

#[test]
fn the_longest_texts_of_every_script_fill_pages_and_nothing_fails() {
    let names = "充電スタンド Škoda 👍 Ελληνική Φόρτιране שלום e\u{301} \u{e000} ";
    for text in [
        names.repeat(10_000 / names.chars().count()),
        "w".repeat(10_000),
        "\n".repeat(10_000),
        "a\n".repeat(5_000),
    ] {
        let report = changed(|incident| {
            for field in ["description", "done", "planned"] {
                incident["details"][field] = json!(text);
            }
        });
        assert!(chargetap_report::pdf(&report).is_ok());
        assert!(chargetap_report::html(&report).ends_with("</html>"));
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let [first, second] = [(); 2].map(|()| report(tampering()));
    assert_eq!(
        chargetap_report::pdf(&first),
        chargetap_report::pdf(&second)
    );
    assert_eq!(
        chargetap_report::html(&first),
        chargetap_report::html(&second)
    );
}

#[test]
fn a_jpeg_is_in_the_pdf_byte_for_byte() {
    let pdf = chargetap_report::pdf(&report(tampering())).unwrap();
    let jpeg = crate::samples::UPRIGHT;
    assert!(pdf.windows(jpeg.len()).any(|it| it == jpeg));
    assert!(!pdf.windows(CLEAR.len()).any(|it| it == CLEAR));
}
