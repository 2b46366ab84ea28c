//! How the money was moved, and what the terminal's card slip says.

use chargetap_contract::{
    receipt::{Payout, Refund, Slip},
    terminal::{Card, CardScheme},
};

use super::{Composer, Entry, Section, entry, section, sum};
use crate::application_id;

impl Composer<'_> {
    pub(super) fn payment(&self) -> Section {
        let Self {
            language, session, ..
        } = self;
        let held = entry(language.held, self.amount(session.held));
        let captured = self.amount(session.captured);
        let mut entries = vec![];
        if self.is_captured_in_part() {
            entries.extend(self.vat_of(&session.captured_vat));
            entries.extend([sum(language.captured, captured), held]);
        } else {
            entries.extend([held, entry(language.captured, captured)]);
        }
        entries.push(entry(language.released, self.amount(session.released)));
        let refunded = self.document.refunded.map(|it| self.amount(it));
        entries.extend(refunded.map(|it| entry(language.refunded_in_all, it)));
        let card = session.card.as_ref().and_then(card);
        entries.extend(card.map(|card| entry(language.card, card)));
        entries.extend(self.document.slip.iter().flat_map(|slip| self.slip(slip)));
        entries.extend([
            entry(language.tapped, self.formats.moment(&self.times.tapped)),
            entry(language.terminal, &session.terminal),
        ]);
        section(language.payment, entries)
    }

    /// Whether less than the price was captured. Then VAT is shown of what was captured.
    fn is_captured_in_part(&self) -> bool {
        let gross = self.session.charging.as_ref().map(|it| it.cost.gross);
        self.session.captured > 0 && gross != Some(self.session.captured)
    }

    pub(super) fn refund(&self, refund: &Refund) -> Section {
        let mut entries: Vec<Entry> = self.vat_of(&refund.amount_vat).collect();
        entries.push(sum(self.language.given_back, self.amount(refund.amount)));
        if refund.refunded > refund.amount {
            let in_all = self.amount(refund.refunded);
            entries.push(entry(self.language.refunded_in_all, in_all));
        }
        section(self.language.refund, entries)
    }

    pub(super) fn payout(&self, payout: &Payout) -> Section {
        let Self { language, .. } = self;
        section(
            language.payout,
            vec![
                entry(language.captured, self.amount(self.session.captured)),
                entry(language.fee, self.amounts.minus(payout.fee)),
                entry(language.vat_in_fee, self.amount(payout.fee_vat)),
                sum(language.paid_out, self.amount(payout.paid_out)),
            ],
        )
    }

    fn slip(&self, slip: &Slip) -> Vec<Entry> {
        let Self { language, .. } = self;
        let number = slip.sequence_number.map(|number| format!("{number:06}"));
        [
            (
                language.entry,
                slip.entry_mode
                    .map(|mode| (language.entry_mode)(mode).to_owned()),
            ),
            (
                language.application,
                slip.application.map(application_id::hexadecimal),
            ),
            (language.authorisation_code, slip.authorisation_code.clone()),
            (language.sequence_number, number),
            ("TVR", slip.tvr.map(|tvr| format!("{tvr:010X}"))),
            ("TSI", slip.tsi.map(|tsi| format!("{tsi:04X}"))),
        ]
        .into_iter()
        .filter_map(|(label, value)| Some(entry(label, value?)))
        .collect()
    }
}

/// Such as `Visa •••• 0042`, as far as scheme and digits are known.
fn card(card: &Card) -> Option<String> {
    let scheme = match card.scheme {
        CardScheme::Visa => Some("Visa"),
        CardScheme::Mastercard => Some("Mastercard"),
        CardScheme::Maestro => Some("Maestro"),
        CardScheme::Amex => Some("American Express"),
        CardScheme::Discover => Some("Discover"),
        CardScheme::Jcb => Some("JCB"),
        CardScheme::Unionpay => Some("UnionPay"),
        CardScheme::Girocard => Some("girocard"),
        CardScheme::Unknown => None,
    };
    match (scheme, card.last_four) {
        (Some(scheme), Some(digits)) => Some(format!("{scheme} •••• {digits:04}")),
        (None, Some(digits)) => Some(format!("•••• {digits:04}")),
        (scheme, None) => scheme.map(str::to_owned),
    }
}
