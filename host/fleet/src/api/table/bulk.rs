//! Routes that write many records at once: to show what would change, and to change it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::problem::{Problem, ProblemKind};
use super::super::request::Request;
use super::super::route::{OPERATORS, Route, Success};
use super::super::view::view;
use super::super::{Answer, Method};
use crate::access::AccessScope;
use crate::command::{Command, Edit, Edits};
use crate::decide;
use crate::fleet::{Change, Fleet, Kind};
use crate::order::OrderDetails;
use crate::site::{CustomerDetails, PersonDetails, SiteDetails, StationDetails};
use crate::tariff::TariffDetails;
use crate::terminal::{Domain, Terminal, TerminalDetails};
use crate::text::{Key, Serial, StationId};

/// The largest body, in bytes: some ten thousand records.
const LIMIT: usize = 16 * 1024 * 1024;

/// Records by their keys. Each is as the route says that puts one of its kind. Records that are not among them stay.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Records {
    /// Customers.
    customers: BTreeMap<Key, CustomerDetails>,
    /// Sites.
    sites: BTreeMap<Key, SiteDetails>,
    /// People.
    people: BTreeMap<Key, PersonDetails>,
    /// Tariffs.
    tariffs: BTreeMap<Key, TariffDetails>,
    /// Stations.
    stations: BTreeMap<StationId, StationDetails>,
    /// Orders.
    orders: BTreeMap<Key, OrderDetails>,
    /// Terminals. One that is not on record is registered.
    terminals: BTreeMap<Serial, TerminalDetails>,
    /// The domains at the vendor of terminals that are not on record; without one, none.
    domains: BTreeMap<Serial, Domain>,
    /// The versions of the records that change, as they were shown, by kind and key, such as `site.north`; 0 for one that
    /// is not there. If others change by now, or one has another version, nothing is written.
    versions: Option<BTreeMap<String, u64>>,
}

/// What changes.
#[derive(Serialize, JsonSchema)]
struct Plan {
    /// Each record that changes.
    changes: Vec<PlannedChange>,
}

/// The number of records that were written.
#[derive(Serialize, JsonSchema)]
struct Applied {
    /// How many records were written.
    records: usize,
}

/// A record that changes.
#[derive(Serialize, JsonSchema)]
struct PlannedChange {
    /// Its kind.
    kind: Kind,
    /// Its key.
    key: String,
    /// The version that it has now; 0 if it is not there.
    version: u64,
    /// How it is now; absent if it is not there.
    before: Option<Value>,
    /// How it will be, without secrets.
    after: Option<Value>,
}

pub(super) fn routes() -> Vec<Route> {
    let plan = Route::read::<Plan>("/records/plan", |request| {
        let command = Command::Apply(edits(request)?);
        let changes = decide(request.fleet, request.context, command).map_err(Problem::from)?;
        Ok(planned(request.fleet, &changes))
    });
    let plan = Route {
        method: Method::Post,
        ..plan
    };
    let apply = Route::whole(
        "/records/apply",
        Success::json::<Applied>(&[200]),
        |request| Ok(Command::Apply(edits(request)?)),
    )
    .then(|_, changes| {
        Ok(Answer::json(
            200,
            &Applied {
                records: changes.len(),
            },
        ))
    });
    let large = |route: Route| Route {
        body_limit: LIMIT,
        ..route.with_json::<Records>().by(OPERATORS)
    };
    vec![
        large(plan).named(
            "records",
            "plan",
            "Show what would change if records were put as a file says",
        ),
        large(apply).named(
            "records",
            "apply",
            "Put many records as a file says: all or none",
        ),
    ]
}

/// The commands for the records of a body: customers first, because sites name them, and so on.
fn edits(request: &Request<'_>) -> Result<Edits, Problem> {
    if *request.access() != AccessScope::Everywhere {
        let text = "only who may see and change every site may put many records at once";
        return Err(Problem::new(ProblemKind::Forbidden, text));
    }
    let records: Records = request.body()?;
    let fleet = request.fleet;
    let mut edits = Vec::new();
    let mut add = |kind: &str, key: &str, command| {
        let place = format!("{kind}.{key}");
        edits.push(Edit { place, command });
    };
    for (key, it) in records.customers {
        add(
            "customers",
            key.clone().as_str(),
            Command::PutCustomer(key, it),
        );
    }
    for (key, it) in records.sites {
        add("sites", key.clone().as_str(), Command::PutSite(key, it));
    }
    for (key, it) in records.people {
        add("people", key.clone().as_str(), Command::PutPerson(key, it));
    }
    for (key, it) in records.tariffs {
        add("tariffs", key.clone().as_str(), Command::PutTariff(key, it));
    }
    for (key, it) in records.stations {
        add(
            "stations",
            key.clone().as_str(),
            Command::PutStation(key, it),
        );
    }
    for (key, it) in records.orders {
        add("orders", key.clone().as_str(), Command::PutOrder(key, it));
    }
    for (serial, it) in records.terminals {
        let domain = records
            .domains
            .get(&serial)
            .copied()
            .unwrap_or(Domain::None);
        let command = match fleet.get::<Terminal>(serial.as_str()) {
            // One that is retired stays as it is.
            Some(known) if known.details == it => continue,
            Some(_) => Command::PutTerminal(serial.clone(), it),
            None => Command::Register(serial.clone(), it, domain),
        };
        add("terminals", serial.as_str(), command);
    }
    Ok(Edits {
        edits,
        versions: records.versions,
    })
}

fn planned(fleet: &Fleet, changes: &[Change]) -> Answer {
    let changes = changes.iter().map(|change| {
        let before = fleet.item(change.kind, &change.key);
        PlannedChange {
            kind: change.kind,
            key: change.key.clone(),
            version: before.as_ref().map_or(0, |(version, _)| *version),
            before: before.map(|(_, item)| view(&item)),
            after: change.after.as_ref().map(view),
        }
    });
    let plan = Plan {
        changes: changes.collect(),
    };
    Answer::json(200, &plan)
}
