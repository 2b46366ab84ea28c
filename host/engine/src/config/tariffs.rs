//! Tariffs: the short form, and OCPI's elements.

use std::collections::BTreeMap;

use chargetap_contract::money::{Dimension, PriceComponent, Tariff, TariffElement};
use serde::Deserialize;
use toml::Spanned;

use super::limits::LimitTable;
use super::place::{Place, repeated};
use super::restrictions::RestrictionsTable;
use super::tables::{Element, Table};
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

impl Table for TariffTable {
    const NEEDS: &'static [&'static str] = &["id", "currency"];
}

/// The tariffs by id. Of one with a mistake only the id is known.
pub(super) fn tariffs(
    place: &Place<'_>,
    elements: Vec<Element<TariffTable>>,
) -> BTreeMap<String, Option<Tariff>> {
    let mut tariffs = BTreeMap::new();
    for Element { id, table } in elements {
        let Some(table) = table else {
            tariffs.extend(id.map(|id| (id, None)));
            continue;
        };
        let tariff = tariff(place, &table);
        if tariffs.insert(table.id.get_ref().clone(), tariff).is_some() {
            place.add(repeated(place, "tariffs.id", &table.id));
        }
    }
    tariffs
}

fn tariff(place: &Place<'_>, table: &TariffTable) -> Option<Tariff> {
    let decimals = amounts::decimals(table.currency.get_ref())
        .map_err(|problem| place.error("tariffs.currency", &table.currency, problem));
    let decimals = place.take(decimals)?;
    let reader = Reader { place, decimals };
    let limits = limits::Reader { place, decimals };
    let elements = match &table.elements {
        Some(elements) => reader.elements(table, elements),
        None => reader.short_form(table).map(|element| vec![element]),
    };
    let min_price = place.take(limits.limit("tariffs.min_price", table.min_price.as_ref()));
    let max_price = place.take(limits.limit("tariffs.max_price", table.max_price.as_ref()));
    let mut tariff = Tariff {
        currency: table.currency.get_ref().clone(),
        tax_included: table.tax_included,
        elements: elements?,
        min_price: min_price?,
        max_price: max_price?,
        preauthorize_amount: None,
    };
    if let (Some(min), Some(max)) = (&table.min_price, &table.max_price) {
        place.take(limits.in_order(min, max))?;
    }
    if let Some(hold) = &table.preauthorize {
        let hold = limits.hold("tariffs.preauthorize", hold, &tariff);
        tariff.preauthorize_amount = Some(place.take(hold)?);
    }
    Some(tariff)
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
    fn short_form(&self, table: &TariffTable) -> Option<TariffElement> {
        let key = "tariffs.vat_percent";
        let vat_rate = self.place.take(match &table.vat_percent {
            Some(percent) => self.percent(key, percent),
            None => {
                let problem = "is needed with prices per kWh, hour and session; \"0\" is no VAT";
                Err(self.place.error(key, &table.id, problem.into()))
            }
        });
        let prices = [
            ("per_kwh", &table.per_kwh, Dimension::Energy),
            ("per_hour", &table.per_hour, Dimension::Time),
            (
                "per_hour_parking",
                &table.per_hour_parking,
                Dimension::ParkingTime,
            ),
            ("per_session", &table.per_session, Dimension::Flat),
        ];
        let prices: Vec<_> = prices
            .into_iter()
            .filter_map(|(key, price, dimension)| {
                let price = self.price(&format!("tariffs.{key}"), price.as_ref()?);
                Some((dimension, self.place.take(price)))
            })
            .collect();
        let vat_rate = vat_rate?;
        let components = prices.into_iter().map(|(dimension, price)| {
            Some(PriceComponent {
                dimension,
                price: price?,
                vat_rate: Some(vat_rate),
                step_size: 1,
            })
        });
        Some(TariffElement {
            components: components.collect::<Option<_>>()?,
            restrictions: Vec::new(),
        })
    }

    fn elements(
        &self,
        table: &TariffTable,
        elements: &Spanned<Vec<ElementTable>>,
    ) -> Option<Vec<TariffElement>> {
        let short_form = [
            &table.per_kwh,
            &table.per_hour,
            &table.per_hour_parking,
            &table.per_session,
            &table.vat_percent,
        ];
        if let Some(value) = short_form.into_iter().flatten().next() {
            let problem = "a tariff has either elements, or prices and a VAT of its own";
            let error = self.place.error("tariffs.elements", value, problem.into());
            self.place.add(error);
        }
        let elements = elements.get_ref().iter();
        let elements: Vec<_> = elements.map(|element| self.element(element)).collect();
        elements.into_iter().collect()
    }

    fn element(&self, table: &ElementTable) -> Option<TariffElement> {
        let mut components: Vec<Option<PriceComponent>> = Vec::new();
        for component in &table.price_components {
            let others: Vec<_> = components.iter().flatten().map(|it| it.dimension).collect();
            components.push(self.component(component, &others));
        }
        let restrictions = self.place.take(table.restrictions.read(self.place));
        Some(TariffElement {
            components: components.into_iter().collect::<Option<_>>()?,
            restrictions: restrictions?,
        })
    }

    fn component(&self, table: &ComponentTable, others: &[Dimension]) -> Option<PriceComponent> {
        const KEY: &str = "tariffs.elements.price_components";
        let dimension = match table.r#type.get_ref() {
            ComponentType::Energy => Dimension::Energy,
            ComponentType::Time => Dimension::Time,
            ComponentType::ParkingTime => Dimension::ParkingTime,
            ComponentType::Flat => Dimension::Flat,
        };
        if others.contains(&dimension) {
            let problem = "an element has at most one price of each type".into();
            let key = format!("{KEY}.type");
            self.place
                .add(self.place.error(&key, &table.r#type, problem));
        }
        let price = self
            .place
            .take(self.price(&format!("{KEY}.price"), &table.price));
        let vat_rate = match &table.vat {
            Some(vat) => self
                .place
                .take(self.percent(&format!("{KEY}.vat"), vat))
                .map(Some),
            None => Some(None),
        };
        Some(PriceComponent {
            dimension,
            price: price?,
            vat_rate: vat_rate?,
            step_size: table.step_size,
        })
    }
}
