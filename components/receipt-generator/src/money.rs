//! Currencies.

use chargetap_contract::receipt::Problem;

/// How many decimals more than other amounts the unit prices and the amounts of lines have: they
/// are in thousandths of the minor unit.
pub(crate) const EXACT_DIGITS: u32 = 3;

/// A currency of ISO 4217.
pub(crate) struct Currency {
    /// Alphabetic, such as `EUR`.
    pub(crate) code: String,
    /// How many decimals its amounts have: 2 for EUR, 0 for JPY.
    pub(crate) digits: u32,
}

impl Currency {
    /// Finds a currency by its alphabetic code in upper case.
    pub(crate) fn find(code: &str) -> Result<Self, Problem> {
        iso_currency::Currency::from_code(code)
            .and_then(|currency| currency.exponent())
            .map(|digits| Self {
                code: code.to_owned(),
                digits: digits.into(),
            })
            .ok_or_else(|| Problem::UnknownCurrency(code.to_owned()))
    }
}
