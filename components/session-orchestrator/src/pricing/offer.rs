//! What a driver is told before showing a card.

use std::fmt::Write;

use chargetap_contract::money::{Dimension, PriceComponent, Restriction};
use chargetap_contract::session::Policy;

use super::calendar::Local;
use super::restrictions::{self, Interval, Moment};
use super::usage::component;

/// Thousandths of a minor unit have so many decimals more than the minor unit.
const MILLI_DECIMALS: u32 = 3;
/// The most decimals of a unit price.
const MOST_DECIMALS: u32 = 4;
const VAT_WHOLE: u128 = 10_000;
const MINUTES: u128 = 60;

/// The ad hoc price and the amount to be held; see `orchestration.offer` in the contract.
#[must_use]
pub fn offer(policy: &Policy, hold: u64, now: u64) -> String {
    let currency = &policy.tariff.currency;
    let mut text = String::new();
    for (dimension, per, unit) in [
        (Dimension::Energy, 1, "/kWh"),
        (Dimension::Time, MINUTES, "/min"),
        (Dimension::Flat, 1, "/session"),
        (Dimension::ParkingTime, MINUTES, "/min idle"),
    ] {
        if let Some(price) = unit_price(policy, dimension, now, per).filter(|price| *price > 0) {
            let amount = decimal(price, policy.currency_decimals, MILLI_DECIMALS);
            // Writing to a string does not fail.
            let _ = write!(text, "{amount} {currency}{unit}, ");
        }
    }
    if text.is_empty() {
        text.push_str("Free, ");
    }
    let held = decimal(hold.into(), policy.currency_decimals, 0);
    let _ = write!(text, "hold {held} {currency}. Show your card.");
    text
}

/// What one unit costs a driver who begins now, VAT included as far as it is known, in thousandths of
/// the minor unit.
fn unit_price(policy: &Policy, dimension: Dimension, now: u64, per: u128) -> Option<u128> {
    let tariff = &policy.tariff;
    let moment = Moment {
        local: Local::of(now, &policy.utc_offsets),
        energy: 0,
        elapsed: 0,
        interval: Interval {
            energy: 0,
            duration: 0,
        },
    };
    // Nobody knows yet how much power will flow.
    let holds = |restriction: &Restriction| {
        matches!(restriction, Restriction::Power(_)) || restrictions::holds(restriction, &moment)
    };
    let found: &PriceComponent = tariff
        .elements
        .iter()
        .filter(|element| element.restrictions.iter().all(holds))
        .find_map(|element| component(&element.components, dimension))?;
    let vat = match found.vat_rate {
        Some(rate) if !tariff.tax_included => u128::from(rate),
        _ => 0,
    };
    let gross = u128::from(found.price) * (VAT_WHOLE + vat);
    Some((gross + VAT_WHOLE * per / 2) / (VAT_WHOLE * per))
}

/// An amount with `decimals` and `more` decimals, of which those beyond the currency's own are shown
/// as far as they count, and at most [`MOST_DECIMALS`], rounded half up.
fn decimal(amount: u128, decimals: u8, more: u32) -> String {
    let decimals = u32::from(decimals.min(4));
    let places = (decimals + more).min(MOST_DECIMALS.max(decimals));
    let dropped = 10_u128.pow(decimals + more - places);
    let mut shown = (amount + dropped / 2) / dropped;
    let mut places = places;
    while places > decimals && shown.is_multiple_of(10) {
        shown /= 10;
        places -= 1;
    }
    let one = 10_u128.pow(places);
    match places {
        0 => shown.to_string(),
        _ => format!(
            "{}.{:0width$}",
            shown / one,
            shown % one,
            width = places as usize
        ),
    }
}
