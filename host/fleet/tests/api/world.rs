//! A small fleet at two sites, and requests to it.

use chargetap_fleet::access::{AccessScope, Scope};
use chargetap_fleet::api::{self, Answer, Call, Effect, Method, Route};
use chargetap_fleet::context::{Actor, DecisionContext, GatewayFacts};
use chargetap_fleet::fleet::{Change, Fleet, Item};
use chargetap_fleet::moment::Moment;
use serde_json::{Value, json};

/// A fixed text in the place of random digits.
pub(crate) const FRESH: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// Its SHA-256.
pub(crate) const FRESH_HASH: &str =
    "2a8abfa8cb9906290437854193ca6bca41d4d4e26d1d454bd66a35158095e737";
/// The SHA-256 of the picture of the incident at each site.
pub(crate) const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub(crate) const NORTH: Site = Site {
    site: "north",
    customer: "acme",
    station: "STN-1",
    person: "ann",
    order: "O-1",
    serial: "PN1",
    incident: "I-1",
    alert: "A-1",
};
pub(crate) const SOUTH: Site = Site {
    site: "south",
    customer: "bolt",
    station: "STS-1",
    person: "bob",
    order: "O-2",
    serial: "PS1",
    incident: "I-2",
    alert: "A-2",
};

/// The keys of the records of a site.
pub(crate) struct Site {
    pub(crate) site: &'static str,
    pub(crate) customer: &'static str,
    pub(crate) station: &'static str,
    pub(crate) person: &'static str,
    pub(crate) order: &'static str,
    pub(crate) serial: &'static str,
    pub(crate) incident: &'static str,
    pub(crate) alert: &'static str,
}

impl Site {
    /// A route's path at this site.
    pub(crate) fn path(&self, route: &str) -> String {
        let path = route
            .replace("{customer}", self.customer)
            .replace("{site}", self.site)
            .replace("{station}", self.station)
            .replace("{person}", self.person)
            .replace("{order}", self.order)
            .replace("{serial}", self.serial)
            .replace("{incident}", self.incident)
            .replace("{alert}", self.alert)
            .replace("{tariff}", "standard")
            .replace("{webhook}", "pager")
            .replace("{token}", "K-1")
            .replace("{calendar}", "C-1")
            .replace("{hash}", HASH)
            .replace("{number}", "1")
            .replace("{session}", "S1")
            .replace("{secret}", FRESH);
        format!("/api/v1{path}")
    }

    fn records(&self) -> Vec<Value> {
        let at = "2026-11-01T08:00:00Z";
        let contact = json!({ "name": "Somebody", "email": "somebody@example.com" });
        vec![
            json!({ "kind": "customer", "record": {
                "key": self.customer,
                "details": { "name": "A company", "contact": contact },
            }}),
            json!({ "kind": "site", "record": { "key": self.site, "details": site(self.customer) }}),
            json!({ "kind": "station", "record": {
                "key": self.station,
                "details": { "site": self.site, "evses": [{ "connector": 1 }] },
            }}),
            json!({ "kind": "person", "record": {
                "key": self.person,
                "details": { "contact": contact, "sites": [self.site] },
            }}),
            json!({ "kind": "order", "record": {
                "key": self.order,
                "details": {
                    "customer": self.customer, "origin": "customer-owned", "processor": "platform",
                    "activations": 1, "software_years": 1,
                },
                "at": at,
            }}),
            json!({ "kind": "terminal", "record": {
                "serial": self.serial,
                "details": {
                    "model": "apollo", "order": self.order, "site": self.site, "connectors": [],
                    "users": [],
                },
                "origin": "customer-owned", "processor": "platform", "domain": "none",
                "state": "ordered", "since": at, "routing": {},
                "licences": { "waiting": [], "software": [] }, "checks": {}, "inspections": [],
            }}),
            json!({ "kind": "incident", "record": {
                "key": self.incident,
                "details": incident(self.serial),
                "opened": at,
                "photographs": [{ "hash": HASH, "media_type": "image/png", "size": 1 }],
            }}),
            json!({ "kind": "alert", "record": {
                "key": self.alert, "kind": "silent", "terminal": self.serial, "raised": at,
                "text": "It is silent",
            }}),
        ]
    }
}

/// The details of a site of a customer.
pub(crate) fn site(customer: &str) -> Value {
    json!({
        "customer": customer, "name": "A site", "address": "A street",
        "time_zone": "Europe/Stockholm",
    })
}

/// The details of an incident with a terminal.
pub(crate) fn incident(serial: &str) -> Value {
    json!({
        "kind": "damage", "terminal": serial, "discovered": "2026-11-01T08:00:00Z",
        "description": "", "done": "", "planned": "",
    })
}

