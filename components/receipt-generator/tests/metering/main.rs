//! Measurements from outside: what is verified, and what is refused.

#![expect(
    clippy::unwrap_used,
    reason = "the helpers fail a test as the tests themselves do"
)]

mod forgeries;
mod limits;
mod vectors;

use chargetap_contract::receipt::MeasurementVerdict as Verdict;
use receipt_generator::check_measurement as check;

/// A whole measurement in one record, and the key of its meter: the first of our own cases.
fn good() -> (String, String) {
    let case = vectors::own().remove(0);
    (case.packets.concat(), case.public_key)
}

fn check_one(packet: impl Into<String>, public_key: &str) -> Verdict {
    check(&[packet.into()], Some(public_key))
}
