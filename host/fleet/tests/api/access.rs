//! Permissions: every route, by every scope, for records of the caller's site and of another one.

use chargetap_fleet::access::Scope;
use chargetap_fleet::api::{self, Effect, Method, Route};
use serde_json::Value;

use crate::world::{FRESH_HASH, NORTH, Request, SOUTH, Site, actor, json_of, name};

const SCOPES: [Scope; 4] = [
    Scope::Operator,
    Scope::Support,
    Scope::SiteStaff,
    Scope::ReadOnly,
];

/// The exceptions: writes that others than operators may make, and reads that not everybody may
/// make.
const RIGHTS: &[(&str, &[Scope])] = &[
    ("POST /terminals/{serial}/checks", &[Scope::SiteStaff]),
    ("POST /terminals/{serial}/inspections", &[Scope::SiteStaff]),
    ("POST /terminals/{serial}/charges", &[Scope::SiteStaff]),
    ("POST /terminals/{serial}/tests", &[Scope::SiteStaff]),
    ("POST /terminals/{serial}/store", &[Scope::SiteStaff]),
    ("POST /terminals/{serial}/unstore", &[Scope::SiteStaff]),
    ("POST /terminals/{serial}/suspend", &[Scope::Support]),
    ("POST /incidents", &[Scope::SiteStaff, Scope::Support]),
    (
        "PUT /incidents/{incident}",
        &[Scope::SiteStaff, Scope::Support],
    ),
    (
        "POST /incidents/{incident}/photographs",
        &[Scope::SiteStaff, Scope::Support],
    ),
    (
        "POST /incidents/{incident}/report",
        &[Scope::SiteStaff, Scope::Support],
    ),
    ("POST /incidents/{incident}/close", &[Scope::Support]),
    (
        "POST /alerts/{alert}/acknowledge",
        &[Scope::SiteStaff, Scope::Support],
    ),
    ("POST /sessions/{session}/stop", &[Scope::Support]),
    ("POST /stations/{station}/reset", &[Scope::Support]),
    ("POST /stations/{station}/unlock", &[Scope::Support]),
    ("POST /stations/{station}/trigger", &[Scope::Support]),
    ("GET /webhooks", &[]),
    ("GET /webhooks/{webhook}", &[]),
    ("GET /webhook-dead-letters", &[]),
    ("GET /tokens", &[]),
    ("GET /calendars", &[]),
    ("GET /audit", &[]),
];

fn may(route: &Route, scope: Scope) -> bool {
    let right = RIGHTS.iter().find(|(it, _)| *it == name(route));
    match right {
        _ if route.is_open || scope == Scope::Operator => true,
        Some((_, scopes)) => scopes.contains(&scope),
        None => route.method == Method::Get,
    }
}

/// The status of a call that, if it is permitted, has an outdated version or an unreadable body. A
/// task of the gateway counts as 200.
fn status(route: &Route, place: &Site, scope: Scope, sites: &[&str]) -> u16 {
    let mut request = Request::new(route.method, &place.path(route.path));
    if let Some(media_type) = route.body.media_types().first() {
        request = request.body(media_type, b"{");
    }
    if route.method != Method::Get {
        request = request.if_match("\"999\"");
    }
    match request.effect(&actor(scope, sites)) {
        Effect::Answer(answer) => answer.status,
        Effect::Task(_) => 200,
        Effect::Write(_) => panic!("{} writes", name(route)),
    }
}

fn routes() -> impl Iterator<Item = &'static Route> {
    api::routes().iter()
}

fn names_a_place(route: &Route) -> bool {
    let places = [
        "{customer}",
        "{site}",
        "{station}",
        "{person}",
        "{order}",
        "{serial}",
        "{incident}",
        "{alert}",
    ];
    places.iter().any(|place| route.path.contains(place))
}

#[test]
fn every_route_asks_for_its_scope() {
    for route in routes() {
        for scope in SCOPES {
            let status = status(route, &NORTH, scope, &[]);
            assert_eq!(
                status != 403,
                may(route, scope),
                "{} {scope:?}: {status}",
                name(route)
            );
        }
    }
}

#[test]
fn what_is_at_the_tokens_site_is_found() {
    for route in routes().filter(|route| names_a_place(route)) {
        for scope in SCOPES.into_iter().filter(|scope| may(route, *scope)) {
            let expected: &[u16] = match route.method {
                Method::Get => &[200],
                _ => &[400, 412, 422],
            };
            let status = status(route, &NORTH, scope, &["north"]);
            assert!(
                expected.contains(&status),
                "{} {scope:?}: {status}",
                name(route)
            );
        }
    }
}

