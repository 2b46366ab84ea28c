//! What is due, compared with vectors that Python computed (`tests/vectors/due.py`).

use chargetap_fleet::access::AccessScope;
use chargetap_fleet::alert::Alert;
use chargetap_fleet::due::items;
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::incident::Incident;
use chargetap_fleet::order::Order;
use chargetap_fleet::site::{Customer, Person, Site};
use chargetap_fleet::terminal::Terminal;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::records::{customer, done, inspection, moment, put, site, terminal, year};

#[derive(Deserialize)]
struct World {
    now: i64,
    /// The only site in the access scope; absent for the whole fleet.
    #[serde(rename = "reach")]
    access: Option<usize>,
    zones: Vec<String>,
    terminals: Vec<Given>,
    incidents: Vec<(usize, i64, Option<i64>, Option<i64>)>,
    sessions: Vec<(usize, i64)>,
    orders: Vec<Option<String>>,
    assessment: Option<(String, Option<String>)>,
    people: Vec<(usize, Option<i64>)>,
    due: Vec<Listed>,
}

/// Kind, key, deadline, and whether it is overdue.
type Listed = (String, String, Option<i64>, bool);

/// Site, model, state, since, order, years, inspections, charge and storage of a terminal.
#[derive(Deserialize)]
struct Given(
    usize,
    String,
    String,
    i64,
    Option<usize>,
    Vec<(Value, Value)>,
    [Option<i64>; 3],
    Option<i64>,
    Option<(i64, Option<i64>)>,
);

#[test]
fn what_is_due_is_what_an_implementation_of_its_own_says() {
    let worlds: Vec<World> = serde_json::from_str(include_str!("../vectors/due.json")).unwrap();
    assert!(worlds.len() > 300);
    for (number, world) in worlds.iter().enumerate() {
        let fleet = made(world);
        let access = match world.access {
            None => AccessScope::Everywhere,
            Some(site) => AccessScope::Sites(vec![format!("S{site}").parse().unwrap()]),
        };
        let list = items(&fleet, moment(world.now), &access);
        let deadlines: Vec<_> = list.iter().map(|it| (it.due.is_none(), it.due)).collect();
        assert!(deadlines.is_sorted(), "world {number}: {deadlines:?}");
        let mut list: Vec<Listed> = list
            .iter()
            .map(|it| {
                let due = it.due.map(|due| i64::try_from(due.millis()).unwrap());
                assert!(due.is_none_or(|due| due % 1_000 == 0));
                let due = due.map(|due| due / 1_000);
                let key = it.about.key().to_owned();
                (it.what.name().to_owned(), key, due, it.overdue)
            })
            .collect();
        list.sort();
        let mut expected = world.due.clone();
        expected.sort();
        assert_eq!(list, expected, "world {number} at {}", moment(world.now));
    }
}

fn made(world: &World) -> Fleet {
    let mut fleet = Fleet::default();
    let assessment = world.assessment.as_ref();
    let assessment =
        assessment.map(|(status, last)| json!({ "status": status, "valid_until": last }));
    put::<Customer>(&mut fleet, customer(json!(assessment)));
    for (number, zone) in world.zones.iter().enumerate() {
        put::<Site>(&mut fleet, site(number, zone));
    }
    for (number, (site, trained)) in world.people.iter().enumerate() {
        let contact = json!({ "name": "Ann Ek" });
        let training = trained.map(|at| json!({ "at": moment(at), "by": "Distributor" }));
        let person = json!({
            "key": format!("P{number}"),
            "details": { "contact": contact, "sites": [format!("S{site}")] },
            "training": training,
        });
        put::<Person>(&mut fleet, person);
    }
    for (number, wanted) in world.orders.iter().enumerate() {
        put::<Order>(&mut fleet, order(number, wanted.as_ref()));
    }
    for (number, given) in world.terminals.iter().enumerate() {
        put::<Terminal>(&mut fleet, given.record(number, world.people.len()));
    }
    for (number, it) in world.incidents.iter().enumerate() {
        put::<Incident>(&mut fleet, incident(number, it));
    }
    for (number, (terminal, since)) in world.sessions.iter().enumerate() {
        let alert = json!({
            "key": format!("A-{number}"),
            "kind": "refund-due",
            "terminal": format!("T{terminal}"),
            "session": format!("X{number}"),
            "raised": moment(*since),
            "text": "A refund is due.",
        });
        put::<Alert>(&mut fleet, alert);
    }
    fleet
}

impl Given {
    /// Everybody is a user of every terminal.
    fn record(&self, number: usize, people: usize) -> Value {
        let Self(site, model, state, since, order, years, inspected, charged, stored) = self;
        let years: Vec<_> = years
            .iter()
            .map(|(from, until)| year(from, until))
            .collect();
        let occasions = ["weekly", "before-storage", "after-storage"];
        let inspected = occasions.into_iter().zip(inspected);
        let inspections: Vec<_> = inspected
            .filter_map(|(occasion, at)| Some(inspection(occasion, (*at)?)))
            .collect();
        let stored = stored.map(|(from, until)| {
            json!({ "from": moment(from), "until": until.map(moment), "needs_test": false })
        });
        let order = order.map_or_else(|| "none".to_owned(), |order| format!("O-{order}"));
        let users: Vec<_> = (0..people).map(|person| format!("P{person}")).collect();
        let more = json!({
            "details": {
                "model": model,
                "order": order,
                "site": format!("S{site}"),
                "users": users,
            },
            "licences": { "software": years },
            "inspections": inspections,
            "charged": charged.map(done),
            "stored": stored,
        });
        terminal(&format!("T{number}"), state, *since, more)
    }
}

fn order(number: usize, wanted: Option<&String>) -> Value {
    json!({
        "key": format!("O-{number}"),
        "details": {
            "customer": "C",
            "origin": "factory-fitted",
            "processor": "platform",
            "activations": 5,
            "software_years": 5,
            "wanted_by": wanted,
        },
        "at": moment(0),
    })
}

fn incident(number: usize, given: &(usize, i64, Option<i64>, Option<i64>)) -> Value {
    let (terminal, discovered, reported, closed) = given;
    let signed = |at: i64| json!({ "at": moment(at), "by": "K-1" });
    json!({
        "key": format!("I-{number}"),
        "details": {
            "kind": "damage",
            "terminal": format!("T{terminal}"),
            "discovered": moment(*discovered),
            "description": "",
            "done": "",
            "planned": "",
        },
        "opened": moment(*discovered),
        "photographs": [],
        "reported": reported.map(signed),
        "closed": closed.map(|at| json!({ "signed": signed(at), "outcome": "cleared", "note": "" })),
    })
}
