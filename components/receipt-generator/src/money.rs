//! Amounts and quantities as decimals.

use chargetap_contract::{
    money::{MilliMinor, MinorUnits},
    receipt::Problem,
};

use crate::language::Language;

/// Prices and the amounts of lines are given to a thousandth of the minor unit: three more digits
/// than other amounts have.
const EXACT_DIGITS: u32 = 3;

/// A currency of ISO 4217.
pub(crate) struct Currency {
    /// Alphabetic, such as `EUR`.
    pub(crate) code: String,
    /// How many decimals its amounts have: 2 for EUR, 0 for JPY.
    pub(crate) digits: u32,
}

impl Currency {
    /// Finds a currency by its alphabetic code in capitals.
    pub(crate) fn find(code: &str) -> Result<Self, Problem> {
        iso_currency::Currency::from_code(code)
            .and_then(|currency| currency.exponent())
            .map(|digits| Self {
                code: code.to_owned(),
                digits: digits.into(),
            })
            .ok_or_else(|| Problem::UnknownCurrency(code.to_owned()))
    }

    /// Such as `4.86 EUR`.
    pub(crate) fn amount(&self, amount: MinorUnits, language: &Language) -> String {
        let amount = decimal(amount.into(), self.digits, self.digits, language);
        format!("{amount} {}", self.code)
    }

    /// Such as `0.395 EUR`, of thousandths of the minor unit.
    pub(crate) fn exact(&self, amount: MilliMinor, language: &Language) -> String {
        let digits = self.digits + EXACT_DIGITS;
        let number = decimal(amount.into(), digits, self.digits, language);
        format!("{number} {}", self.code)
    }
}

/// `value` divided by ten to the power of `digits`, with at least `kept` decimals and no other
/// trailing zeros.
pub(crate) fn decimal(value: u128, digits: u32, kept: u32, language: &Language) -> String {
    let width = digits as usize + 1;
    let padded = format!("{value:0width$}");
    let (whole, fraction) = padded.split_at(padded.len() - digits as usize);
    let significant = fraction.trim_end_matches('0').len().max(kept as usize);
    let fraction = fraction.get(..significant).unwrap_or(fraction);
    if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}{}{fraction}", language.decimal_separator)
    }
}
