//! Tariffs: their records, the form in which people write prices, there and in a gateway's configuration, and what it
//! means.
//!
//! A form has either prices of its own or OCPI's elements, under OCPI's names. Amounts are decimal texts, so that they
//! are exact. Every mistake in a form is found at once, and each names its place.

pub mod amounts;
mod fit;
mod limits;
mod restrictions;
#[cfg(test)]
mod tests;

use chargetap_contract::money::{self, Dimension, PriceComponent, TariffElement};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use fit::{Misfit, TariffNeeds};
pub use limits::{LimitForm, hold, least};
pub use restrictions::{RestrictionsForm, Weekday};

use crate::form::{Mistake, Place};
use crate::moment::{LocalTime, Moment};
use crate::text::Key;

/// As many elements as a tariff may have: it is read again for each session and each terminal.
const MOST_ELEMENTS: usize = 64;

/// As many changes as a tariff may have that are known ahead.
const MOST_CHANGES: usize = 50;

/// A tariff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tariff {
    /// Its key, by which terminals name it.
    pub key: Key,
    /// Its prices.
    pub details: TariffDetails,
}

/// The prices of a tariff, now and as they are going to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TariffDetails {
    /// The prices until the first change.
    pub prices: TariffForm,
    /// The changes, the earliest first. Each counts by itself from its moment on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = MOST_CHANGES))]
    pub changes: Vec<PriceChange>,
}

/// Prices that count from a moment on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceChange {
    /// From when, by the time at each site.
    pub from: LocalTime,
    /// The prices.
    pub prices: TariffForm,
}

impl TariffDetails {
    /// The prices that count at a moment, at a site in this time zone.
    #[must_use]
    pub fn at(&self, now: Moment, zone: &TimeZone) -> &TariffForm {
        let begun = self.begun(now, &[zone]).last();
        begun.map_or(&self.prices, |change| &change.prices)
    }

    /// The changes that have begun at all of these time zones, the earliest first. Two that begin in an hour which clocks
    /// skip may begin in another order than theirs; then the last one that began counts.
    #[must_use]
    pub fn begun(&self, now: Moment, zones: &[&TimeZone]) -> &[PriceChange] {
        let has_begun = |change: &PriceChange| zones.iter().all(|it| change.from.begins(it) <= now);
        let last = self.changes.iter().rposition(has_begun);
        let upto = last.map_or(0, |last| last.saturating_add(1));
        self.changes.get(..upto).unwrap_or_default()
    }

    /// The first change that is to come in one of these time zones.
    #[must_use]
    pub fn next(&self, now: Moment, zones: &[&TimeZone]) -> Option<&PriceChange> {
        self.changes.get(self.begun(now, zones).len())
    }

    /// What each of the prices means, the first ones first.
    ///
    /// # Errors
    /// Every mistake in them; at least one.
    pub fn read(&self) -> Result<Vec<money::Tariff>, Vec<Mistake>> {
        let mut mistakes = self.mistakes_of_changes();
        let changes = Place::default().member("changes");
        let forms = self.changes.iter().enumerate();
        let forms = forms.map(|(at, it)| (changes.item(at).member("prices"), &it.prices));
        let first = (Place::default().member("prices"), &self.prices);
        let mut tariffs = Vec::new();
        for (place, form) in [first].into_iter().chain(forms) {
            match form.read() {
                Ok(tariff) => tariffs.push(tariff),
                Err(found) => mistakes.extend(found.into_iter().map(|it| it.within(&place))),
            }
        }
        match mistakes.is_empty() {
            true => Ok(tariffs),
            false => Err(mistakes),
        }
    }

    fn mistakes_of_changes(&self) -> Vec<Mistake> {
        let place = Place::default().member("changes");
        if self.changes.len() > MOST_CHANGES {
            let problem = format!("must be at most {MOST_CHANGES}");
            return vec![Mistake { place, problem }];
        }
        let mut mistakes = Vec::new();
        let mut add = |place, problem: String| mistakes.push(Mistake { place, problem });
        for (at, change) in self.changes.iter().enumerate() {
            let place = place.item(at);
            let before = at
                .checked_sub(1)
                .and_then(|before| self.changes.get(before));
            if before.is_some_and(|before| before.from >= change.from) {
                let problem = "must be later than the change before".to_owned();
                add(place.member("from"), problem);
            }
            if change.prices.currency != self.prices.currency {
                let problem = format!("must be {}, as before", self.prices.currency);
                add(place.member("prices").member("currency"), problem);
            }
        }
        mistakes
    }
}

