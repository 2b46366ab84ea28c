//! What people read on a receipt, in order, before it is a page or lines.

mod price;

use chargetap_contract::{
    receipt::{Document, Summary},
    terminal::{Card, CardScheme},
};

use crate::{
    formats::{Amounts, Formats},
    language::Language,
    money::Currency,
    time::Times,
};

const MS_PER_SECOND: u64 = 1_000;
const MS_PER_MINUTE: u64 = 60 * MS_PER_SECOND;

/// A receipt laid out in one language.
pub(crate) struct Sheet {
    /// The language's tag.
    pub(crate) language: &'static str,
    /// What this is, such as `Receipt`.
    pub(crate) title: &'static str,
    /// What happened to the money, in two or three words.
    pub(crate) headline: &'static str,
    /// What was captured.
    pub(crate) total: String,
    /// Why, and what follows.
    pub(crate) explanation: Vec<String>,
    pub(crate) sections: Vec<Section>,
}

pub(crate) struct Section {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
    /// Sentences below the rows.
    pub(crate) notes: Vec<&'static str>,
}

pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) value: String,
    /// Whether the rows above lead to this one.
    pub(crate) is_sum: bool,
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
            amounts: formats.amounts(currency),
            times,
            language,
            formats,
        };
        let summary = &document.summary;
        let mut sections = vec![writer.place()];
        sections.extend(summary.charging.as_ref().map(|it| writer.price(it)));
        sections.extend([writer.payment(), writer.issuer()]);
        Self {
            language: language.tag,
            title: language.receipt,
            headline: match summary.nothing_taken {
                Some(_) => language.nothing_taken,
                None => language.paid,
            },
            total: writer.amount(summary.captured),
            explanation: writer.explanation(),
            sections,
        }
    }
}

struct Writer<'a> {
    document: &'a Document,
    amounts: Amounts<'a>,
    times: &'a Times,
    language: &'static Language,
    formats: &'static Formats,
}

impl Writer<'_> {
    fn explanation(&self) -> Vec<String> {
        let Summary {
            nothing_taken,
            released,
            ..
        } = self.document.summary;
        let Some(reason) = nothing_taken else {
            return vec![];
        };
        let money = match released {
            0 => self.language.nothing_was_reserved.to_owned(),
            released => (self.language.was_released)(&self.amount(released)),
        };
        vec![(self.language.reason)(reason).to_owned(), money]
    }

    fn place(&self) -> Section {
        let Self {
            document, language, ..
        } = self;
        let mut rows = vec![
            row(language.site, &document.site.name),
            row(language.address, &document.site.address),
            row(language.evse, &document.summary.evse),
        ];
        if let (Some(charging), Some((start, end))) =
            (&document.summary.charging, &self.times.charging)
        {
            let length = charging.ended_at.saturating_sub(charging.started_at);
            rows.extend([
                row(language.start, self.formats.moment(start)),
                row(language.end, self.formats.moment(end)),
                row(
                    language.duration,
                    self.duration(length - length % MS_PER_SECOND),
                ),
                row(language.energy, self.energy(charging.energy)),
            ]);
        }
        section(language.charging, rows)
    }

    fn payment(&self) -> Section {
        let Self { language, .. } = self;
        let summary = &self.document.summary;
        let mut rows = vec![
            row(language.held, self.amount(summary.held)),
            row(language.captured, self.amount(summary.captured)),
            row(language.released, self.amount(summary.released)),
        ];
        rows.extend(
            summary
                .card
                .as_ref()
                .map(|card| row(language.card, self.card(card))),
        );
        rows.extend([
            row(language.tapped, self.formats.moment(&self.times.tapped)),
            row(language.terminal, &summary.terminal),
        ]);
        section(language.payment, rows)
    }

    fn issuer(&self) -> Section {
        let Self {
            document, language, ..
        } = self;
        let issuer = &document.issuer;
        section(
            language.issuer,
            vec![
                row(language.name, &issuer.name),
                row(language.address, &issuer.address),
                row(language.vat_number, &issuer.vat_number),
                row(language.contact, &issuer.contact),
                row(language.issued, self.formats.moment(&self.times.settled)),
                row(language.receipt_id, &document.id),
                row(language.session, &document.summary.session),
            ],
        )
    }

    fn amount(&self, amount: u64) -> String {
        self.amounts.amount(amount)
    }

    fn energy(&self, energy: u64) -> String {
        format!("{} kWh", self.formats.decimal(energy.into(), 3, 3))
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
