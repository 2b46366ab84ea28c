//! Minimum and maximum prices, and whether a hold covers the minimum.

use chargetap_contract::money::{PriceLimit, Tariff};
use serde::Deserialize;
use toml::Spanned;

use super::place::Place;
use super::{ConfigError, amounts};

type Text = Spanned<String>;

/// A VAT rate of 100 %.
const WHOLE: u128 = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitTable {
    before_taxes: Option<Text>,
    after_taxes: Option<Text>,
}

/// Reads limits and holds in the tariff's currency.
pub(super) struct Reader<'a> {
    pub(super) place: &'a Place<'a>,
    pub(super) decimals: u32,
}

impl Reader<'_> {
    pub(super) fn amount(&self, key: &str, value: &Text) -> Result<u64, ConfigError> {
        amounts::minor_units(value.get_ref(), self.decimals)
            .map_err(|problem| self.place.error(key, value, problem))
    }

    pub(super) fn limit(
        &self,
        key: &str,
        table: Option<&LimitTable>,
    ) -> Result<Option<PriceLimit>, ConfigError> {
        let Some(table) = table else {
            return Ok(None);
        };
        let amount = |name: &str, value: &Option<Text>| {
            let value = value.as_ref();
            value
                .map(|value| self.amount(&format!("{key}.{name}"), value))
                .transpose()
        };
        Ok(Some(PriceLimit {
            net: amount("before_taxes", &table.before_taxes)?,
            gross: amount("after_taxes", &table.after_taxes)?,
        }))
    }

    /// A minimum that is above the maximum cannot be meant. Net is never more than gross.
    pub(super) fn in_order(&self, min: &LimitTable, max: &LimitTable) -> Result<(), ConfigError> {
        for (name, least, most_name, most) in [
            (
                "before_taxes",
                &min.before_taxes,
                "before_taxes",
                &max.before_taxes,
            ),
            (
                "before_taxes",
                &min.before_taxes,
                "after_taxes",
                &max.after_taxes,
            ),
            (
                "after_taxes",
                &min.after_taxes,
                "after_taxes",
                &max.after_taxes,
            ),
        ] {
            let (Some(least), Some(most)) = (least, most) else {
                continue;
            };
            let key = format!("tariffs.min_price.{name}");
            let most_key = format!("tariffs.max_price.{most_name}");
            if self.amount(&key, least)? > self.amount(&most_key, most)? {
                let problem = format!("must be at most max_price.{most_name}, {}", most.get_ref());
                return Err(self.place.error(&key, least, problem));
            }
        }
        Ok(())
    }

    /// An amount to be held, which covers the least that a session costs.
    pub(super) fn hold(
        &self,
        key: &str,
        value: &Text,
        tariff: &Tariff,
    ) -> Result<u64, ConfigError> {
        let hold = self.amount(key, value)?;
        if hold == 0 {
            let problem = "must be more than nothing: it is what a driver can spend".into();
            return Err(self.place.error(key, value, problem));
        }
        let least = least(tariff);
        if hold >= least {
            return Ok(hold);
        }
        let least = amounts::text(least, self.decimals);
        let problem = format!("must be at least {least}, the tariff's minimum price with VAT");
        Err(self.place.error(key, value, problem))
    }
}

/// The tariff's minimum price in minor units, VAT included at the highest of its rates.
fn least(tariff: &Tariff) -> u64 {
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
