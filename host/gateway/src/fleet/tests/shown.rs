//! Answers and failures as text for people.

use chargetap_fleet::api;
use serde_json::json;

use super::super::problem::Failure;
use super::super::show::show;
use super::super::status;

fn shown(noun: &str, verb: &str, answer: &serde_json::Value, width: Option<u16>) -> String {
    let mut routes = api::routes().iter();
    let route = routes
        .find(|it| (it.noun, it.verb) == (noun, verb))
        .unwrap();
    show(route, answer, width)
}

fn site(key: &str, address: &str) -> serde_json::Value {
    let details = json!({ "name": "Depot", "address": address, "customer": "acme" });
    json!({ "key": key, "details": details })
}

#[test]
fn a_list_is_a_table() {
    let sites = json!([site("north", "Nygatan 1"), site("s", "Å")]);
    let expected = "\
SITE   NAME   ADDRESS    CUSTOMER
north  Depot  Nygatan 1  acme
s      Depot  Å          acme
";
    assert_eq!(shown("site", "list", &sites, None), expected);
}

#[test]
fn stations_are_a_table_of_how_they_are() {
    let stations = json!([{
        "key": "CT-1",
        "details": { "site": "north", "evses": [{ "connector": 1, "id": null }] },
        "state": "connected",
        "since": "2026-11-25T11:00:00Z",
        "model": "T1",
        "firmware": null,
        "oddities": 3,
        "summary": "1 charging (3200 Wh)",
    }, { "key": "RDAM 123", "details": null, "state": "not-connected", "oddities": 0, "summary": "" }]);
    let expected = "\
STATION   SITE   STATE          SINCE                 MODEL  FIRMWARE  ODDITIES  CONNECTORS
CT-1      north  connected      2026-11-25T11:00:00Z  T1     -         3         1 charging (3200 Wh)
RDAM 123  -      not-connected  -                     -      -         0         -
";
    assert_eq!(shown("station", "list", &stations, None), expected);
}

#[test]
fn a_table_is_as_wide_as_its_terminal() {
    let sites = json!([site("north", "Nygatan 1, 111 11 Stockholm, Sweden")]);
    let table = shown("site", "list", &sites, Some(50));
    assert!(table.lines().all(|it| it.chars().count() <= 50), "{table}");
    assert!(table.contains("Sweden"), "{table}");
}

#[test]
fn missing_items_are_codes_in_a_table_and_sentences_in_a_record() {
    let terminal = json!({
        "serial": "P-1",
        "details": { "model": "p66", "site": "north", "connectors": [1, 2], "users": [] },
        "state": "ordered",
        "missing": [
            { "code": "sim-unknown", "text": "say which SIM it has", "owed_by": "customer", "at": null },
            { "code": "not-online", "text": "switch it on", "owed_by": null, "at": null },
        ],
        "seen": null,
        "checks": {},
        "transfer": { "to": "platform", "number": null },
    });
    let expected = "\
SERIAL  MODEL  SITE   STATION  STATE    ONLINE  MISSING
P-1     p66    north  -        ordered  -       sim-unknown, not-online
";
    assert_eq!(
        shown("terminal", "list", &json!([terminal]), None),
        expected
    );
    let expected = "\
checks: -
seen: -
serial: P-1
state: ordered
details:
  connectors: 1, 2
  model: p66
  site: north
  users: -
missing:
  - say which SIM it has (owed by the customer)
  - switch it on
transfer:
  number: -
  to: platform
";
    assert_eq!(shown("terminal", "show", &terminal, None), expected);
}

#[test]
fn a_table_counts_reasons_beyond_the_first_two() {
    let reason = |code: &str| json!({ "code": code, "text": "a", "owed_by": null, "at": null });
    let missing = ["b", "c", "d", "e"].map(reason);
    let terminals = json!([{ "serial": "P-1", "missing": missing }]);
    let table = shown("terminal", "list", &terminals, None);
    assert!(table.ends_with("  b, c and 2 more\n"), "{table}");
}

#[test]
fn records_in_a_record_are_marked() {
    let ticket = json!({
        "is_complete": false,
        "terminals": [
            { "serial": "P-1", "missing": [] },
            { "serial": "P-2", "missing": [{ "code": "x", "text": "a", "owed_by": "vendor", "at": "b", "next": "c" }] },
        ],
    });
    let expected = "\
is_complete: no
terminals:
  - missing: -
    serial: P-1
  - serial: P-2
    missing:
      - b: a (owed by the vendor); next: c
";
    assert_eq!(shown("order", "ticket", &ticket, None), expected);
}

