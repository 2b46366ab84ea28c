//! Whether a meter signed what it measured.
//!
//! German metering law lets a driver check the energy that is billed: the meter signs its readings,
//! and whoever has its public key can verify them. The readings come as records of the Open Charge
//! Metering Format (OCMF, SAFE e.V., versions 0 and 1), `OCMF|payload|signature`, where the
//! signature is over the payload's bytes as they stand between the bars.
//!
//! A measurement is one record with the readings of the beginning and of the end of a transaction,
//! or several records, one after the other. It is checked in three steps, and what an earlier one
//! refuses no later one looks at:
//!
//! 1. the key is read (`key`),
//! 2. each record's signature is verified, and only then is its payload read (`packet`,
//!    `record`, `reading`),
//! 3. the records must make up one transaction of one meter (`measurement`).

mod curve;
mod energy;
mod key;
mod measurement;
mod packet;
mod reading;
mod record;

use key::Key;
use record::Record;

/// The most records of one measurement: eight hours, with a record every quarter of an hour. To
/// verify so many on the slowest curve takes the component a third of a second.
const MAX_PACKETS: usize = 32;

/// The longest record, in bytes. Real ones with two readings have less than one kilobyte.
const MAX_PACKET: usize = 16 * 1024;

/// What came of checking a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The meter signed every record, and between the first and the last reading its register of
    /// imported energy rose by so many watt-hours.
    ///
    /// The difference is exact, and a watt-hour that is not full does not count: nobody can be
    /// billed for more than what was measured.
    Verified(u64),
    /// The measurement proves nothing.
    Refused(Problem),
}

/// Why a measurement proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// There is no record.
    NoPacket,
    /// There are more than 32 records, or one has more than 16 KiB.
    TooLarge,
    /// There is no public key of the meter.
    NoKey,
    /// The public key is not a DER SubjectPublicKeyInfo of an elliptic curve, in hexadecimal digits
    /// or base64.
    UnreadableKey,
    /// The public key's curve is none of secp256r1, secp256k1, secp384r1 and brainpoolP256r1.
    UnsupportedCurve,
    /// A record has not the form of OCMF, or is of a version that is not known.
    UnreadableRecord,
    /// A signature was made by an algorithm, or has a form, that is not supported.
    UnsupportedAlgorithm,
    /// A record was not signed by this key as it stands.
    WrongSignature,
    /// The first reading of imported energy is not that of the beginning of a transaction.
    NoBeginning,
    /// The last reading of imported energy is not that of the end of a transaction.
    NoEnd,
    /// The records do not name one and the same meter.
    OtherMeter,
    /// The records do not follow one another without a gap: pages are missing or in another order,
    /// time goes back, or a transaction begins or ends in between.
    WrongOrder,
    /// Energy was not measured all the way: a reading is not good or shows an error, its value is
    /// missing or not in kWh or Wh, it is not of one register of imported energy, or that register
    /// goes back.
    NotMeasured,
}

/// Checks a measurement: `packets` are its records in the order in which they were made.
///
/// `public_key` is the meter's, as the operator knows it: a DER SubjectPublicKeyInfo in hexadecimal
/// digits or base64, in which blanks do not count.
#[must_use]
pub fn check(packets: &[String], public_key: Option<&str>) -> Verdict {
    match measured(packets, public_key) {
        Ok(watt_hours) => Verdict::Verified(watt_hours),
        Err(problem) => Verdict::Refused(problem),
    }
}

fn measured(packets: &[String], public_key: Option<&str>) -> Result<u64, Problem> {
    if packets.is_empty() {
        return Err(Problem::NoPacket);
    }
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
