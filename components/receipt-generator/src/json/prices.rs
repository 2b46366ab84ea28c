//! The prices that the driver was told.

use chargetap_contract::money::{PriceTime, Prices, UnitPrice};
use serde::Serialize;

use super::names;

/// With VAT where its rate is known.
#[derive(Serialize)]
pub(super) struct PricesFields {
    units: Vec<UnitPriceFields>,
    /// What a session costs at least in which energy flows.
    minimum: Option<u64>,
}

#[derive(Serialize)]
struct UnitPriceFields {
    /// `energy`, `time`, `parking_time` or `flat`.
    dimension: &'static str,
    /// `now`, `by_power`, `after` or `later`.
    when: &'static str,
    /// The duration that `after` waits for.
    after_ms: Option<u64>,
    /// Whether this is the highest of several prices at that time.
    is_highest: bool,
    /// Per kilowatt-hour, per minute or for the session, in thousandths of the minor unit.
    price_milli_minor: u64,
}

impl PricesFields {
    pub(super) fn of(prices: &Prices) -> Self {
        Self {
            units: prices.units.iter().map(UnitPriceFields::of).collect(),
            minimum: prices.minimum,
        }
    }
}

impl UnitPriceFields {
    fn of(unit: &UnitPrice) -> Self {
        let (when, after_ms) = match unit.when {
            PriceTime::Now => ("now", None),
            PriceTime::ByPower => ("by_power", None),
            PriceTime::After(duration) => ("after", Some(duration)),
            PriceTime::Later => ("later", None),
        };
        Self {
            dimension: names::dimension(unit.dimension),
            when,
            after_ms,
            is_highest: unit.is_highest,
            price_milli_minor: unit.price,
        }
    }
}
