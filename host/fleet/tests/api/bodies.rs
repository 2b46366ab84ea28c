//! Bodies that do not match the document are refused, with the place of the error.

use std::collections::BTreeSet;

use chargetap_fleet::access::Scope;
use chargetap_fleet::api::{self, Answer, Body, Effect, Method, Task};
use chargetap_fleet::incident::PictureType;
use serde_json::{Value, json};

use crate::world::{NORTH, Request, actor, incident, json_of, name};

/// The beginning of a picture of two by three pixels, and of one of 65,535 by 65,535.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03\x08\x02\0\0\0";
const HUGE_PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xFF\xFF\0\0\xFF\xFF\x08\x02\0\0\0";
const JPEG: &[u8] = b"\xFF\xD8\xFF\xC0\0\x0B\x08\0\x02\0\x03\x01\x01\x11\0\xFF\xDA";

fn post(path: &str, body: &str) -> Answer {
    Request::new(Method::Post, path)
        .json(body)
        .answer(&actor(Scope::Operator, &[]))
}

/// The places of the errors in a body. What is wrong with all of it is at none.
fn places(path: &str, body: &Value) -> Vec<String> {
    let answer = post(path, &body.to_string());
    assert_eq!(answer.status, 422, "{body}: {}", json_of(&answer));
    let reasons = json_of(&answer)["reasons"].as_array().unwrap().clone();
    let places = reasons
        .iter()
        .map(|it| it["at"].as_str().unwrap_or("none").to_owned());
    places.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The body with another value at a place.
fn with(mut body: Value, place: &str, value: Value) -> Value {
    match body.pointer_mut(place) {
        Some(old) => *old = value,
        None => body[place.trim_start_matches('/')] = value,
    }
    body
}

#[test]
fn what_is_no_json_is_malformed() {
    for body in ["", "{", "{} {}", "nonsense", "\"\\ud800\""] {
        assert_eq!(post("/api/v1/incidents", body).status, 400, "{body}");
    }
}

#[test]
fn every_field_that_is_wrong_is_told_with_its_place() {
    let path = "/api/v1/incidents";
    let body = with(incident("PN1"), "/kind", json!("fun"));
    assert_eq!(places(path, &body), ["kind"]);
    let body = with(body, "/terminal", json!("lower case"));
    assert_eq!(places(path, &body), ["kind", "terminal"]);
    let contact = json!({ "name": " padded", "email": null });
    assert_eq!(
        places(path, &with(incident("PN1"), "/contact", contact)),
        ["contact.name"]
    );
    assert_eq!(
        places(path, &with(incident("PN1"), "/odd", json!(1))),
        ["none"]
    );
    assert_eq!(places(path, &json!([])), ["none"]);
}

#[test]
fn the_values_that_a_field_may_have_are_told() {
    let body = with(incident("PN1"), "/kind", json!("fun")).to_string();
    let answer = json_of(&post("/api/v1/incidents", &body));
    let text = answer["reasons"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("\"theft\"") && text.contains("\"suspicious-behaviour\""),
        "{text}"
    );
}

#[test]
fn what_a_schema_cannot_say_is_told_with_its_place_too() {
    let body = with(
        incident("PN1"),
        "/description",
        json!("the card was 4111 1111 1111 1111"),
    );
    assert_eq!(places("/api/v1/incidents", &body), ["description"]);
}

#[test]
fn moments_have_the_one_form_of_rfc_3339() {
    for moment in [
        "2026-11-01",
        "2026-11-01 08:00",
        "2026-11-01T08:00:00",
        "yesterday",
        "1969-12-31T23:59:59Z",
    ] {
        let body = with(incident("PN1"), "/discovered", json!(moment));
        assert_eq!(
            places("/api/v1/incidents", &body),
            ["discovered"],
            "{moment}"
        );
    }
}

#[test]
fn limits_of_numbers_and_lists_are_kept() {
    let details = json!({
        "model": "apollo", "order": "O-1", "site": "north", "connectors": [], "users": [],
    });
    let body = json!({ "serial": "PN2", "domain": "none", "details": details });
    let path = "/api/v1/orders/O-1/terminals";
    for connectors in [
        json!([0]),
        json!([65]),
        json!([-1]),
        json!([1.5]),
        json!(["1"]),
    ] {
        let body = with(body.clone(), "/details/connectors", connectors);
        assert_eq!(places(path, &body), ["details.connectors.0"], "{body}");
    }
    let many = with(body.clone(), "/details/connectors", json!(vec![1; 65]));
    assert_eq!(places(path, &many), ["details.connectors"]);
    let other = with(body, "/details/order", json!("O-2"));
    assert_eq!(places(path, &other), ["details.order"]);
    let refund = json!({ "reference": "R1", "amount": 0 });
    assert_eq!(places("/api/v1/sessions/S1/refunds", &refund), ["amount"]);
}

#[test]
fn a_body_of_another_type_is_refused() {
    for route in api::routes()
        .iter()
        .filter(|it| !matches!(it.body, Body::Nothing))
    {
        for content_type in [
            None,
            Some("text/plain"),
            Some("application/x-www-form-urlencoded"),
        ] {
            let mut request = Request::new(route.method, &NORTH.path(route.path));
            request.content_type = content_type;
            let answer = request.answer(&actor(Scope::Operator, &[]));
            assert_eq!(answer.status, 415, "{} {content_type:?}", name(route));
        }
    }
}

#[test]
fn a_media_type_may_have_parameters() {
    let request = Request::new(Method::Post, "/api/v1/incidents");
    let request = request.body("Application/JSON; charset=utf-8", b"{");
    assert_eq!(request.answer(&actor(Scope::Operator, &[])).status, 400);
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    for route in api::routes()
        .iter()
        .filter(|it| !matches!(it.body, Body::Nothing))
    {
        let body = vec![b' '; route.body_limit + 1];
        let media_type = route.body.media_types()[0];
        let request = Request::new(route.method, &NORTH.path(route.path)).body(media_type, &body);
        let answer = request.answer(&actor(Scope::Operator, &[]));
        assert_eq!(answer.status, 413, "{}", name(route));
    }
}

#[test]
fn a_picture_is_what_its_bytes_are() {
    let attach = |content_type: &str, body: &[u8]| {
        let request = Request::new(
            Method::Post,
            "/api/v1/incidents/I-1/photographs?caption=The+back",
        );
        request
            .body(content_type, body)
            .effect(&actor(Scope::SiteStaff, &["north"]))
    };
    for (content_type, body, kind) in [
        ("image/png", PNG, PictureType::Png),
        ("image/jpeg", JPEG, PictureType::Jpeg),
    ] {
        let Effect::Task(task) = attach(content_type, body) else {
            panic!("{content_type}")
        };
        let caption = Some("The back".parse().unwrap());
        assert_eq!(task, Task::Attach("I-1".parse().unwrap(), kind, caption));
    }
    let refusals: [(&str, &[u8], u16); 8] = [
        ("image/png", JPEG, 422),
        ("image/jpeg", PNG, 422),
        ("image/png", b"<svg/>", 422),
        ("image/png", HUGE_PNG, 422),
        ("image/png", PNG.split_at(12).0, 422),
        ("image/png", b"", 422),
        ("image/gif", b"GIF89a", 415),
        ("application/octet-stream", PNG, 415),
    ];
    for (content_type, body, status) in refusals {
        let Effect::Answer(answer) = attach(content_type, body) else {
            panic!("{content_type}")
        };
        assert_eq!(answer.status, status, "{content_type}");
    }
}
