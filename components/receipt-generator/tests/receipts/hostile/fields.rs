//! The texts of a document.

use chargetap_contract::receipt::{Buyer, Document, NothingTakenReason, Payout, Subject};

use crate::{
    documents::{invoice, nothing_taken, paid, payout, refund_corrected, refund_of_two_rates},
    session,
};

/// A text of a document.
pub(super) struct Field {
    /// Where it is in JSON.
    pub(super) place: &'static str,
    /// How it has to begin.
    pub(super) prefix: &'static str,
    /// How many characters it may have.
    pub(super) most: usize,
    /// The text, in the documents that have it.
    pub(super) of: fn(&mut Document) -> Option<&mut String>,
}

const fn field(place: &'static str, of: fn(&mut Document) -> Option<&mut String>) -> Field {
    Field {
        place,
        prefix: "",
        most: usize::MAX,
        of,
    }
}

const fn short(
    place: &'static str,
    most: usize,
    of: fn(&mut Document) -> Option<&mut String>,
) -> Field {
    Field {
        most,
        ..field(place, of)
    }
}

/// One document of each shape.
pub(super) fn documents() -> [Document; 6] {
    [
        paid(),
        nothing_taken::because(NothingTakenReason::Declined),
        refund_of_two_rates(),
        refund_corrected(),
        invoice(),
        payout(),
    ]
}

/// The free texts. Each is shown on every receipt that has it.
pub(super) const FREE: [Field; 18] = [
    field("/number", |it| it.number.as_mut()),
    field("/issuer/name", |it| Some(&mut it.issuer.name)),
    field("/issuer/address", |it| Some(&mut it.issuer.address)),
    field("/issuer/vat_number", |it| {
        (!is_invoice(it)).then_some(&mut it.issuer.vat_number)
    }),
    field("/issuer/contact", |it| Some(&mut it.issuer.contact)),
    field("/site/name", |it| Some(&mut it.site.name)),
    field("/site/address", |it| Some(&mut it.site.address)),
    field("/session", |it| Some(&mut session(it).session)),
    field("/terminal", |it| Some(&mut session(it).terminal)),
    field("/evse", |it| Some(&mut session(it).evse)),
    short("/buyer/name", 200, |it| Some(&mut buyer(it)?.name)),
    short("/buyer/address", 300, |it| Some(&mut buyer(it)?.address)),
    field("/payout/payee", |it| Some(&mut payout_of(it)?.payee)),
    field("/payout/statement", |it| {
        Some(&mut payout_of(it)?.statement)
    }),
    field("/original/id", |it| Some(&mut it.original.as_mut()?.id)),
    field("/original/number", |it| {
        it.original.as_mut()?.number.as_mut()
    }),
    field("/tariff", |it| {
        // People read it where there are no prices.
        session(it).prices = None;
        it.tariff.as_mut()
    }),
    Field {
        prefix: "https://",
        ..field("/link", |it| it.link.as_mut())
    },
];

/// The texts with a fixed form, which is checked.
pub(super) const CHECKED: [Field; 8] = [
    field("/id", |it| Some(&mut it.id)),
    field("/site/time_zone", |it| Some(&mut it.site.time_zone)),
    field("/currency", |it| Some(&mut session(it).currency)),
    field("/issuer/vat_number", |it| {
        is_invoice(it).then_some(&mut it.issuer.vat_number)
    }),
    field("/buyer/vat_number", |it| Some(&mut buyer(it)?.vat_number)),
    field("/link", |it| it.link.as_mut()),
    field("/code", |it| it.code.as_mut()),
    field("/slip/authorisation_code", |it| {
        it.slip.as_mut()?.authorisation_code.as_mut()
    }),
];

fn is_invoice(document: &Document) -> bool {
    matches!(document.subject, Subject::Invoice(_))
}

fn buyer(document: &mut Document) -> Option<&mut Buyer> {
    match &mut document.subject {
        Subject::Invoice(invoice) => Some(&mut invoice.buyer),
        Subject::Refund(refund) => refund.buyer.as_mut(),
        _ => None,
    }
}

fn payout_of(document: &mut Document) -> Option<&mut Payout> {
    match &mut document.subject {
        Subject::Payout(payout) => Some(payout),
        _ => None,
    }
}
