//! Deadlines under a clock that goes forwards and backwards.

use chargetap_fleet::access::AccessScope;
use chargetap_fleet::due::{Due, DueKind, items};
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::site::Site;
use chargetap_fleet::terminal::Terminal;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::records::{DAY, START, done, inspection, moment, put, site, terminal, year};

fn fleet(terminal: Value) -> Fleet {
    let mut fleet = Fleet::default();
    put::<Site>(&mut fleet, site(0, "UTC"));
    put::<Terminal>(&mut fleet, terminal);
    fleet
}

fn entry(fleet: &Fleet, what: DueKind, now: i64) -> Option<Due> {
    let list = items(fleet, moment(now), &AccessScope::Everywhere);
    list.into_iter().find(|it| it.what == what)
}

/// The time on the clock, and whether the work is done then.
fn readings() -> impl Strategy<Value = Vec<(i64, bool)>> {
    prop::collection::vec((-30 * DAY..400 * DAY, prop::bool::weighted(0.2)), 1..40)
}

proptest! {
    /// Under any clock: once the seventh day after the last inspection has ended, the next one is
    /// overdue until it is done. An inspection with a date in the future counts when the clock
    /// reaches it.
    #[test]
    fn an_inspection_is_overdue_until_it_is_done(readings in readings()) {
        let first = json!({ "software": [year(&json!("2026-11-25"), &json!("2099-01-01"))] });
        let mut inspected: Option<i64> = None;
        for (reading, is_done) in readings {
            let now = START + reading;
            let inspections: Vec<_> = inspected.iter().map(|at| inspection("weekly", *at)).collect();
            let more = json!({ "licences": first, "inspections": inspections });
            let fleet = fleet(terminal("T", "activated", START, more));
            let from = inspected.filter(|at| *at <= now).unwrap_or(START);
            let deadline = from - from.rem_euclid(DAY) + 8 * DAY;
            let entry = entry(&fleet, DueKind::Inspection, now);
            prop_assert_eq!(entry.is_some(), now >= deadline - 2 * DAY);
            if let Some(entry) = entry {
                prop_assert_eq!(entry.due, Some(moment(deadline)));
                prop_assert_eq!(entry.overdue, now >= deadline);
            }
            if is_done {
                inspected = Some(now);
            }
        }
    }

    /// The same for a battery. Its months are those of a zone without summer time: 25 February, or
    /// the day of the month on which it was charged.
    #[test]
    fn a_battery_is_overdue_until_it_is_charged(readings in readings()) {
        let mut charged: Option<i64> = None;
        for (reading, is_done) in readings {
            let now = START + reading;
            let more = json!({ "charged": charged.map(done) });
            let fleet = fleet(terminal("T", "in-storage", START, more));
            let from = charged.filter(|at| *at <= now).unwrap_or(START).max(START);
            let entry = entry(&fleet, DueKind::Battery, now);
            // Three months have 89 to 92 days.
            let day = from - from.rem_euclid(DAY);
            if now >= day + 93 * DAY {
                prop_assert!(entry.is_some_and(|it| it.overdue));
            } else if now < day + 90 * DAY {
                prop_assert!(entry.is_none_or(|it| !it.overdue));
            }
            if is_done {
                charged = Some(now);
            }
        }
    }

    /// At any moment: a licence is listed from 60 days before it ends, and overdue after its end.
    #[test]
    fn a_licence_that_ended_is_overdue_until_it_is_renewed(readings in readings()) {
        let more = json!({ "licences": { "software": [year(&json!("2025-11-25"), &json!("2027-01-24"))] } });
        let fleet = fleet(terminal("T", "activated", START, more));
        for (reading, _) in readings {
            let now = START + reading;
            let entry = entry(&fleet, DueKind::Licence, now);
            prop_assert_eq!(entry.is_some(), now >= START);
            prop_assert_eq!(entry.is_some_and(|it| it.overdue), now >= START + 60 * DAY);
        }
    }
}

#[test]
fn suspending_a_terminal_does_not_put_its_inspection_off() {
    let more =
        json!({ "licences": { "software": [year(&json!("2026-11-25"), &json!("2027-11-25"))] } });
    let suspended = fleet(terminal("T", "suspended", START + 9 * DAY, more));
    let entry = entry(&suspended, DueKind::Inspection, START + 9 * DAY).unwrap();
    assert!(entry.overdue);
}

#[test]
fn no_longer_counted_is_a_terminal_that_is_back_at_the_vendor_or_gone() {
    for state in ["returned", "retired"] {
        let more = json!({ "licences": { "software": [year(&json!("2025-11-25"), &json!("2026-11-25"))] } });
        let list = items(
            &fleet(terminal("T", state, START, more)),
            moment(START + 400 * DAY),
            &AccessScope::Everywhere,
        );
        assert_eq!(list, []);
    }
}

#[test]
fn only_batteries_in_storage_are_charged() {
    let listed = |state, model| {
        let more = json!({ "details": { "model": model } });
        let fleet = fleet(terminal("T", state, START, more));
        entry(&fleet, DueKind::Battery, START + 200 * DAY).is_some()
    };
    assert!(listed("in-storage", "apollo-max"));
    assert!(!listed("in-storage", "p68"));
    assert!(!listed("suspended", "apollo-max"));
}
