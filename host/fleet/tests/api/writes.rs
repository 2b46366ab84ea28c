//! Writes: their answers, and what a token that is limited to sites may change.

use chargetap_fleet::access::{Scope, bearer, calendar};
use chargetap_fleet::api::{Answer, Method, authenticate};
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::terminal::Terminal;
use serde_json::{Value, json};

use crate::world::{FRESH, Request, actor, fleet, header, incident, json_of, now, site};

fn operator() -> chargetap_fleet::context::Actor {
    actor(Scope::Operator, &[])
}

#[track_caller]
fn send(fleet: &mut Fleet, method: Method, path: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let request = Request::new(method, path).json(&body);
    request.send(fleet, &operator())
}

#[test]
fn what_is_put_first_is_made_and_what_is_put_again_is_changed() {
    let mut fleet = fleet();
    let body = site("acme");
    let made = send(&mut fleet, Method::Put, "/api/v1/sites/east", &body);
    assert_eq!(made.status, 201, "{}", json_of(&made));
    assert_eq!(header(&made, "Location"), Some("/api/v1/sites/east"));
    assert_eq!(json_of(&made)["details"], body);
    let tag = header(&made, "ETag").unwrap().to_owned();

    let mut renamed = body;
    renamed["name"] = json!("Another name");
    let text = renamed.to_string();
    let request = Request::new(Method::Put, "/api/v1/sites/east").json(&text);
    let changed = request.if_match(&tag).send(&mut fleet, &operator());
    assert_eq!(changed.status, 200);
    assert_eq!(header(&changed, "Location"), None);
    assert_ne!(header(&changed, "ETag"), Some(&*tag));
    assert_eq!(json_of(&changed)["details"]["name"], "Another name");

    let request = Request::new(Method::Put, "/api/v1/sites/east").json(&text);
    assert_eq!(
        request.if_match(&tag).send(&mut fleet, &operator()).status,
        412
    );
}

#[test]
fn what_is_put_on_record_of_a_customer_needs_no_version() {
    let body = json!({ "status": "not-required" });
    let path = "/api/v1/customers/acme/self-assessments";
    let answer = send(&mut fleet(), Method::Post, path, &body);
    assert_eq!(answer.status, 200);
    assert_eq!(
        json_of(&answer)["self_assessment"]["status"],
        "not-required"
    );
}

#[test]
fn what_is_counted_is_made_where_its_number_says() {
    let mut fleet = fleet();
    let answer = send(
        &mut fleet,
        Method::Post,
        "/api/v1/incidents",
        &incident("PN1"),
    );
    assert_eq!(answer.status, 201, "{}", json_of(&answer));
    assert_eq!(json_of(&answer)["key"], "I-11");
    assert_eq!(header(&answer, "Location"), Some("/api/v1/incidents/I-11"));
    assert_eq!(json_of(&answer)["details"]["terminal"], "PN1");
}

#[test]
fn an_action_shows_the_terminal_after_it() {
    let mut fleet = fleet();
    let path = "/api/v1/terminals/PN1/transfer";
    let begun = send(&mut fleet, Method::Post, path, &json!({ "to": "platform" }));
    assert_eq!(begun.status, 200, "{}", json_of(&begun));
    assert_eq!(json_of(&begun)["transfer"]["to"], "platform");
    assert_eq!(json_of(&begun)["parts"]["captures"], "platform");
    assert!(!json_of(&begun)["missing"].as_array().unwrap().is_empty());
    let given_up = Request::new(Method::Delete, path).send(&mut fleet, &operator());
    assert_eq!(given_up.status, 200);
    assert!(json_of(&given_up)["transfer"].is_null());
}

#[test]
fn what_cannot_be_says_every_reason() {
    let request = Request::new(Method::Post, "/api/v1/terminals/PN1/activate");
    let answer = request.send(&mut fleet(), &operator());
    assert_eq!(answer.status, 409);
    assert_eq!(json_of(&answer)["type"], "urn:chargetap:problem:conflict");
    assert!(json_of(&answer)["reasons"].as_array().unwrap().len() > 3);
}

