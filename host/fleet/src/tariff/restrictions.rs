//! When an element of a tariff counts.

use chargetap_contract::money::{Range, Restriction};
use jiff::civil::{Date, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reader, amounts};
use crate::form::Place;

/// OCPI's restrictions, under its names and in its units. All of them must hold. Times of day, dates and days of the week
/// are the site's own; a maximum or an end does not belong to its range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename = "TariffRestrictions", deny_unknown_fields, default)]
pub struct RestrictionsForm {
    /// From this time of day, such as `17:30`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// Until this time of day; on the next day if it is not after the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    /// From this day, such as `2026-12-24`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// Until this day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_date: Option<String>,
    /// From this energy, in kilowatt-hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_kwh: Option<String>,
    /// Until this energy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_kwh: Option<String>,
    /// From this power, in kilowatts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_power: Option<String>,
    /// Until this power.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_power: Option<String>,
    /// From this duration, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_duration: Option<u64>,
    /// Until this duration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration: Option<u64>,
    /// On these days of the week.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub day_of_week: Vec<Weekday>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Weekday {
    /// Monday.
    Monday = 1,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl RestrictionsForm {
    /// Whether it restricts nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Reader {
    pub(super) fn restrictions(
        &mut self,
        place: &Place,
        form: &RestrictionsForm,
    ) -> Option<Vec<Restriction>> {
        let energy = |text: &String| amounts::thousandths(text);
        let power = |text: &String| amounts::thousandths(text);
        let milliseconds = |seconds: &u64| {
            let milliseconds = seconds.checked_mul(1_000);
            milliseconds.ok_or_else(|| format!("{seconds} is too long"))
        };
        let times = Bounds::of(["start_time", "end_time"], &form.start_time, &form.end_time);
        let dates = Bounds::of(["start_date", "end_date"], &form.start_date, &form.end_date);
        let energies = Bounds::of(["min_kwh", "max_kwh"], &form.min_kwh, &form.max_kwh);
        let powers = Bounds::of(["min_power", "max_power"], &form.min_power, &form.max_power);
        let durations = Bounds::of(
            ["min_duration", "max_duration"],
            &form.min_duration,
            &form.max_duration,
        );
        let times = self.range(place, &times, minutes);
        let dates = self.rising(place, &dates, days);
        let energies = self.rising(place, &energies, energy);
        let powers = self.rising(place, &powers, power);
        let durations = self.rising(place, &durations, milliseconds);
        let weekdays = (!form.day_of_week.is_empty())
            .then(|| form.day_of_week.iter().map(|day| *day as u8).collect());
        let all = [
            times?.map(Restriction::TimeOfDay),
            dates?.map(Restriction::Date),
            weekdays.map(Restriction::Weekday),
            energies?.map(Restriction::Energy),
            powers?.map(Restriction::Power),
            durations?.map(Restriction::Duration),
        ];
        Some(all.into_iter().flatten().collect())
    }

    /// A range whose bounds are read by `read`; nothing if there are none.
    fn range<T>(
        &mut self,
        place: &Place,
        bounds: &Bounds<'_, T>,
        read: impl Fn(&T) -> Result<u64, String>,
    ) -> Option<Option<Range>> {
        let [min_name, max_name] = bounds.names;
        let (min, max) = (bounds.min.map(&read), bounds.max.map(&read));
        let min = self.bound(&place.member(min_name), min);
        let max = self.bound(&place.member(max_name), max);
        let range = Range {
            min: min?,
            max: max?,
        };
        Some((range.min.is_some() || range.max.is_some()).then_some(range))
    }

    fn bound(&mut self, place: &Place, read: Option<Result<u64, String>>) -> Option<Option<u64>> {
        match read {
            Some(read) => self.take(place, read).map(Some),
            None => Some(None),
        }
    }

    /// The same, where a maximum that is not above the minimum leaves nothing between them.
    fn rising<T>(
        &mut self,
        place: &Place,
        bounds: &Bounds<'_, T>,
        read: impl Fn(&T) -> Result<u64, String>,
    ) -> Option<Option<Range>> {
        let range = self.range(place, bounds, read)?;
        match range {
            Some(Range {
                min: Some(from),
                max: Some(to),
            }) if from >= to => {
                let [min_name, max_name] = bounds.names;
                self.add(place.member(max_name), format!("is not above {min_name}"));
                None
            }
            _ => Some(range),
        }
    }
}

/// The bounds of a range as they are written.
struct Bounds<'a, T> {
    names: [&'static str; 2],
    min: Option<&'a T>,
    max: Option<&'a T>,
}

impl<'a, T> Bounds<'a, T> {
    fn of(names: [&'static str; 2], min: &'a Option<T>, max: &'a Option<T>) -> Self {
        Self {
            names,
            min: min.as_ref(),
            max: max.as_ref(),
        }
    }
}

/// A time of day such as `"17:30"` in minutes after midnight.
fn minutes(text: &String) -> Result<u64, String> {
    let problem = || format!("{text:?} is not a time of day such as \"17:30\"");
    let time = Time::strptime("%H:%M", text).map_err(|_| problem())?;
    u64::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).map_err(|_| problem())
}

/// A date such as `"2026-12-24"` in days since 1970.
fn days(text: &String) -> Result<u64, String> {
    let problem = || format!("{text:?} is not a date since 1970 such as \"2026-12-24\"");
    let date: Date = text.parse().map_err(|_| problem())?;
    let days = date
        .since(Date::constant(1970, 1, 1))
        .map_err(|_| problem())?;
    u64::try_from(days.get_days()).map_err(|_| problem())
}
