//! When an element of a tariff applies.

use chargetap_contract::money::{Range, Restriction};
use jiff::civil::{Date, Time};
use serde::Deserialize;
use toml::Spanned;

use super::place::Place;
use super::{ConfigError, amounts};

type Text = Spanned<String>;

/// OCPI's restrictions, under its names and in its units.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RestrictionsTable {
    start_time: Option<Text>,
    end_time: Option<Text>,
    start_date: Option<Text>,
    end_date: Option<Text>,
    /// In kWh.
    min_kwh: Option<Text>,
    max_kwh: Option<Text>,
    /// In kW.
    min_power: Option<Text>,
    max_power: Option<Text>,
    /// In seconds.
    min_duration: Option<Spanned<u64>>,
    max_duration: Option<Spanned<u64>>,
    day_of_week: Vec<Day>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Day {
    Monday = 1,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl RestrictionsTable {
    pub(super) fn read(&self, place: &Place<'_>) -> Result<Vec<Restriction>, ConfigError> {
        let reader = Reader(place);
        let times = reader.range(
            ["start_time", "end_time"],
            &self.start_time,
            &self.end_time,
            minutes,
        )?;
        let dates = reader.rising(
            ["start_date", "end_date"],
            &self.start_date,
            &self.end_date,
            days,
        )?;
        let energy = |text: &String| amounts::thousandths(text);
        let energies =
            reader.rising(["min_kwh", "max_kwh"], &self.min_kwh, &self.max_kwh, energy)?;
        let power = |text: &String| amounts::thousandths(text);
        let powers = reader.rising(
            ["min_power", "max_power"],
            &self.min_power,
            &self.max_power,
            power,
        )?;
        let durations = reader.rising(
            ["min_duration", "max_duration"],
            &self.min_duration,
            &self.max_duration,
            |seconds| {
                seconds
                    .checked_mul(1_000)
                    .ok_or_else(|| format!("{seconds} is too long"))
            },
        )?;
        let weekdays = (!self.day_of_week.is_empty())
            .then(|| self.day_of_week.iter().map(|day| *day as u8).collect());
        let all = [
            times.map(Restriction::TimeOfDay),
            dates.map(Restriction::Date),
            weekdays.map(Restriction::Weekday),
            energies.map(Restriction::Energy),
            powers.map(Restriction::Power),
            durations.map(Restriction::Duration),
        ];
        Ok(all.into_iter().flatten().collect())
    }
}

struct Reader<'a>(&'a Place<'a>);

impl Reader<'_> {
    /// A range whose bounds are read by `read`; nothing if there are none.
    fn range<T>(
        &self,
        [min_key, max_key]: [&str; 2],
        min: &Option<Spanned<T>>,
        max: &Option<Spanned<T>>,
        read: impl Fn(&T) -> Result<u64, String>,
    ) -> Result<Option<Range>, ConfigError> {
        let bound = |key: &str, value: &Option<Spanned<T>>| {
            let value = value.as_ref();
            value
                .map(|value| {
                    read(value.get_ref())
                        .map_err(|problem| self.0.error(&path(key), value, problem))
                })
                .transpose()
        };
        let range = Range {
            min: bound(min_key, min)?,
            max: bound(max_key, max)?,
        };
        Ok((range.min.is_some() || range.max.is_some()).then_some(range))
    }

    /// The same, where a maximum that is not above the minimum leaves nothing between them.
    fn rising<T>(
        &self,
        keys: [&str; 2],
        min: &Option<Spanned<T>>,
        max: &Option<Spanned<T>>,
        read: impl Fn(&T) -> Result<u64, String>,
    ) -> Result<Option<Range>, ConfigError> {
        let range = self.range(keys, min, max, read)?;
        match (range, max) {
            (
                Some(Range {
                    min: Some(from),
                    max: Some(to),
                }),
                Some(max),
            ) if from >= to => {
                let [min_key, max_key] = keys;
                Err(self
                    .0
                    .error(&path(max_key), max, format!("is not above {min_key}")))
            }
            _ => Ok(range),
        }
    }
}

fn path(key: &str) -> String {
    format!("tariffs.elements.restrictions.{key}")
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
