//! What of a meter's values matters: the energy register, of which money is made, and what the meter signed.

use base64::Engine as _;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value;

use crate::BASE64;
use crate::fields::Fields;
use crate::oddity::{Oddities, OddityKind};
use crate::report::Sample;

/// One value of a meter.
#[derive(Debug)]
struct SampledValue {
    /// In watt-hours, if it is an energy.
    energy: Option<u64>,
    /// What the meter signed, character for character.
    signed: Option<String>,
    meaning: Meaning,
}

/// When a value was read. The later in this order, the sooner it counts for a moment: the reading of the begin may
/// stand beside that of the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Context {
    Begin,
    Between,
    End,
}

/// How a version writes the values of meters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A value is a text, and what the meter signed is a value.
    V16,
    /// A value is a number, beside which stands what the meter signed.
    V2,
}

/// Reads what a meter showed at some moments.
pub(crate) fn samples(
    action: &'static str,
    form: Form,
    values: &[Value],
    oddities: &mut Oddities,
) -> Vec<Sample> {
    let samples = values.iter();
    samples
        .map(|value| sample(action, form, value, oddities))
        .collect()
}

fn sample(action: &'static str, form: Form, value: &Value, oddities: &mut Oddities) -> Sample {
    let mut fields = Fields::new(action, value, oddities);
    let at = fields.time("timestamp", oddities);
    if at.is_none() {
        fields.odd(OddityKind::Missing, "timestamp", oddities);
    }
    let values: Vec<SampledValue> = fields
        .list("sampledValue", oddities)
        .iter()
        .map(|value| match form {
            Form::V16 => sampled_value_v16(action, value, oddities),
            Form::V2 => sampled_value_v2(action, value, oddities),
        })
        .collect();
    fields.end(oddities);
    Sample {
        at,
        register: register(&values),
        signed: values.iter().filter_map(signed).collect(),
    }
}

/// What both forms have: context, measurand, phase and location.
#[derive(Debug)]
struct Meaning {
    context: Context,
    is_register: bool,
    phase: Option<String>,
    location: Option<String>,
}

fn meaning(fields: &mut Fields<'_>, oddities: &mut Oddities) -> Meaning {
    let context = match name(fields, "context", oddities).as_deref() {
        Some("transaction.begin") => Context::Begin,
        Some("transaction.end") => Context::End,
        _ => Context::Between,
    };
    let measurand = name(fields, "measurand", oddities);
    Meaning {
        context,
        is_register: measurand.is_none_or(|it| it == "energy.active.import.register"),
        phase: name(fields, "phase", oddities),
        location: name(fields, "location", oddities),
    }
}

/// A name of OCPP's, whatever its capitals.
fn name(fields: &mut Fields<'_>, name: &'static str, oddities: &mut Oddities) -> Option<String> {
    let text = fields.text(name, oddities);
    text.map(|text| text.to_ascii_lowercase())
}

fn sampled_value_v16(action: &'static str, value: &Value, oddities: &mut Oddities) -> SampledValue {
    let mut fields = Fields::new(action, value, oddities);
    let meaning = meaning(&mut fields, oddities);
    let is_signed = name(&mut fields, "format", oddities).as_deref() == Some("signeddata");
    let unit = name(&mut fields, "unit", oddities);
    let mut signed = None;
    let mut energy = None;
    if is_signed {
        signed = fields.verbatim("value", oddities);
    } else if meaning.is_register {
        let number = fields.decimal("value", oddities);
        if let Some((_, false)) = number {
            fields.odd(OddityKind::OtherType, "value", oddities);
        }
        energy = number.and_then(|(number, _)| watt_hours(number, unit.as_deref(), 0));
    } else {
        fields.ignore(&["value"]);
    }
    fields.end(oddities);
    SampledValue {
        energy,
        signed,
        meaning,
    }
}

fn sampled_value_v2(action: &'static str, value: &Value, oddities: &mut Oddities) -> SampledValue {
    let mut fields = Fields::new(action, value, oddities);
    let meaning = meaning(&mut fields, oddities);
    let mut unit = fields.part("unitOfMeasure", oddities);
    let unit_name = name(&mut unit, "unit", oddities);
    let multiplier = unit.integer("multiplier", oddities).unwrap_or_default();
    unit.ignore(&["customData"]);
    unit.end(oddities);
    let mut signed = fields.part("signedMeterValue", oddities);
    let data = signed.verbatim("signedMeterData", oddities);
    signed.ignore(&["signingMethod", "encodingMethod", "publicKey", "customData"]);
    signed.end(oddities);
    let mut energy = None;
    if meaning.is_register {
        let number = fields.decimal("value", oddities);
        if let Some((_, true)) = number {
            fields.odd(OddityKind::OtherType, "value", oddities);
        }
        let in_unit = |(number, _)| watt_hours(number, unit_name.as_deref(), multiplier);
        energy = number.and_then(in_unit);
    }
    fields.ignore(&["value", "customData"]);
    fields.end(oddities);
    SampledValue {
        energy,
        signed: data.map(decoded),
        meaning,
    }
}

