use chargetap_engine::config::Config;
use chargetap_fleet::charging::Charging;
use chargetap_fleet::site::StationDetails;
use chargetap_fleet::tariff::TariffForm;
use serde_json::{Value, json};

use super::plan::{Plan, Records, Write};

const FILES: [(&str, &str); 3] = [
    (
        "chargetap.toml",
        include_str!("../../../examples/chargetap.toml"),
    ),
    ("local.toml", include_str!("../../../examples/local.toml")),
    (
        "2026-11.toml",
        include_str!("../../../../../tests/journeys/upgrade/2026-11.toml"),
    ),
];

/// With which a file says more than the examples do.
const MORE: &str = r#"
[[stations]]
id = "CT-7"
password = { env = "P" }
local_tokens = ["AB12"]
meters = [{ connector = 2, public_key = "3059" }]
[[stations]]
id = "CT-8"
password = { env = "P" }
[[terminals]]
serial = "P66-0007"
model = "apollo"
tariff = "standard"
evses = [{ station = "CT-7", connector = 1, label = "Left", id = "SE*ABC*E1" }]
start = "tap"
hold_choices = ["20.00", "50.00"]
languages = ["sv", "en"]
confirm_stop = true
[[terminals]]
serial = "P66-0008"
model = "apollo"
tariff = "standard"
evses = [{ station = "CT-7", connector = 2 }, { station = "CT-8", connector = 1 }]
start = "screen"
hold = "50.00"
"#;

fn more() -> String {
    let (_, text) = FILES[0];
    format!("{text}{MORE}")
}

fn read(text: &str) -> (Value, Config) {
    let table: toml::Table = text.parse().unwrap();
    let config = Config::parse(text).unwrap_or_else(|errors| {
        panic!(
            "{:?}",
            errors.iter().map(ToString::to_string).collect::<Vec<_>>()
        )
    });
    (serde_json::to_value(table).unwrap(), config)
}

/// The terminals of a file as they are on record, without how they take cards.
fn terminals(config: &Config) -> Vec<Value> {
    let terminals = config.terminals.keys();
    let details = json!({"station": null, "connectors": [], "charging": null});
    terminals
        .map(|serial| json!({"serial": serial, "details": details}))
        .collect()
}

/// What is on record once a plan was carried out.
fn carried_out(plan: &Plan, records: &mut Records) {
    for write in &plan.writes {
        let (kind, name, key) = match write {
            Write::Tariff { id, .. } => (&mut records.tariffs, "key", id),
            Write::Station { id, .. } => (&mut records.stations, "key", id),
            Write::Password { station } => (&mut records.stations, "key", station),
            Write::Terminal { serial, .. } => (&mut records.terminals, "serial", serial),
        };
        let at = kind.iter().position(|it| it[name] == **key);
        let at = at.unwrap_or_else(|| {
            kind.push(json!({name: key}));
            kind.len() - 1
        });
        match write {
            Write::Tariff { prices, .. } => kind[at]["details"] = json!({"prices": prices}),
            Write::Station { details, .. } | Write::Terminal { details, .. } => {
                kind[at]["details"] = details.clone();
            }
            Write::Password { .. } => {
                kind[at]["password"] = json!({"since": "2026-11-30T12:00:00Z"})
            }
        }
    }
}

