//! The prices of a session in words, for a terminal's screen and for the receipt.

use chargetap_contract::money::{Dimension, PriceTime, Prices, UnitPrice};

use crate::{
    formats::{Amounts, Formats},
    language::Language,
};

const MS_PER_MINUTE: u64 = 60_000;

/// Writes prices in a language.
pub(crate) struct Wording<'a> {
    pub(crate) language: &'static Language,
    pub(crate) formats: &'static Formats,
    /// Amounts of the currency of the prices.
    pub(crate) amounts: &'a Amounts<'a>,
}

impl Wording<'_> {
    /// Such as `€0.49/kWh, €0.10/min while not charging, at least €2.00`. The first letter is small.
    pub(crate) fn prices(&self, prices: &Prices) -> String {
        let screen = &self.language.screen;
        let mut parts: Vec<String> = prices.units.iter().map(|it| self.unit(it)).collect();
        let minimum = prices.minimum.map(|it| self.amounts.amount(it));
        parts.extend(minimum.map(|it| (screen.at_least)(&it)));
        if parts.is_empty() {
            return screen.free.to_owned();
        }
        parts.join(", ")
    }

    fn unit(&self, unit: &UnitPrice) -> String {
        let screen = &self.language.screen;
        let amount = self.amounts.exact(unit.price);
        let price = match unit.dimension {
            Dimension::Energy => format!("{amount}/kWh"),
            Dimension::Time => format!("{amount}/min"),
            Dimension::ParkingTime => (screen.idle)(&format!("{amount}/min")),
            Dimension::Flat => (screen.per_session)(&amount),
        };
        let price = match unit.is_highest {
            true => (screen.up_to)(&price),
            false => price,
        };
        match unit.when {
            PriceTime::Now => price,
            PriceTime::ByPower => (screen.by_power)(&price),
            PriceTime::After(duration) => {
                let minutes = self
                    .formats
                    .decimal((duration / MS_PER_MINUTE).into(), 0, 0);
                (screen.after_minutes)(&price, &minutes)
            }
            PriceTime::Later => (screen.later)(&price),
        }
    }
}

/// The text as a sentence begins.
pub(crate) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest.clone()).collect()
}
