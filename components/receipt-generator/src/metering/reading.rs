//! The readings of a record.

use std::ops::Range;

use chargetap_contract::receipt::MeasurementProblem as Problem;
use jiff::{Timestamp, civil::DateTime, tz::Offset};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::energy::Energy;

/// A reading as it is written: fields that are the same as in the reading before are left out.
#[derive(Clone, Deserialize)]
pub(crate) struct Fields {
    #[serde(rename = "TM")]
    time: Option<String>,
    #[serde(rename = "TX")]
    reason: Option<String>,
    #[serde(rename = "RV")]
    value: Option<Box<RawValue>>,
    #[serde(rename = "RI")]
    register: Option<String>,
    #[serde(rename = "RU")]
    unit: Option<String>,
    #[serde(rename = "EF")]
    errors: Option<String>,
    #[serde(rename = "ST")]
    status: Option<String>,
}

pub(crate) struct Reading {
    pub(crate) at: Timestamp,
    pub(crate) phase: Phase,
    /// The register and its value, if it is one of imported energy.
    pub(crate) imported: Option<(String, Energy)>,
}

/// Which part of a transaction a reading is from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Begin,
    Between,
    End,
    /// Outside of a transaction.
    Outside,
}

impl Reading {
    pub(crate) fn all(written: Vec<Fields>) -> Result<Vec<Self>, Problem> {
        let mut last = None;
        let complete = |fields: Fields| {
            let fields = match &last {
                Some(last) => fields.after(last),
                None => fields,
            };
            let reading = fields.read();
            last = Some(fields);
            reading
        };
        written.into_iter().map(complete).collect()
    }
}

impl Fields {
    /// Fills in the fields that were left out, except the value: a missing value must not be taken
    /// for a register that stands still.
    fn after(self, last: &Self) -> Self {
        Self {
            time: self.time.or_else(|| last.time.clone()),
            reason: self.reason.or_else(|| last.reason.clone()),
            value: self.value,
            register: self.register.or_else(|| last.register.clone()),
            unit: self.unit.or_else(|| last.unit.clone()),
            errors: self.errors.or_else(|| last.errors.clone()),
            status: self.status.or_else(|| last.status.clone()),
        }
    }

    fn read(&self) -> Result<Reading, Problem> {
        let at = self.time.as_deref().and_then(moment);
        let at = at.ok_or(Problem::UnreadablePacket)?;
        let has_error = self.errors.as_ref().is_some_and(|it| !it.is_empty());
        if self.status.as_deref() != Some("G") || has_error {
            return Err(Problem::NotMeasured);
        }
        Ok(Reading {
            at,
            phase: self.phase()?,
            imported: self.imported()?,
        })
    }

    fn phase(&self) -> Result<Phase, Problem> {
        match self.reason.as_deref() {
            Some("B") => Ok(Phase::Begin),
            // Charging, suspended, or the tariff changes.
            Some("C" | "S" | "T") => Ok(Phase::Between),
            // Ended: in general, locally, remotely, by an error, by a power failure.
            Some("E" | "L" | "R" | "A" | "P") => Ok(Phase::End),
            // An exception: the readings do not count from here on, although the transaction goes on.
            Some("X") => Err(Problem::NotMeasured),
            Some(_) => Err(Problem::UnreadablePacket),
            None => Ok(Phase::Outside),
        }
    }

    fn imported(&self) -> Result<Option<(String, Energy)>, Problem> {
        let register = self.register.as_ref().ok_or(Problem::NotMeasured)?;
        if !is_imported_energy(register) {
            return Ok(None);
        }
        let value = self.value.as_ref().zip(self.unit.as_ref());
        let energy = value.and_then(|(value, unit)| Energy::read(value.get(), unit));
        let energy = energy.ok_or(Problem::NotMeasured)?;
        Ok(Some((register.clone(), energy)))
    }
}

/// Such as `2018-07-24T13:22:04,000+0200 S`: a moment, and the state of the clock.
///
/// Parsed by hand, because jiff's parsers take 100 kB of the component.
fn moment(text: &str) -> Option<Timestamp> {
    const SHAPE: &str = "0000-00-00T00:00:00,000+0000 U";
    let has_shape = |(byte, shape)| match shape {
        b'0' => u8::is_ascii_digit(&byte),
        b'+' => matches!(byte, b'+' | b'-'),
        b'U' => matches!(byte, b'U' | b'I' | b'S' | b'R'),
        separator => byte == separator,
    };
    if text.len() != SHAPE.len() || !text.bytes().zip(SHAPE.bytes()).all(has_shape) {
        return None;
    }
    let number = |digits: Range<usize>| text.get(digits)?.parse::<i16>().ok();
    let small = |start| i8::try_from(number(start..start + 2)?).ok();
    let local = DateTime::new(
        number(0..4)?,
        small(5)?,
        small(8)?,
        small(11)?,
        small(14)?,
        small(17)?,
        i32::from(number(20..23)?) * 1_000_000,
    );
    let minutes = i32::from(number(24..26)?) * 60 + i32::from(number(26..28)?);
    let east = if text.get(23..24)? == "-" { -1 } else { 1 };
    let offset = Offset::from_seconds(east * minutes * 60).ok()?;
    offset.to_timestamp(local.ok()?).ok()
}

/// Whether an OBIS code is one of imported active energy, such as `1-b:1.8.0` or `01-00:B2.08.00*FF`:
///
/// - group C is imported active energy, by OBIS (`1`) or by OCMF's own codes (`B0` to `B3`),
/// - group D is the register that counts it (`8`).
fn is_imported_energy(obis: &str) -> bool {
    let groups = obis.split_once(':').map(|(_, groups)| groups);
    let mut groups = groups.unwrap_or_default().split('.');
    matches!(
        (groups.next(), groups.next()),
        (
            Some("1" | "01" | "B0" | "B1" | "B2" | "B3"),
            Some("8" | "08")
        )
    )
}
