//! What people read on a receipt, in order, before it is a page or lines.

mod measurement;
mod opening;
mod parties;
mod payment;
mod place;
mod price;

use chargetap_contract::receipt::{Document, Subject, Summary};

pub(crate) use payment::application;

use crate::{
    formats::{Amounts, Formats},
    language::Language,
    money::Currency,
    subject,
    time::Times,
    transparency,
};

const MS_PER_MINUTE: u64 = 60_000;

/// A receipt laid out in one language.
pub(crate) struct Sheet {
    /// The language's tag.
    pub(crate) language: &'static str,
    /// What this is, such as `Receipt`.
    pub(crate) title: &'static str,
    /// What happened to the money, in two or three words.
    pub(crate) headline: &'static str,
    /// How much was moved.
    pub(crate) total: String,
    /// Why, and what follows.
    pub(crate) explanation: Vec<String>,
    pub(crate) sections: Vec<Section>,
    /// What else its reader can do.
    pub(crate) actions: Vec<Action>,
    /// Where it can be read.
    pub(crate) link: Option<String>,
}

pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
    /// Sentences below the rows.
    pub(crate) notes: Vec<String>,
}

pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) value: String,
    /// Whether the rows above lead to this one.
    pub(crate) is_sum: bool,
}

/// Something to be had at the address of the receipt.
pub(crate) struct Action {
    pub(crate) label: &'static str,
    /// Relative to the receipt's own.
    pub(crate) address: String,
}

impl Sheet {
    pub(crate) fn lay_out(
        document: &Document,
        currency: &Currency,
        times: &Times,
        language: &'static Language,
        formats: &'static Formats,
    ) -> Self {
        let writer = Writer {
            document,
            session: subject::session(document),
            amounts: formats.amounts(currency),
            times,
            language,
            formats,
        };
        Self {
            language: language.tag,
            title: writer.title(),
            headline: writer.headline(),
            total: writer.amount(writer.total()),
            explanation: writer.explanation(),
            sections: writer.sections(),
            actions: writer.actions(),
            link: document.link.clone(),
        }
    }
}

struct Writer<'a> {
    document: &'a Document,
    session: &'a Summary,
    amounts: Amounts<'a>,
    times: &'a Times,
    language: &'static Language,
    formats: &'static Formats,
}

impl Writer<'_> {
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
        if matches!(document.subject, Subject::Session(_)) && self.session.captured > 0 {
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

    /// Such as `1 h 2 min 3 s`. The units are SI's, the same everywhere.
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

fn section(title: &'static str, rows: Vec<Row>) -> Section {
    Section {
        title,
        rows,
        notes: vec![],
    }
}

fn row(label: impl Into<String>, value: impl Into<String>) -> Row {
    Row {
        label: label.into(),
        value: value.into(),
        is_sum: false,
    }
}

fn sum(label: impl Into<String>, value: impl Into<String>) -> Row {
    Row {
        is_sum: true,
        ..row(label, value)
    }
}
