//! What of a meter sample matters: the energy register, of which money is made, and what the meter
//! signed.

use super::payload::SampledValue;

const SIGNED_DATA: &str = "SignedData";

/// The connector's imported energy in watt-hours, without the part of a watt-hour. Nothing if the
/// sample does not tell it, or not in a form that OCPP knows.
pub(super) fn energy(sample: &[SampledValue]) -> Option<u64> {
    sample
        .iter()
        .filter(|value| is_register(value))
        .find_map(watt_hours)
}

/// What the meter signed at the beginning or the end of a transaction, character for character, if
/// the value is that. What it signed in between proves nothing more.
pub(super) fn signed(value: &SampledValue) -> Option<String> {
    let is_signed = value.format.as_deref() == Some(SIGNED_DATA);
    let is_bound = matches!(
        value.context.as_deref(),
        Some("Transaction.Begin" | "Transaction.End")
    );
    (is_signed && is_bound).then(|| value.value.clone())
}

/// Whether the value is the whole register at the connector. What is left out has its default.
fn is_register(value: &SampledValue) -> bool {
    let is =
        |field: &Option<String>, expected| field.as_deref().is_none_or(|text| text == expected);
    is(&value.measurand, "Energy.Active.Import.Register")
        && is(&value.location, "Outlet")
        && is(&value.format, "Raw")
        && value.phase.is_none()
}

fn watt_hours(value: &SampledValue) -> Option<u64> {
    match value.unit.as_deref().unwrap_or("Wh") {
        "Wh" => scaled(&value.value, 0),
        "kWh" => scaled(&value.value, 3),
        _ => None,
    }
}

/// A decimal number such as `12.3456` times ten to the power of `places`, rounded down.
fn scaled(number: &str, places: usize) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let are_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    let moved = fraction.chars().chain(std::iter::repeat('0')).take(places);
    let digits: String = whole.chars().chain(moved).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(value: &str, unit: Option<&str>) -> SampledValue {
        SampledValue {
            value: value.to_owned(),
            unit: unit.map(str::to_owned),
            ..SampledValue::default()
        }
    }

    #[test]
    fn a_bare_value_is_the_energy_register_in_watt_hours() {
        assert_eq!(energy(&[value("12345", None)]), Some(12_345));
    }

    #[test]
    fn decimals_are_exact_and_parts_of_a_watt_hour_are_dropped() {
        let kwh = |text| energy(&[value(text, Some("kWh"))]);
        assert_eq!(kwh("12.3456"), Some(12_345));
        assert_eq!(kwh("0.29"), Some(290));
        assert_eq!(kwh("7"), Some(7_000));
        // As a double, 1.005 times 1000 is less than 1005.
        assert_eq!(kwh("1.005"), Some(1_005));
        assert_eq!(kwh("9007199254740993.001"), Some(9_007_199_254_740_993_001));
        assert_eq!(energy(&[value("999.999", Some("Wh"))]), Some(999));
    }

    #[test]
    fn what_is_no_decimal_number_is_ignored() {
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "-1",
            "+1",
            "1e3",
            "1,5",
            "NaN",
            "12 ",
            "٣",
            "99999999999999999999",
        ] {
            assert_eq!(energy(&[value(text, None)]), None, "{text}");
        }
    }

    #[test]
    fn signed_data_of_the_beginning_and_the_end_is_handed_on_as_it_is() {
        let packet = r#"OCMF|{"FV" : "1.0"}|{"SD":"30"}"#;
        let value = |context: Option<&str>| SampledValue {
            format: Some(SIGNED_DATA.to_owned()),
            context: context.map(str::to_owned),
            ..value(packet, None)
        };
        for context in ["Transaction.Begin", "Transaction.End"] {
            assert_eq!(signed(&value(Some(context))).as_deref(), Some(packet));
        }
        assert_eq!(signed(&value(Some("Sample.Periodic"))), None);
        assert_eq!(signed(&value(None)), None);
        assert_eq!(signed(&self::value("1", None)), None);
    }

    #[test]
    fn other_values_are_ignored() {
        let other = [
            SampledValue {
                measurand: Some("Power.Active.Import".to_owned()),
                ..value("1", Some("W"))
            },
            SampledValue {
                measurand: Some("Energy.Active.Export.Register".to_owned()),
                ..value("2", None)
            },
            SampledValue {
                location: Some("Inlet".to_owned()),
                ..value("3", None)
            },
            SampledValue {
                phase: Some("L1".to_owned()),
                ..value("4", None)
            },
            SampledValue {
                format: Some(SIGNED_DATA.to_owned()),
                ..value("5", None)
            },
            value("6", Some("varh")),
        ];
        assert_eq!(energy(&other), None);
        let with_register = [other.as_slice(), &[value("7", None)]].concat();
        assert_eq!(energy(&with_register), Some(7));
    }
}
