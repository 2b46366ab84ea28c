//! Tariffs: the short form, and OCPI's elements.

use std::collections::BTreeMap;

use chargetap_contract::money::{Dimension, PriceComponent, Tariff, TariffElement};
use serde::Deserialize;
use toml::Spanned;

use super::limits::LimitTable;
use super::place::{Place, repeated};
use super::restrictions::RestrictionsTable;
use super::{ConfigError, amounts, limits};

type Text = Spanned<String>;

/// A tariff in the short form, with prices of its own, or with OCPI's elements.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TariffTable {
    id: Text,
    currency: Text,
    #[serde(default)]
    tax_included: bool,
    per_kwh: Option<Text>,
    per_hour: Option<Text>,
    per_hour_parking: Option<Text>,
    per_session: Option<Text>,
    vat_percent: Option<Text>,
    elements: Option<Spanned<Vec<ElementTable>>>,
    min_price: Option<LimitTable>,
    max_price: Option<LimitTable>,
    preauthorize: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElementTable {
    price_components: Vec<ComponentTable>,
    #[serde(default)]
    restrictions: RestrictionsTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ComponentTable {
    r#type: Spanned<ComponentType>,
    price: Text,
    vat: Option<Text>,
    #[serde(default)]
    step_size: u32,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum ComponentType {
    Energy,
    Time,
    ParkingTime,
    Flat,
}

pub(super) fn tariffs(
    place: &Place<'_>,
    tables: Vec<TariffTable>,
) -> Result<BTreeMap<String, Tariff>, ConfigError> {
    let mut tariffs = BTreeMap::new();
    for table in tables {
        let tariff = tariff(place, &table)?;
        if tariffs.insert(table.id.get_ref().clone(), tariff).is_some() {
            return Err(repeated(place, "tariffs.id", &table.id));
        }
    }
    Ok(tariffs)
}

fn tariff(place: &Place<'_>, table: &TariffTable) -> Result<Tariff, ConfigError> {
    let decimals = amounts::decimals(table.currency.get_ref())
        .map_err(|problem| place.error("tariffs.currency", &table.currency, problem))?;
    let reader = Reader { place, decimals };
    let limits = limits::Reader { place, decimals };
    let mut tariff = Tariff {
        currency: table.currency.get_ref().clone(),
        tax_included: table.tax_included,
        elements: match &table.elements {
            Some(elements) => reader.elements(table, elements)?,
            None => vec![reader.short_form(table)?],
        },
        min_price: limits.limit("tariffs.min_price", table.min_price.as_ref())?,
        max_price: limits.limit("tariffs.max_price", table.max_price.as_ref())?,
        preauthorize_amount: None,
    };
    if let (Some(min), Some(max)) = (&table.min_price, &table.max_price) {
        limits.in_order(min, max)?;
    }
    if let Some(hold) = &table.preauthorize {
        tariff.preauthorize_amount = Some(limits.hold("tariffs.preauthorize", hold, &tariff)?);
    }
    Ok(tariff)
}

/// Reads prices in the tariff's currency.
struct Reader<'a> {
    place: &'a Place<'a>,
    decimals: u32,
}

impl Reader<'_> {
    fn price(&self, key: &str, value: &Text) -> Result<u64, ConfigError> {
        amounts::milli_minor(value.get_ref(), self.decimals)
            .map_err(|problem| self.place.error(key, value, problem))
    }

    fn percent(&self, key: &str, value: &Text) -> Result<u32, ConfigError> {
        amounts::percent(value.get_ref()).map_err(|problem| self.place.error(key, value, problem))
    }

    /// One element that always applies.
    fn short_form(&self, table: &TariffTable) -> Result<TariffElement, ConfigError> {
        let key = "tariffs.vat_percent";
        let vat_rate = match &table.vat_percent {
            Some(percent) => self.percent(key, percent)?,
            None => {
                let problem = "is needed with prices per kWh, hour and session; \"0\" is no VAT";
                return Err(self.place.error(key, &table.id, problem.into()));
            }
        };
        let mut components = Vec::new();
        for (key, price, dimension) in [
            ("per_kwh", &table.per_kwh, Dimension::Energy),
            ("per_hour", &table.per_hour, Dimension::Time),
            (
                "per_hour_parking",
                &table.per_hour_parking,
                Dimension::ParkingTime,
            ),
            ("per_session", &table.per_session, Dimension::Flat),
        ] {
            if let Some(price) = price {
                components.push(PriceComponent {
                    dimension,
                    price: self.price(&format!("tariffs.{key}"), price)?,
                    vat_rate: Some(vat_rate),
                    step_size: 1,
                });
            }
        }
        Ok(TariffElement {
            components,
            restrictions: Vec::new(),
        })
    }

    fn elements(
        &self,
        table: &TariffTable,
        elements: &Spanned<Vec<ElementTable>>,
    ) -> Result<Vec<TariffElement>, ConfigError> {
        let short_form = [
            &table.per_kwh,
            &table.per_hour,
            &table.per_hour_parking,
            &table.per_session,
            &table.vat_percent,
        ];
        if let Some(value) = short_form.into_iter().flatten().next() {
            let problem = "a tariff has either elements, or prices and a VAT of its own";
            return Err(self.place.error("tariffs.elements", value, problem.into()));
        }
        let elements = elements.get_ref().iter();
        elements.map(|element| self.element(element)).collect()
    }

    fn element(&self, table: &ElementTable) -> Result<TariffElement, ConfigError> {
        const KEY: &str = "tariffs.elements.price_components";
        let mut components: Vec<PriceComponent> = Vec::new();
        for component in &table.price_components {
            let dimension = match component.r#type.get_ref() {
                ComponentType::Energy => Dimension::Energy,
                ComponentType::Time => Dimension::Time,
                ComponentType::ParkingTime => Dimension::ParkingTime,
                ComponentType::Flat => Dimension::Flat,
            };
            if components.iter().any(|it| it.dimension == dimension) {
                let problem = "an element has at most one price of each type".into();
                return Err(self
                    .place
                    .error(&format!("{KEY}.type"), &component.r#type, problem));
            }
            let vat = component.vat.as_ref();
            components.push(PriceComponent {
                dimension,
                price: self.price(&format!("{KEY}.price"), &component.price)?,
                vat_rate: vat
                    .map(|vat| self.percent(&format!("{KEY}.vat"), vat))
                    .transpose()?,
                step_size: component.step_size,
            });
        }
        Ok(TariffElement {
            components,
            restrictions: table.restrictions.read(self.place)?,
        })
    }
}
