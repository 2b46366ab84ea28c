//! The terminals that the gateway serves: those whose record says how they take cards, as it says, and the others of the
//! configuration.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chargetap_contract::money;
use chargetap_contract::session::{Evse, Policy};
use chargetap_fleet::charging::{Charging, DEFAULT_LANGUAGE};
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::site::Station;
use chargetap_fleet::tariff::{Tariff, amounts};
use chargetap_fleet::terminal;

use crate::config::{Config, ServedEvse, Terminal};

/// No hold shows up later than this after its terminal went back, in milliseconds: providers keep one for a month at most.
const HOLDS_LAST: u64 = 35 * 24 * 3_600_000;

/// The terminals by these records.
#[derive(Clone, Copy)]
pub(crate) struct Terminals<'a> {
    config: &'a Config,
    fleet: &'a Fleet,
}

impl<'a> Terminals<'a> {
    pub(crate) fn new(config: &'a Config, fleet: &'a Fleet) -> Self {
        Self { config, fleet }
    }

    /// Their serial numbers. A terminal that went back is told to rest, and its holds are looked for, for so long as one may
    /// still show up.
    pub(crate) fn serials(self, now: u64) -> BTreeSet<&'a str> {
        let configured = self.config.terminals.keys().map(String::as_str);
        let on_record = self.on_record().filter(|(record, _)| {
            let gone_for = Moment::from_millis(now).millis_after(record.since);
            record.state.is_current() || gone_for.is_none_or(|it| it < HOLDS_LAST)
        });
        let on_record = on_record.map(|(it, _)| it.serial.as_str());
        configured.chain(on_record).collect()
    }

    /// A terminal, without what counts of its tariff by date.
    pub(crate) fn find(self, serial: &str) -> Option<Cow<'a, Terminal>> {
        let record = self.fleet.get::<terminal::Terminal>(serial);
        let on_record = record.and_then(|record| Some((record, charging(record)?)));
        match on_record {
            Some((record, charging)) => Some(Cow::Owned(self.read(record, charging))),
            None => self.config.terminals.get(serial).map(Cow::Borrowed),
        }
    }

    /// Those that serve an EVSE of a station.
    pub(crate) fn at(self, station: &str) -> Vec<(&'a str, Cow<'a, Terminal>)> {
        let is_here = |it: &Terminal| it.evses.iter().any(|it| it.evse.station == station);
        let configured = self.config.terminals.iter();
        let configured = configured.filter(|(_, it)| is_here(it));
        let configured = configured.map(|(serial, _)| serial.as_str());
        // The EVSEs of one that went back may be another's by now.
        let current = self.on_record().filter(|(it, _)| it.state.is_current());
        let on_record = current.filter(|(it, _)| {
            let of_record = it.details.station.as_ref();
            of_record.is_some_and(|it| it.as_str() == station)
        });
        let on_record = on_record.map(|(it, _)| it.serial.as_str());
        let serials: BTreeSet<&str> = configured.chain(on_record).collect();
        let found = serials
            .into_iter()
            .filter_map(|serial| Some((serial, self.find(serial)?)));
        found.filter(|(_, terminal)| is_here(terminal)).collect()
    }

    /// Those that are configured as well, which does not count.
    pub(crate) fn in_place_of_configured(self) -> impl Iterator<Item = &'a str> {
        let on_record = self.on_record().map(|(it, _)| it.serial.as_str());
        on_record.filter(move |serial| self.config.terminals.contains_key(*serial))
    }

    fn on_record(self) -> impl Iterator<Item = (&'a terminal::Terminal, &'a Charging)> {
        let records = self.fleet.each::<terminal::Terminal>();
        records.filter_map(|record| Some((record, charging(record)?)))
    }

    fn read(self, record: &terminal::Terminal, charging: &Charging) -> Terminal {
        let Self { config, fleet } = self;
        // A record is checked when it is written. The configuration may have changed since, so `terms::served` checks again.
        let needs = charging.needs(&config.minimum_capture).ok();
        let decimals = amounts::decimals(&charging.currency).ok();
        let decimals = decimals.and_then(|it| u8::try_from(it).ok());
        let id = charging.tariff.as_str();
        let first = || fleet.get::<Tariff>(id)?.details.prices.read().ok();
        let tariff = config.tariffs.get(id).cloned().or_else(first);
        let tariff = tariff.unwrap_or_else(|| money::Tariff {
            currency: charging.currency.clone(),
            tax_included: false,
            elements: Vec::new(),
            min_price: None,
            max_price: None,
            preauthorize_amount: None,
        });
        let holds = needs
            .as_ref()
            .map(|it| it.holds.clone())
            .unwrap_or_default();
        let default = charging.languages.is_empty().then_some(DEFAULT_LANGUAGE);
        let languages = charging.languages.iter().map(String::as_str);
        Terminal {
            model: record.details.model,
            currency: charging.currency.clone(),
            holds_by_tariff: charging.holds.is_empty(),
            holds: match holds.is_empty() {
                true => tariff.preauthorize_amount.into_iter().collect(),
                false => holds,
            },
            policy: Policy {
                tariff,
                currency_decimals: decimals.unwrap_or(config.policy.currency_decimals),
                minimum_capture: needs.map_or(0, |it| it.minimum_capture),
                ..config.policy.clone()
            },
            tariff: id.to_owned(),
            evses: self.evses(record),
            start: charging.start,
            stop_on_screen: charging.stop_on_screen,
            confirm_stop: charging.confirm_stop,
            languages: languages.chain(default).map(str::to_owned).collect(),
        }
    }

    fn evses(self, record: &terminal::Terminal) -> Vec<ServedEvse> {
        let Some(station) = &record.details.station else {
            return Vec::new();
        };
        let on_record = self.fleet.get::<Station>(station.as_str());
        let connectors = record.details.connectors.iter();
        let served = connectors.map(|connector| {
            let evse = Evse {
                station: station.as_str().to_owned(),
                connector: *connector,
            };
            let mut evses = on_record.iter().flat_map(|it| &it.details.evses);
            let details = evses.find(|it| it.connector == *connector);
            let label = details.map(|it| it.label_at(station));
            ServedEvse {
                label: label.unwrap_or_else(|| evse.to_string()),
                id: details.and_then(|it| Some(it.id.as_ref()?.as_str().to_owned())),
                evse,
            }
        });
        served.collect()
    }
}