#[test]
fn what_is_removed_is_gone() {
    let mut fleet = fleet();
    let person = Request::new(Method::Delete, "/api/v1/people/ann");
    let removed = person.send(&mut fleet, &operator());
    assert_eq!((removed.status, removed.body.len()), (204, 0));
    assert_eq!(person.send(&mut fleet, &operator()).status, 404);
}

#[test]
fn the_secret_of_a_token_is_told_once_and_opens() {
    let mut fleet = fleet();
    let body =
        json!({ "name": "Site staff", "scope": "site-staff", "reach": { "sites": ["north"] } });
    let answer = send(&mut fleet, Method::Post, "/api/v1/tokens", &body);
    assert_eq!(answer.status, 201, "{}", json_of(&answer));
    assert!(answer.is_secret);
    let secret = format!("ctp_{FRESH}");
    assert_eq!(json_of(&answer)["secret"], secret);
    let token = bearer(&fleet, secret.as_bytes(), now()).unwrap();
    assert_eq!(json_of(&answer)["key"], token.key.as_str());
    let found = authenticate(&fleet, secret.as_bytes(), now()).unwrap();
    assert_eq!(
        (found.key, found.scope),
        (token.key.clone(), Scope::SiteStaff)
    );
    assert_eq!(authenticate(&fleet, b"ctp_", now()), None);
    let list = Request::get("/api/v1/tokens").send(&mut fleet, &operator());
    assert!(!String::from_utf8(list.body).unwrap().contains(FRESH));
}

#[test]
fn the_address_of_a_calendar_is_told_once_and_opens() {
    let mut fleet = fleet();
    let body = json!({ "name": "A phone", "reach": { "sites": ["north"] } });
    let answer = send(&mut fleet, Method::Post, "/api/v1/calendars", &body);
    assert_eq!(answer.status, 201, "{}", json_of(&answer));
    assert!(answer.is_secret);
    assert_eq!(
        json_of(&answer)["address"],
        format!("/api/v1/calendars/{FRESH}/due.ics")
    );
    assert!(calendar(&fleet, FRESH.as_bytes()).is_some());
}

#[test]
fn the_secret_of_a_webhook_is_told_when_it_is_made_only() {
    let mut fleet = fleet();
    let path = "/api/v1/webhooks/new";
    let body = json!({ "url": "https://example.com/new" });
    let made = send(&mut fleet, Method::Put, path, &body);
    assert_eq!(made.status, 201, "{}", json_of(&made));
    assert!(made.is_secret);
    // Computed by Python's base64 module.
    let secret = "whsec_MDAxMTIyMzM0NDU1NjY3Nzg4OTlhYWJiY2NkZGVlZmYwMDExMjIzMzQ0NTU2Njc3ODg5OWFhYmJjY2RkZWVmZg==";
    assert_eq!(json_of(&made)["secret"], secret);
    let tag = header(&made, "ETag").unwrap().to_owned();
    let text = json!({ "url": "https://example.com/other" }).to_string();
    let request = Request::new(Method::Put, path).json(&text).if_match(&tag);
    let changed = request.send(&mut fleet, &operator());
    assert_eq!(changed.status, 200);
    assert!(!changed.is_secret);
    assert!(json_of(&changed)["secret"].is_null());
}

#[test]
fn a_file_of_terminals_is_imported_whole() {
    let mut fleet = fleet();
    let csv = b"serial,model,site,domain\nPN2,apollo,north,other\nPN3,p66,north,other\n";
    let import =
        |csv| Request::new(Method::Post, "/api/v1/orders/O-1/import").body("text/csv", csv);
    let answer = import(csv).send(&mut fleet, &operator());
    assert_eq!(answer.status, 200, "{}", json_of(&answer));
    assert_eq!(json_of(&answer), json!({ "terminals": 2 }));
    assert!(fleet.get::<Terminal>("PN3").is_some());
}

#[test]
fn a_file_with_anything_wrong_is_refused_line_by_line() {
    let mut fleet = fleet();
    let csv = b"serial,model,site,domain\nPN2,apollo,north,other\nPN3,p99,north,other\npn 4,p66,north,other\n";
    let request = Request::new(Method::Post, "/api/v1/orders/O-1/import").body("text/csv", csv);
    let answer = request.send(&mut fleet, &operator());
    assert_eq!(answer.status, 422);
    let reasons = json_of(&answer)["reasons"].as_array().unwrap().clone();
    let places: Vec<_> = reasons
        .iter()
        .map(|it| it["at"].as_str().unwrap())
        .collect();
    assert!(places.iter().any(|it| it.contains("line 3")), "{places:?}");
    assert!(places.iter().any(|it| it.contains("line 4")), "{places:?}");
    assert!(fleet.get::<Terminal>("PN2").is_none());
}

