//! Amounts of one currency, with the currency sign where the language puts it.

use chargetap_contract::money::{MilliMinor, MinorUnits};
use fixed_decimal::Decimal;
use icu_experimental::dimension::provider::currency::symbols::{CurrencySymbol, CurrencySymbolsV1};
use icu_provider::prelude::*;

use super::{Formats, decimal, provider::Cldr};
use crate::money::{Currency, EXACT_DIGITS};

/// How a language writes amounts of a currency.
///
/// ICU4X's currency formatter is not used: it rounds to the decimals of CLDR, which are not always
/// those of ISO 4217, and a unit price has more decimals. Only its pattern and sign are used, with
/// a number that is not rounded.
pub(crate) struct Amounts<'a> {
    formats: &'static Formats,
    currency: &'a Currency,
    symbol: Option<DataPayload<CurrencySymbolsV1>>,
}

impl Formats {
    /// How to write amounts of a currency.
    pub(crate) fn amounts<'a>(&'static self, currency: &'a Currency) -> Amounts<'a> {
        let symbol = DataMarkerAttributes::try_from_str(&currency.code)
            .ok()
            .and_then(|code| symbol(code, &self.locale));
        Amounts {
            formats: self,
            currency,
            symbol,
        }
    }
}

impl Amounts<'_> {
    /// Such as `€4.86`.
    pub(crate) fn amount(&self, amount: MinorUnits) -> String {
        let digits = self.currency.digits;
        self.unsigned(&decimal(amount.into(), digits, digits))
    }

    /// Such as `€0.395`, of thousandths of the minor unit.
    pub(crate) fn exact(&self, amount: MilliMinor) -> String {
        self.unsigned(&self.exact_decimal(amount))
    }

    /// Such as `-€0.15`.
    pub(crate) fn minus(&self, amount: MinorUnits) -> String {
        let digits = self.currency.digits;
        self.signed(&decimal(amount.into(), digits, digits), true)
    }

    /// Such as `+€0.1142` or `-€0.50`, of thousandths of the minor unit: always with its sign.
    pub(crate) fn adjustment(&self, amount: i64) -> String {
        self.signed(&self.exact_decimal(amount.unsigned_abs()), amount < 0)
    }

    fn signed(&self, number: &Decimal, is_negative: bool) -> String {
        let symbols = self.formats.symbols.get();
        let (minus, plus) = (symbols.minus_sign_prefix(), symbols.plus_sign_prefix());
        let sign = if is_negative { minus } else { plus };
        let (symbol, starts, ends) = self.symbol();
        match self.formats.currency.get().get_negative(starts, ends) {
            // A plus sign stands where the language puts the minus sign.
            Some(pattern) => {
                let number = self.formats.decimal.format(number);
                let negative = pattern.interpolate((number, symbol)).to_string();
                negative.replacen(minus, sign, 1)
            }
            None => format!("{sign}{}", self.unsigned(number)),
        }
    }

    fn exact_decimal(&self, amount: MilliMinor) -> Decimal {
        let digits = self.currency.digits;
        decimal(amount.into(), digits + EXACT_DIGITS, digits)
    }

    fn unsigned(&self, number: &Decimal) -> String {
        let (symbol, starts, ends) = self.symbol();
        let pattern = self.formats.currency.get().get_positive(starts, ends);
        let number = self.formats.decimal.format(number);
        pattern.interpolate((number, symbol)).to_string()
    }

    /// The sign, and whether it starts and ends with a letter. A currency without a sign has its code.
    fn symbol(&self) -> (&str, bool, bool) {
        match self.symbol.as_ref().map(DataPayload::get) {
            Some(symbol) => (
                CurrencySymbol::as_str(symbol),
                symbol.starts_with_letter(),
                symbol.ends_with_letter(),
            ),
            None => (&self.currency.code, true, true),
        }
    }
}

fn symbol(
    code: &DataMarkerAttributes,
    locale: &DataLocale,
) -> Option<DataPayload<CurrencySymbolsV1>> {
    let mut request = DataRequest {
        id: DataIdentifierBorrowed::for_marker_attributes_and_locale(code, locale),
        ..DataRequest::default()
    };
    // Do not log on standard error that there is none.
    request.metadata.silent = true;
    Cldr.load(request).ok().map(|response| response.payload)
}
