//! What a receipt costs natively, once its language was asked for.

#[path = "../tests/receipts/documents.rs"]
#[expect(
    clippy::unwrap_used,
    dead_code,
    reason = "the tests' documents, of which one is enough"
)]
mod documents;

use chargetap_contract::receipt::Format;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

#[divan::bench(args = ["en", "sv"])]
fn page(bencher: Bencher<'_, '_>, locale: &str) {
    render(bencher, Format::Html, locale);
}

#[divan::bench(args = ["en", "sv"])]
fn lines(bencher: Bencher<'_, '_>, locale: &str) {
    render(bencher, Format::Text, locale);
}

fn render(bencher: Bencher<'_, '_>, format: Format, locale: &str) {
    let document = documents::paid();
    bencher.bench(|| receipt_generator::render(black_box(&document), format, locale));
}
