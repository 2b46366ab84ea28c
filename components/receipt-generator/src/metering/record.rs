//! A record's payload. It is read only after the signature was verified.

use chargetap_contract::receipt::MeasurementProblem as Problem;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::reading::{Fields, Reading};

/// The fields of the payload that matter to the energy.
#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "FV")]
    version: Option<Box<RawValue>>,
    #[serde(rename = "GS")]
    gateway: Option<String>,
    #[serde(rename = "MS")]
    meter: Option<String>,
    #[serde(rename = "PG")]
    page: String,
    #[serde(rename = "IT")]
    identification_type: Option<String>,
    #[serde(rename = "ID")]
    identification: Option<String>,
    #[serde(rename = "RD")]
    readings: Vec<Fields>,
}

pub(crate) struct Record {
    pub(crate) source: Source,
    pub(crate) driver: Driver,
    pub(crate) page: Page,
    pub(crate) readings: Vec<Reading>,
}

/// The serial numbers of gateway and meter. A gateway may sign for several meters.
#[derive(PartialEq, Eq)]
pub(crate) struct Source {
    gateway: Option<String>,
    meter: Option<String>,
}

/// To whom a record is assigned. It is the same in all records of a transaction.
#[derive(PartialEq, Eq)]
pub(crate) struct Driver {
    identification_type: Option<String>,
    identification: Option<String>,
}

/// A record's place among all records that a gateway signs in one context: transactions (`T`) or
/// others (`F`).
pub(crate) struct Page {
    context: char,
    number: u64,
}

impl Record {
    pub(crate) fn read(payload: &str) -> Result<Self, Problem> {
        let payload: Payload =
            serde_json::from_str(payload).map_err(|_| Problem::UnreadablePacket)?;
        let (gateway, meter) = (payload.gateway, payload.meter);
        let is_unknown = payload.version.is_some_and(|it| !is_known(&it));
        if gateway.is_none() && meter.is_none() || is_unknown {
            return Err(Problem::UnreadablePacket);
        }
        Ok(Self {
            source: Source { gateway, meter },
            driver: Driver {
                identification_type: payload.identification_type,
                identification: payload.identification,
            },
            page: Page::read(&payload.page).ok_or(Problem::UnreadablePacket)?,
            readings: Reading::all(payload.readings)?,
        })
    }
}

/// Other major versions are other formats. The version is a text; some chargers write a number.
fn is_known(version: &RawValue) -> bool {
    let written = version.get();
    let text: Result<String, _> = serde_json::from_str(written);
    let version = text.as_deref().unwrap_or(written);
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

    /// Whether it comes later. Records in between may be missing: the energy follows from the
    /// beginning and the end.
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

    #[test]
    fn numbers_may_be_texts_and_the_version_a_number() {
        for (from, to) in [
            (r#""FV":"1.0""#, r#""FV":1.0"#),
            (r#""FV":"1.0""#, r#""FV":1"#),
            ("2935.6", r#""2935.6""#),
            ("2965.1", r#""2965.1""#),
        ] {
            assert!(PAYLOAD.contains(from));
            assert_eq!(watt_hours(&PAYLOAD.replace(from, to)), Ok(29_500), "{to}");
        }
        let other = PAYLOAD.replace(r#""FV":"1.0""#, r#""FV":2.0"#);
        assert_eq!(watt_hours(&other), Err(Problem::UnreadablePacket));
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
