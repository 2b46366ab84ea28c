//! An OCPI tariff as OCPP 2.1 has it.
//!
//! Both price by dimension, and in both the first price counts whose restrictions hold. What has no counterpart in OCPP
//! is not left out, as the rest would say something else: then there is no such tariff.

use chargetap_contract::money::{
    Dimension, PriceComponent, PriceLimit, Range, Restriction, Tariff, TariffElement,
};
use chargetap_ocpp::tariff::{self, Bound, Conditions, Price, Prices};
use jiff::ToSpan as _;
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

/// Why a station cannot be told a tariff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Untold {
    /// No terminal there has a tariff that fits it.
    #[error("no terminal takes cards for the EVSE")]
    NoTariff,
    /// It depends on the terminal.
    #[error("several terminals with different tariffs serve the EVSE")]
    SeveralTariffs,
    /// Use is rounded up to whole steps.
    #[error("OCPP has no step size")]
    Steps,
    /// OCPP has one for each kind of price.
    #[error("OCPP has no different VAT rates for prices of one kind")]
    VatRates,
    /// It depends on the course of the session.
    #[error("OCPP has fees per session that are due at the start only")]
    Fees,
    /// It has no counterpart.
    #[error("OCPP has no such restriction")]
    Restriction,
}

/// What a station is sent has no more decimals.
const MOST_DECIMALS: u32 = 6;
/// How many decimals more than the minor unit its thousandths have.
const MILLI_DECIMALS: u32 = 3;
/// VAT rates are in hundredths of a percent.
const PERCENT_DECIMALS: u32 = 2;
const MINUTES_OF_DAY: u64 = 24 * 60;
const EPOCH: Date = jiff::civil::date(1970, 1, 1);
const WEEKDAYS: [(u8, &str); 7] = [
    (1, "Monday"),
    (2, "Tuesday"),
    (3, "Wednesday"),
    (4, "Thursday"),
    (5, "Friday"),
    (6, "Saturday"),
    (7, "Sunday"),
];

/// The tariff without descriptions.
pub(super) fn converted(tariff: &Tariff, currency_decimals: u8) -> Result<tariff::Tariff, Untold> {
    let reader = Reader {
        tariff,
        decimals: currency_decimals.into(),
    };
    let fixed_fee = reader.prices(Dimension::Flat, 1)?;
    check_fees(fixed_fee.as_ref())?;
    Ok(tariff::Tariff {
        currency: tariff.currency.clone(),
        descriptions: Vec::new(),
        energy: reader.prices(Dimension::Energy, 1)?,
        charging_time: reader.prices(Dimension::Time, 60)?,
        idle_time: reader.prices(Dimension::ParkingTime, 60)?,
        fixed_fee,
        min_cost: reader.bound(tariff.min_price.as_ref()),
        max_cost: reader.bound(tariff.max_price.as_ref()),
    })
}

struct Reader<'a> {
    tariff: &'a Tariff,
    decimals: u32,
}

impl Reader<'_> {
    /// The prices of a dimension per so much less than OCPI's unit; nothing if it costs nothing.
    fn prices(&self, dimension: Dimension, per: u32) -> Result<Option<Prices>, Untold> {
        let mut prices = Vec::new();
        let mut vat_rates = Vec::new();
        for (element, component) in self.components(dimension) {
            if dimension != Dimension::Flat && component.step_size > 1 {
                return Err(Untold::Steps);
            }
            let conditions = conditions(&element.restrictions)?;
            let always = conditions == Conditions::default();
            let vat_rate = component.vat_rate.unwrap_or(0);
            vat_rates.push(vat_rate);
            prices.push(Price {
                amount: self.amount(component.price, vat_rate, per),
                conditions,
            });
            // None of those that follow ever counts.
            if always {
                break;
            }
        }
        let is_free = prices.iter().all(|price| price.amount.is_zero());
        let Some((vat_rate, others)) = vat_rates.split_first().filter(|_| !is_free) else {
            return Ok(None);
        };
        if others.iter().any(|other| other != vat_rate) {
            return Err(Untold::VatRates);
        }
        let vat_percent = decimal((*vat_rate).into(), PERCENT_DECIMALS).normalize();
        Ok(Some(Prices {
            prices,
            vat_percent,
        }))
    }

    fn components(
        &self,
        dimension: Dimension,
    ) -> impl Iterator<Item = (&TariffElement, &PriceComponent)> {
        self.tariff.elements.iter().filter_map(move |element| {
            let mut components = element.components.iter();
            let component = components.find(|it| it.dimension == dimension)?;
            Some((element, component))
        })
    }

    /// A price without VAT, in the currency's units.
    fn amount(&self, milli_minor: u64, vat_rate: u32, per: u32) -> Decimal {
        let price = decimal(milli_minor, self.decimals + MILLI_DECIMALS) / Decimal::from(per);
        let net = match self.tariff.tax_included {
            true => {
                let vat = decimal(vat_rate.into(), PERCENT_DECIMALS + 2);
                price / (Decimal::ONE + vat)
            }
            false => price,
        };
        net.round_dp_with_strategy(MOST_DECIMALS, RoundingStrategy::MidpointAwayFromZero)
            .normalize()
    }

    fn bound(&self, limit: Option<&PriceLimit>) -> Option<Bound> {
        let limit = limit?;
        let amount = |of: Option<u64>| Some(decimal(of?, self.decimals).normalize());
        let bound = Bound {
            excl_tax: amount(limit.net),
            incl_tax: amount(limit.gross),
        };
        (bound.excl_tax.is_some() || bound.incl_tax.is_some()).then_some(bound)
    }
}

