//! The stored form, which has no names in it.

use chargetap_contract::money::{Restriction, Tariff};
use chargetap_contract::session::{Action, Phase};

use crate::course::{MONDAY, Session, at};
use crate::tariffs::{element, energy, flat, limit, parking, range, tariff, time};

/// A charging session of version 1. It is never changed: sessions that were stored so may be under
/// way.
const STORED: &str = "010452454144055036362d310443542d3101010001d20907010345555200020200a8c30101e8070103d08603\
    01d00f0106000100000101ea9f0101eb9f01020101030001a08d060401010005000180b899290201a08d0601\
    003c02c09a0c01008407000101320137010001904e018827808c9df0b8330001057061792d318827808c9df0\
    b83301e807808c9df0b833b817c0dbc1f0b833030000d00f0101c0cf24000301b81780abe6f0b833040000d0\
    0f0101c0cf240003010102c0cf24000000038094cf90bb3305";

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

/// 2 kWh at 0.25 with 10 % VAT, a fee of 0.50 with 20 %, 10 minutes at 1.00 an hour and 15, begun,
/// minutes of parking at 2.00 an hour without: 0.67 + 0.55 + 0.60, the sums being rounded.
#[test]
fn a_session_that_an_earlier_build_stored_goes_on_where_it_was() {
    let stored: Vec<u8> = (0..STORED.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&STORED[at..at + 2], 16).unwrap())
        .collect();
    let mut session = session();
    session.last.state = stored;
    session.stop((1_200, 2_000));
    assert_eq!(session.last.view.phase, Phase::Capturing);
    let Action::Capture(capture) = &session.last.commands[0].action else {
        panic!("{:?}", session.last.commands)
    };
    assert_eq!(capture.amount, 182);
}