#[test]
fn what_is_at_another_site_is_not_found_as_if_it_were_not_there() {
    let nowhere = Site {
        site: "nowhere",
        customer: "nobody",
        station: "none",
        person: "nobody",
        order: "O-9",
        serial: "P9",
        incident: "I-9",
        alert: "A-9",
    };
    for route in routes().filter(|route| names_a_place(route)) {
        for scope in SCOPES.into_iter().filter(|scope| may(route, *scope)) {
            let elsewhere = status(route, &SOUTH, scope, &["north"]);
            assert_eq!(elsewhere, 404, "{} {scope:?}", name(route));
            // Stations that are not on record may be known to the gateway.
            if route.noun == "station" && route.method != Method::Put {
                let missing = status(route, &nowhere, scope, &["north"]);
                assert_eq!(missing, 404, "{} {scope:?}", name(route));
                continue;
            }
            let missing = status(route, &nowhere, scope, &[]);
            let creates = route.method == Method::Put && missing == 400;
            assert!(
                missing == 404 || creates,
                "{} {scope:?}: {missing}",
                name(route)
            );
        }
    }
}

#[test]
fn lists_have_what_is_at_the_tokens_site_only() {
    let keys = |path: &str, sites: &[&str]| -> Vec<String> {
        let answer = Request::get(path).answer(&actor(Scope::Operator, sites));
        let items = json_of(&answer)["items"].as_array().unwrap().clone();
        let key = |item: &Value| item.get("key").unwrap_or(&item["serial"]).clone();
        let keys = items
            .iter()
            .map(|item| key(item).as_str().unwrap().to_owned());
        keys.collect()
    };
    for (list, north, south) in [
        ("customers", "acme", "bolt"),
        ("sites", "north", "south"),
        ("people", "ann", "bob"),
        ("orders", "O-1", "O-2"),
        ("terminals", "PN1", "PS1"),
        ("incidents", "I-1", "I-2"),
        ("alerts", "A-1", "A-2"),
    ] {
        let path = format!("/api/v1/{list}");
        assert_eq!(keys(&path, &["north"]), [north], "{list}");
        assert_eq!(keys(&path, &[]), [north, south], "{list}");
    }
    for list in ["webhooks", "tokens", "calendars"] {
        let path = format!("/api/v1/{list}");
        assert_eq!(keys(&path, &["north"]), [""; 0], "{list}");
        assert_eq!(keys(&path, &[]).len(), 1, "{list}");
    }
}

#[test]
fn what_concerns_the_whole_fleet_is_not_for_a_token_that_is_limited_to_sites() {
    for (method, path) in [
        (Method::Get, "/api/v1/audit"),
        (Method::Get, "/api/v1/status"),
        (Method::Get, "/api/v1/webhook-dead-letters"),
        (Method::Post, "/api/v1/webhook-dead-letters/1/redeliver"),
    ] {
        let request = Request::new(method, path);
        let answer = request.answer(&actor(Scope::Operator, &["north"]));
        assert_eq!(answer.status, 403, "{path}");
    }
}

/// The hashes of a token and of a calendar, and the secret of a webhook.
const SECRETS: [&str; 3] = ["canary", FRESH_HASH, "Y2FuYXJ5"];

#[test]
fn no_answer_has_a_hash_or_secret_of_a_record() {
    for route in routes().filter(|route| route.method == Method::Get) {
        let request = Request::get(&NORTH.path(route.path));
        if let Effect::Answer(answer) = request.effect(&actor(Scope::Operator, &[])) {
            let text = String::from_utf8(answer.body).unwrap();
            for secret in SECRETS {
                assert!(!text.contains(secret), "{}", name(route));
            }
        }
    }
    for (kind, key) in [("webhook", "pager"), ("token", "K-1"), ("calendar", "C-1")] {
        let kind = serde_json::from_value(Value::String(kind.to_owned())).unwrap();
        let (_, item) = crate::world::fleet().item(kind, key).unwrap();
        let text = api::view(&item).to_string();
        let shown = SECRETS.iter().find(|secret| text.contains(**secret));
        assert_eq!(shown, None, "{key}");
    }
}