/// Prices as people write them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "Prices", deny_unknown_fields)]
pub struct TariffForm {
    /// Its currency, by ISO 4217.
    pub currency: String,
    /// Whether prices include VAT.
    #[serde(default)]
    pub tax_included: bool,
    /// The price of a kilowatt-hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_kwh: Option<String>,
    /// The price of an hour while energy flows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_hour: Option<String>,
    /// The price of an hour while none does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_hour_parking: Option<String>,
    /// The price of a session, due when energy first flows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_session: Option<String>,
    /// The VAT on these prices, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_percent: Option<String>,
    /// OCPI's elements, in place of the prices and the VAT above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = MOST_ELEMENTS))]
    pub elements: Option<Vec<ElementForm>>,
    /// The least that a session costs once energy has flowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_price: Option<LimitForm>,
    /// The most that it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price: Option<LimitForm>,
    /// What terminals hold that have no hold of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preauthorize: Option<String>,
}

/// Prices, and when they count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "TariffElement", deny_unknown_fields)]
pub struct ElementForm {
    /// At most one price of each type.
    pub price_components: Vec<ComponentForm>,
    /// When they count; always, if there are none.
    #[serde(default, skip_serializing_if = "RestrictionsForm::is_empty")]
    pub restrictions: RestrictionsForm,
}

/// A price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "PriceComponent", deny_unknown_fields)]
pub struct ComponentForm {
    /// What it is for.
    pub r#type: ComponentType,
    /// Per kilowatt-hour, hour or session.
    pub price: String,
    /// The VAT on it, in percent. Without it, there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat: Option<String>,
    /// In steps of so many watt-hours or seconds.
    #[serde(default)]
    pub step_size: u32,
}

/// What a price is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ComponentType {
    /// Energy.
    Energy,
    /// Time while energy flows.
    Time,
    /// Time while none does.
    ParkingTime,
    /// The session.
    Flat,
}

impl ComponentType {
    fn dimension(self) -> Dimension {
        match self {
            Self::Energy => Dimension::Energy,
            Self::Time => Dimension::Time,
            Self::ParkingTime => Dimension::ParkingTime,
            Self::Flat => Dimension::Flat,
        }
    }
}

impl TariffForm {
    /// What it means.
    ///
    /// # Errors
    /// Every mistake in it; at least one.
    pub fn read(&self) -> Result<money::Tariff, Vec<Mistake>> {
        let mut reader = Reader::default();
        let read = reader.tariff(self);
        match read {
            Some(tariff) if reader.mistakes.is_empty() => Ok(tariff),
            _ => Err(reader.mistakes),
        }
    }
}

/// Reads a form, and collects the mistakes in it: one ends the reading of a value and not of the form.
#[derive(Default)]
struct Reader {
    /// How many decimals an amount of the tariff's currency has.
    decimals: u32,
    mistakes: Vec<Mistake>,
}

impl Reader {
    fn add(&mut self, place: Place, problem: impl Into<String>) {
        let problem = problem.into();
        self.mistakes.push(Mistake { place, problem });
    }

    /// A value, or nothing, and its mistake is on the list.
    fn take<T>(&mut self, place: &Place, read: Result<T, String>) -> Option<T> {
        read.map_err(|problem| self.add(place.clone(), problem))
            .ok()
    }

    fn price(&mut self, place: &Place, text: &str) -> Option<u64> {
        let price = amounts::milli_minor(text, self.decimals);
        self.take(place, price)
    }

    fn percent(&mut self, place: &Place, text: &str) -> Option<u32> {
        self.take(place, amounts::percent(text))
    }

