//! How a language writes numbers, amounts and moments, by CLDR with ICU4X.
//!
//! The crate in `cldr` writes the part of CLDR that is used. Every language's amounts, quantities and moments are
//! tested against ICU4C's, which the Node.js script in `tests/vectors` writes.

mod amounts;
mod locales;
mod provider;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use fixed_decimal::Decimal;
use icu_calendar::{Date, Gregorian};
use icu_datetime::{
    FixedCalendarDateTimeFormatter,
    fieldsets::{YMD, YMDT},
    options::TimePrecision,
};
use icu_decimal::{DecimalFormatter, provider::DecimalSymbolsV1};
use icu_experimental::dimension::{
    percent::formatter::PercentFormatter, provider::currency::essentials::CurrencyEssentialsV1,
};
use icu_provider::prelude::*;
use icu_time::{DateTime, Time};

pub(crate) use amounts::Amounts;

use locales::LOCALES;
use provider::Cldr;

use crate::time::Moment;

/// The formats of each locale, loaded when they are first used. Loading takes longer than writing a
/// receipt with them.
static ALL: [OnceLock<Option<Formats>>; LOCALES.len()] = [const { OnceLock::new() }; LOCALES.len()];

/// The formatters of a language.
pub(crate) struct Formats {
    locale: DataLocale,
    decimal: DecimalFormatter,
    symbols: DataPayload<DecimalSymbolsV1>,
    currency: DataPayload<CurrencyEssentialsV1>,
    percent: PercentFormatter<DecimalFormatter>,
    day: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    moment: FixedCalendarDateTimeFormatter<Gregorian, YMDT>,
}

impl Formats {
    /// The formats of a language.
    pub(crate) fn find(tag: &str) -> Option<&'static Self> {
        let (locale, formats) = LOCALES
            .iter()
            .zip(&ALL)
            .find(|(locale, _)| language(locale) == tag)?;
        formats.get_or_init(|| Self::load(locale).ok()).as_ref()
    }

    fn load(locale: &str) -> Result<Self, DataError> {
        let locale =
            DataLocale::try_from_str(locale).map_err(|_| DataError::custom("not a locale"))?;
        let tag = locale.into_locale();
        let decimal = DecimalFormatter::try_new_unstable(&Cldr, (&tag).into(), Default::default())?;
        let day = YMD::medium();
        let moment = day.with_time(TimePrecision::Second);
        Ok(Self {
            symbols: Cldr.load(of(&locale))?.payload,
            currency: Cldr.load(of(&locale))?.payload,
            percent: PercentFormatter::try_new_with_decimal_formatter_unstable(
                &Cldr,
                (&tag).into(),
                decimal.clone(),
                Default::default(),
            )?,
            day: FixedCalendarDateTimeFormatter::try_new_unstable(&Cldr, (&tag).into(), day)
                .map_err(|_| DataError::custom("no date"))?,
            moment: FixedCalendarDateTimeFormatter::try_new_unstable(&Cldr, (&tag).into(), moment)
                .map_err(|_| DataError::custom("no date"))?,
            decimal,
            locale,
        })
    }

    /// Such as `12 345.67`: `value` divided by ten to the power of `digits`, with at least `kept`
    /// decimals and no other trailing zeros.
    pub(crate) fn decimal(&self, value: u128, digits: u32, kept: u32) -> String {
        self.decimal.format_to_string(&decimal(value, digits, kept))
    }

    /// Such as `25.5 %`, of hundredths of a percent.
    pub(crate) fn percent(&self, basis_points: u32) -> String {
        self.percent
            .format(&decimal(basis_points.into(), 2, 0))
            .to_string()
    }

    /// Such as `15 Jun 2025`.
    pub(crate) fn day(&self, moment: &Moment) -> String {
        let date = date(moment).map(|date| self.day.format(&date).to_string());
        date.unwrap_or_default()
    }

    /// Such as `15 Jun 2025, 14:32:10 UTC+02:00`. The offset is the same in every language.
    pub(crate) fn moment(&self, moment: &Moment) -> String {
        let local = &moment.local;
        let [hour, minute, second] =
            [local.hour(), local.minute(), local.second()].map(i8::unsigned_abs);
        let time = Time::try_new(hour, minute, second, 0);
        // It does not fail: every valid date and time can be written.
        let written = date(moment).zip(time.ok()).map(|(date, time)| {
            let local = DateTime { date, time };
            self.moment.format(&local).to_string()
        });
        format!("{} UTC{}", written.unwrap_or_default(), moment.offset())
    }
}

fn date(moment: &Moment) -> Option<Date<Gregorian>> {
    let local = &moment.local;
    let [month, day] = [local.month(), local.day()].map(i8::unsigned_abs);
    Date::try_new_gregorian(local.year().into(), month, day).ok()
}

/// The language of a BCP 47 tag.
fn language(tag: &str) -> &str {
    tag.split_once('-').map_or(tag, |(language, _)| language)
}

/// A request for the data of a locale.
fn of(locale: &DataLocale) -> DataRequest<'_> {
    DataRequest {
        id: DataIdentifierBorrowed::for_locale(locale),
        ..DataRequest::default()
    }
}

fn decimal(value: u128, digits: u32, kept: u32) -> Decimal {
    let position = |digits: u32| i16::try_from(digits).map_or(i16::MIN, |digits| -digits);
    let mut decimal = Decimal::from(value);
    decimal.multiply_pow10(position(digits));
    decimal.trim_end();
    decimal.pad_end(position(kept));
    decimal
}
