//! The layout of a receipt: the texts that people read, in their order. It is written as a page, as
//! PDF or as lines.

mod headline;
mod measurement;
mod parties;
mod payment;
mod place;
mod price;

use chargetap_contract::receipt::{Document, Subject, Summary};

use crate::{
    formats::{Amounts, Formats},
    language::Language,
    money::Currency,
    subject,
    time::Times,
    transparency,
};

const MS_PER_MINUTE: u64 = 60_000;

/// A receipt's texts in one language.
pub(crate) struct Layout {
    /// The language's tag.
    pub(crate) language: &'static str,
    /// The kind of document, such as `Receipt`.
    pub(crate) title: &'static str,
    /// What happened to the money, in two or three words.
    pub(crate) headline: &'static str,
    /// The amount that was moved.
    pub(crate) total: String,
    /// Sentences that say why, and what follows.
    pub(crate) explanation: Vec<String>,
    pub(crate) sections: Vec<Section>,
    /// Links to what else the reader can do.
    pub(crate) actions: Vec<Action>,
    /// The receipt's address.
    pub(crate) link: Option<String>,
}

pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) entries: Vec<Entry>,
    /// Sentences below the entries.
    pub(crate) notes: Vec<String>,
}

/// A label and its value.
pub(crate) struct Entry {
    pub(crate) label: String,
    pub(crate) value: String,
    /// Whether this is the sum of the entries above.
    pub(crate) is_sum: bool,
}

/// A link below the receipt.
pub(crate) struct Action {
    pub(crate) label: &'static str,
    /// Relative to the receipt's address.
    pub(crate) address: String,
}

impl Layout {
    pub(crate) fn of(
        document: &Document,
        currency: &Currency,
        times: &Times,
        language: &'static Language,
        formats: &'static Formats,
    ) -> Self {
        let composer = Composer {
            document,
            session: subject::session(document),
            amounts: formats.amounts(currency),
            times,
            language,
            formats,
        };
        Self {
            language: language.tag,
            title: composer.title(),
            headline: composer.headline(),
            total: composer.amount(composer.total()),
            explanation: composer.explanation(),
            sections: composer.sections(),
            actions: composer.actions(),
            link: document.link.clone(),
        }
    }
}

/// Composes the texts from a document. Each file of this folder composes some of the sections.
struct Composer<'a> {
    document: &'a Document,
    session: &'a Summary,
    amounts: Amounts<'a>,
    times: &'a Times,
    language: &'static Language,
    formats: &'static Formats,
}

impl Composer<'_> {
    fn sections(&self) -> Vec<Section> {
        let charging = self.session.charging.as_ref();
        let price = || charging.map(|it| self.price(it));
        let mut sections = vec![self.place()];
        match &self.document.subject {
            Subject::Session(_) => sections.extend(price()),
            Subject::Refund(refund) => {
                let corrected = refund.corrected.as_ref().zip(self.times.corrected.as_ref());
                sections.extend(corrected.map(|(it, times)| self.corrected(it, times)));
                sections.push(self.refund(refund));
            }
            Subject::Invoice(_) => sections.extend(price()),
            Subject::Payout(payout) => sections.push(self.payout(payout)),
        }
        sections.push(self.payment());
        sections.extend(self.measurement());
        let buyer = subject::buyer(&self.document.subject);
        sections.extend(buyer.map(|it| self.buyer(it)));
        sections.push(self.issuer());
        sections
    }

    fn actions(&self) -> Vec<Action> {
        let Self {
            document, language, ..
        } = self;
        let action = |label, address: &str| Action {
            label,
            address: format!("{}{address}lang={}", document.id, language.tag),
        };
        let mut actions = vec![action(language.save_pdf, "?format=pdf&")];
        if transparency::applies(document) {
            actions.push(action(language.save_signed_values, "?format=ocmf&"));
        }
        let is_whole = self.session.captured > 0 && document.refunded.is_none();
        if matches!(document.subject, Subject::Session(_)) && is_whole {
            actions.push(action(language.want_invoice, "/invoice?"));
        }
        actions
    }

    fn amount(&self, amount: u64) -> String {
        self.amounts.amount(amount)
    }

    fn energy(&self, energy: u64) -> String {
        format!("{}\u{a0}kWh", self.formats.decimal(energy.into(), 3, 3))
    }

    /// Such as `1 h 2 min 3 s`. The SI units are the same in every language.
    fn duration(&self, length: u64) -> String {
        let minutes = length / MS_PER_MINUTE;
        let seconds = self.formats.decimal((length % MS_PER_MINUTE).into(), 3, 0);
        match (minutes / 60, minutes % 60) {
            (0, 0) => format!("{seconds} s"),
            (0, minutes) => format!("{minutes} min {seconds} s"),
            (hours, minutes) => format!("{hours} h {minutes} min {seconds} s"),
        }
    }
}

fn section(title: &'static str, entries: Vec<Entry>) -> Section {
    Section {
        title,
        entries,
        notes: vec![],
    }
}

fn entry(label: impl Into<String>, value: impl Into<String>) -> Entry {
    Entry {
        label: label.into(),
        value: value.into(),
        is_sum: false,
    }
}

fn sum(label: impl Into<String>, value: impl Into<String>) -> Entry {
    Entry {
        is_sum: true,
        ..entry(label, value)
    }
}
