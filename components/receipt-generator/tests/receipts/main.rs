//! Receipts from outside: what they say, what is refused, and what hostile texts become.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "the helpers fail a test as the tests themselves do"
)]

mod documents;
mod expected;
mod figures;
mod hostile;
mod paper;
#[cfg(feature = "peers")]
mod peers;
mod refusals;

use chargetap_contract::receipt::{Document, Format};

/// A receipt's body as text.
fn body(document: &Document, format: Format, locale: &str) -> String {
    let rendered = receipt_generator::render(document, format, locale).unwrap();
    String::from_utf8(rendered.body).unwrap()
}