/// The fleet. Every record has version 3.
pub(crate) fn fleet() -> Fleet {
    let mut records = NORTH.records();
    records.extend(SOUTH.records());
    records.extend([
        json!({ "kind": "tariff", "record": {
            "key": "standard",
            "details": { "prices": { "currency": "EUR", "per_kwh": "0.49", "vat_percent": "25" } },
        }}),
        json!({ "kind": "webhook", "record": {
            "key": "pager", "details": { "url": "https://example.com/hook" },
            "secret": "whsec_Y2FuYXJ5",
        }}),
        json!({ "kind": "token", "record": {
            "key": "K-1", "hash": "canary", "issued": "2026-11-01T08:00:00Z",
            "details": { "name": "A token", "scope": "operator", "reach": "everywhere" },
        }}),
        json!({ "kind": "calendar", "record": {
            "key": "C-1", "hash": FRESH_HASH,
            "details": { "name": "A calendar", "reach": "everywhere" },
        }}),
    ]);
    let mut fleet = Fleet::default();
    fleet.write = 10;
    for record in records {
        let item: Item = serde_json::from_value(record).unwrap();
        let change = Change {
            kind: item.kind(),
            key: item.key().to_owned(),
            after: Some(item),
        };
        fleet.apply(change, 3);
    }
    fleet
}

/// An actor with this scope, limited to these sites if any are given.
pub(crate) fn actor(scope: Scope, sites: &[&str]) -> Actor {
    let sites: Vec<_> = sites.iter().map(|site| site.parse().unwrap()).collect();
    Actor {
        key: "K-1".parse().unwrap(),
        scope,
        access: if sites.is_empty() {
            AccessScope::Everywhere
        } else {
            AccessScope::Sites(sites)
        },
    }
}

/// A request.
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: &'a str,
    pub(crate) if_match: Option<&'a str>,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

impl<'a> Request<'a> {
    pub(crate) fn new(method: Method, path: &str) -> Self {
        let (path, query) = match path.split_once('?') {
            Some((path, query)) => (path.to_owned(), &*query.to_owned().leak()),
            None => (path.to_owned(), ""),
        };
        Self {
            method,
            path,
            query,
            if_match: None,
            content_type: None,
            body: b"",
        }
    }

    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::Get, path)
    }

    pub(crate) fn json(self, body: &'a str) -> Self {
        self.body("application/json", body.as_bytes())
    }

    pub(crate) fn body(self, content_type: &'a str, body: &'a [u8]) -> Self {
        Self {
            content_type: Some(content_type),
            body,
            ..self
        }
    }

    pub(crate) fn if_match(self, tag: &'a str) -> Self {
        Self {
            if_match: Some(tag),
            ..self
        }
    }

    /// The effect of the request.
    pub(crate) fn effect(&self, actor: &Actor) -> Effect {
        self.effect_in(&fleet(), actor)
    }

    fn effect_in(&self, fleet: &Fleet, actor: &Actor) -> Effect {
        let (route, parameters) = match api::find(Some(self.method), &self.path) {
            Ok(found) => found,
            Err(answer) => return Effect::Answer(answer),
        };
        let gateway = GatewayFacts::default();
        let context = DecisionContext {
            now: now(),
            actor,
            gateway: &gateway,
        };
        api::handle(route, &self.call(&parameters), fleet, &context)
    }

    /// Sends the request, applies its changes to the fleet, and returns the answer.
    #[track_caller]
    pub(crate) fn send(&self, fleet: &mut Fleet, actor: &Actor) -> Answer {
        let changes = match self.effect_in(fleet, actor) {
            Effect::Answer(answer) => return answer,
            Effect::Write(changes) => changes,
            Effect::Task(task) => panic!("{} is a task: {task:?}", self.path),
        };
        fleet.write += 1;
        for change in &changes {
            fleet.apply(change.clone(), fleet.write);
        }
        let (route, parameters) = api::find(Some(self.method), &self.path).unwrap();
        let gateway = GatewayFacts::default();
        let context = DecisionContext {
            now: now(),
            actor,
            gateway: &gateway,
        };
        api::answer(route, &self.call(&parameters), fleet, &context, &changes)
    }

    pub(crate) fn call<'c>(&'c self, parameters: &'c [String]) -> Call<'c> {
        Call {
            parameters,
            query: self.query,
            if_match: self.if_match,
            content_type: self.content_type,
            body: self.body,
            fresh: FRESH,
        }
    }

    /// The answer. Panics if the effect is another one.
    #[track_caller]
    pub(crate) fn answer(&self, actor: &Actor) -> Answer {
        match self.effect(actor) {
            Effect::Answer(answer) => answer,
            other => panic!("{} is not answered: {other:?}", self.path),
        }
    }
}

pub(crate) fn now() -> Moment {
    Moment::from_millis(1_795_600_000_000)
}

pub(crate) fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap()
}

/// A header of an answer.
pub(crate) fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let mut headers = answer.headers.iter();
    headers
        .find(|(it, _)| it.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
}

/// The method and path of a route.
pub(crate) fn name(route: &Route) -> String {
    format!("{} {}", route.method.name(), route.path)
}
