//! How the money was moved, and what a card slip says.

use chargetap_contract::{
    receipt::{Payout, Refund, Slip},
    terminal::{ApplicationId, Card, CardScheme},
};

use super::{Row, Section, Writer, row, section, sum};

impl Writer<'_> {
    pub(super) fn payment(&self) -> Section {
        let Self {
            language, session, ..
        } = self;
        let held = row(language.held, self.amount(session.held));
        let captured = self.amount(session.captured);
        let mut rows = vec![];
        if self.is_captured_in_part() {
            rows.extend(self.vat_of(&session.captured_vat));
            rows.extend([sum(language.captured, captured), held]);
        } else {
            rows.extend([held, row(language.captured, captured)]);
        }
        rows.push(row(language.released, self.amount(session.released)));
        let card = session.card.as_ref().and_then(card);
        rows.extend(card.map(|card| row(language.card, card)));
        rows.extend(self.document.slip.iter().flat_map(|slip| self.slip(slip)));
        rows.extend([
            row(language.tapped, self.formats.moment(&self.times.tapped)),
            row(language.terminal, &session.terminal),
        ]);
        section(language.payment, rows)
    }

    /// Less than the price was captured, so VAT is told of what was.
    fn is_captured_in_part(&self) -> bool {
        let gross = self.session.charging.as_ref().map(|it| it.cost.gross);
        self.session.captured > 0 && gross != Some(self.session.captured)
    }

    pub(super) fn refund(&self, refund: &Refund) -> Section {
        let mut rows: Vec<Row> = self.vat_of(&refund.amount_vat).collect();
        rows.push(sum(self.language.given_back, self.amount(refund.amount)));
        if refund.refunded > refund.amount {
            let in_all = self.amount(refund.refunded);
            rows.push(row(self.language.refunded_in_all, in_all));
        }
        section(self.language.refund, rows)
    }

    pub(super) fn payout(&self, payout: &Payout) -> Section {
        let Self { language, .. } = self;
        section(
            language.payout,
            vec![
                row(language.captured, self.amount(self.session.captured)),
                row(language.fee, self.amounts.minus(payout.fee)),
                row(language.vat_in_fee, self.amount(payout.fee_vat)),
                sum(language.paid_out, self.amount(payout.paid_out)),
            ],
        )
    }

    fn slip(&self, slip: &Slip) -> Vec<Row> {
        let Self { language, .. } = self;
        let number = slip.sequence_number.map(|number| format!("{number:06}"));
        [
            (
                language.entry,
                slip.entry_mode
                    .map(|mode| (language.entry_mode)(mode).to_owned()),
            ),
            (language.application, slip.application.map(application)),
            (language.authorisation_code, slip.authorisation_code.clone()),
            (language.sequence_number, number),
            ("TVR", slip.tvr.map(|tvr| format!("{tvr:010X}"))),
            ("TSI", slip.tsi.map(|tsi| format!("{tsi:04X}"))),
        ]
        .into_iter()
        .filter_map(|(label, value)| Some(row(label, value?)))
        .collect()
    }
}

/// Such as `Visa •••• 0042`, as far as it is known.
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

/// Such as `A0000000031010`.
pub(crate) fn application(id: ApplicationId) -> String {
    let digits = usize::from(id.pix_bytes) * 2;
    if digits == 0 {
        format!("{:010X}", id.rid)
    } else {
        format!("{:010X}{:0digits$X}", id.rid, id.pix)
    }
}
