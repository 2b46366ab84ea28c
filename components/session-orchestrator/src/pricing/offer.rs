//! The prices that a driver is told: before a card is shown, and on the receipt.

use chargetap_contract::money::{
    Dimension, MilliMinor, MinorUnits, PriceComponent, PriceTime, Prices, Tariff, UnitPrice,
};
use chargetap_contract::screen::Quote;
use chargetap_contract::session::Policy;

use super::outlook::outlook;

/// How many decimals more than the minor unit its thousandths have.
const MILLI_DECIMALS: u32 = 3;
/// The most decimals of a unit price.
const MOST_DECIMALS: u32 = 4;
const VAT_WHOLE: u128 = 10_000;
/// How many minutes an hour has.
const MINUTES: u128 = 60;

/// The dimensions in the order of the regulation, and how many of the units in which one is told make
/// one of those in which it is priced.
const DIMENSIONS: [(Dimension, u128); 4] = [
    (Dimension::Energy, 1),
    (Dimension::Time, MINUTES),
    (Dimension::Flat, 1),
    (Dimension::ParkingTime, MINUTES),
];

/// The ad hoc price and the amount to be held; see `orchestration.offer` in the contract.
#[must_use]
pub fn offer(policy: &Policy, hold: u64, now: u64) -> Quote {
    Quote {
        prices: prices(&policy.tariff, policy, now),
        hold,
    }
}

/// The prices of a tariff at a moment, and those of the session that may begin then.
pub(crate) fn prices(tariff: &Tariff, policy: &Policy, at: u64) -> Prices {
    let units = DIMENSIONS
        .into_iter()
        .flat_map(|(dimension, per)| unit_prices(tariff, policy, at, dimension, per));
    Prices {
        currency: tariff.currency.clone(),
        units: units.collect(),
        minimum: minimum(tariff),
    }
}

/// The prices of one unit of a dimension, now and later.
fn unit_prices(
    tariff: &Tariff,
    policy: &Policy,
    at: u64,
    dimension: Dimension,
    per: u128,
) -> Vec<UnitPrice> {
    let mut known: Vec<(PriceTime, MilliMinor)> = Vec::new();
    for (when, component) in outlook(tariff, policy, dimension, at) {
        let price = unit_price(tariff, component, per);
        let price = rounded(price, policy.currency_decimals);
        if price > 0 && known.iter().all(|(_, earlier)| *earlier != price) {
            known.push((when, price));
        }
    }
    // A screen is small: of several prices at one time only the highest is told.
    let highest = |at: PriceTime| {
        let prices = known.iter().filter(|it| it.0 == at).map(|it| it.1);
        let is_highest = prices.clone().count() > 1;
        prices.max().map(|price| UnitPrice {
            dimension,
            when: at,
            is_highest,
            price,
        })
    };
    let after = known.iter().filter_map(|(when, price)| match when {
        PriceTime::After(_) => Some(UnitPrice {
            dimension,
            when: *when,
            is_highest: false,
            price: *price,
        }),
        _ => None,
    });
    [highest(PriceTime::Now), highest(PriceTime::ByPower)]
        .into_iter()
        .flatten()
        .chain(after)
        .chain(highest(PriceTime::Later))
        .collect()
}

/// The price of one unit in thousandths of the minor unit, VAT included if its rate is known.
fn unit_price(tariff: &Tariff, component: &PriceComponent, per: u128) -> u128 {
    let vat = match component.vat_rate {
        Some(rate) if !tariff.tax_included => u128::from(rate),
        _ => 0,
    };
    let gross = u128::from(component.price) * (VAT_WHOLE + vat);
    (gross + VAT_WHOLE * per / 2) / (VAT_WHOLE * per)
}

/// Thousandths of the minor unit, rounded half up to at most [`MOST_DECIMALS`] of the currency's unit.
fn rounded(price: u128, currency_decimals: u8) -> MilliMinor {
    let decimals = u32::from(currency_decimals.min(4));
    let places = (decimals + MILLI_DECIMALS).min(MOST_DECIMALS.max(decimals));
    let step = 10_u128.pow(decimals + MILLI_DECIMALS - places);
    let rounded = (price + step / 2) / step * step;
    rounded.try_into().unwrap_or(MilliMinor::MAX)
}

/// The least price of a session in which energy flows, in minor units, VAT included at the highest
/// rate.
fn minimum(tariff: &Tariff) -> Option<MinorUnits> {
    let limit = tariff.min_price.as_ref()?;
    let components = tariff.elements.iter().flat_map(|it| &it.components);
    let rate = components.filter_map(|it| it.vat_rate).max().unwrap_or(0);
    let net = u128::from(limit.net.unwrap_or(0));
    let with_vat = (net * (VAT_WHOLE + u128::from(rate)) + VAT_WHOLE / 2) / VAT_WHOLE;
    let with_vat = with_vat.try_into().unwrap_or(MinorUnits::MAX);
    let most = tariff.max_price.as_ref().and_then(|max| max.gross);
    let least = limit.gross.unwrap_or(0).max(with_vat);
    Some(least.min(most.unwrap_or(MinorUnits::MAX))).filter(|minimum| *minimum > 0)
}
