//! The stored form, which has no names in it.

use chargetap_contract::money::{Restriction, Tariff};

use crate::course::{MONDAY, Session, at};
use crate::tariffs::{element, energy, flat, limit, parking, range, tariff, time};

/// A session of version 2 as the first build with that version stored it.
const STORED: &str = "020452454144055036362d310443542d3101010001d20907010345555200020200a8c30101e8070103d08603\
    01d00f0106000100000101ea9f0101eb9f01020101030001a08d060401010005000180b899290201a08d0601\
    003c02c09a0c01008407000101320137010001904e018827808c9df0b83301057061792d31882701e807808c\
    9df0b833b817c0dbc1f0b833030000d00f0101c0cf24000301b81780abe6f0b833040000d00f0101c0cf2400\
    03010102c0cf2400028094cf90bb3304";

/// Every kind of price and restriction is in it.
fn session() -> Session {
    let all = [
        Restriction::TimeOfDay(range(0, None)),
        Restriction::Date(range(MONDAY, MONDAY + 1)),
        Restriction::Weekday(vec![1]),
        Restriction::Energy(range(None, 100_000)),
        Restriction::Power(range(1, None)),
        Restriction::Duration(range(None, 86_400_000)),
    ];
    let tariff = Tariff {
        min_price: Some(limit(50, 55)),
        max_price: Some(limit(None, 10_000)),
        preauthorize_amount: Some(5_000),
        ..tariff(vec![
            element(&[energy(25_000, 1_000, 1), flat(50_000, 2_000)], &all),
            element(&[time(100_000, 0, 60), parking(200_000, 0, 900)], &[]),
        ])
    };
    let mut session = Session::charging(at(MONDAY, 12, 0), &[], &tariff, 5_000);
    session.meter((600, 2_000));
    session.meter((1_200, 2_000));
    session
}

/// If this fails, the stored form has changed: it needs a new version, and sessions that are under
/// way need this one to be read.
#[test]
fn a_session_is_stored_as_its_version_says() {
    let stored: String = session()
        .last
        .state
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(stored, STORED);
}
