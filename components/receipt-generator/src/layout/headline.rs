//! The beginning: the kind of document, what happened to the money, and why.

use chargetap_contract::receipt::{Refund, Subject, Summary};

use super::Composer;

impl Composer<'_> {
    pub(super) fn title(&self) -> &'static str {
        match self.document.subject {
            Subject::Session(_) => self.language.receipt,
            Subject::Refund(_) => self.language.refund,
            Subject::Invoice(_) => self.language.invoice,
            Subject::Payout(_) => self.language.payout,
        }
    }

    pub(super) fn headline(&self) -> &'static str {
        match &self.document.subject {
            Subject::Session(session) if session.nothing_taken.is_some() => {
                self.language.nothing_taken
            }
            Subject::Session(_) | Subject::Invoice(_) => self.language.paid,
            Subject::Refund(_) => self.language.given_back,
            Subject::Payout(_) => self.language.paid_out,
        }
    }

    pub(super) fn total(&self) -> u64 {
        match &self.document.subject {
            Subject::Session(_) | Subject::Invoice(_) => self.session.captured,
            Subject::Refund(refund) => refund.amount,
            Subject::Payout(payout) => payout.paid_out,
        }
    }

    pub(super) fn explanation(&self) -> Vec<String> {
        match &self.document.subject {
            Subject::Session(session) => self.nothing_taken(session),
            Subject::Refund(refund) => self.refund_explanation(refund),
            Subject::Invoice(_) => self.refers_by(self.language.instead_of),
            Subject::Payout(payout) => {
                vec![(self.language.payout_to)(&payout.payee, &payout.statement)]
            }
        }
    }

    fn nothing_taken(&self, session: &Summary) -> Vec<String> {
        let Some(reason) = session.nothing_taken else {
            return vec![];
        };
        let money = match session.released {
            0 => self.language.nothing_was_reserved.to_owned(),
            released => (self.language.was_released)(&self.amount(released)),
        };
        vec![(self.language.reason)(reason).to_owned(), money]
    }

    fn refund_explanation(&self, refund: &Refund) -> Vec<String> {
        let mut explanation = self.refers_by(self.language.refund_of);
        if refund.corrected.is_some() {
            explanation.push(self.language.reported_late.to_owned());
        }
        explanation
    }

    /// A sentence that refers to the original by its number, or by its id if it has no number.
    fn refers_by(&self, sentence: fn(&str, &str) -> String) -> Vec<String> {
        let original = self.document.original.as_ref();
        original
            .zip(self.times.original.as_ref())
            .map(|(original, issued)| {
                let number = original.number.as_ref().unwrap_or(&original.id);
                sentence(number, &self.formats.day(issued))
            })
            .into_iter()
            .collect()
    }
}
