//! Receipts on paper and their codes, read by what others wrote.

use std::{fs, path::Path, process::Command};

use chargetap_contract::receipt::{Document, Format};

use crate::{body, documents::paid, paper::LINK};

#[test]
fn a_receipt_on_paper_and_its_codes_are_read_by_python_packages() {
    let python = std::env::var("CHARGETAP_TEST_PYTHON")
        .expect("CHARGETAP_TEST_PYTHON names a Python with the packages of requirements.txt");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("paper");
    fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, bytes: Vec<u8>| fs::write(folder.join(name), bytes).unwrap();

    let pdf = |document: &Document| receipt_generator::pdf(document, "en", Some(LINK)).unwrap();
    write("paper.pdf", pdf(&paid()));
    write("lines.txt", body(&paid(), Format::Text, "en").into());
    write("link.txt", LINK.into());
    write("code.svg", receipt_generator::qr_svg(LINK).unwrap().into());
    write("code.png", receipt_generator::qr_png(LINK).unwrap());

    let name = "充電スタンド Škoda 👍 Ελληνική Φόρτиране ".repeat(250);
    let mut foreign = paid();
    foreign.site.name = name.clone();
    write("foreign.pdf", pdf(&foreign));
    write("foreign.txt", name.into());

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/pdf.py");
    let output = Command::new(python)
        .arg(script)
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
