//! Reads receipts with programs of others, which must be installed: `cargo xtask test`.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "the helpers fail a test as the tests themselves do"
)]

#[expect(dead_code, reason = "the formats are named here")]
#[path = "receipts/documents.rs"]
mod documents;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use chargetap_contract::receipt::{Document, Format};

/// German has the longest words; Greek and Bulgarian have other alphabets. Every page takes about a
/// second.
const LOCALES: [&str; 3] = ["de", "el", "bg"];

/// Checked in a browser 320 pixels wide, in light and dark, with axe-core's accessibility rules.
#[test]
fn every_page_fits_a_small_phone_is_accessible_and_loads_nothing() {
    let gallery = empty_folder("pages");
    let mut pages = 0;
    let mut keep = |name: String, body| {
        fs::write(gallery.join(name), body).unwrap();
        pages += 1;
    };
    for locale in LOCALES {
        for (name, document) in documents::samples() {
            let page = receipt_generator::render(&document, Format::Html, locale).unwrap();
            keep(format!("{name}.{locale}.html"), page.body);
        }
        for (name, form) in documents::pages() {
            let page = receipt_generator::form(&form, locale).unwrap();
            keep(format!("{name}.{locale}.html"), page.body);
        }
    }
    let photographs = empty_folder("photographs");
    let said = run("page.py", &[&gallery, &photographs]);
    assert_eq!(said, format!("{pages} pages checked\n"));
}

/// Checked by a PDF reader (order of the text, fonts, tags), as a rendered picture, and by a QR code
/// reader.
#[test]
fn pdfs_and_qr_codes_say_what_the_page_says() {
    let folder = empty_folder("pdf");
    let write = |name: &str, bytes: Vec<u8>| fs::write(folder.join(name), bytes).unwrap();
    let render = |document: &Document, format| {
        let rendered = receipt_generator::render(document, format, "en").unwrap();
        rendered.body
    };
    let paid = documents::paid();
    write("receipt.pdf", render(&paid, Format::Pdf));
    // Wide enough for the link on one line.
    write("lines.txt", render(&paid, Format::Text(80)));
    write("link.txt", paid.link.clone().unwrap().into());
    write("code.svg", render(&paid, Format::QrSvg));
    write("code.png", render(&paid, Format::QrPng));

    // A refund with a long explanation, which stands beside the QR code.
    let mut refund = documents::refund_corrected();
    let original = refund.original.as_mut().unwrap();
    original.number = Some("CT-2025-000042-SUNDSVALL-CENTRUM".to_owned());
    let refund = receipt_generator::render(&refund, Format::Pdf, "el").unwrap();
    write("refund.pdf", refund.body);

    let name = "充電スタンド Škoda 👍 Ελληνική Φόρτιране ".repeat(250);
    let mut foreign = paid;
    // The invisible characters must not be in the files.
    foreign.site.name = format!("\u{202e}\u{2066}\u{200b}\u{7}{name}\u{ad}\u{feff}");
    write("foreign.pdf", render(&foreign, Format::Pdf));
    write("foreign.txt", name.into());
    run("pdf.py", &[&folder]);
}

fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a script of the folder beside this file and returns what it prints. It must succeed.
fn run(script: &str, arguments: &[&Path]) -> String {
    let python = std::env::var("CHARGETAP_TEST_PYTHON")
        .expect("CHARGETAP_TEST_PYTHON names a Python with the packages of requirements.txt");
    let output = Command::new(python)
        .arg(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/peers")
                .join(script),
        )
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
