//! Terminals: which EVSEs each serves, how a session begins there, and what it follows.

use std::collections::{BTreeMap, BTreeSet};

use chargetap_contract::money::Tariff;
use chargetap_contract::session::Evse;
use chargetap_fleet::charging::{DEFAULT_LANGUAGE, Handling};
use chargetap_fleet::form::{Mistake, Step};
use chargetap_fleet::site::is_evse_id;
use chargetap_fleet::tariff::{self, amounts};
use serde::Deserialize;
use toml::Spanned;

use super::place::{Place, repeated};
use super::policy::PolicyTable;
use super::tables::{Element, Table};
use super::{ConfigError, Model, ServedEvse, Start, Station, Terminal};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TerminalTable {
    serial: Spanned<String>,
    model: Spanned<Model>,
    /// The terminal's currency, as it is set with the provider.
    currency: Option<Spanned<String>>,
    evses: Spanned<Vec<EvseTable>>,
    languages: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    start: Start,
    #[serde(default = "no")]
    stop_on_screen: Spanned<bool>,
    #[serde(default = "no")]
    confirm_stop: Spanned<bool>,
    tariff: Spanned<String>,
    hold: Option<Spanned<String>>,
    hold_choices: Option<Spanned<Vec<Spanned<String>>>>,
}

fn no() -> Spanned<bool> {
    Spanned::new(0..0, false)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EvseTable {
    station: Spanned<String>,
    connector: u32,
    label: Option<String>,
    id: Option<Spanned<String>>,
}

impl Table for TerminalTable {
    const NEEDS: &'static [&'static str] = &["serial", "model", "evses", "tariff"];
}

/// The tables that a terminal refers to. What has a mistake of its own is there without its value.
pub(super) struct Known<'a> {
    pub(super) tariffs: Option<&'a BTreeMap<String, Option<Tariff>>>,
    pub(super) stations: Option<&'a BTreeMap<String, Option<Station>>>,
}

pub(super) fn terminals(
    place: &Place<'_>,
    elements: Vec<Element<TerminalTable>>,
    policy: Option<&PolicyTable>,
    known: &Known<'_>,
) -> BTreeMap<String, Terminal> {
    let mut serials = BTreeSet::new();
    let mut terminals = BTreeMap::new();
    for table in elements.into_iter().filter_map(|element| element.table) {
        let name = table.serial.clone();
        let serial = place.take(serial(place, &name));
        let terminal = terminal(place, table, policy, known);
        let Some(serial) = serial else {
            continue;
        };
        if !serials.insert(serial.clone()) {
            place.add(repeated(place, "terminals.serial", &name));
        }
        terminals.extend(terminal.map(|terminal| (serial, terminal)));
    }
    terminals
}

/// Nothing, if anything that belongs to it has a mistake.
fn terminal(
    place: &Place<'_>,
    table: TerminalTable,
    policy: Option<&PolicyTable>,
    known: &Known<'_>,
) -> Option<Terminal> {
    let tariff = tariff(place, &table, known);
    if let Some(tariff) = tariff {
        place.take(check_currency(place, &table, tariff));
    }
    let decimals = tariff.and_then(|tariff| amounts::decimals(&tariff.currency).ok());
    let priced = tariff.zip(decimals);
    let holds =
        priced.and_then(|(tariff, decimals)| place.take(holds(place, &table, tariff, decimals)));
    let policy = priced
        .zip(policy)
        .and_then(|((tariff, decimals), policy)| policy.read(place, tariff, decimals));
    check_handling(place, &table);
    if let (Some(holds), Some(policy), Some(decimals)) = (&holds, &policy, decimals)
        && holds.iter().any(|hold| *hold < policy.minimum_capture)
    {
        let least = amounts::text(policy.minimum_capture, decimals);
        let problem =
            format!("must be at least {least}, policy.minimum_capture: less is never captured");
        let at = table.hold.as_ref().unwrap_or(&table.serial);
        place.add(place.error("terminals.hold", at, problem));
    }
    let languages = languages(&table).map(str::to_owned).collect();
    let evses = place.take(evses(place, table.evses, known.stations));
    Some(Terminal {
        model: *table.model.get_ref(),
        currency: tariff?.currency.clone(),
        policy: policy?,
        tariff: table.tariff.into_inner(),
        evses: evses?,
        start: table.start,
        holds: holds?,
        holds_by_tariff: table.hold.is_none() && table.hold_choices.is_none(),
        stop_on_screen: table.stop_on_screen.into_inner(),
        confirm_stop: table.confirm_stop.into_inner(),
        languages,
    })
}

fn tariff<'a>(place: &Place<'_>, table: &TerminalTable, known: &Known<'a>) -> Option<&'a Tariff> {
    let Some(tariff) = known.tariffs?.get(table.tariff.get_ref()) else {
        let problem = "there is no tariff of this id".into();
        place.add(place.error("terminals.tariff", &table.tariff, problem));
        return None;
    };
    tariff.as_ref()
}

/// Serial numbers are opaque, but these are the characters they are made of.
fn serial(place: &Place<'_>, value: &Spanned<String>) -> Result<String, ConfigError> {
    let serial = value.get_ref().to_ascii_uppercase();
    let known = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || "._-".contains(c);
    if (1..=120).contains(&serial.len()) && serial.chars().all(known) {
        Ok(serial)
    } else {
        let problem = "a serial number has 1 to 120 of the characters A-Z 0-9 . _ -".into();
        Err(place.error("terminals.serial", value, problem))
    }
}

fn check_currency(
    place: &Place<'_>,
    table: &TerminalTable,
    tariff: &Tariff,
) -> Result<(), ConfigError> {
    match &table.currency {
        Some(currency) if *currency.get_ref() != tariff.currency => {
            let problem = format!("the tariff is in {}", tariff.currency);
            Err(place.error("terminals.currency", currency, problem))
        }
        _ => Ok(()),
    }
}

