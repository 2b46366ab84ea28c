//! Times as OCPP writes them.

use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The length of `2023-11-14T22:13:20`, in bytes.
const SECONDS_BYTES: usize = 19;

/// A time. It is read in any form of RFC 3339, and written in UTC with milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DateTime(Timestamp);

impl DateTime {
    /// From milliseconds since 1970; 1970 if that is beyond the calendar.
    pub(super) fn from_unix_ms(unix_ms: u64) -> Self {
        let unix_ms = i64::try_from(unix_ms).ok();
        let at = unix_ms.and_then(|unix_ms| Timestamp::from_millisecond(unix_ms).ok());
        Self(at.unwrap_or_default())
    }

    /// Milliseconds since 1970; 0 for what was before.
    pub(super) fn unix_ms(self) -> u64 {
        u64::try_from(self.0.as_millisecond()).unwrap_or_default()
    }
}

/// Reads RFC 3339. The parser of `jiff` takes more than that, such as a time without minutes or one
/// with the name of a zone, so the form is checked before.
fn parse(text: &str) -> Option<Timestamp> {
    let (seconds, rest) = text.split_at_checked(SECONDS_BYTES)?;
    let offset_at = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
    let (fraction, offset) = rest.split_at_checked(offset_at)?;
    let is_time = matches!(
        form(seconds).as_str(),
        "0000-00-00T00:00:00" | "0000-00-00t00:00:00" | "0000-00-00 00:00:00"
    );
    let is_fraction = fraction.is_empty() || (fraction.len() > 1 && fraction.rfind('.') == Some(0));
    let is_offset = match form(offset).as_str() {
        "Z" | "z" => true,
        "+00:00" | "-00:00" => offset.get(1..3).is_some_and(|hours| hours < "24"),
        _ => false,
    };
    if !is_time || !is_fraction || !is_offset {
        return None;
    }
    // Nine digits are nanoseconds; RFC 3339 allows any number.
    format!("{seconds}{fraction:.10}{offset}").parse().ok()
}

/// The text with every digit as a zero.
fn form(text: &str) -> String {
    let zero = |c: char| if c.is_ascii_digit() { '0' } else { c };
    text.chars().map(zero).collect()
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom("not a time of RFC 3339"))
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn read(text: &str) -> Option<u64> {
        from_value(json!(text)).ok().map(DateTime::unix_ms)
    }

    #[test]
    fn every_form_of_rfc_3339_is_read() {
        for (text, unix_ms) in [
            ("2023-11-14T22:13:20Z", 1_700_000_000_000),
            ("2023-11-14t22:13:20z", 1_700_000_000_000),
            ("2023-11-14 22:13:20Z", 1_700_000_000_000),
            ("2023-11-14T22:13:20.25Z", 1_700_000_000_250),
            ("2023-11-14T22:13:20.2509999Z", 1_700_000_000_250),
            ("2023-11-14T22:13:20.250000000001Z", 1_700_000_000_250),
            ("2023-11-14T23:43:20+01:30", 1_700_000_000_000),
            ("2023-11-14T22:13:20-00:00", 1_700_000_000_000),
            ("2023-11-15T22:12:20+23:59", 1_700_000_000_000),
            ("2023-11-14T17:13:20.250-05:00", 1_700_000_000_250),
            ("1969-12-31T23:59:59Z", 0),
        ] {
            assert_eq!(read(text), Some(unix_ms), "{text}");
        }
    }

    #[test]
    fn other_forms_are_not_read() {
        for text in [
            "",
            "2023-11-14",
            "2023-11-14T22:13:20",
            "2023-11-14T22:13Z",
            "2023-11-14T22Z",
            "20231114T221320Z",
            "2023-11-14T22:13:20.Z",
            "2023-11-14T22:13:20,5Z",
            "2023-11-14T22:13:20.1.2Z",
            "2023-11-14T22:13:20+01",
            "2023-11-14T22:13:20+0100",
            "2023-11-14T22:13:20+24:00",
            "2023-11-14T22:13:20+01:60",
            "2023-11-14T22:13:20Z[Europe/Copenhagen]",
            "2023-11-14T22:13:20 Z",
            " 2023-11-14T22:13:20Z",
            "2023-13-14T22:13:20Z",
            "2023-02-29T22:13:20Z",
            "2023-11-14T24:00:00Z",
            "+002023-11-14T22:13:20Z",
            "2023-11-14T22:13:2٣Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_is_written_with_milliseconds() {
        let written = |unix_ms| json!(DateTime::from_unix_ms(unix_ms));
        assert_eq!(written(1_700_000_000_000), "2023-11-14T22:13:20.000Z");
        assert_eq!(written(1_700_000_000_250), "2023-11-14T22:13:20.250Z");
        assert_eq!(written(u64::MAX), "1970-01-01T00:00:00.000Z");
    }
}
