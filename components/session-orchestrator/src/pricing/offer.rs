//! The price on the terminal's screen, before a card is shown.

use std::fmt::Write;

use chargetap_contract::money::{Dimension, PriceComponent, Tariff};
use chargetap_contract::session::Policy;

use super::outlook::{When, outlook};

/// How many decimals more than the minor unit its thousandths have.
const MILLI_DECIMALS: u32 = 3;
/// The most decimals of a unit price.
const MOST_DECIMALS: u32 = 4;
const VAT_WHOLE: u128 = 10_000;
/// How many minutes an hour has.
const MINUTES: u128 = 60;
/// A minute in milliseconds.
const MINUTE: u64 = 60_000;

/// The ad hoc price and the amount to be held; see `orchestration.offer` in the contract.
#[must_use]
pub fn offer(policy: &Policy, hold: u64, now: u64) -> String {
    let mut offer = Offer {
        policy,
        now,
        text: String::new(),
    };
    offer.say_prices(Dimension::Energy, 1, "/kWh");
    offer.say_prices(Dimension::Time, MINUTES, "/min");
    offer.say_prices(Dimension::Flat, 1, "/session");
    offer.say_prices(Dimension::ParkingTime, MINUTES, "/min idle");
    let minimum = minimum(&policy.tariff);
    if minimum > 0 {
        offer.say("at least ", minimum, 0, ", ");
    }
    if offer.text.is_empty() {
        offer.text.push_str("Free, ");
    }
    offer.say("hold ", hold.into(), 0, ". Show your card.");
    offer.text
}

/// An offer in the making.
struct Offer<'a> {
    policy: &'a Policy,
    now: u64,
    text: String,
}

impl Offer<'_> {
    fn say(&mut self, before: &str, amount: u128, more: u32, after: &str) {
        let amount = decimal(amount, self.policy.currency_decimals, more);
        let currency = &self.policy.tariff.currency;
        // Writing to a string does not fail.
        let _ = write!(self.text, "{before}{amount} {currency}{after}");
    }

    /// The prices of one unit of a dimension, now and later.
    fn say_prices(&mut self, dimension: Dimension, per: u128, unit: &str) {
        let mut prices: Vec<(When, u128)> = Vec::new();
        for (when, component) in outlook(self.policy, dimension, self.now) {
            let price = unit_price(&self.policy.tariff, component, per);
            if price > 0 && prices.iter().all(|(_, known)| *known != price) {
                prices.push((when, price));
            }
        }
        self.say_highest("", When::Now, &prices, unit);
        self.say_highest("by power ", When::ByPower, &prices, unit);
        for (when, price) in &prices {
            if let When::After(duration) = when {
                let after = format!("{unit} after {} min, ", duration / MINUTE);
                self.say("", *price, MILLI_DECIMALS, &after);
            }
        }
        self.say_highest("later ", When::Later, &prices, unit);
    }

    /// Of several prices only the highest is shown: a screen is small.
    fn say_highest(&mut self, before: &str, when: When, prices: &[(When, u128)], unit: &str) {
        let prices = prices.iter().filter(|it| it.0 == when).map(|it| it.1);
        let up_to = if prices.clone().count() > 1 {
            "up to "
        } else {
            ""
        };
        if let Some(highest) = prices.max() {
            let before = format!("{before}{up_to}");
            self.say(&before, highest, MILLI_DECIMALS, &format!("{unit}, "));
        }
    }
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

/// The least price of a session in which energy flows, in minor units, VAT included at the highest
/// rate.
fn minimum(tariff: &Tariff) -> u128 {
    let Some(limit) = &tariff.min_price else {
        return 0;
    };
    let components = tariff.elements.iter().flat_map(|it| &it.components);
    let rate = components.filter_map(|it| it.vat_rate).max().unwrap_or(0);
    let net = u128::from(limit.net.unwrap_or(0));
    let with_vat = (net * (VAT_WHOLE + u128::from(rate)) + VAT_WHOLE / 2) / VAT_WHOLE;
    let most = tariff.max_price.as_ref().and_then(|max| max.gross);
    let least = with_vat.max(limit.gross.unwrap_or(0).into());
    least.min(most.unwrap_or(u64::MAX).into())
}

/// An amount that has `more` decimals beyond the `decimals` of its currency, rounded half up to at
/// most [`MOST_DECIMALS`]. Trailing zeros beyond the currency's decimals are not shown.
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
