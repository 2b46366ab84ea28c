//! The OpenAPI document describes the actual interface.

use std::collections::BTreeSet;

use boon::{Compiler, Schemas};
use chargetap_fleet::access::Scope;
use chargetap_fleet::api::{self, Body, Effect, Method};
use serde_json::Value;

use crate::world::{NORTH, Request, actor, json_of, name};

fn document() -> Value {
    serde_json::from_slice(api::document()).unwrap()
}

/// The operation of a route.
fn operation<'a>(document: &'a Value, path: &str, method: Method) -> &'a Value {
    &document["paths"][format!("/api/v1{path}")][method.name().to_lowercase()]
}

#[test]
fn the_document_is_served_to_everybody() {
    let answer = Request::get("/api/v1/openapi.json").answer(&actor(Scope::ReadOnly, &["north"]));
    assert_eq!(
        (answer.status, answer.media_type),
        (200, "application/json")
    );
    assert_eq!(json_of(&answer), document());
    assert_eq!(document()["openapi"], "3.1.0");
    let (route, _) = api::find(Some(Method::Get), "/api/v1/openapi.json").unwrap();
    assert!(route.is_open);
}

#[test]
fn it_has_every_route_and_nothing_else() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let operations = paths
        .values()
        .flat_map(|path| path.as_object().unwrap().keys());
    let operations = operations.filter(|key| *key != "parameters").count();
    assert_eq!(operations, api::routes().len());
    let mut ids = BTreeSet::new();
    for route in api::routes() {
        let operation = operation(&document, route.path, route.method);
        assert!(
            !operation["summary"].as_str().unwrap().is_empty(),
            "{}",
            name(route)
        );
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{id} is there twice");
    }
}

#[test]
fn it_declares_the_parameters_of_every_path() {
    for (path, item) in document()["paths"].as_object().unwrap() {
        let named = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let declared = item["parameters"].as_array().unwrap();
        let declared = declared.iter().map(|it| it["name"].as_str().unwrap());
        assert!(named.eq(declared), "{path}");
    }
}

#[test]
fn every_reference_in_it_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str().filter(|_| name == "$ref") {
                        Some(reference) => found.push(reference.to_owned()),
                        None => references(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|it| references(it, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 100);
    for reference in found {
        let place = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(place).is_some(), "{reference}");
    }
}

#[test]
fn every_schema_in_it_is_one() {
    let document = document();
    let mut compiler = Compiler::new();
    compiler
        .add_resource("urn:document", document.clone())
        .unwrap();
    for name in document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
    {
        let place = format!("urn:document#/components/schemas/{name}");
        compiler.compile(&place, &mut Schemas::new()).unwrap();
    }
}

#[test]
fn it_says_of_every_answer_what_can_come() {
    let document = document();
    for route in api::routes() {
        let operation = operation(&document, route.path, route.method);
        let mut expected = vec![400, 429, 503];
        let has_body = !matches!(route.body, Body::Nothing);
        let is_write = route.method != Method::Get;
        expected.extend_from_slice(if route.is_open { &[] } else { &[401, 403] });
        expected.extend_from_slice(if is_write { &[404, 409, 413, 422] } else { &[] });
        expected.extend_from_slice(if route.path.contains('{') {
            &[404]
        } else {
            &[]
        });
        expected.extend_from_slice(if has_body { &[415] } else { &[] });
        let is_put = route.method == Method::Put;
        expected.extend_from_slice(if is_put { &[412, 428] } else { &[] });
        for status in expected {
            assert!(
                operation["responses"][status.to_string()].is_object(),
                "{} {status}",
                name(route)
            );
        }
        let is_idempotent = operation["parameters"].as_array().unwrap().iter();
        let is_idempotent = is_idempotent
            .filter(|it| it["$ref"] == "#/components/parameters/IdempotencyKey")
            .count();
        assert_eq!(
            is_idempotent == 1,
            route.method == Method::Post,
            "{}",
            name(route)
        );
    }
}

#[test]
fn what_is_answered_is_what_it_says() {
    let document = document();
    let mut compiler = Compiler::new();
    compiler.enable_format_assertions();
    compiler
        .add_resource("urn:document", document.clone())
        .unwrap();
    let mut schemas = Schemas::new();
    let mut terminal_to_poll = 0;
    for route in api::routes().iter().filter(|it| it.method == Method::Get) {
        for (path, status) in [
            (NORTH.path(route.path), 200),
            (format!("{}?odd=1", NORTH.path(route.path)), 400),
        ] {
            let Effect::Answer(answer) = Request::get(&path).effect(&actor(Scope::Operator, &[]))
            else {
                continue;
            };
            assert_eq!(answer.status, status, "{path}");
            let operation = operation(&document, route.path, route.method);
            let response = &operation["responses"][status.to_string()];
            let response = match response["$ref"].as_str() {
                Some(reference) => document
                    .pointer(reference.strip_prefix('#').unwrap())
                    .unwrap(),
                None => response,
            };
            let schema = &response["content"][answer.media_type]["schema"];
            let Some(reference) = schema["$ref"].as_str() else {
                continue;
            };
            let schema = compiler
                .compile(&format!("urn:document{reference}"), &mut schemas)
                .unwrap();
            let body = json_of(&answer);
            let verdict = schemas
                .validate(&body, schema)
                .map_err(|error| error.to_string());
            assert_eq!(verdict, Ok(()), "{path}");
            terminal_to_poll += 1;
        }
    }
    assert!(terminal_to_poll > 30, "{terminal_to_poll}");
}
