//! What of a configuration is to be put on record.

use chargetap_engine::config::Config;
use serde_json::{Map, Value, json};

/// What is on record, as the gateway shows it.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) sites: Vec<Value>,
    pub(super) tariffs: Vec<Value>,
    pub(super) stations: Vec<Value>,
    pub(super) terminals: Vec<Value>,
}

/// A record to write.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Write {
    Tariff {
        id: String,
        prices: Value,
    },
    Station {
        id: String,
        details: Value,
    },
    /// That of the configuration.
    Password {
        station: String,
    },
    Terminal {
        serial: String,
        details: Value,
    },
}

impl Write {
    /// What it is about, for people.
    pub(super) fn what(&self) -> String {
        match self {
            Self::Tariff { id, .. } => format!("tariff {id}"),
            Self::Station { id, .. } => format!("station {id}"),
            Self::Password { station } => format!("the password of station {station}"),
            Self::Terminal { serial, .. } => format!("how terminal {serial} takes cards"),
        }
    }
}

/// What is to be written, in this order, and what a person has to do.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Plan {
    pub(super) writes: Vec<Write>,
    pub(super) left: Vec<String>,
}

impl Plan {
    /// `file` has the tables of the configuration as they stand in it. Stations that are not on record are put at `site`,
    /// or at the only one that there is.
    pub(super) fn of(file: &Value, config: &Config, records: &Records, site: Option<&str>) -> Self {
        let mut plan = Self::default();
        for tariff in list(file, "tariffs") {
            plan.tariff(tariff, records);
        }
        let site = site
            .map(str::to_owned)
            .or_else(|| match records.sites.as_slice() {
                [only] => text(only, "key"),
                _ => None,
            });
        for station in list(file, "stations") {
            plan.station(station, file, records, site.as_deref());
        }
        for terminal in list(file, "terminals") {
            plan.terminal(terminal, config, records);
        }
        plan
    }

    fn tariff(&mut self, table: &Value, records: &Records) {
        let Some(id) = text(table, "id") else { return };
        if find(&records.tariffs, "key", &id).is_some() {
            return;
        }
        let prices = table.as_object().into_iter().flatten();
        let prices = prices.filter(|(name, _)| *name != "id");
        let prices: Map<_, _> = prices
            .map(|(name, it)| (name.clone(), it.clone()))
            .collect();
        self.writes.push(Write::Tariff {
            id,
            prices: Value::Object(prices),
        });
    }

    fn station(&mut self, table: &Value, file: &Value, records: &Records, site: Option<&str>) {
        let Some(id) = text(table, "id") else { return };
        let record = find(&records.stations, "key", &id);
        let known = record.and_then(|it| it.get("details")?.as_object());
        let mut details = match (known, site) {
            (Some(known), _) => known.clone(),
            (None, Some(site)) => Map::from_iter([
                ("site".to_owned(), site.into()),
                ("evses".to_owned(), json!([])),
            ]),
            (None, None) => {
                self.left.push(format!(
                    "station {id} is not on record: say at which site it is, by --site"
                ));
                return;
            }
        };
        // Once it may connect by its record, that says all of it.
        let is_on_record = record
            .is_some_and(|it| it.get("password").is_some_and(Value::is_object))
            || details.get("client_certificate") == Some(&Value::Bool(true));
        let unsaid = ["client_certificate", "local_tokens"];
        for name in unsaid.into_iter().filter(|_| !is_on_record) {
            if let (Some(value), None) = (table.get(name), details.get(name)) {
                details.insert(name.to_owned(), value.clone());
            }
        }
        for (connector, facts) in evses(&id, table, file) {
            add_evse(&mut details, connector, facts);
        }
        let has_evses = details.get("evses").and_then(Value::as_array);
        if has_evses.is_none_or(Vec::is_empty) {
            self.left.push(format!(
                "station {id} is not on record, and no terminal serves it: `chargetap fleet station put` says its EVSEs"
            ));
            return;
        }
        let has_password =
            record.is_some_and(|it| it.get("password").is_some_and(Value::is_object));
        let needs_password = table.get("password").is_some() && !has_password;
        // By a certificate alone it is let in only if it is to show no password.
        let certificate = match needs_password {
            true => details.remove("client_certificate"),
            false => None,
        };
        if Some(&details) != known {
            self.writes.push(Write::Station {
                id: id.clone(),
                details: Value::Object(details.clone()),
            });
        }
        if needs_password {
            self.writes.push(Write::Password {
                station: id.clone(),
            });
        }
        if let Some(certificate) = certificate {
            details.insert("client_certificate".to_owned(), certificate);
            self.writes.push(Write::Station {
                id,
                details: Value::Object(details),
            });
        }
    }