#[test]
fn a_notice_is_shown_as_it_is_sent() {
    let notices = json!({ "items": [{
        "kind": "routing",
        "to": "support@example.com",
        "subject": "Routing",
        "body": "Hello,\n\nplease route P-1.\n",
    }] });
    let expected = "To: support@example.com\nSubject: Routing\n\nHello,\n\nplease route P-1.\n";
    assert_eq!(shown("order", "notices", &notices, None), expected);
}

#[test]
fn control_characters_are_not_printed() {
    let site = site("north", "\u{1b}[2Jgone");
    for answer in [json!([site]), site.clone()] {
        assert!(!shown("site", "list", &answer, None).contains('\u{1b}'));
    }
}

#[test]
fn a_refusal_has_every_reason_with_its_place_and_who_owes_it() {
    let problem = json!({
        "type": "urn:chargetap:problem:conflict",
        "title": "It cannot be as things stand",
        "status": 409,
        "detail": "the SIM is not known; and 1 more",
        "reasons": [
            { "code": "a", "text": "the SIM is not known", "owed_by": "customer", "at": "details.sim" },
            { "code": "b", "text": "it is not online", "owed_by": "vendor", "at": null },
        ],
    });
    let expected = "\
It cannot be as things stand
  details.sim: the SIM is not known (owed by the customer)
  it is not online (owed by the vendor)";
    let failure = Failure::refused(409, problem.to_string().as_bytes());
    assert_eq!(failure.to_string(), expected);
}

#[test]
fn a_refusal_for_one_reason_is_one_sentence() {
    let problem = json!({
        "title": "What was said cannot be",
        "detail": "anna was not trained by then",
        "reasons": [
            { "code": "a", "text": "anna was not trained by then", "owed_by": null, "at": "by" },
        ],
    });
    let failure = Failure::refused(422, problem.to_string().as_bytes());
    assert_eq!(failure.to_string(), "by: anna was not trained by then");
}

#[test]
fn a_refused_token_is_answered_with_how_to_get_one() {
    let problem = json!({ "title": "A token is needed", "detail": "show a token", "reasons": [] });
    let failure = Failure::refused(401, problem.to_string().as_bytes()).to_string();
    assert!(failure.starts_with("show a token\n"), "{failure}");
    assert!(failure.contains("CHARGETAP_TOKEN"), "{failure}");
    assert!(failure.contains("chargetap operator-token"), "{failure}");
}

#[test]
fn another_server_is_reported_with_its_status() {
    let failure = Failure::refused(502, b"<html>Bad Gateway</html>").to_string();
    assert!(failure.contains("502"), "{failure}");
}

#[test]
fn how_a_gateway_is_stands_in_two_tables() {
    let status = json!({
        "ready": true,
        "version": "0.1.0",
        "uptime_s": 12 * 86_400 + 4 * 3_600 + 59,
        "parts": [
            { "part": "store", "state": "good", "problem": null },
            { "part": "provider", "state": "degraded", "problem": "Payter fails" },
        ],
        "components": [],
        "commits_per_minute": 214,
        "commands": { "waiting": 1, "sent": 2, "oldest_age_s": 41 },
        "sessions": [
            { "phase": "charging", "count": 17 },
            { "phase": "needs-attention", "count": 1 },
        ],
        "stations": { "configured": 40, "connected": 39, "out_of_order": 1, "pending": 0 },
        "terminals": { "configured": 40, "activated": 40, "online": 38, "armed": 37 },
        "alerts": [{ "kind": "capture-failed", "count": 1 }],
    });
    let expected = "\
ready, and degraded

PART      STATE     PROBLEM
store     good      -
provider  degraded  Payter fails

WHAT         HOW MUCH
version      0.1.0
components   -
running for  12 d 4 h
commits      214 in the last whole minute
commands     1 waiting, 2 sent, the oldest for 41 s
sessions     17 charging, 1 needs-attention
stations     40 configured, 39 connected, 1 out of order, 0 pending
terminals    40 configured, 40 activated, 38 online, 37 armed
open alerts  1 capture-failed
";
    let status = serde_json::from_value(status).unwrap();
    assert_eq!(status::shown(&status, None), expected);
}
