//! Reports read by independent programs. They must be installed: `cargo xtask test`.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the helpers fail a test as the tests themselves do"
)]

#[path = "report/samples.rs"]
mod samples;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use chargetap_report::Report;

/// In a browser 320 pixels wide, in light and dark, with the accessibility rules of axe-core. The
/// script is shared with the receipts.
#[test]
fn every_page_fits_a_small_phone_is_accessible_and_loads_nothing() {
    let (pages, photographs) = (empty_folder("pages"), empty_folder("photographs"));
    let samples = samples::all();
    for (name, report) in &samples {
        let page = chargetap_report::html(report);
        fs::write(pages.join(format!("{name}.html")), page).unwrap();
    }
    let script = "../../components/receipt-generator/tests/peers/page.py";
    let said = run(script, &[&pages, &photographs]);
    assert_eq!(said, format!("{} pages checked\n", samples.len()));
}

/// By two PDF readers: the same text in the same order as on the page, tags, and pictures in their
/// orientation.
#[test]
fn pdf_reports_say_what_the_page_says() {
    let folder = empty_folder("paper");
    let write = |name: &str, report: &Report| {
        let pdf = chargetap_report::pdf(report).unwrap();
        fs::write(folder.join(format!("{name}.pdf")), pdf).unwrap();
        let page = chargetap_report::html(report);
        fs::write(folder.join(format!("{name}.html")), page).unwrap();
    };
    for (name, report) in samples::all() {
        write(name, &report);
    }
    write("long", &long());
    for orientation in 1..=8 {
        let turned = turned(orientation);
        fs::write(folder.join(format!("turned-{orientation}.jpg")), &turned).unwrap();
        let (incident, _) = samples::tampering();
        let incident = serde_json::to_value(incident).unwrap();
        let attached = [(turned.as_slice(), "image/jpeg", None)];
        let sample = samples::with_pictures(incident, &attached);
        write(&format!("turned-{orientation}"), &samples::report(sample));
    }
    run("tests/peers/report.py", &[&folder]);
}

/// Texts of the maximum length, with characters that the fonts lack.
fn long() -> Report {
    let (mut incident, pictures) = samples::tampering();
    let words = "Terminalen i Göteborg, Φόρτιση, София. 充電 ";
    let text = words.repeat(10_000 / words.chars().count());
    incident.details.description = text.parse().unwrap();
    samples::report((incident, pictures))
}

/// The picture with another orientation in its Exif data: a big-endian entry of one short.
fn turned(orientation: u8) -> Vec<u8> {
    let entry = b"\x01\x12\x00\x03\x00\x00\x00\x01\x00";
    let mut bytes = samples::UPRIGHT.to_vec();
    let found = bytes.windows(entry.len()).position(|it| it == entry);
    bytes[found.unwrap() + entry.len()] = orientation;
    bytes
}

fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("reports-{name}"));
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs a script until it succeeds, and returns its output.
fn run(script: &str, arguments: &[&Path]) -> String {
    let python = std::env::var("CHARGETAP_TEST_PYTHON")
        .expect("CHARGETAP_TEST_PYTHON names a Python with the packages of the receipts' peers");
    let output = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script))
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
