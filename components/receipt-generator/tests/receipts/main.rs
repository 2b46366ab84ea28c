//! Receipts from outside: what they say, what is refused, and what hostile texts become.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "the helpers fail a test as the tests themselves do"
)]

mod arithmetic;
mod documents;
mod expected;
mod figures;
mod hostile;
mod pdf_and_qr;
mod refusals;
mod schema;
mod screens;
mod vat_numbers;

use chargetap_contract::receipt::{Document, Format, Subject, Summary};

/// A receipt's body as text.
fn body(document: &Document, format: Format, locale: &str) -> String {
    let rendered = receipt_generator::render(document, format, locale).unwrap();
    String::from_utf8(rendered.body).unwrap()
}

/// A receipt as JSON.
fn json(document: &Document) -> serde_json::Value {
    serde_json::from_str(&body(document, Format::Json, "en")).unwrap()
}

/// The session that a document is about.
fn session(document: &mut Document) -> &mut Summary {
    match &mut document.subject {
        Subject::Session(session) => session,
        Subject::Refund(refund) => &mut refund.session,
        Subject::Invoice(invoice) => &mut invoice.session,
        Subject::Payout(payout) => &mut payout.session,
    }
}
