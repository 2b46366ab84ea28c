//! The issuer of the receipt, and the buyer.

use chargetap_contract::receipt::{Buyer, Subject};

use super::{Composer, Entry, Section, entry, section};

impl Composer<'_> {
    pub(super) fn buyer(&self, buyer: &Buyer) -> Section {
        let Self { language, .. } = self;
        section(
            language.buyer,
            vec![
                entry(language.name, &buyer.name),
                entry(language.address, &buyer.address),
                entry(language.vat_number, &buyer.vat_number),
            ],
        )
    }

    pub(super) fn issuer(&self) -> Section {
        let Self {
            document, language, ..
        } = self;
        let issuer = &document.issuer;
        let mut entries = vec![
            entry(language.name, &issuer.name),
            entry(language.address, &issuer.address),
            entry(language.vat_number, &issuer.vat_number),
            entry(language.contact, &issuer.contact),
            entry(language.issued, self.formats.moment(&self.times.issued)),
        ];
        entries.extend(optional(language.number, &document.number));
        entries.push(entry(language.receipt_id, &document.id));
        entries.extend(optional(language.code, &document.code));
        if matches!(document.subject, Subject::Refund(_) | Subject::Invoice(_)) {
            let original = document.original.as_ref();
            entries.extend(original.map(|it| entry(language.original, &it.id)));
        }
        entries.push(entry(language.session, &self.session.session));
        section(language.issuer, entries)
    }
}

fn optional(label: &'static str, value: &Option<String>) -> Option<Entry> {
    value.as_ref().map(|value| entry(label, value))
}