#[test]
fn a_token_that_is_limited_to_sites_changes_nothing_elsewhere() {
    let north = actor(Scope::Operator, &["north"]);
    let put = |path: &str, body: Value, tag: Option<&str>| {
        let text = body.to_string();
        let mut request = Request::new(Method::Put, path).json(&text);
        request.if_match = tag;
        request.send(&mut fleet(), &north).status
    };
    let contact = json!({ "name": "Ann", "email": "ann@example.com" });
    let person = |sites: &[&str]| json!({ "contact": contact, "sites": sites });
    // At its own site.
    assert_eq!(put("/api/v1/people/new", person(&["north"]), None), 201);
    assert_eq!(
        put("/api/v1/people/ann", person(&["north"]), Some("\"3\"")),
        200
    );
    // From its own site to another one, at another one, and at both.
    assert_eq!(
        put("/api/v1/people/ann", person(&["south"]), Some("\"3\"")),
        403
    );
    assert_eq!(put("/api/v1/people/new", person(&["south"]), None), 403);
    assert_eq!(
        put("/api/v1/people/new", person(&["north", "south"]), None),
        403
    );
    let station = json!({ "site": "south", "evses": [{ "connector": 1 }] });
    assert_eq!(put("/api/v1/stations/STN-1", station, Some("\"3\"")), 403);
    // Records that belong to no site.
    let customer = json!({ "name": "A company", "contact": contact });
    assert_eq!(
        put("/api/v1/customers/acme", customer.clone(), Some("\"3\"")),
        403
    );
    assert_eq!(put("/api/v1/customers/new", customer, None), 403);

    let body = incident("PS1").to_string();
    let request = Request::new(Method::Post, "/api/v1/incidents").json(&body);
    let staff = actor(Scope::SiteStaff, &["north"]);
    assert_eq!(request.send(&mut fleet(), &staff).status, 403);
    let body = incident("PN1").to_string();
    let request = Request::new(Method::Post, "/api/v1/incidents").json(&body);
    assert_eq!(request.send(&mut fleet(), &staff).status, 201);
}

#[test]
fn the_ticket_of_an_order_has_the_terminals_at_the_tokens_sites_only() {
    let mut fleet = fleet();
    let body = json!({
        "serial": "PS2", "domain": "other",
        "details": { "model": "p66", "order": "O-1", "site": "north", "connectors": [], "users": [] },
    });
    let path = "/api/v1/orders/O-1/terminals";
    let registered = send(&mut fleet, Method::Post, path, &body);
    assert_eq!(registered.status, 201, "{}", json_of(&registered));
    assert_eq!(
        header(&registered, "Location"),
        Some("/api/v1/terminals/PS2")
    );
    let move_away = |fleet: &mut Fleet| {
        let mut terminal = fleet.get::<Terminal>("PS2").unwrap().clone();
        terminal.details.site = "south".parse().unwrap();
        fleet.apply(chargetap_fleet::fleet::Change::put(terminal), 9);
    };
    move_away(&mut fleet);
    for (sites, expected) in [(vec!["north"], vec!["PN1"]), (vec![], vec!["PN1", "PS2"])] {
        let reader = actor(Scope::ReadOnly, &sites);
        let ticket = Request::get("/api/v1/orders/O-1/ticket").send(&mut fleet, &reader);
        let terminals = json_of(&ticket)["terminals"].as_array().unwrap().clone();
        let serials: Vec<_> = terminals
            .iter()
            .map(|it| it["serial"].as_str().unwrap())
            .collect();
        assert_eq!(serials, expected);
        let letters = Request::get("/api/v1/orders/O-1/notices").send(&mut fleet, &reader);
        let text = String::from_utf8(letters.body).unwrap();
        assert_eq!(text.contains("PS2"), sites.is_empty(), "{text}");
    }
}
