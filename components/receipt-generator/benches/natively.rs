//! What a receipt costs in each format, without a component around it.

use chargetap_contract::receipt::Format;

#[path = "../tests/receipts/documents.rs"]
#[expect(dead_code, reason = "one of the tests' documents is measured")]
#[expect(
    clippy::unwrap_used,
    reason = "as in a test, a wrong document ends the bench"
)]
mod documents;

const LINK: &str = "https://charge.example/receipts/r_7Kq2-Xw9Zb4Tn6Vd1Hs8";

fn main() {
    divan::main();
}

#[divan::bench(args = [Format::Html, Format::Text, Format::Json])]
fn render(format: Format) -> usize {
    let rendered = receipt_generator::render(&documents::paid(), format, "en");
    rendered.map_or(0, |it| it.body.len())
}

#[divan::bench]
fn pdf() -> usize {
    receipt_generator::pdf(&documents::paid(), "en", Some(LINK)).map_or(0, |it| it.len())
}

#[divan::bench]
fn pdf_without_link() -> usize {
    receipt_generator::pdf(&documents::paid(), "en", None).map_or(0, |it| it.len())
}

#[divan::bench]
fn qr_svg() -> Option<String> {
    receipt_generator::qr_svg(LINK)
}

#[divan::bench]
fn qr_png() -> Option<Vec<u8>> {
    receipt_generator::qr_png(LINK)
}
