//! Terminals: which EVSEs each serves, how a session begins there, and what it follows.

use std::collections::{BTreeMap, BTreeSet};

use chargetap_contract::LANGUAGES;
use chargetap_contract::money::Tariff;
use chargetap_contract::session::Evse;
use chargetap_fleet::tariff::{self, amounts};
use serde::Deserialize;
use toml::Spanned;

use super::place::{Place, repeated};
use super::policy::PolicyTable;
use super::tables::{Element, Table};
use super::{ConfigError, DEFAULT_LANGUAGE, Model, ServedEvse, Start, Station, Terminal};

/// As many amounts as a driver can take in at a glance.
const MOST_CHOICES: usize = 6;

/// As many as a screen has room for.
const MOST_LANGUAGES: usize = 2;

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
    let has_choices = table.start == Start::Screen || table.hold_choices.is_some();
    let model = *table.model.get_ref();
    if has_choices && !model.traits().has_screen {
        let problem = "has no screen for start = \"screen\" or hold_choices".into();
        place.add(place.error("terminals.model", &table.model, problem));
    }
    if *table.stop_on_screen.get_ref() && !has_choices {
        let problem = "needs a screen: start = \"screen\", or hold_choices".into();
        place.add(place.error("terminals.stop_on_screen", &table.stop_on_screen, problem));
    }
    if *table.confirm_stop.get_ref() && !model.traits().has_screen {
        let problem = "needs a model with a screen".into();
        place.add(place.error("terminals.confirm_stop", &table.confirm_stop, problem));
    }
    if let (Some(holds), Some(policy), Some(decimals)) = (&holds, &policy, decimals)
        && holds.iter().any(|hold| *hold < policy.minimum_capture)
    {
        let least = amounts::text(policy.minimum_capture, decimals);
        let problem =
            format!("must be at least {least}, policy.minimum_capture: less is never captured");
        let at = table.hold.as_ref().unwrap_or(&table.serial);
        place.add(place.error("terminals.hold", at, problem));
    }
    let languages = place.take(languages(place, table.languages.as_ref()));
    let evses = place.take(evses(place, table.evses, table.start, known.stations));
    Some(Terminal {
        model,
        policy: policy?,
        tariff: table.tariff.into_inner(),
        evses: evses?,
        start: table.start,
        holds: holds?,
        holds_by_tariff: table.hold.is_none() && table.hold_choices.is_none(),
        stop_on_screen: table.stop_on_screen.into_inner(),
        confirm_stop: table.confirm_stop.into_inner(),
        languages: languages?,
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
            if !(2..=MOST_CHOICES).contains(&choices.get_ref().len()) {
                let problem = format!("must be 2 to {MOST_CHOICES} amounts");
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

/// One or two, of those that receipts have.
fn languages(
    place: &Place<'_>,
    table: Option<&Spanned<Vec<Spanned<String>>>>,
) -> Result<Vec<String>, ConfigError> {
    let key = "terminals.languages";
    let Some(table) = table else {
        return Ok(vec![DEFAULT_LANGUAGE.to_owned()]);
    };
    if !(1..=MOST_LANGUAGES).contains(&table.get_ref().len()) {
        let problem = format!("must be 1 to {MOST_LANGUAGES} languages");
        return Err(place.error(key, table, problem));
    }
    let mut languages: Vec<String> = Vec::new();
    for language in table.get_ref() {
        if !LANGUAGES.contains(&language.get_ref().as_str()) {
            let problem = format!("must be one of {}", LANGUAGES.join(", "));
            return Err(place.error(key, language, problem));
        }
        if languages.contains(language.get_ref()) {
            return Err(repeated(place, key, language));
        }
        languages.push(language.get_ref().clone());
    }
    Ok(languages)
}

fn evses(
    place: &Place<'_>,
    tables: Spanned<Vec<EvseTable>>,
    start: Start,
    stations: Option<&BTreeMap<String, Option<Station>>>,
) -> Result<Vec<ServedEvse>, ConfigError> {
    let count = tables.get_ref().len();
    if count == 0 || (start == Start::Tap && count > 1) {
        let problem = match count {
            0 => "at least one is needed",
            _ => "a card does not say at which of several: start = \"plug-in\" or \"screen\" does",
        };
        return Err(place.error("terminals.evses", &tables, problem.into()));
    }
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
    let bare: String = text.chars().filter(|character| *character != '*').collect();
    let is_id = bare.len() <= 37
        && bare
            .chars()
            .all(|character| character.is_ascii_alphanumeric())
        && bare
            .get(..2)
            .is_some_and(|country| country.chars().all(char::is_alphabetic))
        && bare.get(5..6) == Some("E")
        && bare.len() > 6;
    if is_id {
        Ok(text)
    } else {
        let problem = "an EVSE's id is like \"SE*ABC*E1234*1\"".into();
        Err(place.error("terminals.evses.id", id, problem))
    }
}