fn holds(
    place: &Place<'_>,
    table: &TerminalTable,
    tariff: &Tariff,
    decimals: u32,
) -> Result<Vec<u64>, ConfigError> {
    let hold_of = |key: &str, value: &Spanned<String>| {
        let hold = tariff::hold(value.get_ref(), decimals, tariff);
        hold.map_err(|problem| place.error(key, value, problem))
    };
    match (&table.hold, &table.hold_choices, tariff.preauthorize_amount) {
        (Some(_), Some(choices), _) => {
            let problem = "there is a hold as well, and only one of the two can be".into();
            Err(place.error("terminals.hold_choices", choices, problem))
        }
        (Some(hold), None, _) => Ok(vec![hold_of("terminals.hold", hold)?]),
        (None, Some(choices), _) => {
            let key = "terminals.hold_choices";
            if choices.get_ref().len() < 2 {
                let problem = "must be at least two amounts".into();
                return Err(place.error(key, choices, problem));
            }
            let mut holds = Vec::new();
            for choice in choices.get_ref() {
                let hold = hold_of(key, choice)?;
                if holds.contains(&hold) {
                    return Err(repeated(place, key, choice));
                }
                holds.push(hold);
            }
            Ok(holds)
        }
        (None, None, Some(amount)) => Ok(vec![amount]),
        (None, None, None) => {
            let problem = "is needed, as the tariff has no preauthorize".into();
            Err(place.error("terminals.hold", &table.serial, problem))
        }
    }
}

/// The languages of its texts.
fn languages(table: &TerminalTable) -> impl Iterator<Item = &str> {
    let said = table.languages.as_ref();
    let said = said.map_or(&[][..], |languages| languages.get_ref());
    let default = said.is_empty().then_some(DEFAULT_LANGUAGE);
    said.iter().map(|it| it.get_ref().as_str()).chain(default)
}

/// What drivers do there must be what the terminal can do.
fn check_handling(place: &Place<'_>, table: &TerminalTable) {
    if let Some(none) = table
        .languages
        .as_ref()
        .filter(|it| it.get_ref().is_empty())
    {
        let problem = "must be one or two languages".into();
        place.add(place.error("terminals.languages", none, problem));
    }
    let choices = table.hold_choices.as_ref();
    let handling = Handling {
        model: *table.model.get_ref(),
        evses: table.evses.get_ref().len(),
        start: table.start,
        holds: choices.map_or(1, |choices| choices.get_ref().len()),
        stop_on_screen: *table.stop_on_screen.get_ref(),
        confirm_stop: *table.confirm_stop.get_ref(),
        languages: languages(table).collect(),
    };
    for Mistake {
        place: of_form,
        problem,
    } in handling.mistakes()
    {
        let error = match of_form.steps() {
            [Step::Member("model")] => place.error("terminals.model", &table.model, problem),
            [Step::Member("stop_on_screen")] => {
                place.error("terminals.stop_on_screen", &table.stop_on_screen, problem)
            }
            [Step::Member("confirm_stop")] => {
                place.error("terminals.confirm_stop", &table.confirm_stop, problem)
            }
            [Step::Member("evses")] => place.error("terminals.evses", &table.evses, problem),
            [Step::Member("languages"), rest @ ..] => {
                let languages = table.languages.as_ref().map(Spanned::get_ref);
                let said = match rest {
                    [Step::Item(at)] => languages.and_then(|it| it.get(*at)),
                    _ => languages.and_then(|it| it.first()),
                };
                let said = said.unwrap_or(&table.serial);
                place.error("terminals.languages", said, problem)
            }
            _ => match choices {
                Some(choices) => place.error("terminals.hold_choices", choices, problem),
                None => place.error("terminals.hold", &table.serial, problem),
            },
        };
        place.add(error);
    }
}

fn evses(
    place: &Place<'_>,
    tables: Spanned<Vec<EvseTable>>,
    stations: Option<&BTreeMap<String, Option<Station>>>,
) -> Result<Vec<ServedEvse>, ConfigError> {
    let mut evses: Vec<ServedEvse> = Vec::new();
    for EvseTable {
        station,
        connector,
        label,
        id,
    } in tables.into_inner()
    {
        if stations.is_some_and(|stations| !stations.contains_key(station.get_ref())) {
            let problem = "there is no station of this id".into();
            return Err(place.error("terminals.evses.station", &station, problem));
        }
        let evse = Evse {
            station: station.get_ref().clone(),
            connector,
        };
        let label = label.unwrap_or_else(|| evse.to_string());
        let problem = if connector == 0 {
            Some("connectors are counted from 1".to_owned())
        } else if evses.iter().any(|served| served.evse == evse) {
            Some(format!("connector {connector} stands here a second time"))
        } else if evses.iter().any(|served| served.label == label) {
            Some(format!("{label:?} is the label of another one as well"))
        } else {
            None
        };
        if let Some(problem) = problem {
            return Err(place.error("terminals.evses", &station, problem));
        }
        let id = id.map(|id| evse_id(place, &id)).transpose()?;
        evses.push(ServedEvse { evse, label, id });
    }
    Ok(evses)
}

/// ISO 15118-2, annex H: country, operator and number, with or without `*` between them.
fn evse_id(place: &Place<'_>, id: &Spanned<String>) -> Result<String, ConfigError> {
    let text = id.get_ref().to_ascii_uppercase();
    if is_evse_id(&text) {
        Ok(text)
    } else {
        let problem = "an EVSE's id is like \"SE*ABC*E1234*1\"".into();
        Err(place.error("terminals.evses.id", id, problem))
    }
}
