//! Checks that records make up one transaction, and computes its energy.

use chargetap_contract::receipt::MeasurementProblem as Problem;
use jiff::Timestamp;

use super::{
    energy::Energy,
    reading::{Phase, Reading},
    record::Record,
};

/// The full watt-hours from the first to the last reading.
pub(crate) fn watt_hours(records: &[Record]) -> Result<u64, Problem> {
    let mut pairs = records.iter().zip(records.iter().skip(1));
    if pairs.clone().any(|(one, next)| one.source != next.source) {
        return Err(Problem::OtherMeter);
    }
    // A record of another driver belongs to another transaction.
    if !pairs.all(|(one, next)| one.driver == next.driver && next.page.follows(&one.page)) {
        return Err(Problem::WrongOrder);
    }
    let readings: Vec<&Reading> = records.iter().flat_map(|it| &it.readings).collect();
    if !readings.is_sorted_by_key(|reading| reading.at) {
        return Err(Problem::WrongOrder);
    }
    let values = imported(&readings)?;
    complete(&values)?;
    energy(&values).ok_or(Problem::NotMeasured)
}

/// A value of the register of imported energy.
#[derive(PartialEq, Eq)]
struct Value {
    at: Timestamp,
    phase: Phase,
    energy: Energy,
}

/// The values of the one register of imported energy. Two registers, such as before and after the
/// losses of a cable, are refused: they differ, and nothing says which one counts.
fn imported(readings: &[&Reading]) -> Result<Vec<Value>, Problem> {
    let of_energy = || {
        readings
            .iter()
            .filter_map(|it| Some((it, it.imported.as_ref()?)))
    };
    let register = of_energy().map(|(_, (register, _))| register).next();
    if of_energy().any(|(_, (other, _))| Some(other) != register) {
        return Err(Problem::NotMeasured);
    }
    let value = |(reading, (_, energy)): (&&Reading, &(_, Energy))| Value {
        at: reading.at,
        phase: reading.phase,
        energy: *energy,
    };
    let mut values: Vec<_> = of_energy().map(value).collect();
    // A station may send the beginning alone, and again with the end.
    values.dedup();
    Ok(values)
}

/// Checks that the values go from one beginning to one end.
fn complete(values: &[Value]) -> Result<(), Problem> {
    let (first, rest) = values.split_first().ok_or(Problem::NoBeginning)?;
    if first.phase != Phase::Begin {
        return Err(Problem::NoBeginning);
    }
    let (last, between) = rest.split_last().ok_or(Problem::NoEnd)?;
    if last.phase != Phase::End {
        return Err(Problem::NoEnd);
    }
    if between.iter().any(|value| value.phase != Phase::Between) {
        return Err(Problem::WrongOrder);
    }
    Ok(())
}

/// `None` if the register goes back.
fn energy(values: &[Value]) -> Option<u64> {
    let (first, last) = (values.first()?, values.last()?);
    let rises = values.is_sorted_by_key(|value| value.energy);
    rises.then(|| last.energy.watt_hours_since(first.energy))?
}
