//! Sample documents of every kind, for the tests and for the gallery. Every figure was computed with
//! Python's `Fraction`, by the rule of the contract: `gross = floor(net * (1 + rate) + 1/2)`, then
//! `vat = floor(gross * rate / (1 + rate) + 1/2)`, and the rest is `net`.

// The gallery takes this file by its path, so the files beside it are named by theirs.
#[path = "documents/charges.rs"]
mod charges;
#[path = "documents/follow_ups.rs"]
mod follow_ups;
#[path = "documents/measurements.rs"]
pub(crate) mod measurements;
#[path = "documents/nothing_taken.rs"]
pub(crate) mod nothing_taken;
#[path = "documents/parts.rs"]
mod parts;

use chargetap_contract::receipt::{Buyer, Document, Format, Page};

pub(crate) use charges::{above_hold, paid, prices_with_vat, several_rates, two_rates_above_hold};
pub(crate) use follow_ups::{
    invoice, payout, refund_corrected, refund_in_part, refund_of_two_rates,
};
pub(crate) use measurements::measurement_differs;
pub(crate) use nothing_taken::below_minimum;

/// Every kind of document, by its name.
pub(crate) fn samples() -> Vec<(&'static str, Document)> {
    let mut samples = vec![
        ("paid", paid()),
        ("above-hold", above_hold()),
        ("several-rates", several_rates()),
        ("two-rates-above-hold", two_rates_above_hold()),
        ("prices-with-vat", prices_with_vat()),
        ("below-minimum", below_minimum()),
        ("refund-in-part", refund_in_part()),
        ("refund-of-two-rates", refund_of_two_rates()),
        ("refund-corrected", refund_corrected()),
        ("invoice", invoice()),
        ("payout", payout()),
        ("measurement-differs", measurement_differs()),
    ];
    samples.extend(nothing_taken::all());
    samples.extend(measurements::all_refused());
    samples
}

/// A format by its name, and what its files end in.
pub(crate) struct NamedFormat {
    pub(crate) name: &'static str,
    pub(crate) format: Format,
    pub(crate) extension: &'static str,
}

/// Every format. That of lines has the width of a terminal's printer.
pub(crate) const FORMATS: [NamedFormat; 7] = [
    named("html", Format::Html, "html"),
    named("pdf", Format::Pdf, "pdf"),
    named("text", Format::Text(40), "txt"),
    named("json", Format::Json, "json"),
    named("ocmf", Format::Ocmf, "xml"),
    named("qr-svg", Format::QrSvg, "svg"),
    named("qr-png", Format::QrPng, "png"),
];

const fn named(name: &'static str, format: Format, extension: &'static str) -> NamedFormat {
    NamedFormat {
        name,
        format,
        extension,
    }
}

/// Every page with a form, by its name.
pub(crate) fn pages() -> [(&'static str, Page); 8] {
    let typed = Buyer {
        name: "Beispiel <GmbH>".to_owned(),
        address: "Hauptstr. 1".to_owned(),
        vat_number: "DE136695977".to_owned(),
    };
    [
        ("find", Page::Find),
        ("not-found", Page::NotFound),
        ("too-many-attempts", Page::TooManyAttempts),
        ("buyer", Page::Buyer),
        ("buyer-refused", Page::BuyerRefused(typed.clone())),
        (
            "card-number-typed",
            Page::CardNumberTyped(Buyer {
                name: String::new(),
                ..typed
            }),
        ),
        ("invoice-coming", Page::InvoiceComing),
        ("no-invoice", Page::NoInvoice),
    ]
}
