//! The tariffs that the central system has a station of OCPP 2.1 show.

use anyhow::ensure;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::super::Request;
use crate::station::tariffs::Tariff;

pub(super) fn set(payload: Value) -> anyhow::Result<Request> {
    let content = payload.get("tariff").cloned().unwrap_or_default();
    let request: SetDefaultTariff = serde_json::from_value(payload)?;
    request.tariff.check()?;
    Ok(Request::SetTariff {
        evse: request.evse_id,
        tariff: Tariff {
            id: request.tariff.tariff_id,
            content,
        },
    })
}

pub(super) fn clear(payload: Value) -> anyhow::Result<Request> {
    let ClearTariffs {
        evse_id,
        tariff_ids,
    } = serde_json::from_value(payload)?;
    Ok(Request::ClearTariffs {
        evse: evse_id,
        ids: tariff_ids,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SetDefaultTariff {
    evse_id: u32,
    tariff: TariffContent,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClearTariffs {
    evse_id: Option<u32>,
    tariff_ids: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TariffContent {
    tariff_id: String,
    currency: String,
    description: Option<Vec<Description>>,
    energy: Option<Prices<EnergyPrice>>,
    charging_time: Option<Prices<TimePrice>>,
    idle_time: Option<Prices<TimePrice>>,
    fixed_fee: Option<Prices<FixedPrice>>,
    #[serde(rename = "minCost")]
    _min_cost: Option<Bound>,
    #[serde(rename = "maxCost")]
    _max_cost: Option<Bound>,
}

impl TariffContent {
    fn check(&self) -> anyhow::Result<()> {
        let id = self.tariff_id.chars().count();
        ensure!(id <= 60, "the tariff's id is too long");
        ensure!(self.currency.len() <= 3, "the currency is no code");
        if let Some(described) = &self.description {
            let is_short = |it: &Description| it.content.chars().count() <= 1_024;
            ensure!((1..=10).contains(&described.len()), "too few or many texts");
            ensure!(described.iter().all(is_short), "a text is too long");
        }
        self.energy.as_ref().map_or(Ok(()), Prices::check)?;
        self.charging_time.as_ref().map_or(Ok(()), Prices::check)?;
        self.idle_time.as_ref().map_or(Ok(()), Prices::check)?;
        self.fixed_fee.as_ref().map_or(Ok(()), Prices::check)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    #[serde(rename = "format")]
    _format: IgnoredAny,
    #[serde(rename = "language")]
    _language: Option<String>,
    content: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Prices<P> {
    prices: Vec<P>,
    tax_rates: Option<Vec<TaxRate>>,
}

impl<P> Prices<P> {
    fn check(&self) -> anyhow::Result<()> {
        ensure!(!self.prices.is_empty(), "there is no price");
        let rates = self.tax_rates.as_ref().map(Vec::len);
        let is_right = rates.is_none_or(|rates| (1..=5).contains(&rates));
        ensure!(is_right, "too few or many tax rates");
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaxRate {
    #[serde(rename = "type")]
    _kind: String,
    #[serde(rename = "tax")]
    _tax: f64,
    #[serde(rename = "stack")]
    _stack: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EnergyPrice {
    #[serde(rename = "priceKwh")]
    _price: f64,
    #[serde(rename = "conditions")]
    _conditions: Option<Conditions>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimePrice {
    #[serde(rename = "priceMinute")]
    _price: f64,
    #[serde(rename = "conditions")]
    _conditions: Option<Conditions>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixedPrice {
    #[serde(rename = "priceFixed")]
    _price: f64,
    #[serde(rename = "conditions")]
    _conditions: Option<FixedConditions>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bound {
    #[serde(rename = "exclTax")]
    _excl_tax: Option<f64>,
    #[serde(rename = "inclTax")]
    _incl_tax: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conditions {
    #[serde(rename = "startTimeOfDay")]
    _start_time_of_day: Option<String>,
    #[serde(rename = "endTimeOfDay")]
    _end_time_of_day: Option<String>,
    #[serde(rename = "dayOfWeek")]
    _day_of_week: Option<Vec<Weekday>>,
    #[serde(rename = "validFromDate")]
    _valid_from_date: Option<String>,
    #[serde(rename = "validToDate")]
    _valid_to_date: Option<String>,
    #[serde(rename = "minEnergy")]
    _min_energy: Option<f64>,
    #[serde(rename = "maxEnergy")]
    _max_energy: Option<f64>,
    #[serde(rename = "minPower")]
    _min_power: Option<f64>,
    #[serde(rename = "maxPower")]
    _max_power: Option<f64>,
    #[serde(rename = "minTime")]
    _min_time: Option<u64>,
    #[serde(rename = "maxTime")]
    _max_time: Option<u64>,
}

/// Those that can be known at the start.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixedConditions {
    #[serde(rename = "startTimeOfDay")]
    _start_time_of_day: Option<String>,
    #[serde(rename = "endTimeOfDay")]
    _end_time_of_day: Option<String>,
    #[serde(rename = "dayOfWeek")]
    _day_of_week: Option<Vec<Weekday>>,
    #[serde(rename = "validFromDate")]
    _valid_from_date: Option<String>,
    #[serde(rename = "validToDate")]
    _valid_to_date: Option<String>,
}

#[derive(Deserialize)]
enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}