/// What the meter signed: OCPP has it in Base64, some stations as it is.
fn decoded(data: String) -> String {
    let is_base64 = !data.contains('|');
    let bytes = is_base64.then(|| BASE64.decode(data.trim()).ok()).flatten();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.unwrap_or(data)
}

/// Parts of a watt-hour are dropped. A register is not below zero.
fn watt_hours(number: Decimal, unit: Option<&str>, multiplier: i64) -> Option<u64> {
    let factor = match unit.unwrap_or("wh") {
        "wh" => Decimal::ONE,
        "kwh" => Decimal::ONE_THOUSAND,
        "mwh" => Decimal::from(1_000_000),
        _ => return None,
    };
    let power = Decimal::from_scientific(&format!("1e{multiplier}")).ok()?;
    let number = number.checked_mul(factor)?.checked_mul(power)?;
    number.floor().to_u64()
}

/// The register of one moment: that of the connector's outlet before another, the sum of all phases before that
/// of each, and a reading of the moment before that of the begin.
fn register(values: &[SampledValue]) -> Option<u64> {
    let registers = || {
        values
            .iter()
            .filter(|value| value.meaning.is_register && value.energy.is_some())
    };
    let is_at_outlet = |value: &&SampledValue| {
        value
            .meaning
            .location
            .as_deref()
            .is_none_or(|it| it == "outlet")
    };
    let is_at_vehicle = |value: &&SampledValue| value.meaning.location.as_deref() == Some("ev");
    let at_outlet: Vec<_> = registers().filter(is_at_outlet).collect();
    let considered: Vec<_> = match at_outlet.is_empty() {
        true => registers().filter(|value| !is_at_vehicle(value)).collect(),
        false => at_outlet,
    };
    let context = considered.iter().map(|value| value.meaning.context).max()?;
    let of_moment = || {
        considered
            .iter()
            .filter(|value| value.meaning.context == context)
    };
    let whole = of_moment().find(|value| value.meaning.phase.is_none());
    match whole {
        Some(value) => value.energy,
        None => of_moment().try_fold(0_u64, |sum, value| sum.checked_add(value.energy?)),
    }
}

