//! Lists: pages and filters.

use chargetap_fleet::access::Scope;
use chargetap_fleet::api::{Answer, Effect};

use crate::world::{Request, actor, json_of};

fn get(path: &str) -> Answer {
    Request::get(&format!("/api/v1/{path}")).answer(&actor(Scope::ReadOnly, &[]))
}

fn keys(path: &str) -> Vec<String> {
    let items = json_of(&get(path))["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| item["key"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_list_comes_in_pages_and_the_last_one_has_no_next() {
    assert_eq!(keys("sites?limit=1"), ["north"]);
    assert_eq!(json_of(&get("sites?limit=1"))["next"], "north");
    assert_eq!(keys("sites?limit=1&after=north"), ["south"]);
    assert!(json_of(&get("sites?limit=1&after=north"))["next"].is_null());
    assert!(json_of(&get("sites?limit=2"))["next"].is_null());
    assert_eq!(keys("sites?after=south"), [""; 0]);
}

#[test]
fn a_page_begins_after_what_may_have_gone_in_the_meantime() {
    assert_eq!(keys("sites?after=oslo"), ["south"]);
}

#[test]
fn lists_are_filtered() {
    assert_eq!(keys("sites?customer=bolt"), ["south"]);
    assert_eq!(keys("people?site=south"), ["bob"]);
    assert_eq!(keys("orders?customer=acme"), ["O-1"]);
    assert_eq!(keys("incidents?open=true"), ["I-1", "I-2"]);
    assert_eq!(keys("incidents?open=false"), [""; 0]);
    assert_eq!(keys("incidents?terminal=PS1"), ["I-2"]);
    assert_eq!(keys("alerts?open=true&kind=silent&terminal=PN1"), ["A-1"]);
    assert_eq!(keys("alerts?kind=tampered"), [""; 0]);
}

#[test]
fn a_query_that_is_not_understood_is_refused() {
    for path in [
        "sites?colour=red",
        "sites?limit=0",
        "sites?limit=201",
        "sites?limit=x",
        "sites?limit=",
        "sites?limit=1&limit=1",
        "sites?limit=%201",
        "sites?after=",
        "sites?after=a%20b",
        "incidents?open=1",
        "incidents?open=TRUE",
        "incidents?terminal=pn1",
        "incidents?terminal=%22PN1%22",
        "alerts?kind=loud",
        "sites/north?limit=1",
        "stations?after=%20CT-1",
        "stations?limit=201",
    ] {
        let answer = get(path);
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(
            json_of(&answer)["type"],
            "urn:chargetap:problem:malformed",
            "{path}"
        );
    }
}

#[test]
fn a_number_beyond_what_is_counted_is_refused() {
    let operator = actor(Scope::Operator, &[]);
    let audit =
        |after: &str| Request::get(&format!("/api/v1/audit?after={after}")).effect(&operator);
    assert!(matches!(audit("9223372036854775807"), Effect::Task(_)));
    for after in ["9223372036854775808", "-1", "1.5", "1e3"] {
        assert!(
            matches!(audit(after), Effect::Answer(it) if it.status == 400),
            "{after}"
        );
    }
}