fn decimal(value: u64, decimals: u32) -> Decimal {
    Decimal::from_i128_with_scale(value.into(), decimals)
}

/// In OCPP, fees are due at the start. In OCPI, one without restrictions is due by then, and another one may be later.
fn check_fees(fees: Option<&Prices>) -> Result<(), Untold> {
    let fees = fees.map_or(&[][..], |fees| &fees.prices);
    let is_of_the_start = |conditions: &Conditions| {
        let of_the_course = [
            conditions.min_energy,
            conditions.max_energy,
            conditions.min_power,
            conditions.max_power,
            conditions.min_time,
            conditions.max_time,
        ];
        of_the_course == [None; 6]
    };
    let ends_always = |last: &Price| last.conditions == Conditions::default();
    match fees.iter().all(|fee| is_of_the_start(&fee.conditions))
        && fees.last().is_none_or(ends_always)
    {
        true => Ok(()),
        false => Err(Untold::Fees),
    }
}

fn conditions(restrictions: &[Restriction]) -> Result<Conditions, Untold> {
    let mut conditions = Conditions::default();
    for (place, restriction) in restrictions.iter().enumerate() {
        let kind = std::mem::discriminant(restriction);
        let mut earlier = restrictions.iter().take(place);
        // OCPP has one of each kind.
        if earlier.any(|it| std::mem::discriminant(it) == kind) {
            return Err(Untold::Restriction);
        }
        match restriction {
            Restriction::TimeOfDay(range) => {
                let (start, end) = (range.min.unwrap_or(0), range.max.unwrap_or(0));
                // One that begins and ends at the same time of day holds all day.
                if start != end {
                    conditions.start_time_of_day = Some(time_of_day(start)?);
                    conditions.end_time_of_day = Some(time_of_day(end)?);
                }
            }
            Restriction::Date(range) => {
                conditions.valid_from_date = range.min.map(date).transpose()?;
                conditions.valid_to_date = range.max.map(date).transpose()?;
            }
            Restriction::Weekday(days) => {
                let named = WEEKDAYS.into_iter().filter(|(day, _)| days.contains(day));
                conditions.day_of_week = named.map(|(_, name)| name.to_owned()).collect();
                if conditions.day_of_week.is_empty() {
                    return Err(Untold::Restriction);
                }
            }
            Restriction::Energy(Range { min, max }) => {
                (conditions.min_energy, conditions.max_energy) = (*min, *max);
            }
            Restriction::Power(Range { min, max }) => {
                (conditions.min_power, conditions.max_power) = (*min, *max);
            }
            Restriction::Duration(range) => {
                conditions.min_time = range.min.map(seconds).transpose()?;
                conditions.max_time = range.max.map(seconds).transpose()?;
            }
        }
    }
    Ok(conditions)
}

fn time_of_day(minutes: u64) -> Result<String, Untold> {
    match minutes < MINUTES_OF_DAY {
        true => Ok(format!("{:02}:{:02}", minutes / 60, minutes % 60)),
        false => Err(Untold::Restriction),
    }
}

fn date(days: u64) -> Result<String, Untold> {
    let days = i32::try_from(days).ok();
    let date = days.and_then(|days| EPOCH.checked_add(days.days()).ok());
    date.map(|date| date.to_string()).ok_or(Untold::Restriction)
}

fn seconds(milliseconds: u64) -> Result<u64, Untold> {
    match milliseconds % 1_000 {
        0 => Ok(milliseconds / 1_000),
        _ => Err(Untold::Restriction),
    }
}
