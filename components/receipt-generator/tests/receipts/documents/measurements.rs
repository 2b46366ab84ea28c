//! What a meter signed, and what came of checking it.

use chargetap_contract::receipt::{Document, Measurement, MeasurementProblem, MeasurementVerdict};

use super::charges::paid;

/// A beginning and an end of which the register says 7.42 kWh. The signatures are made up: to render
/// them says nothing of whether they are right.
pub(crate) const PACKETS: [&str; 2] = [
    r#"OCMF|{"FV":"1.0","GI":"EXAMPLE METER","GS":"12345678","GV":"1.0","PG":"T41","MS":"12345678","IS":true,"IL":"VERIFIED","IT":"CENTRAL","ID":"01JXSM2T7F4Q9V8A","RD":[{"TM":"2025-06-15T14:02:03,000+0200 S","TX":"B","RV":1204.58,"RI":"1-b:1.8.0","RU":"kWh","ST":"G"}]}|{"SA":"ECDSA-secp256r1-SHA256","SD":"3045022100AF5C9B8E4D3F2A1B0C9D8E7F6A5B4C3D2E1F0A9B8C7D6E5F4A3B2C1D0E9F8A7B02201A2B3C4D5E6F7A8B9C0D1E2F3A4B5C6D7E8F9A0B1C2D3E4F5A6B7C8D9E0F1A2B"}"#,
    r#"OCMF|{"FV":"1.0","GI":"EXAMPLE METER","GS":"12345678","GV":"1.0","PG":"T42","MS":"12345678","IS":true,"IL":"VERIFIED","IT":"CENTRAL","ID":"01JXSM2T7F4Q9V8A","RD":[{"TM":"2025-06-15T15:04:06,500+0200 S","TX":"E","RV":1212.00,"RI":"1-b:1.8.0","RU":"kWh","ST":"G"}]}|{"SA":"ECDSA-secp256r1-SHA256","SD":"304402203C4D5E6F7A8B9C0D1E2F3A4B5C6D7E8F9A0B1C2D3E4F5A6B7C8D9E0F1A2B3C4D02205E6F7A8B9C0D1E2F3A4B5C6D7E8F9A0B1C2D3E4F5A6B7C8D9E0F1A2B3C4D5E6F"}"#,
];

const PUBLIC_KEY: &str = "3059301306072A8648CE3D020106082A8648CE3D030107034200044BB5A0F1C2D3E4F5061728394A5B6C7D8E9FA0B1C2D3E4F5061728394A5B6C7D8E9FA0B1C2D3E4F5061728394A5B6C7D8E9FA0B1C2D3E4F5061728394A5B6C7D";

/// Values that are genuine, and of which so many watt-hours follow.
pub(super) fn verified(energy: u64) -> Measurement {
    measurement(MeasurementVerdict::Verified(energy))
}

fn measurement(verdict: MeasurementVerdict) -> Measurement {
    Measurement {
        packets: PACKETS.map(str::to_owned).into(),
        public_key: Some(PUBLIC_KEY.to_owned()),
        verdict,
    }
}

/// What was billed is not what was measured.
pub(crate) fn measurement_differs() -> Document {
    Document {
        measurement: Some(verified(7_400)),
        ..paid()
    }
}

/// One document for each of the sentences that a driver may read about values that prove nothing.
pub(super) fn all_refused() -> Vec<(&'static str, Document)> {
    let problems = [
        ("measurement-no-key", MeasurementProblem::NoKey),
        (
            "measurement-wrong-signature",
            MeasurementProblem::WrongSignature,
        ),
        ("measurement-incomplete", MeasurementProblem::NoEnd),
        ("measurement-faulty", MeasurementProblem::NotMeasured),
    ];
    problems.map(|(name, it)| (name, refused(it))).into()
}

fn refused(problem: MeasurementProblem) -> Document {
    let mut measurement = measurement(MeasurementVerdict::Refused(problem));
    if problem == MeasurementProblem::NoKey {
        measurement.public_key = None;
    }
    Document {
        measurement: Some(measurement),
        ..paid()
    }
}
