//! The OpenAPI document, generated from the table of routes.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::Method;
use super::body::Body;
use super::paging::Number;
use super::precondition::Target;
use super::problem::{self, Details, ProblemKind};
use super::route::Route;
use super::table::{parameters, routes};
use crate::access::Scope;
use crate::text::{Key, Serial, SessionName, StationId};

const ABOUT: &str = "Owning payment terminals: from an order to an activated terminal, and kept safe \
    while it works.\n\nErrors are problem details (RFC 9457) with every reason. Lists come in pages: pass \
    `next` as `after` to get the next page. The ETag of a record is its version: send it as If-Match to \
    change the version that you know. A token that is limited to sites sees only records that belong to \
    them.";

/// The OpenAPI document, as JSON.
#[must_use]
pub fn document() -> &'static [u8] {
    static DOCUMENT: LazyLock<Vec<u8>> = LazyLock::new(|| {
        // This cannot fail: only maps with keys other than strings do.
        serde_json::to_vec(&write()).unwrap_or_default()
    });
    &DOCUMENT
}

fn write() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for route in routes() {
        let operation = operation(route, &mut generator);
        let path = paths.entry(format!("/api/v1{}", route.path));
        let path = path.or_insert_with(|| json!({ "parameters": path_parameters(route) }));
        if let Some(path) = path.as_object_mut() {
            path.insert(route.method.name().to_ascii_lowercase(), operation);
        }
    }
    let responses = responses(&mut generator);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Chargetap fleet",
            "version": "1",
            "description": ABOUT,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "responses": responses,
            "headers": headers(),
            "parameters": header_parameters(),
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let mut operation = json!({
        "operationId": format!("{}-{}", route.noun, route.verb),
        "tags": [route.noun],
        "summary": route.summary,
        "description": may_ask(route),
        "parameters": own_parameters(route, generator),
        "responses": own_responses(route, generator),
        "security": match route.is_open {
            true => json!([]),
            false => json!([{ "bearer": route.scopes }]),
        },
    });
    if let (Some(operation), Some(body)) = (operation.as_object_mut(), body(&route.body, generator))
    {
        operation.insert("requestBody".into(), body);
    }
    operation
}

/// The permissions of a route, for people.
fn may_ask(route: &Route) -> String {
    if route.is_open {
        return "For everybody, without a token.".to_owned();
    }
    let scopes = route.scopes.iter().map(|scope| match scope {
        Scope::Operator => "operator",
        Scope::SiteStaff => "site-staff",
        Scope::Support => "support",
        Scope::ReadOnly => "read-only",
    });
    format!(
        "For tokens of the scope {}.",
        scopes.collect::<Vec<_>>().join(", ")
    )
}

fn path_parameters(route: &Route) -> Vec<Value> {
    let parameters = parameters(route.path).map(
        |name| json!({ "name": name, "in": "path", "required": true, "schema": path_schema(name) }),
    );
    parameters.collect()
}

/// The schema of a path parameter. A value that does not match it is answered with 404.
fn path_schema(name: &str) -> Schema {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    match name {
        "serial" => Serial::json_schema(&mut generator),
        "station" => StationId::json_schema(&mut generator),
        "session" => SessionName::json_schema(&mut generator),
        "number" => Number::json_schema(&mut generator),
        "hash" | "secret" => json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" }),
        _ => Key::json_schema(&mut generator),
    }
}

fn own_parameters(route: &Route, generator: &mut SchemaGenerator) -> Vec<Value> {
    let query = route.query.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "in": "query",
            "description": parameter.about,
            "schema": (parameter.schema)(generator),
        })
    });
    let mut parameters: Vec<Value> = query.collect();
    if has_version(route) {
        parameters.push(json!({ "$ref": "#/components/parameters/IfMatch" }));
    }
    if route.method == Method::Post {
        parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    parameters
}

/// Whether a call can name a version in If-Match.
fn has_version(route: &Route) -> bool {
    route.method != Method::Get && route.target != Target::None
}

fn header_parameters() -> Value {
    json!({
        "IfMatch": {
            "name": "If-Match",
            "in": "header",
            "description": "The ETag of the version that you know. Required to replace an existing \
                record.",
            "schema": { "type": "string" },
            "example": "\"3\"",
        },
        "IdempotencyKey": {
            "name": "Idempotency-Key",
            "in": "header",
            "description": "A random text of your own. The same request with the same key again \
                does nothing, and returns the first answer.",
            "schema": { "type": "string", "pattern": "^[!-~]{1,255}$" },
            "example": "5f0c9a3e-8a51-4d6f-9d2b-5b6f2f6f0a11",
        },
    })
}

