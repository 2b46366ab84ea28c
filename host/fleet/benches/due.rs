//! What the list of what is due costs for 10,000 activated terminals at 1,000 sites, of which each is
//! due: its licence ends and its inspection is overdue.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up ends")]

use chargetap_fleet::access::Reach;
use chargetap_fleet::due::due;
use chargetap_fleet::fleet::{Change, Fleet, Item};
use chargetap_fleet::moment::Moment;
use chargetap_fleet::situation::Surroundings;
use chargetap_fleet::{ics, watch};
use divan::Bencher;
use serde_json::{Value, json};

const TERMINALS: usize = 10_000;
const SITES: usize = 1_000;

fn main() {
    divan::main();
}

fn now() -> Moment {
    serde_json::from_value("2026-11-25T12:00:00Z".into()).unwrap()
}

fn put(fleet: &mut Fleet, record: Value) {
    let item: Item = serde_json::from_value(record).unwrap();
    fleet.take(Change::from(item), 1);
}

fn fleet() -> Fleet {
    let mut fleet = Fleet::default();
    let zones = ["Europe/Stockholm", "Europe/Berlin", "America/New_York"];
    for (site, zone) in (0..SITES).zip(zones.iter().cycle()) {
        put(
            &mut fleet,
            json!({"kind": "site", "record": {"key": format!("site-{site}"), "details": {
                "customer": "acme", "name": "Depot", "address": "Hamngatan 1, Stockholm",
                "time_zone": zone,
            }}}),
        );
    }
    let done = json!({"at": "2026-11-10T09:00:00Z", "by": "ann"});
    for terminal in 0..TERMINALS {
        put(
            &mut fleet,
            json!({"kind": "terminal", "record": {
                "serial": format!("P6X{terminal:06}"),
                "details": {
                    "model": "apollo", "order": "O-1", "site": format!("site-{}", terminal % SITES),
                    "connectors": [1], "users": ["ann", "bo"],
                },
                "origin": "factory-fitted", "processor": "platform", "domain": "platform",
                "state": "activated", "since": "2026-01-10T09:00:00Z", "routing": {},
                "licences": {"activation": "O-1", "waiting": [], "software": [
                    {"order": "O-1", "from": "2026-01-10", "until": "2027-01-10"},
                ]},
                "checks": {}, "inspections": [
                    {"occasion": "weekly", "done": done, "findings": []},
                ],
            }}),
        );
    }
    fleet
}

#[divan::bench]
fn list(bencher: Bencher<'_, '_>) {
    let (fleet, gateway, now) = (fleet(), Surroundings::default(), now());
    assert_eq!(
        due(&fleet, &gateway, now, &Reach::Everywhere).len(),
        2 * TERMINALS
    );
    bencher.bench(|| due(&fleet, &gateway, now, &Reach::Everywhere));
}

#[divan::bench]
fn feed(bencher: Bencher<'_, '_>) {
    let (fleet, gateway, now) = (fleet(), Surroundings::default(), now());
    let list = due(&fleet, &gateway, now, &Reach::Everywhere);
    bencher.bench(|| ics::feed(&fleet, &list, now));
}

#[divan::bench]
fn what_is_watched(bencher: Bencher<'_, '_>) {
    let (fleet, gateway, now) = (fleet(), Surroundings::default(), now());
    bencher.bench(|| watch::watch(&fleet, &gateway, now));
}
