//! The subject of a receipt.

use chargetap_contract::receipt::{Subject, Summary};

/// The session that a receipt is about.
pub(super) fn session(subject: &Subject) -> &Summary {
    match subject {
        Subject::Session(session) => session,
        Subject::Refund(refund) => &refund.session,
        Subject::Invoice(invoice) => &invoice.session,
        Subject::Payout(payout) => &payout.session,
    }
}

/// How much a receipt says was moved.
pub(super) fn moved(subject: &Subject) -> u64 {
    match subject {
        Subject::Session(session) => session.captured,
        Subject::Refund(refund) => refund.amount,
        Subject::Invoice(invoice) => invoice.session.captured,
        Subject::Payout(payout) => payout.paid_out,
    }
}
