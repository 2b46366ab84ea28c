//! Times as OCPP writes them, and as stations do.

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::Offset;
use serde::{Serialize, Serializer};

/// A time, written in UTC with milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(Timestamp);

/// From here on, a number is of milliseconds since 1970, and not of seconds.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

impl DateTime {
    /// From milliseconds since 1970; 1970 if that is beyond the calendar.
    #[must_use]
    pub fn from_unix_ms(unix_ms: u64) -> Self {
        let unix_ms = i64::try_from(unix_ms).ok();
        let at = unix_ms.and_then(|unix_ms| Timestamp::from_millisecond(unix_ms).ok());
        Self(at.unwrap_or_default())
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:.3}", self.0))
    }
}

/// The milliseconds since 1970, 0 for what was before, and whether the form is that of OCPP. Without an offset it
/// is UTC: which other offset a station meant, nobody knows, and whoever takes the report finds out whether its
/// clock can be right.
pub(crate) fn read(text: &str) -> Option<(u64, bool)> {
    let text = text.trim();
    let number = text.parse::<i64>().ok().filter(|_| text.len() != 8);
    let (at, is_usual) = match number {
        Some(ms @ FIRST_MILLISECONDS..) => (Timestamp::from_millisecond(ms).ok()?, false),
        Some(seconds @ 0..) => (Timestamp::from_second(seconds).ok()?, false),
        Some(_) => return None,
        None => match text.parse::<Timestamp>() {
            Ok(at) => (at, is_rfc_3339(text)),
            Err(_) => (local(text)?, false),
        },
    };
    Some((
        u64::try_from(at.as_millisecond()).unwrap_or_default(),
        is_usual,
    ))
}

/// A time without an offset. A day without a time is none.
fn local(text: &str) -> Option<Timestamp> {
    if !text.contains(['T', 't', ' ']) {
        return None;
    }
    let local: civil::DateTime = text.parse().ok()?;
    Offset::UTC.to_timestamp(local).ok()
}

/// Whether the text of a time has the form of RFC 3339.
fn is_rfc_3339(text: &str) -> bool {
    let form: String = text
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    let is_day = matches!(
        form.get(..19),
        Some("0000-00-00T00:00:00" | "0000-00-00t00:00:00")
    );
    let rest = form.get(19..).unwrap_or_default();
    let offset = rest.trim_start_matches(['.', '0']);
    is_day && matches!(offset, "Z" | "z" | "+00:00" | "-00:00")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const AT: u64 = 1_700_000_000_000;

    #[test]
    fn every_form_of_rfc_3339_is_usual() {
        for (text, unix_ms) in [
            ("2023-11-14T22:13:20Z", AT),
            ("2023-11-14t22:13:20z", AT),
            ("2023-11-14T22:13:20.25Z", AT + 250),
            ("2023-11-14T23:43:20+01:30", AT),
            ("2023-11-14T22:13:20-00:00", AT),
            ("2023-11-15T22:12:20+23:59", AT),
            ("2023-11-14T17:13:20.250-05:00", AT + 250),
            ("2023-11-14T22:13:20.123456789Z", AT + 123),
            ("1969-12-31T23:59:59Z", 0),
        ] {
            assert_eq!(read(text), Some((unix_ms, true)), "{text}");
        }
    }

    #[test]
    fn other_forms_of_iso_8601_and_numbers_are_read_and_odd() {
        for text in [
            "2023-11-14 22:13:20Z",
            "2023-11-15T00:13:20+02",
            "2023-11-14T22:13:20+0000",
            "2023-11-14T22:13:20",
            "2023-11-14 22:13:20",
            "20231114T221320Z",
            "20231114T221320",
            "2023-11-14T22:13:20,000Z",
            " 2023-11-14T22:13:20Z ",
            "2023-11-14T23:13:20+01:00[Europe/Copenhagen]",
            "1700000000",
            "1700000000000",
        ] {
            let usual = text.trim() != text && text.trim().ends_with("20Z");
            assert_eq!(read(text), Some((AT, usual)), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_absent() {
        for text in [
            "",
            "0",
            "-1",
            "now",
            "2023-11-14",
            "20231114",
            "2023-13-14T22:13:20Z",
            "2023-02-29T22:13:20Z",
            "2023-11-14T22:13:2٣Z",
        ] {
            let expected = (text == "0").then_some((0, false));
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_time_is_written_with_milliseconds() {
        let written = |unix_ms| json!(DateTime::from_unix_ms(unix_ms));
        assert_eq!(written(AT), "2023-11-14T22:13:20.000Z");
        assert_eq!(written(AT + 250), "2023-11-14T22:13:20.250Z");
        assert_eq!(written(u64::MAX), "1970-01-01T00:00:00.000Z");
    }
}
