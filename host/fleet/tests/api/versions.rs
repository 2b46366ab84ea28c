//! Versions: nobody changes what somebody else changed in the meantime.

use chargetap_fleet::access::Scope;
use chargetap_fleet::api::{Answer, Method};

use crate::world::{Request, actor, header, json_of, site};

fn put(path: &str, tag: Option<&str>) -> Answer {
    let mut request = Request::new(Method::Put, path).json("{");
    request.if_match = tag;
    request.answer(&actor(Scope::Operator, &[]))
}

#[test]
fn what_is_shown_comes_with_its_version() {
    let answer = Request::get("/api/v1/sites/north").answer(&actor(Scope::ReadOnly, &[]));
    assert_eq!(answer.status, 200);
    assert_eq!(header(&answer, "ETag"), Some("\"3\""));
    assert_eq!(json_of(&answer)["version"], 3);
    assert_eq!(json_of(&answer)["details"], site("acme"));
}

#[test]
fn what_is_there_is_put_with_its_version_only() {
    assert_eq!(put("/api/v1/sites/north", None).status, 428);
    for tag in ["\"2\"", "3", "W/\"3\"", "\"2\", \"4\"", ""] {
        assert_eq!(put("/api/v1/sites/north", Some(tag)).status, 412, "{tag}");
    }
    // From here on the body is looked at, and it is no JSON.
    for tag in ["\"3\"", "*", "\"2\", \"3\""] {
        assert_eq!(put("/api/v1/sites/north", Some(tag)).status, 400, "{tag}");
    }
}

#[test]
fn what_is_not_there_is_put_without_a_version() {
    assert_eq!(put("/api/v1/sites/new", None).status, 400);
    for tag in ["\"1\"", "*"] {
        assert_eq!(put("/api/v1/sites/new", Some(tag)).status, 412, "{tag}");
    }
}

#[test]
fn a_deed_may_name_the_version_that_it_is_about() {
    let path = "/api/v1/incidents/I-1/close";
    let close = || Request::new(Method::Post, path).json("{");
    let support = actor(Scope::Support, &[]);
    assert_eq!(close().answer(&support).status, 400);
    assert_eq!(close().if_match("\"3\"").answer(&support).status, 400);
    assert_eq!(close().if_match("\"2\"").answer(&support).status, 412);
}
