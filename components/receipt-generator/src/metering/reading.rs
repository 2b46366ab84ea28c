//! The readings of a record.

use std::ops::Range;

use jiff::{Timestamp, civil::DateTime, tz::Offset};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Problem, energy::Energy};

/// A reading as it is written: fields that are as in the reading before are left out.
#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Fields<'a> {
    #[serde(rename = "TM")]
    time: Option<&'a str>,
    #[serde(rename = "TX")]
    reason: Option<&'a str>,
    #[serde(rename = "RV", borrow)]
    value: Option<&'a RawValue>,
    #[serde(rename = "RI")]
    register: Option<&'a str>,
    #[serde(rename = "RU")]
    unit: Option<&'a str>,
    #[serde(rename = "EF")]
    errors: Option<&'a str>,
    #[serde(rename = "ST")]
    status: Option<&'a str>,
}

#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) at: Timestamp,
    pub(crate) phase: Phase,
    /// The register and its value, if it is one of imported energy.
    pub(crate) imported: Option<(&'a str, Energy)>,
}

/// Which part of a transaction a reading is from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Begin,
    Between,
    End,
    /// From none: it was read for another purpose.
    Outside,
}

impl<'a> Reading<'a> {
    pub(crate) fn all(written: Vec<Fields<'a>>) -> Result<Vec<Self>, Problem> {
        let mut last = None;
        let complete = |fields: Fields<'a>| {
            let fields = last.map_or(fields, |last| fields.after(last));
            last = Some(fields);
            fields.read()
        };
        written.into_iter().map(complete).collect()
    }
}

impl<'a> Fields<'a> {
    /// The value is not filled in: one that is missing would be taken for one that stands still.
    fn after(self, last: Self) -> Self {
        Self {
            time: self.time.or(last.time),
            reason: self.reason.or(last.reason),
            value: self.value,
            register: self.register.or(last.register),
            unit: self.unit.or(last.unit),
            errors: self.errors.or(last.errors),
            status: self.status.or(last.status),
        }
    }

    fn read(self) -> Result<Reading<'a>, Problem> {
        let at = self
            .time
            .and_then(moment)
            .ok_or(Problem::UnreadablePacket)?;
        if self.status != Some("G") || !self.errors.unwrap_or_default().is_empty() {
            return Err(Problem::NotMeasured);
        }
        Ok(Reading {
            at,
            phase: self.phase()?,
            imported: self.imported()?,
        })
    }

    fn phase(&self) -> Result<Phase, Problem> {
        match self.reason {
            Some("B") => Ok(Phase::Begin),
            // Charging, suspended, or the tariff changes.
            Some("C" | "S" | "T") => Ok(Phase::Between),
            // Ended; or locally, remotely, by an error, by a power failure.
            Some("E" | "L" | "R" | "A" | "P") => Ok(Phase::End),
            // From an exception on nothing counts, although the transaction goes on.
            Some("X") => Err(Problem::NotMeasured),
            Some(_) => Err(Problem::UnreadablePacket),
            None => Ok(Phase::Outside),
        }
    }

    fn imported(&self) -> Result<Option<(&'a str, Energy)>, Problem> {
        let register = self.register.ok_or(Problem::NotMeasured)?;
        if !is_imported_energy(register) {
            return Ok(None);
        }
        let value = self.value.zip(self.unit);
        let energy = value.and_then(|(value, unit)| Energy::read(value.get(), unit));
        let energy = energy.ok_or(Problem::NotMeasured)?;
        Ok(Some((register, energy)))
    }
}

/// Such as `2018-07-24T13:22:04,000+0200 S`: a moment, and whether the clock was set.
///
/// Written out here, because jiff's own parsers take 100 kB of the component.
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

/// By its OBIS code, such as `1-b:1.8.0` or `01-00:B2.08.00*FF`: the quantity C is imported active
/// energy, or one of OCMF's own codes for it, and D is the register that counts it up.
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