    fn terminal(&mut self, table: &Value, config: &Config, records: &Records) {
        let Some(serial) = text(table, "serial") else {
            return;
        };
        let record = find(&records.terminals, "serial", &serial);
        let known = record.and_then(|it| it.get("details")?.as_object());
        let Some(known) = known else {
            self.left.push(format!(
                "terminal {serial} is not on record: `chargetap fleet order import ORDER --file FILE`"
            ));
            return;
        };
        if known.get("charging").is_some_and(Value::is_object) {
            return;
        }
        let mut details = known.clone();
        let evses: Vec<_> = list(table, "evses").collect();
        let stations: Vec<_> = evses.iter().filter_map(|it| text(it, "station")).collect();
        let is_at_one = stations.windows(2).all(|pair| match pair {
            [first, second] => first == second,
            _ => true,
        });
        if !is_at_one {
            self.left.push(format!(
                "terminal {serial} lets drivers charge at several stations, which its record cannot say yet"
            ));
            return;
        }
        if details.get("station").is_none_or(Value::is_null) {
            let connectors = evses.iter().filter_map(|it| it.get("connector").cloned());
            details.insert("connectors".to_owned(), connectors.collect());
            details.insert("station".to_owned(), stations.first().cloned().into());
        }
        let charging = charging(table, &serial, config);
        details.insert("charging".to_owned(), charging);
        self.writes.push(Write::Terminal {
            serial,
            details: Value::Object(details),
        });
    }
}

/// How a terminal takes cards, as its record says it.
fn charging(table: &Value, serial: &str, config: &Config) -> Value {
    let currency = config.terminals.get(serial).map(|it| it.currency.clone());
    let holds = match (table.get("hold_choices"), table.get("hold")) {
        (Some(choices), _) => choices.clone(),
        (None, Some(hold)) => json!([hold]),
        (None, None) => json!([]),
    };
    let mut charging = Map::from_iter([
        ("tariff".to_owned(), table.get("tariff").cloned().into()),
        ("currency".to_owned(), currency.into()),
        ("holds".to_owned(), holds),
    ]);
    for name in ["start", "stop_on_screen", "confirm_stop", "languages"] {
        if let Some(value) = table.get(name) {
            charging.insert(name.to_owned(), value.clone());
        }
    }
    Value::Object(charging)
}

/// What a file says of the EVSEs of a station: what terminals say of them, and their meters' keys.
fn evses<'a>(
    station: &'a str,
    table: &'a Value,
    file: &'a Value,
) -> impl Iterator<Item = (u64, Vec<(&'static str, &'a Value)>)> {
    let served = list(file, "terminals").flat_map(|it| list(it, "evses"));
    let served = served.filter(move |it| text(it, "station").as_deref() == Some(station));
    let served = served.filter_map(|it| {
        let facts = ["id", "label"]
            .into_iter()
            .filter_map(|name| Some((name, it.get(name)?)));
        Some((it.get("connector")?.as_u64()?, facts.collect()))
    });
    let meters = list(table, "meters").filter_map(|it| {
        let key = it.get("public_key")?;
        Some((it.get("connector")?.as_u64()?, vec![("meter_key", key)]))
    });
    served.chain(meters)
}

/// Adds what is said of an EVSE and is not on record.
fn add_evse(details: &mut Map<String, Value>, connector: u64, facts: Vec<(&'static str, &Value)>) {
    let Some(Value::Array(evses)) = details.get_mut("evses") else {
        return;
    };
    let is_it = |it: &Value| it.get("connector").and_then(Value::as_u64) == Some(connector);
    if !evses.iter().any(is_it) {
        evses.push(json!({"connector": connector, "id": null}));
    }
    let of_number = evses.iter_mut().find(|it| is_it(it));
    let Some(Value::Object(evse)) = of_number else {
        return;
    };
    for (name, value) in facts {
        let is_unknown = evse.get(name).is_none_or(Value::is_null);
        if is_unknown {
            evse.insert(name.to_owned(), value.clone());
        }
    }
}

fn list<'a>(table: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    table
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn find<'a>(records: &'a [Value], name: &str, key: &str) -> Option<&'a Value> {
    records
        .iter()
        .find(|it| text(it, name).as_deref() == Some(key))
}

fn text(table: &Value, name: &str) -> Option<String> {
    Some(table.get(name)?.as_str()?.to_owned())
}