#[test]
fn what_is_put_on_record_is_what_the_file_says_and_is_put_there_once() {
    for (name, text) in FILES.into_iter().chain([("more", more().as_str())]) {
        let (file, config) = read(text);
        let mut records = Records {
            sites: vec![json!({"key": "torget"})],
            terminals: terminals(&config),
            ..Records::default()
        };
        let plan = Plan::of(&file, &config, &records, None);
        let mut counts = [0; 3];
        for write in &plan.writes {
            match write {
                Write::Tariff { id, prices } => {
                    let form: TariffForm = serde_json::from_value(prices.clone()).unwrap();
                    assert_eq!(form.read().unwrap(), config.tariffs[id], "{name}: {id}");
                    counts[0] += 1;
                }
                Write::Station { id, details } => {
                    let details: StationDetails = serde_json::from_value(details.clone()).unwrap();
                    let configured = &config.stations[id];
                    assert_eq!(details.site.as_str(), "torget");
                    assert_eq!(details.client_certificate, configured.client_certificate);
                    let tokens = details.local_tokens.iter().map(|it| it.as_str());
                    assert!(tokens.eq(&configured.local_tokens), "{name}: {id}");
                    for (connector, key) in &configured.meter_keys {
                        let mut evses = details.evses.iter();
                        let evse = evses.find(|it| it.connector == *connector).unwrap();
                        assert_eq!(evse.meter_key.as_ref().unwrap().as_str(), key);
                    }
                    counts[1] += 1;
                }
                Write::Password { station } => assert!(config.stations[station].password.is_some()),
                Write::Terminal { serial, details } => {
                    let charging: Charging =
                        serde_json::from_value(details["charging"].clone()).unwrap();
                    let configured = &config.terminals[serial];
                    let needs = charging.needs(&config.minimum_capture).unwrap();
                    let holds = match configured.holds_by_tariff {
                        true => Vec::new(),
                        false => configured.holds.clone(),
                    };
                    assert_eq!(needs.holds, holds, "{name}: {serial}");
                    assert_eq!(needs.tariff, configured.tariff);
                    assert_eq!(needs.currency, configured.currency);
                    assert_eq!(charging.start, configured.start);
                    assert_eq!(charging.stop_on_screen, configured.stop_on_screen);
                    assert_eq!(charging.confirm_stop, configured.confirm_stop);
                    if !charging.languages.is_empty() {
                        assert_eq!(charging.languages, configured.languages);
                    }
                    counts[2] += 1;
                }
            }
        }
        let expected = [
            config.tariffs.len(),
            config.stations.len(),
            config.terminals.len(),
        ];
        let at_several = plan.left.len();
        assert_eq!(at_several, usize::from(name == "more"), "{:?}", plan.left);
        assert_eq!(
            counts,
            [expected[0], expected[1], expected[2] - at_several],
            "{name}"
        );

        carried_out(&plan, &mut records);
        let again = Plan::of(&file, &config, &records, None);
        assert_eq!(again.writes, [], "{name}");
    }
}

#[test]
fn what_is_known_of_evses_is_gathered_from_terminals_and_meters() {
    let text = more();
    let (file, config) = read(&text);
    let records = Records::default();
    let plan = Plan::of(&file, &config, &records, Some("torget"));
    let station = plan.writes.iter().find_map(|it| match it {
        Write::Station { id, details } if id == "CT-7" => Some(details),
        _ => None,
    });
    let expected = json!([
        {"connector": 1, "id": "SE*ABC*E1", "label": "Left"},
        {"connector": 2, "id": null, "meter_key": "3059"},
    ]);
    assert_eq!(station.unwrap()["evses"], expected);
}

#[test]
fn what_is_on_record_stays_as_it_is() {
    let (file, config) = read(FILES[0].1);
    let known = |evses: Value| {
        json!({"key": "CT-1", "password": {"since": "2026-11-30T12:00:00Z"},
               "details": {"site": "elsewhere", "evses": evses, "local_tokens": ["OWN"]}})
    };
    let evses = |label: &str| {
        let evses = (1..=64).map(
            |it| json!({"connector": it, "id": "SE*OWN*E1", "label": label, "meter_key": "00"}),
        );
        Value::Array(evses.collect())
    };
    let records = Records {
        tariffs: config.tariffs.keys().map(|id| json!({"key": id})).collect(),
        stations: vec![known(evses("Own"))],
        terminals: terminals(&config)
            .into_iter()
            .map(|mut it| {
                it["details"]["charging"] = json!({"tariff": "own"});
                it
            })
            .collect(),
        ..Records::default()
    };
    assert_eq!(
        Plan::of(&file, &config, &records, Some("torget")),
        Plan::default()
    );
}

#[test]
fn what_a_person_has_to_do_first_is_said() {
    let (file, config) = read(FILES[0].1);
    let records = Records {
        sites: vec![json!({"key": "a"}), json!({"key": "b"})],
        ..Records::default()
    };
    let plan = Plan::of(&file, &config, &records, None);
    assert!(plan.left.iter().any(|it| it.contains("--site")), "{plan:?}");
    assert!(
        plan.left.iter().any(|it| it.contains("order import")),
        "{plan:?}"
    );
    assert!(
        plan.writes
            .iter()
            .all(|it| matches!(it, Write::Tariff { .. })),
        "{plan:?}"
    );
}