fn headers() -> Value {
    json!({
        "ETag": {
            "description": "The version of the record.",
            "required": true,
            "schema": { "type": "string", "pattern": "^\"[0-9]+\"$" },
        },
        "Location": {
            "description": "The path of the new record.",
            "required": true,
            "schema": { "type": "string", "format": "uri-reference" },
        },
    })
}

fn body(body: &Body, generator: &mut SchemaGenerator) -> Option<Value> {
    let schema: Value = match body {
        Body::Nothing => return None,
        Body::Json(json) => (json.schema)(generator).to_value(),
        Body::Csv => json!({ "type": "string" }),
        // Bytes have no schema in OpenAPI 3.1.
        Body::Picture => json!({}),
    };
    Some(json!({ "required": true, "content": content(body.media_types(), &schema) }))
}

fn content(media_types: &[&str], schema: &Value) -> Value {
    let types = media_types.iter();
    let types = types.map(|it| ((*it).to_owned(), json!({ "schema": schema })));
    Value::Object(types.collect())
}

fn own_responses(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let success = &route.success;
    let schema = match success.schema {
        Some(schema) => schema(generator).to_value(),
        None => json!({}),
    };
    let mut responses = Map::new();
    for status in success.statuses {
        let mut headers = Map::new();
        if success.has_etag {
            headers.insert(
                "ETag".into(),
                json!({ "$ref": "#/components/headers/ETag" }),
            );
        }
        if *status == 201 {
            headers.insert(
                "Location".into(),
                json!({ "$ref": "#/components/headers/Location" }),
            );
        }
        let mut response = json!({ "description": described(*status), "headers": headers });
        if let (false, Some(response)) = (success.media_types.is_empty(), response.as_object_mut())
        {
            response.insert("content".into(), content(success.media_types, &schema));
        }
        responses.insert(status.to_string(), response);
    }
    for kind in ProblemKind::ALL
        .iter()
        .filter(|kind| can_come(route, **kind))
    {
        let reference = format!("#/components/responses/{}", kind.slug());
        responses.insert(kind.status().to_string(), json!({ "$ref": reference }));
    }
    Value::Object(responses)
}

fn described(status: u16) -> &'static str {
    match status {
        201 => "It was created.",
        204 => "It is done.",
        _ => "The requested content.",
    }
}

/// Whether a route can answer with this kind of problem.
fn can_come(route: &Route, kind: ProblemKind) -> bool {
    let is_write = route.method != Method::Get;
    match kind {
        ProblemKind::Malformed | ProblemKind::TooManyRequests | ProblemKind::Unavailable => true,
        ProblemKind::Unauthenticated | ProblemKind::Forbidden => !route.is_open,
        // A body can name records that do not exist.
        ProblemKind::NotFound => is_write || parameters(route.path).next().is_some(),
        // Other methods are not in the document.
        ProblemKind::MethodNotAllowed => false,
        ProblemKind::Conflict | ProblemKind::Invalid => is_write,
        ProblemKind::PreconditionFailed => has_version(route),
        ProblemKind::PreconditionRequired => route.method == Method::Put,
        // A route without a body refuses any body as too large.
        ProblemKind::TooLarge => is_write,
        ProblemKind::UnsupportedMediaType => !matches!(route.body, Body::Nothing),
    }
}

/// The response for each kind of problem.
fn responses(generator: &mut SchemaGenerator) -> Value {
    let schema = generator.subschema_for::<Details<'_>>().to_value();
    let responses = ProblemKind::ALL.iter().map(|kind| {
        let mut response = json!({
            "description": format!("{}.", kind.title()),
            "content": content(&[problem::MEDIA_TYPE], &schema),
        });
        if let (Some(headers), Some(response)) = (problem_headers(*kind), response.as_object_mut())
        {
            response.insert("headers".into(), headers);
        }
        (kind.slug().to_owned(), response)
    });
    Value::Object(responses.collect())
}

fn problem_headers(kind: ProblemKind) -> Option<Value> {
    let (name, about) = match kind {
        ProblemKind::Unauthenticated => ("WWW-Authenticate", "The authentication scheme."),
        ProblemKind::MethodNotAllowed => ("Allow", "The methods of this path."),
        _ => return None,
    };
    let header = json!({ "description": about, "required": true, "schema": { "type": "string" } });
    Some(json!({ name: header }))
}
