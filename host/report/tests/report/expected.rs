//! Complete pages, compared with accepted files. `CHARGETAP_ACCEPT_REPORTS=1` writes the files
//! anew.

use std::fs;
use std::path::Path;

use crate::samples::all;

const STYLE: &str = include_str!("../../src/page.css");

/// A page with one line for each tag, without its style and the bytes of its pictures.
fn legible(page: &str) -> String {
    let page = page.replacen(STYLE, "", 1);
    let mut parts = page.split(";base64,");
    let mut legible = parts.next().unwrap().to_owned();
    for part in parts {
        let (_, rest) = part.split_once('"').unwrap();
        legible += ";base64,\u{2026}\"";
        legible += rest;
    }
    legible.replace("><", ">\n<") + "\n"
}

#[test]
fn every_page_is_as_it_was_accepted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected");
    for (name, report) in all() {
        let page = legible(&chargetap_report::html(&report));
        let path = folder.join(format!("{name}.html"));
        if std::env::var_os("CHARGETAP_ACCEPT_REPORTS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &page).unwrap();
        }
        let accepted = fs::read_to_string(&path).unwrap_or_default();
        let difference = similar::TextDiff::from_lines(&accepted, &page);
        let difference = difference.unified_diff().to_string();
        assert!(difference.is_empty(), "{name}:\n{difference}");
    }
}