    fn tariff(&mut self, form: &TariffForm) -> Option<money::Tariff> {
        let whole = Place::default();
        let decimals = amounts::decimals(&form.currency);
        self.decimals = self.take(&whole.member("currency"), decimals)?;
        let elements = match &form.elements {
            Some(elements) => self.elements(form, elements),
            None => self.short_form(form).map(|element| vec![element]),
        };
        let min_price = self.limit(&whole.member("min_price"), form.min_price.as_ref());
        let max_price = self.limit(&whole.member("max_price"), form.max_price.as_ref());
        let mut tariff = money::Tariff {
            currency: form.currency.clone(),
            tax_included: form.tax_included,
            elements: elements?,
            min_price: min_price?,
            max_price: max_price?,
            preauthorize_amount: None,
        };
        if let (Some(min), Some(max)) = (&form.min_price, &form.max_price) {
            self.check_order(min, max)?;
        }
        if let Some(amount) = &form.preauthorize {
            let hold = hold(amount, self.decimals, &tariff);
            let hold = self.take(&whole.member("preauthorize"), hold);
            tariff.preauthorize_amount = Some(hold?);
        }
        Some(tariff)
    }

    /// One element that always counts.
    fn short_form(&mut self, form: &TariffForm) -> Option<TariffElement> {
        let whole = Place::default();
        let place = whole.member("vat_percent");
        let vat_rate = match &form.vat_percent {
            Some(percent) => self.percent(&place, percent),
            None => {
                let problem = "is needed with prices per kWh, hour and session; \"0\" is no VAT";
                self.add(place, problem);
                None
            }
        };
        let prices = [
            ("per_kwh", &form.per_kwh, Dimension::Energy),
            ("per_hour", &form.per_hour, Dimension::Time),
            (
                "per_hour_parking",
                &form.per_hour_parking,
                Dimension::ParkingTime,
            ),
            ("per_session", &form.per_session, Dimension::Flat),
        ];
        let mut components = Vec::new();
        for (name, text, dimension) in prices {
            let Some(text) = text else { continue };
            let price = self.price(&whole.member(name), text);
            components.push(price.zip(vat_rate).map(|(price, vat_rate)| PriceComponent {
                dimension,
                price,
                vat_rate: Some(vat_rate),
                step_size: 1,
            }));
        }
        vat_rate?;
        Some(TariffElement {
            components: components.into_iter().collect::<Option<_>>()?,
            restrictions: Vec::new(),
        })
    }

    fn elements(
        &mut self,
        form: &TariffForm,
        elements: &[ElementForm],
    ) -> Option<Vec<TariffElement>> {
        let whole = Place::default();
        let short_form = [
            ("per_kwh", &form.per_kwh),
            ("per_hour", &form.per_hour),
            ("per_hour_parking", &form.per_hour_parking),
            ("per_session", &form.per_session),
            ("vat_percent", &form.vat_percent),
        ];
        if let Some((name, _)) = short_form.iter().find(|(_, text)| text.is_some()) {
            let problem = "a tariff has either elements, or prices and a VAT of its own";
            self.add(whole.member(name), problem);
        }
        let place = whole.member("elements");
        if elements.len() > MOST_ELEMENTS {
            self.add(place, format!("must be at most {MOST_ELEMENTS}"));
            return None;
        }
        let elements = elements.iter().enumerate();
        let elements: Vec<_> = elements
            .map(|(at, element)| self.element(&place.item(at), element))
            .collect();
        elements.into_iter().collect()
    }

    fn element(&mut self, place: &Place, form: &ElementForm) -> Option<TariffElement> {
        let list = place.member("price_components");
        let mut components: Vec<Option<PriceComponent>> = Vec::new();
        let mut dimensions = Vec::new();
        for (at, component) in form.price_components.iter().enumerate() {
            let place = list.item(at);
            let dimension = component.r#type.dimension();
            if dimensions.contains(&dimension) {
                let problem = "an element has at most one price of each type";
                self.add(place.member("type"), problem);
            }
            dimensions.push(dimension);
            components.push(self.component(&place, component));
        }
        let restrictions = self.restrictions(&place.member("restrictions"), &form.restrictions);
        Some(TariffElement {
            components: components.into_iter().collect::<Option<_>>()?,
            restrictions: restrictions?,
        })
    }

    fn component(&mut self, place: &Place, form: &ComponentForm) -> Option<PriceComponent> {
        let price = self.price(&place.member("price"), &form.price);
        let vat_rate = match &form.vat {
            Some(vat) => self.percent(&place.member("vat"), vat).map(Some),
            None => Some(None),
        };
        Some(PriceComponent {
            dimension: form.r#type.dimension(),
            price: price?,
            vat_rate: vat_rate?,
            step_size: form.step_size,
        })
    }
}
