//! Checks the signed values of a meter.
//!
//! By German metering law a driver can check the billed energy: the meter signs its readings, and
//! anybody with its public key can verify them. The readings come as records of the Open Charge
//! Metering Format (OCMF, SAFE e.V., versions 0 and 1): `OCMF|payload|signature`. The signature is
//! over the bytes of the payload between the bars.
//!
//! A measurement is one record with the readings of the beginning and the end of a transaction, or
//! several records in a row. The first step that fails is the result:
//!
//! | step | check                                               | module              |
//! |------|-----------------------------------------------------|---------------------|
//! | 1    | the key can be read                                 | `key`               |
//! | 2    | the signature of each record is right               | `packet`            |
//! | 3    | the payload, which is read only now, is well formed | `record`, `reading` |
//! | 4    | the records make up one transaction of one meter    | `measurement`       |
//!
//! The packets of the beginning and of the end are checked once, when the receipt is issued: to verify a
//! signature takes longer than to render a receipt. The receipt says whether they are genuine and what was
//! billed, and the file for the transparency software is made of them.
//!
//! Limits: 32 records of 16 KiB.

mod curve;
mod energy;
mod key;
mod measurement;
mod packet;
mod reading;
mod record;

use chargetap_contract::receipt::{MeasurementProblem as Problem, MeasurementVerdict};

use key::Key;
use record::Record;

/// The most records of one measurement: eight hours with a record every quarter of an hour. On the
/// slowest curve, the component verifies them in a third of a second.
const MAX_PACKETS: usize = 32;

/// The longest record, in bytes. Real ones with two readings have less than one kilobyte.
const MAX_PACKET: usize = 16 * 1024;

/// Checks a measurement: `packets` are its records in the order in which they were made.
///
/// `public_key` is the meter's, as the operator configured it: a DER SubjectPublicKeyInfo in
/// hexadecimal digits or base64. Blanks are ignored.
#[must_use]
pub fn check(packets: &[String], public_key: Option<&str>) -> MeasurementVerdict {
    match measured(packets, public_key) {
        Ok(watt_hours) => MeasurementVerdict::Verified(watt_hours),
        Err(problem) => MeasurementVerdict::Refused(problem),
    }
}

fn measured(packets: &[String], public_key: Option<&str>) -> Result<u64, Problem> {
    if packets.len() > MAX_PACKETS || packets.iter().any(|packet| packet.len() > MAX_PACKET) {
        return Err(Problem::TooLarge);
    }
    let key = Key::read(public_key.unwrap_or_default())?;
    let records = packets
        .iter()
        .map(|packet| Record::read(packet::payload(packet, &key)?))
        .collect::<Result<Vec<_>, _>>()?;
    measurement::watt_hours(&records)
}
