//! The calendar feed conforms to RFC 5545.

use chargetap_fleet::access::AccessScope;
use chargetap_fleet::due::items;
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::ics::feed;
use chargetap_fleet::incident::Incident;
use chargetap_fleet::site::Site;
use chargetap_fleet::terminal::Terminal;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::records::{START, moment, put, site, terminal, year};

/// A licence that ends at midnight in Stockholm, 23:00 in UTC, and an incident that is to be closed.
fn fleet(site: Value) -> Fleet {
    let mut fleet = Fleet::default();
    put::<Site>(&mut fleet, site);
    let more = json!({
        "details": { "users": ["ann", "bo"] },
        "licences": { "software": [year(&json!("2025-12-01"), &json!("2026-12-01"))] },
    });
    put::<Terminal>(&mut fleet, terminal("T", "in-storage", START, more));
    let incident = json!({
        "key": "I-1",
        "details": {
            "kind": "damage",
            "terminal": "T",
            "discovered": moment(START),
            "description": "",
            "done": "",
            "planned": "",
        },
        "opened": moment(START),
        "photographs": [],
        "reported": { "at": moment(START), "by": "K-1" },
    });
    put::<Incident>(&mut fleet, incident);
    fleet
}

fn written(fleet: &Fleet, now: i64) -> String {
    let list = items(fleet, moment(now), &AccessScope::Everywhere);
    feed(fleet, &list, moment(now))
}

/// The unfolded lines (section 3.1).
fn lines(feed: &str) -> Vec<String> {
    let unfolded = feed.replace("\r\n ", "");
    unfolded
        .split_terminator("\r\n")
        .map(str::to_owned)
        .collect()
}

fn value<'a>(lines: &'a [String], name: &str) -> &'a str {
    let mut values = lines
        .iter()
        .filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    values.next().unwrap()
}

#[test]
fn a_deadline_is_the_end_of_an_event_and_what_has_none_is_left_out() {
    let feed = written(&fleet(site(0, "Europe/Stockholm")), START);
    let lines = lines(&feed);
    assert_eq!(lines.first().unwrap(), "BEGIN:VCALENDAR");
    assert_eq!(lines.last().unwrap(), "END:VCALENDAR");
    assert_eq!(lines.iter().filter(|it| *it == "BEGIN:VEVENT").count(), 1);
    assert_eq!(value(&lines, "VERSION"), "2.0");
    assert_eq!(value(&lines, "DTSTAMP"), "20261125T000000Z");
    assert_eq!(value(&lines, "DTSTART"), "20261130T220000Z");
    assert_eq!(value(&lines, "DTEND"), "20261130T230000Z");
    assert_eq!(value(&lines, "UID"), "licence.T.1796079600000@chargetap");
    assert_eq!(value(&lines, "TRANSP"), "TRANSPARENT");
    assert_eq!(
        value(&lines, "LOCATION"),
        r"Depot 0\, Hamngatan 1\; 111 47 Stockholm"
    );
}

#[test]
fn an_event_keeps_its_name_however_often_the_feed_is_read() {
    let fleet = fleet(site(0, "Europe/Stockholm"));
    let names = [START, START + 60, START + 40 * 86_400].map(|now| {
        let lines = lines(&written(&fleet, now));
        value(&lines, "UID").to_owned()
    });
    assert!(names.iter().all(|name| *name == names[0]));
    assert_eq!(written(&fleet, START), written(&fleet, START));
}

#[test]
fn what_is_overdue_says_so_first() {
    let fleet = fleet(site(0, "Europe/Stockholm"));
    let before = lines(&written(&fleet, START));
    assert!(!value(&before, "SUMMARY").starts_with("Overdue"));
    let after = lines(&written(&fleet, START + 40 * 86_400));
    assert!(value(&after, "SUMMARY").starts_with("Overdue: "));
}

proptest! {
    /// No name or address breaks a line, adds a line, or is changed.
    #[test]
    fn any_text_comes_through(name in r"[^\s\p{C}0-9]([^\p{C}0-9]{0,150}[^\s\p{C}0-9])?") {
        let mut place = site(0, "Europe/Stockholm");
        place["details"]["name"] = json!(name);
        place["details"]["address"] = json!("Hamngatan");
        let feed = written(&fleet(place), START);
        prop_assert!(feed.ends_with("\r\n"));
        for line in feed.split_terminator("\r\n") {
            // Lines should have at most 75 bytes; the library's last part of a long line has up to
            // 76.
            prop_assert!(line.len() <= 76, "{} octets", line.len());
            prop_assert!(!line.contains(['\r', '\n']));
        }
        let lines = lines(&feed);
        let mut place = String::new();
        let mut escaped = value(&lines, "LOCATION").chars();
        while let Some(c) = escaped.next() {
            place.push(if c == '\\' { escaped.next().unwrap() } else { c });
        }
        prop_assert_eq!(place, format!("{name}, Hamngatan"));
    }
}
