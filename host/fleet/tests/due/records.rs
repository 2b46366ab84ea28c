//! Records built from the few fields that a test gives.

use chargetap_fleet::fleet::{Change, Fleet, Record};
use chargetap_fleet::moment::Moment;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// 25 November 2026, midnight in UTC, in seconds since 1970.
pub(crate) const START: i64 = 1_795_564_800;
pub(crate) const DAY: i64 = 86_400;

pub(crate) fn moment(seconds: i64) -> Moment {
    Moment::from_millis(u64::try_from(seconds * 1_000).unwrap())
}

pub(crate) fn put<T: Record + DeserializeOwned>(fleet: &mut Fleet, record: Value) {
    let record: T = serde_json::from_value(record).unwrap();
    fleet.apply(Change::put(record), 1);
}

pub(crate) fn customer(assessment: Value) -> Value {
    json!({
        "key": "C",
        "details": { "name": "Acme AB", "contact": { "name": "Ann Ek" } },
        "self_assessment": assessment,
    })
}

pub(crate) fn site(number: usize, zone: &str) -> Value {
    json!({
        "key": format!("S{number}"),
        "details": {
            "customer": "C",
            "name": format!("Depot {number}"),
            "address": "Hamngatan 1; 111 47 Stockholm",
            "time_zone": zone,
        },
    })
}

/// A terminal at the first site, with these fields in addition.
pub(crate) fn terminal(serial: &str, state: &str, since: i64, more: Value) -> Value {
    let mut terminal = json!({
        "serial": serial,
        "details": {
            "model": "apollo",
            "order": "O",
            "site": "S0",
            "connectors": [],
            "users": [],
        },
        "origin": "factory-fitted",
        "processor": "platform",
        "domain": "platform",
        "state": state,
        "since": moment(since),
        "routing": {},
        "licences": { "waiting": [], "software": [] },
        "checks": {},
        "inspections": [],
    });
    merge(&mut terminal, more);
    terminal
}

fn merge(into: &mut Value, more: Value) {
    match (into, more) {
        (Value::Object(into), Value::Object(more)) => {
            for (name, value) in more {
                merge(into.entry(name).or_insert(Value::Null), value);
            }
        }
        (into, more) => *into = more,
    }
}

pub(crate) fn done(at: i64) -> Value {
    json!({ "at": moment(at), "by": "ann" })
}

pub(crate) fn inspection(occasion: &str, at: i64) -> Value {
    json!({ "occasion": occasion, "done": done(at), "findings": [] })
}

pub(crate) fn year(from: &Value, until: &Value) -> Value {
    json!({ "order": "O", "from": from, "until": until })
}
