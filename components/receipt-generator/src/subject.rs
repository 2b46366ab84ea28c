//! The parts that all kinds of receipt have.

use chargetap_contract::receipt::{Buyer, Document, Subject, Summary};

/// The session that a receipt is about.
pub(crate) fn session(document: &Document) -> &Summary {
    match &document.subject {
        Subject::Session(session) => session,
        Subject::Refund(refund) => &refund.session,
        Subject::Invoice(invoice) => &invoice.session,
        Subject::Payout(payout) => &payout.session,
    }
}

/// The buyer of an invoice, or of the invoice that a refund refers to.
pub(crate) fn buyer(subject: &Subject) -> Option<&Buyer> {
    match subject {
        Subject::Refund(refund) => refund.buyer.as_ref(),
        Subject::Invoice(invoice) => Some(&invoice.buyer),
        Subject::Session(_) | Subject::Payout(_) => None,
    }
}