/// What the meter signed at the begin or the end. What it signed in between proves nothing more.
fn signed(value: &SampledValue) -> Option<String> {
    let is_bound = value.meaning.context != Context::Between;
    value.signed.clone().filter(|_| is_bound)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(values: Value) -> Sample {
        let value = json!({"timestamp": "2023-11-14T22:13:20Z", "sampledValue": values});
        sample("MeterValues", Form::V16, &value, &mut Oddities::default())
    }

    fn register(values: Value) -> Option<u64> {
        read(values).register
    }

    #[test]
    fn a_bare_value_is_the_energy_register_in_watt_hours() {
        assert_eq!(register(json!([{"value": "12345"}])), Some(12_345));
    }

    #[test]
    fn decimals_are_exact_and_parts_of_a_watt_hour_are_dropped() {
        let kwh = |text: &str| register(json!([{"value": text, "unit": "kWh"}]));
        assert_eq!(kwh("12.3456"), Some(12_345));
        assert_eq!(kwh("0.29"), Some(290));
        assert_eq!(kwh("7"), Some(7_000));
        // As a double, 1.005 times 1000 is less than 1005.
        assert_eq!(kwh("1.005"), Some(1_005));
        assert_eq!(kwh("1007.0000000000002"), Some(1_007_000));
        assert_eq!(
            register(json!([{"value": "999.999", "unit": "Wh"}])),
            Some(999)
        );
    }

    #[test]
    fn numbers_are_read_in_the_forms_that_stations_write() {
        for (value, expected) in [
            (json!(1_003_000), 1_003_000),
            (json!(1_003_000.25), 1_003_000),
            (json!(" 12 "), 12),
            (json!("1,5"), 1),
            (json!("1."), 1),
            (json!("+7"), 7),
            (json!("1.003E6"), 1_003_000),
        ] {
            assert_eq!(
                register(json!([{"value": value}])),
                Some(expected),
                "{value}"
            );
        }
    }

    #[test]
    fn what_is_no_number_of_a_register_is_ignored() {
        for value in [
            json!(""),
            json!("."),
            json!("-1"),
            json!(-1),
            json!("NaN"),
            json!("٣"),
            json!("1e400"),
            json!(null),
            json!([]),
            json!("9999999999999999999999999999999"),
        ] {
            assert_eq!(register(json!([{"value": value}])), None, "{value}");
        }
    }

    #[test]
    fn other_values_are_ignored_beside_the_register() {
        let others = [
            json!({"value": "1", "measurand": "Power.Active.Import", "unit": "W"}),
            json!({"value": "2", "measurand": "Energy.Active.Export.Register"}),
            json!({"value": "3", "location": "EV"}),
            json!({"value": "5", "format": "SignedData"}),
            json!({"value": "6", "unit": "varh"}),
        ];
        assert_eq!(register(json!(others)), None);
        let with_register = [others.as_slice(), &[json!({"value": "7"})]].concat();
        assert_eq!(register(json!(with_register)), Some(7));
    }

    #[test]
    fn the_register_of_the_outlet_counts_before_that_of_the_inlet() {
        let inlet = json!({"value": "3", "location": "Inlet"});
        assert_eq!(register(json!([inlet])), Some(3));
        assert_eq!(
            register(json!([inlet, {"value": "4", "location": "Outlet"}])),
            Some(4)
        );
    }

    #[test]
    fn registers_of_phases_are_added_where_there_is_no_whole_one() {
        let phases = ["L1", "L2", "L3"].map(|phase| json!({"value": "10", "phase": phase}));
        assert_eq!(register(json!(phases)), Some(30));
        let with_whole = [phases.as_slice(), &[json!({"value": "31"})]].concat();
        assert_eq!(register(json!(with_whole)), Some(31));
    }

    #[test]
    fn a_reading_of_the_moment_counts_before_that_of_the_begin_in_either_order() {
        let begin = json!({"value": "200000", "context": "Transaction.Begin"});
        let now = json!({"value": "350000", "context": "Sample.Periodic"});
        assert_eq!(register(json!([begin, now])), Some(350_000));
        assert_eq!(register(json!([now, begin])), Some(350_000));
        assert_eq!(register(json!([begin])), Some(200_000));
    }

    #[test]
    fn signed_data_of_the_begin_and_the_end_is_handed_on_as_it_is() {
        let packet = r#"OCMF|{"FV" : "1.0"}|{"SD":"30"}"#;
        let signed = |context: Value| {
            read(json!([{"value": packet, "format": "SignedData", "context": context}])).signed
        };
        for context in ["Transaction.Begin", "Transaction.End"] {
            assert_eq!(signed(json!(context)), [packet]);
        }
        assert!(signed(json!("Sample.Periodic")).is_empty());
        assert!(signed(json!(null)).is_empty());
        assert!(read(json!([{"value": "1"}])).signed.is_empty());
    }

    #[test]
    fn values_of_ocpp_2_have_unit_multiplier_and_signature_beside_them() {
        let read = |values: Value| {
            let value = json!({"timestamp": "2023-11-14T22:13:20Z", "sampledValue": values});
            sample(
                "TransactionEvent",
                Form::V2,
                &value,
                &mut Oddities::default(),
            )
        };
        for (value, expected) in [
            (json!({"value": 12345.6}), 12_345),
            (
                json!({"value": 1.5, "unitOfMeasure": {"unit": "kWh"}}),
                1_500,
            ),
            (
                json!({"value": 15, "unitOfMeasure": {"unit": "Wh", "multiplier": 2}}),
                1_500,
            ),
            (
                json!({"value": 1500, "unitOfMeasure": {"unit": "kWh", "multiplier": -3}}),
                1_500,
            ),
            (json!({"value": "7"}), 7),
        ] {
            assert_eq!(read(json!([value])).register, Some(expected), "{value}");
        }
        // The packet is the text of RFC 4648's alphabet for `OCMF|{}|{}`.
        for data in ["OCMF|{}|{}", "T0NNRnx7fXx7fQ==", "T0NNRnx7fXx7fQ"] {
            let value = json!({"value": 7, "context": "Transaction.End",
                "signedMeterValue": {"signedMeterData": data, "encodingMethod": "OCMF"}});
            let found = read(json!([value]));
            assert_eq!(
                (found.register, found.signed),
                (Some(7), vec!["OCMF|{}|{}".to_owned()])
            );
        }
    }

    #[test]
    fn a_single_value_stands_for_a_list_of_one() {
        assert_eq!(register(json!({"value": "12345"})), Some(12_345));
    }
}