/// How a terminal takes cards by its record. One that was never activated is not ours yet: nothing is written on it, and
/// no hold is released there.
fn charging(record: &terminal::Terminal) -> Option<&Charging> {
    let charging = record.details.charging.as_ref();
    charging.filter(|_| record.licences.has_begun())
}

#[cfg(test)]
mod tests {
    use chargetap_fleet::fleet::{Change, Item};
    use serde_json::{Value, json};

    use super::*;
    use crate::config::Start;

    fn config() -> Config {
        let example = include_str!("../../../gateway/examples/chargetap.toml");
        Config::parse(example).unwrap()
    }

    fn terminal(serial: &str, state: &str, charging: &Value) -> Value {
        json!({"kind": "terminal", "record": {
            "serial": serial, "details": {"model": "apollo", "order": "SO-1", "site": "soho", "station": "CT-9",
                "connectors": [1, 2], "users": [], "charging": charging},
            "origin": "factory-fitted", "processor": "platform", "domain": "platform",
            "state": state, "since": "2026-01-01T00:00:00Z", "routing": {},
            "licences": {"waiting": [], "software": [
                {"order": "SO-1", "from": "2026-01-01", "until": "2027-01-01"}]}, "checks": {}, "inspections": []}})
    }

    fn fleet(items: &[Value]) -> Fleet {
        let mut fleet = Fleet::default();
        for item in items {
            let item: Item = serde_json::from_value(item.clone()).unwrap();
            fleet.apply(Change::from(item), 1);
        }
        fleet
    }

