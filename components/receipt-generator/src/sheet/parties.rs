//! Who issues the receipt, and to whom.

use chargetap_contract::receipt::{Buyer, Subject};

use super::{Row, Section, Writer, row, section};

impl Writer<'_> {
    pub(super) fn buyer(&self, buyer: &Buyer) -> Section {
        let Self { language, .. } = self;
        section(
            language.buyer,
            vec![
                row(language.name, &buyer.name),
                row(language.address, &buyer.address),
                row(language.vat_number, &buyer.vat_number),
            ],
        )
    }

    pub(super) fn issuer(&self) -> Section {
        let Self {
            document, language, ..
        } = self;
        let issuer = &document.issuer;
        let mut rows = vec![
            row(language.name, &issuer.name),
            row(language.address, &issuer.address),
            row(language.vat_number, &issuer.vat_number),
            row(language.contact, &issuer.contact),
            row(language.issued, self.formats.moment(&self.times.issued)),
        ];
        rows.extend(optional(language.number, &document.number));
        rows.push(row(language.receipt_id, &document.id));
        rows.extend(optional(language.code, &document.code));
        if matches!(document.subject, Subject::Refund(_) | Subject::Invoice(_)) {
            let original = document.original.as_ref();
            rows.extend(original.map(|it| row(language.original, &it.id)));
        }
        rows.push(row(language.session, &self.session.session));
        section(language.issuer, rows)
    }
}

fn optional(label: &'static str, value: &Option<String>) -> Option<Row> {
    value.as_ref().map(|value| row(label, value))
}
