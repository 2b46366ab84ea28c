//! What every kind of receipt has in common.

use chargetap_contract::receipt::{Document, Subject, Summary};

/// The session that a receipt is about.
pub(crate) fn session(document: &Document) -> &Summary {
    match &document.subject {
        Subject::Session(session) => session,
        Subject::Refund(refund) => &refund.session,
        Subject::Invoice(invoice) => &invoice.session,
        Subject::Payout(payout) => &payout.session,
    }
}
