//! Minimum and maximum prices, and whether a hold covers the minimum.

use chargetap_contract::money::{PriceLimit, Tariff};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reader, amounts};
use crate::form::Place;

/// A VAT rate of 100 %.
const WHOLE: u128 = 10_000;

/// A limit of what a session costs. Where both stand, both hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "PriceLimit", deny_unknown_fields)]
pub struct LimitForm {
    /// Without VAT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before_taxes: Option<String>,
    /// With VAT.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_taxes: Option<String>,
}

impl Reader {
    fn amount(&mut self, place: &Place, text: &str) -> Option<u64> {
        let amount = amounts::minor_units(text, self.decimals);
        self.take(place, amount)
    }

    /// An amount, or that there is none.
    fn optional_amount(&mut self, place: &Place, text: Option<&String>) -> Option<Option<u64>> {
        match text {
            Some(text) => self.amount(place, text).map(Some),
            None => Some(None),
        }
    }

    pub(super) fn limit(
        &mut self,
        place: &Place,
        form: Option<&LimitForm>,
    ) -> Option<Option<PriceLimit>> {
        let Some(form) = form else {
            return Some(None);
        };
        let net = self.optional_amount(&place.member("before_taxes"), form.before_taxes.as_ref());
        let gross = self.optional_amount(&place.member("after_taxes"), form.after_taxes.as_ref());
        Some(Some(PriceLimit {
            net: net?,
            gross: gross?,
        }))
    }

    /// A minimum that is above the maximum cannot be meant. Net is never more than gross.
    pub(super) fn check_order(&mut self, min: &LimitForm, max: &LimitForm) -> Option<()> {
        const NET: &str = "before_taxes";
        const GROSS: &str = "after_taxes";
        let [least, greatest] = ["min_price", "max_price"].map(|it| Place::default().member(it));
        for (name, min, most_name, max) in [
            (NET, &min.before_taxes, NET, &max.before_taxes),
            (NET, &min.before_taxes, GROSS, &max.after_taxes),
            (GROSS, &min.after_taxes, GROSS, &max.after_taxes),
        ] {
            let (Some(min), Some(max)) = (min, max) else {
                continue;
            };
            let place = least.member(name);
            if self.amount(&place, min)? > self.amount(&greatest.member(most_name), max)? {
                self.add(
                    place,
                    format!("must be at most max_price.{most_name}, {max}"),
                );
                return None;
            }
        }
        Some(())
    }
}

/// An amount to be held, in minor units of a currency with so many decimals: one that covers the least that a session
/// costs.
///
/// # Errors
/// What is wrong with it, and what would be right.
pub fn hold(text: &str, decimals: u32, tariff: &Tariff) -> Result<u64, String> {
    let hold = amounts::hold(text, decimals)?;
    let least = least(tariff);
    if hold >= least {
        return Ok(hold);
    }
    let least = amounts::text(least, decimals);
    Err(format!(
        "must be at least {least}, the tariff's minimum price with VAT"
    ))
}

/// The tariff's minimum price in minor units, VAT included at the highest of its rates.
#[must_use]
pub fn least(tariff: &Tariff) -> u64 {
    let components = tariff.elements.iter().flat_map(|it| &it.components);
    let rate = components.filter_map(|it| it.vat_rate).max();
    let with_vat = |net: u64| {
        let exact = u128::from(net) * (WHOLE + u128::from(rate.unwrap_or_default()));
        u64::try_from((exact + WHOLE / 2) / WHOLE).unwrap_or(u64::MAX)
    };
    let Some(min) = &tariff.min_price else {
        return 0;
    };
    let most = tariff.max_price.as_ref().and_then(|max| max.gross);
    let least = min.net.map(with_vat).max(min.gross).unwrap_or_default();
    least.min(most.unwrap_or(u64::MAX))
}
