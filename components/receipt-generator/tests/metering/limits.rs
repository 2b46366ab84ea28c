//! The limits of a measurement.

use chargetap_contract::receipt::{MeasurementProblem as Problem, MeasurementVerdict as Verdict};
use receipt_generator::check_measurement as check;

use super::{check_one, good};

#[test]
fn a_measurement_has_32_records_at_most() {
    let (packet, key) = good();
    let records = |count| check(&vec![packet.clone(); count], Some(&key));
    assert_eq!(records(32), Verdict::Refused(Problem::WrongOrder));
    assert_eq!(records(33), Verdict::Refused(Problem::TooLarge));
}

#[test]
fn a_record_has_16_kib_at_most() {
    let (packet, key) = good();
    let padded = |length| format!("{packet:length$}");
    assert_eq!(check_one(padded(16_384), &key), Verdict::Verified(29_500));
    assert_eq!(
        check_one(padded(16_385), &key),
        Verdict::Refused(Problem::TooLarge)
    );
}

#[test]
fn a_key_has_2048_characters_at_most() {
    let (packet, key) = good();
    let padded = |length| format!("{key:length$}");
    assert_eq!(
        check_one(packet.clone(), &padded(2_048)),
        Verdict::Verified(29_500)
    );
    assert_eq!(
        check_one(packet, &padded(2_049)),
        Verdict::Refused(Problem::UnreadableKey)
    );
}
