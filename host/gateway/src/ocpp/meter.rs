//! What of a meter sample matters: the energy register, of which money is made, and what the meter
//! signed.

use ocpp_rs::v16::data_types::SampledValue;
use ocpp_rs::v16::enums::{Location, Measurand, ReadingContext, UnitOfMeasure, ValueFormat};

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
    let is_signed = value.format == Some(ValueFormat::SignedData);
    let is_bound = matches!(
        value.context,
        Some(ReadingContext::TransactionBegin | ReadingContext::TransactionEnd)
    );
    (is_signed && is_bound).then(|| value.value.clone())
}

/// Whether the value is the whole register at the connector. What is left out has its default.
fn is_register(value: &SampledValue) -> bool {
    let measurand = value.measurand.as_ref();
    let location = value.location.as_ref();
    let format = value.format.as_ref();
    measurand.is_none_or(|measurand| *measurand == Measurand::EnergyActiveImportRegister)
        && location.is_none_or(|location| *location == Location::Outlet)
        && format.is_none_or(|format| *format == ValueFormat::Raw)
        && value.phase.is_none()
}

fn watt_hours(value: &SampledValue) -> Option<u64> {
    match value.unit.as_ref().unwrap_or(&UnitOfMeasure::Wh) {
        UnitOfMeasure::Wh => scaled(&value.value, 0),
        UnitOfMeasure::KWh => scaled(&value.value, 3),
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
    use ocpp_rs::v16::enums::Phase;

    use super::*;

    fn value(value: &str, unit: Option<UnitOfMeasure>) -> SampledValue {
        SampledValue {
            value: value.to_owned(),
            unit,
            ..SampledValue::default()
        }
    }

    #[test]
    fn a_bare_value_is_the_energy_register_in_watt_hours() {
        assert_eq!(energy(&[value("12345", None)]), Some(12_345));
    }

    #[test]
    fn decimals_are_exact_and_parts_of_a_watt_hour_are_dropped() {
        let kwh = |text| energy(&[value(text, Some(UnitOfMeasure::KWh))]);
        assert_eq!(kwh("12.3456"), Some(12_345));
        assert_eq!(kwh("0.29"), Some(290));
        assert_eq!(kwh("7"), Some(7_000));
        // As a double, 1.005 times 1000 is less than 1005.
        assert_eq!(kwh("1.005"), Some(1_005));
        assert_eq!(kwh("9007199254740993.001"), Some(9_007_199_254_740_993_001));
        assert_eq!(
            energy(&[value("999.999", Some(UnitOfMeasure::Wh))]),
            Some(999)
        );
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
        let value = |context| SampledValue {
            format: Some(ValueFormat::SignedData),
            context,
            ..value(packet, None)
        };
        for context in [
            ReadingContext::TransactionBegin,
            ReadingContext::TransactionEnd,
        ] {
            assert_eq!(signed(&value(Some(context))).as_deref(), Some(packet));
        }
        assert_eq!(signed(&value(Some(ReadingContext::SamplePeriodic))), None);
        assert_eq!(signed(&value(None)), None);
        assert_eq!(signed(&self::value("1", None)), None);
    }

    #[test]
    fn other_values_are_ignored() {
        let other = [
            SampledValue {
                measurand: Some(Measurand::PowerActiveImport),
                ..value("1", Some(UnitOfMeasure::W))
            },
            SampledValue {
                measurand: Some(Measurand::EnergyActiveExportRegister),
                ..value("2", None)
            },
            SampledValue {
                location: Some(Location::Inlet),
                ..value("3", None)
            },
            SampledValue {
                phase: Some(Phase::L1),
                ..value("4", None)
            },
            SampledValue {
                format: Some(ValueFormat::SignedData),
                ..value("5", None)
            },
            value("6", Some(UnitOfMeasure::Varh)),
        ];
        assert_eq!(energy(&other), None);
        let with_register = [other.as_slice(), &[value("7", None)]].concat();
        assert_eq!(energy(&with_register), Some(7));
    }
}
