//! How the money was moved, and what a card slip says.

use chargetap_contract::{
    receipt::{Charging, Payout, Refund, Slip},
    terminal::{ApplicationId, Card, CardScheme},
};

use super::{Row, Section, Writer, row, section, sum};

impl Writer<'_> {
    pub(super) fn payment(&self) -> Section {
        let Self {
            language, session, ..
        } = self;
        let mut rows = vec![
            row(language.held, self.amount(session.held)),
            row(language.captured, self.amount(session.captured)),
        ];
        if self.is_captured_in_part() {
            rows.extend(self.vat_of(&session.captured_vat));
        }
        rows.push(row(language.released, self.amount(session.released)));
        rows.extend(
            session
                .card
                .as_ref()
                .map(|card| row(language.card, self.card(card))),
        );
        rows.extend(self.document.slip.iter().flat_map(|slip| self.slip(slip)));
        rows.extend([
            row(language.tapped, self.formats.moment(&self.times.tapped)),
            row(language.terminal, &session.terminal),
        ]);
        section(language.payment, rows)
    }

    /// Less than the price was captured, so what the price says of VAT does not hold for it.
    fn is_captured_in_part(&self) -> bool {
        let gross = self.session.charging.as_ref().map(|it| it.cost.gross);
        self.session.captured > 0 && gross != Some(self.session.captured)
    }

    pub(super) fn refund(&self, refund: &Refund) -> Section {
        let mut rows = self.vat_of(&refund.amount_vat);
        rows.push(sum(self.language.given_back, self.amount(refund.amount)));
        if refund.refunded > refund.amount {
            let in_all = self.amount(refund.refunded);
            rows.push(row(self.language.refunded_in_all, in_all));
        }
        section(self.language.refund, rows)
    }

    pub(super) fn corrected(&self, charging: &Charging) -> Section {
        section(
            self.language.corrected,
            vec![
                row(self.language.energy, self.energy(charging.energy)),
                row(self.language.gross, self.amount(charging.cost.gross)),
            ],
        )
    }

    pub(super) fn payout(&self, payout: &Payout) -> Section {
        let Self { language, .. } = self;
        section(
            language.payout,
            vec![
                row(language.captured, self.amount(self.session.captured)),
                row(language.fee, format!("−{}", self.amount(payout.fee))),
                row(language.vat_in_fee, self.amount(payout.fee_vat)),
                sum(language.paid_out, self.amount(payout.paid_out)),
            ],
        )
    }

    /// Such as `Visa •••• 0042`.
    fn card(&self, card: &Card) -> String {
        let scheme = match card.scheme {
            CardScheme::Visa => "Visa",
            CardScheme::Mastercard => "Mastercard",
            CardScheme::Maestro => "Maestro",
            CardScheme::Amex => "American Express",
            CardScheme::Discover => "Discover",
            CardScheme::Jcb => "JCB",
            CardScheme::Unionpay => "UnionPay",
            CardScheme::Girocard => "girocard",
            CardScheme::Unknown => self.language.some_card,
        };
        match card.last_four {
            Some(digits) => format!("{scheme} •••• {digits:04}"),
            None => scheme.to_owned(),
        }
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

/// Such as `A0000000031010`.
pub(crate) fn application(id: ApplicationId) -> String {
    let digits = usize::from(id.pix_bytes) * 2;
    if digits == 0 {
        format!("{:010X}", id.rid)
    } else {
        format!("{:010X}{:0digits$X}", id.rid, id.pix)
    }
}
