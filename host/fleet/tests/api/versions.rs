//! Versions: no change of somebody else is overwritten.

use chargetap_fleet::access::Scope;
use chargetap_fleet::api::{Effect, Method};

use crate::world::{Request, actor, header, json_of, site};

/// The status of a PUT of a site; 200 if it would be written.
fn put(path: &str, tag: Option<&str>) -> u16 {
    let body = site("acme").to_string();
    let mut request = Request::new(Method::Put, path).json(&body);
    request.if_match = tag;
    match request.effect(&actor(Scope::Operator, &[])) {
        Effect::Answer(answer) => answer.status,
        Effect::Write(_) => 200,
        Effect::Task(task) => panic!("{task:?}"),
    }
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
    assert_eq!(put("/api/v1/sites/north", None), 428);
    for tag in ["\"2\"", "3", "W/\"3\"", "\"2\", \"4\"", ""] {
        assert_eq!(put("/api/v1/sites/north", Some(tag)), 412, "{tag}");
    }
    for tag in ["\"3\"", "*", "\"2\", \"3\""] {
        assert_eq!(put("/api/v1/sites/north", Some(tag)), 200, "{tag}");
    }
}

#[test]
fn what_is_not_there_is_put_without_a_version() {
    assert_eq!(put("/api/v1/sites/new", None), 200);
    for tag in ["\"1\"", "*"] {
        assert_eq!(put("/api/v1/sites/new", Some(tag)), 412, "{tag}");
    }
}

#[test]
fn an_action_may_name_the_version_that_it_is_about() {
    let path = "/api/v1/incidents/I-1/close";
    let body = r#"{"outcome":"cleared","note":"It was found."}"#;
    let close = || Request::new(Method::Post, path).json(body);
    let support = actor(Scope::Support, &[]);
    // It cannot be closed yet, with any version.
    assert_eq!(close().answer(&support).status, 409);
    assert_eq!(close().if_match("\"3\"").answer(&support).status, 409);
    assert_eq!(close().if_match("\"2\"").answer(&support).status, 412);
    let unreadable = Request::new(Method::Post, path).json("{");
    assert_eq!(unreadable.if_match("\"2\"").answer(&support).status, 400);
}
