//! What a record says, once its signature is verified.

use serde::Deserialize;

use super::{
    Problem,
    reading::{Fields, Reading},
};

/// The payload, as far as it says something about energy.
#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(rename = "FV")]
    version: Option<&'a str>,
    #[serde(rename = "GS")]
    gateway: Option<&'a str>,
    #[serde(rename = "MS")]
    meter: Option<&'a str>,
    #[serde(rename = "PG")]
    page: &'a str,
    #[serde(rename = "RD", borrow)]
    readings: Vec<Fields<'a>>,
}

pub(crate) struct Record<'a> {
    pub(crate) source: Source<'a>,
    pub(crate) page: Page,
    pub(crate) readings: Vec<Reading<'a>>,
}

/// Where a record comes from, by serial numbers. A gateway may sign for several meters.
#[derive(PartialEq, Eq)]
pub(crate) struct Source<'a> {
    gateway: Option<&'a str>,
    meter: Option<&'a str>,
}

/// A record's place among all that a gateway signs in one context: transactions, or others.
pub(crate) struct Page {
    context: char,
    number: u64,
}

impl<'a> Record<'a> {
    pub(crate) fn read(payload: &'a str) -> Result<Self, Problem> {
        let payload: Payload =
            serde_json::from_str(payload).map_err(|_| Problem::UnreadablePacket)?;
        let (gateway, meter) = (payload.gateway, payload.meter);
        if gateway.or(meter).is_none() || !payload.version.is_none_or(is_known) {
            return Err(Problem::UnreadablePacket);
        }
        Ok(Self {
            source: Source { gateway, meter },
            page: Page::read(payload.page).ok_or(Problem::UnreadablePacket)?,
            readings: Reading::all(payload.readings)?,
        })
    }
}

/// Another major version is another format.
fn is_known(version: &str) -> bool {
    matches!(version.split('.').next(), Some("0" | "1"))
}

impl Page {
    /// Such as `T12345`.
    fn read(text: &str) -> Option<Self> {
        let mut rest = text.chars();
        let context = rest.next().filter(|context| matches!(context, 'T' | 'F'))?;
        let number = rest.as_str().parse().ok()?;
        Some(Self { context, number })
    }

    /// Whether it comes later. What a meter signs in between need not be there: the beginning and the
    /// end say what was delivered.
    pub(crate) fn follows(&self, other: &Self) -> bool {
        self.context == other.context && other.number < self.number
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::metering::measurement;

    const PAYLOAD: &str = r#"{"FV":"1.0","GS":"8","PG":"T7","MS":"B","RD":[{"TM":"2018-07-24T13:22:04,000+0200 S","TX":"B","RV":2935.6,"RI":"1-b:1.8.0","RU":"kWh","EF":"","ST":"G"},{"TM":"2018-07-24T13:26:04,000+0200 S","TX":"E","RV":2965.1}]}"#;

    fn watt_hours(payload: &str) -> Result<u64, Problem> {
        measurement::watt_hours(&[Record::read(payload)?])
    }

    proptest! {
        #[test]
        fn no_payload_panics(
            any_text: String,
            places in any::<[prop::sample::Index; 2]>(),
            inserted in r#"[ -~é٣]{0,4}"#,
        ) {
            prop_assert_eq!(watt_hours(PAYLOAD), Ok(29_500));
            prop_assert_eq!(watt_hours(&any_text), Err(Problem::UnreadablePacket));
            let [one, other] = places.map(|place| place.index(PAYLOAD.len()));
            // A short piece is replaced, so that much of it can still be read.
            let (from, to) = (one, (one + other % 6).min(PAYLOAD.len()));
            let mut spliced = PAYLOAD.to_owned();
            spliced.replace_range(from..to, &inserted);
            let _ = watt_hours(&spliced);
        }
    }
}
