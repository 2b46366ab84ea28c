//! Cases that others published or that an independent implementation signed: see `tests/vectors`.

use chargetap_contract::receipt::{MeasurementProblem as Problem, MeasurementVerdict as Verdict};
use receipt_generator::check_measurement as check;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Published {
    found_in: Vec<String>,
    public_key: String,
    packet: String,
    #[serde(rename = "signature")]
    _signature: String,
    verdict: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) packets: Vec<String>,
    pub(crate) public_key: String,
    expected: String,
}

pub(crate) fn own() -> Vec<Case> {
    serde_json::from_str(include_str!("../vectors/ocmf.json")).unwrap()
}

/// As the vectors write it, such as `Verified(29500)` or `Refused(WrongSignature)`.
fn name(verdict: Verdict) -> String {
    let value = serde_json::to_value(verdict).unwrap();
    let (kind, content) = value.as_object().unwrap().iter().next().unwrap();
    format!("{kind}({})", content.to_string().trim_matches('"'))
}

#[test]
fn published_records() {
    let records: Vec<Published> =
        serde_json::from_str(include_str!("../vectors/ocmf_published.json")).unwrap();
    assert_eq!(
        records.iter().map(|it| it.found_in.len()).sum::<usize>(),
        126
    );
    for record in records {
        let verdict = check(&[record.packet], Some(&record.public_key));
        assert_eq!(name(verdict), record.verdict, "{:?}", record.found_in);
    }
}

#[test]
fn measurements_signed_by_another_implementation() {
    let cases = own();
    assert!(cases.len() >= 200);
    for case in cases {
        let verdict = check(&case.packets, Some(&case.public_key));
        assert_eq!(name(verdict), case.expected, "{}", case.name);
    }
}

#[test]
fn without_a_key_nothing_is_verified() {
    let case = own().remove(0);
    assert_eq!(check(&case.packets, None), Verdict::Refused(Problem::NoKey));
}
