//! The values of a meter.

use chargetap_ocpp::Version;
use serde_json::{Value, json};

use super::{Told, Writing};
use crate::faults::Fault;

/// What the meter shows, as a list; null if it was not read.
pub(super) fn values(writing: &mut Writing<'_>, told: &Told, context: &str) -> Value {
    let Some(register) = told.register else {
        return Value::Null;
    };
    let mut values = vec![register_value(writing, register, context)];
    if writing.state.fault_often(Fault::FullBuckets) {
        let begin = register_value(writing, told.begin, "Transaction.Begin");
        values.insert(0, begin);
        let version = writing.version;
        values.push(other(
            version,
            "Power.Active.Import",
            None,
            "Outlet",
            context,
        ));
        for phase in ["L1", "L2", "L3"] {
            values.push(other(version, REGISTER, Some(phase), "Outlet", context));
        }
        values.push(other(version, REGISTER, None, "EV", context));
    }
    json!([{"timestamp": writing.time(told.at), "sampledValue": values}])
}

const REGISTER: &str = "Energy.Active.Import.Register";

fn register_value(writing: &mut Writing<'_>, register: u64, context: &str) -> Value {
    let has_other_unit = writing.state.fault_often(Fault::OtherUnits);
    let kilowatt_hours = format!("{}.{:03}", register / 1_000, register % 1_000);
    match (writing.version, has_other_unit) {
        (Version::V16, false) => json!({"value": register.to_string(), "context": context,
            "measurand": REGISTER, "unit": "Wh"}),
        // As a number has it that was divided.
        (Version::V16, true) => json!({"value": format!("{kilowatt_hours}0000000002"),
            "context": context, "measurand": REGISTER, "unit": "kWh", "location": "Outlet"}),
        (_, false) => json!({"value": register, "context": context}),
        (_, true) => {
            let unit = match writing.state.rng.pick(0..2) {
                0 => json!({"unit": "kWh"}),
                _ => json!({"unit": "Wh", "multiplier": 3}),
            };
            let value: Option<f64> = kilowatt_hours.parse().ok();
            json!({"value": value, "context": context, "measurand": REGISTER,
                "unitOfMeasure": unit})
        }
    }
}

/// A value that is not that of the register.
fn other(
    version: Version,
    measurand: &str,
    phase: Option<&str>,
    location: &str,
    context: &str,
) -> Value {
    let value = match version {
        Version::V16 => json!("7000"),
        Version::V201 | Version::V21 => json!(7_000),
    };
    json!({"value": value, "measurand": measurand, "phase": phase, "location": location,
        "context": context})
}
