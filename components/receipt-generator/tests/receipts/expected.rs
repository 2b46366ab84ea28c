//! Whole receipts and pages, compared with files that were accepted.
//!
//! Lines and JSON are compared in full, pages in full in English. Of everything else the digest is
//! compared. `cargo xtask receipts --accept` writes the files anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use chargetap_contract::receipt::{Document, Format, Problem};
use sha2::{Digest, Sha256};
use similar::TextDiff;

use crate::documents::{FORMATS, pages, samples};
use crate::screens::screens;

/// The variable with which the files are written.
const ACCEPT: &str = "CHARGETAP_ACCEPT_RECEIPTS";

/// What every page has between the tags of its style.
const STYLE: &str = include_str!("../../src/page.css");

/// At most so many lines of each difference are shown.
const SHOWN_LINES: usize = 60;

/// Files by their names.
type Files = BTreeMap<String, String>;

#[test]
fn every_receipt_and_page_is_as_it_was_accepted() {
    let now = now();
    if std::env::var_os(ACCEPT).is_some() {
        write(&now);
    }
    let differences = differences(&accepted(), &now);
    assert!(
        differences.is_empty(),
        "{}\nTo look at them: cargo xtask receipts. If they are meant: cargo xtask receipts --accept",
        differences.join("\n")
    );
}

#[test]
fn what_is_missing_too_much_or_different_is_told() {
    let files = |entries: &[(&str, &str)]| -> Files {
        let owned = entries.iter();
        owned
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    };
    let accepted = files(&[("a", "same\n"), ("b", "1\n2\n3\n"), ("c", "gone\n")]);
    let now = files(&[("a", "same\n"), ("b", "1\n4\n3\n"), ("d", "new\n")]);
    let told = differences(&accepted, &now);
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told[0].starts_with("b ") && told[0].contains("-2\n+4\n"),
        "{told:?}"
    );
    assert!(
        told[1].starts_with("c ") && told[1].contains("-gone\n"),
        "{told:?}"
    );
    assert!(
        told[2].starts_with("d ") && told[2].contains("+new\n"),
        "{told:?}"
    );
}

#[test]
fn only_what_people_read_depends_on_the_language() {
    for (kind, document) in samples() {
        for it in FORMATS {
            let expected = match it.format {
                Format::Text(_) => receipt_generator::languages().count(),
                Format::Json | Format::Ocmf | Format::QrSvg | Format::QrPng => 1,
                // Their texts are those of the lines.
                Format::Html | Format::Pdf => continue,
            };
            let in_languages: BTreeSet<_> = receipt_generator::languages()
                .map(|language| rendered(&document, it.format, language))
                .collect();
            let is_applicable = !in_languages.contains(&None);
            assert!(
                !is_applicable || in_languages.len() == expected,
                "{kind} {}",
                it.name
            );
        }
    }
}

/// What the files should be.
fn now() -> Files {
    let mut files = Files::new();
    let mut digests = String::new();
    for language in receipt_generator::languages() {
        let mut text = String::new();
        for (kind, document) in samples() {
            for it in FORMATS {
                let Some(body) = rendered(&document, it.format, language) else {
                    continue;
                };
                let is_first = language == "en";
                match it.format {
                    Format::Text(_) => text += &format!("=== {kind} ===\n{}\n", utf8(&body)),
                    Format::Json | Format::Ocmf => {
                        let name = format!("{}/{kind}.{}", it.name, it.extension);
                        files.insert(name, utf8(&body));
                    }
                    Format::Html | Format::Pdf | Format::QrSvg | Format::QrPng => {
                        digests += &digest(&[kind, it.name, language], &body);
                    }
                }
                if is_first && it.format == Format::Html {
                    files.insert(format!("html/{kind}.html"), broken(&utf8(&body)));
                }
            }
        }
        files.insert(format!("text/{language}.txt"), text);
        let mut said = String::new();
        for (name, message) in screens() {
            let text = receipt_generator::screen_text(&message, language).unwrap();
            said += &format!("{name}: {text}\n");
        }
        files.insert(format!("screen/{language}.txt"), said);
        for (name, page) in pages() {
            let body = receipt_generator::form(&page, language).unwrap().body;
            digests += &digest(&[name, "form", language], &body);
            if language == "en" {
                files.insert(format!("form/{name}.html"), broken(&utf8(&body)));
            }
        }
    }
    files.insert("digests.txt".to_owned(), digests);
    files
}

/// Nothing where the format does not apply.
fn rendered(document: &Document, format: Format, language: &str) -> Option<Vec<u8>> {
    match receipt_generator::render(document, format, language) {
        Ok(rendered) => Some(rendered.body),
        Err(Problem::NotApplicable) => None,
        Err(problem) => panic!("{problem:?}"),
    }
}

fn utf8(body: &[u8]) -> String {
    String::from_utf8(body.to_vec()).unwrap()
}

/// A page with a line for each tag, so that people can compare it. Its style is `page.css`, whose
/// digest the page itself names.
fn broken(page: &str) -> String {
    let page = page.replacen(STYLE, "", 1);
    page.replace("><", ">\n<") + "\n"
}

fn digest(names: &[&str], body: &[u8]) -> String {
    let digest = base16ct::lower::encode_string(&Sha256::digest(body));
    format!("{} {digest}\n", names.join(" "))
}

/// What was accepted, of every file there is.
fn accepted() -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder()).unwrap().to_string_lossy();
                // Names have slashes on every system.
                let name = name.replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected")
}

/// Writes the files, and deletes those that are not expected any more.
fn write(files: &Files) {
    if folder().exists() {
        fs::remove_dir_all(folder()).unwrap();
    }
    for (name, content) in files {
        let path = folder().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// What a person has to look at, file by file.
fn differences(accepted: &Files, now: &Files) -> Vec<String> {
    let names: BTreeSet<_> = accepted.keys().chain(now.keys()).collect();
    let mut differences = vec![];
    for name in names {
        let (before, after) = (accepted.get(name), now.get(name));
        if before == after {
            continue;
        }
        let what = match (before, after) {
            (_, None) => "is accepted, but there is no such thing any more",
            (None, _) => "is new",
            _ => "differs",
        };
        let [before, after] = [before, after].map(|it| it.map_or("", String::as_str));
        let diff = TextDiff::from_lines(before, after);
        let diff = diff.unified_diff().context_radius(2).to_string();
        let shown: String = diff.split_inclusive('\n').take(SHOWN_LINES).collect();
        let hidden = diff.lines().count().saturating_sub(SHOWN_LINES);
        let more = if hidden > 0 {
            format!("… and {hidden} lines more\n")
        } else {
            String::new()
        };
        differences.push(format!("{name} {what}:\n{shown}{more}"));
    }
    differences
}
