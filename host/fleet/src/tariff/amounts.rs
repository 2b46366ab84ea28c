//! Decimal amounts of money as people write them.

use iso_currency::Currency;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Thousandths of a minor unit in a minor unit.
const MILLI: u32 = 3;

/// How many decimals an amount of this currency has.
///
/// # Errors
/// It is no currency of ISO 4217.
pub fn decimals(currency: &str) -> Result<u32, String> {
    let unknown = || format!("{currency:?} is not an ISO 4217 currency code such as \"EUR\"");
    let known = Currency::from_code(currency).ok_or_else(unknown)?;
    known.exponent().map(u32::from).ok_or_else(unknown)
}

/// An amount such as `"50.00"` in minor units.
///
/// # Errors
/// What is wrong with it.
pub fn minor_units(text: &str, decimals: u32) -> Result<u64, String> {
    scaled(text, decimals)
}

/// An amount to be held, in minor units.
///
/// # Errors
/// What is wrong with it.
pub fn hold(text: &str, decimals: u32) -> Result<u64, String> {
    match minor_units(text, decimals)? {
        0 => Err("must be more than nothing: it is what a driver can spend".to_owned()),
        hold => Ok(hold),
    }
}

/// The opposite: minor units as people write them.
#[must_use]
pub fn text(amount: u64, decimals: u32) -> String {
    Decimal::from_i128_with_scale(amount.into(), decimals).to_string()
}

/// A unit price such as `"0.495"` in thousandths of the minor unit.
///
/// # Errors
/// What is wrong with it.
pub fn milli_minor(text: &str, decimals: u32) -> Result<u64, String> {
    scaled(text, decimals + MILLI)
}

/// An amount of energy in kWh such as `"1.5"` in watt-hours, or power in kW in watts.
///
/// # Errors
/// What is wrong with it.
pub fn thousandths(text: &str) -> Result<u64, String> {
    scaled(text, 3)
}

/// A percentage such as `"25"` in hundredths of a percent.
///
/// # Errors
/// What is wrong with it.
pub fn percent(text: &str) -> Result<u32, String> {
    let value = scaled(text, 2)?;
    match u32::try_from(value) {
        Ok(value) if value <= 10_000 => Ok(value),
        _ => Err(format!("{text:?} is more than 100 percent")),
    }
}

fn scaled(text: &str, decimals: u32) -> Result<u64, String> {
    let number: Decimal = text
        .parse()
        .map_err(|_| format!("{text:?} is not a decimal number such as \"0.49\""))?;
    let scaled = Decimal::from(10u64.saturating_pow(decimals)).checked_mul(number);
    match scaled {
        Some(scaled) if scaled.is_sign_negative() && !scaled.is_zero() => {
            Err(format!("{text:?} is negative"))
        }
        Some(scaled) if scaled.fract().is_zero() => {
            // Amounts are stored as signed 64-bit integers.
            scaled
                .to_i64()
                .and_then(|value| u64::try_from(value).ok())
                .ok_or_else(|| format!("{text:?} is too large"))
        }
        Some(_) => Err(format!("{text:?} has more than {decimals} decimals")),
        None => Err(format!("{text:?} is too large")),
    }
}