    fn station() -> Value {
        json!({"kind": "station", "record": {"key": "CT-9", "details": {"site": "soho", "evses": [
            {"connector": 1, "id": "SE*ABC*E9*1", "label": "Left"}, {"connector": 2}]}}})
    }

    fn charging() -> Value {
        json!({"tariff": "standard", "currency": "EUR", "start": "screen", "holds": ["20.00", "50.00"],
               "languages": ["sv"]})
    }

    #[test]
    fn a_terminal_is_served_as_its_record_says_and_needs_no_configuration() {
        let config = config();
        let fleet = fleet(&[station(), terminal("P68-0009", "activated", &charging())]);
        let terminals = Terminals::new(&config, &fleet);
        let served = terminals.find("P68-0009").unwrap();
        assert_eq!(served.start, Start::Screen);
        assert_eq!(served.holds, [2_000, 5_000]);
        assert_eq!(served.languages, ["sv"]);
        assert_eq!(served.policy.tariff, config.tariffs["standard"]);
        assert_eq!(served.policy.minimum_capture, 50);
        let shown = served
            .evses
            .iter()
            .map(|it| (it.label.as_str(), it.id.as_deref()));
        let expected = [("Left", Some("SE*ABC*E9*1")), ("CT-9/2", None)];
        assert_eq!(shown.collect::<Vec<_>>(), expected);
        let at = |station| terminals.at(station).into_iter().map(|(serial, _)| serial);
        assert_eq!(at("CT-9").collect::<Vec<_>>(), ["P68-0009"]);
        assert_eq!(at("CT-1").collect::<Vec<_>>(), ["P66-0001"]);
        assert_eq!(terminals.serials(0), ["P66-0001", "P68-0009"].into());
    }

    #[test]
    fn what_is_on_record_of_a_terminal_counts_before_its_configuration() {
        let config = config();
        let said = fleet(&[station(), terminal("P66-0001", "activated", &charging())]);
        let served = Terminals::new(&config, &said).find("P66-0001").unwrap();
        assert_eq!(served.evses.len(), 2);
        let unsaid = fleet(&[station(), terminal("P66-0001", "activated", &Value::Null)]);
        let served = Terminals::new(&config, &unsaid).find("P66-0001").unwrap();
        assert_eq!(served.evses, config.terminals["P66-0001"].evses);
    }

    #[test]
    fn a_terminal_that_went_back_is_looked_after_while_a_hold_may_show_up_and_serves_no_evse() {
        const YEAR: u64 = 365 * 24 * 3_600_000;
        let mut config = config();
        config.terminals.clear();
        for (state, is_current) in [
            ("suspended", true),
            ("in-storage", true),
            ("retired", false),
            ("returned", false),
        ] {
            let fleet = fleet(&[station(), terminal("P68-0009", state, &charging())]);
            let terminals = Terminals::new(&config, &fleet);
            assert!(terminals.find("P68-0009").is_some(), "{state}");
            assert_eq!(
                terminals.at("CT-9").len(),
                usize::from(is_current),
                "{state}"
            );
            // The record is of 1 January 2026, which is 20,454 days after 1970.
            let since = 20_454 * 24 * 3_600_000;
            let is_served = |now| terminals.serials(now).contains("P68-0009");
            assert!(is_served(since + HOLDS_LAST - 1), "{state}");
            assert_eq!(is_served(since + YEAR), is_current, "{state}");
        }
    }

    #[test]
    fn a_terminal_that_was_never_activated_is_not_touched() {
        let config = config();
        let mut ordered = terminal("P68-0009", "ordered", &charging());
        ordered["record"]["licences"]["software"] = json!([]);
        let fleet = fleet(&[station(), ordered]);
        assert!(Terminals::new(&config, &fleet).find("P68-0009").is_none());
    }
}
