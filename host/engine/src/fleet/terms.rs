//! A terminal as it counts at a moment, and the terms of sessions there.

use std::collections::BTreeSet;

use chargetap_contract::receipt::Site;
use chargetap_fleet::assignment;
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::tariff::{Misfit, Tariff};
use chargetap_fleet::{site, terminal};

use super::records;
use super::terminals::Terminals;
use crate::config::{Config, Terminal};
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::local_time;
use crate::platform::Platform;
use crate::store::sessions::StoredSession;
use crate::terms::Terms;

/// A terminal as it counts at a moment: what is on record of it counts before what is configured.
pub(crate) struct ServedTerminal {
    pub(crate) terminal: Terminal,
    /// Whether its tariff on record fits. Where it does not, the terminal takes no card, and the prices are the configured
    /// ones.
    pub(crate) is_fit: bool,
    site: Option<Site>,
}

impl ServedTerminal {
    /// The terms on which a session would begin there.
    pub(crate) fn terms(&self) -> Terms {
        Terms::new(&self.terminal.policy, self.site.clone())
    }
}

/// A terminal as it counts at a moment.
///
/// # Errors
/// Its site is in a time zone that this program does not know.
pub(crate) fn served(
    config: &Config,
    fleet: &Fleet,
    serial: &str,
    now: u64,
) -> Result<Option<ServedTerminal>, EngineError> {
    let Some(terminal) = Terminals::new(config, fleet).find(serial) else {
        return Ok(None);
    };
    let mut terminal = terminal.into_owned();
    let site = site_of(config, fleet, serial);
    let (needs, id) = (terminal.needs(), terminal.tariff.as_str());
    let counting = match (fleet.get::<Tariff>(id), config.tariffs.get(id)) {
        (Some(record), _) => {
            let zone = local_time::of_site(site.as_ref())?;
            let now = Moment::from_millis(now);
            record.details.at_terminal(serial, &needs, &zone, now).ok()
        }
        (None, Some(tariff)) => {
            let holds = needs.holds(serial, tariff).ok();
            holds.map(|holds| (tariff.clone(), holds))
        }
        (None, None) => None,
    };
    let is_fit = counting.is_some();
    if let Some((tariff, holds)) = counting {
        terminal.policy.tariff = tariff;
        terminal.holds = holds;
    }
    Ok(Some(ServedTerminal {
        terminal,
        is_fit,
        site,
    }))
}

/// The terms on which a session would begin at a terminal now. One that was taken out of the configuration while a session
/// is open there has the policy of all.
///
/// # Errors
/// As for [`served`].
pub(crate) async fn current(
    gateway: &Gateway<impl Platform>,
    serial: &str,
) -> Result<Terms, EngineError> {
    let fleet = records::current(gateway).await?;
    let config = &gateway.config;
    let served = served(config, &fleet, serial, gateway.platform.now())?;
    Ok(match served {
        Some(served) => served.terms(),
        None => Terms::new(&config.policy, site_of(config, &fleet, serial)),
    })
}

/// The terms of a session: its own, or for one that began before they were kept, those that count now.
pub(crate) async fn of_stored(
    gateway: &Gateway<impl Platform>,
    stored: &StoredSession,
) -> Result<Terms, EngineError> {
    match &stored.terms {
        Some(terms) => Ok(terms.clone()),
        None => current(gateway, &stored.terminal).await,
    }
}

/// Where a terminal stands. One that is not on record stands at the configured site, if there is one.
fn site_of(config: &Config, fleet: &Fleet, serial: &str) -> Option<Site> {
    site_on_record(fleet, serial).or_else(|| config.site.clone())
}

fn site_on_record(fleet: &Fleet, serial: &str) -> Option<Site> {
    let terminal = fleet.get::<terminal::Terminal>(serial)?;
    let site = fleet.get::<site::Site>(terminal.details.site.as_str())?;
    Some(Site {
        name: site.details.name.as_str().to_owned(),
        address: site.details.address.as_str().to_owned(),
        time_zone: site.details.time_zone.name().to_owned(),
    })
}

/// The terminals whose tariff does not fit, now or from a change on.
///
/// # Errors
/// A site is in a time zone that this program does not know.
pub(crate) fn misfits<'a>(
    config: &'a Config,
    fleet: &'a Fleet,
    now: u64,
) -> Result<Vec<(&'a str, Misfit)>, EngineError> {
    let mut found = Vec::new();
    let terminals = Terminals::new(config, fleet);
    for serial in terminals.serials(now) {
        let Some(terminal) = terminals.find(serial) else {
            continue;
        };
        let zone = local_time::of_site(site_of(config, fleet, serial).as_ref())?;
        let (needs, now) = (terminal.needs(), Moment::from_millis(now));
        let misfit = assignment::misfit(fleet, &config.tariffs, (serial, &needs), &zone, now);
        found.extend(misfit.map(|misfit| (serial, misfit)));
    }
    Ok(found)
}

/// The tariffs on record that count in place of configured ones.
pub(crate) fn tariffs_on_record<'a>(config: &Config, fleet: &'a Fleet) -> BTreeSet<&'a str> {
    let terminals = config.terminals.values();
    let records = terminals.filter_map(|it| fleet.get::<Tariff>(&it.tariff));
    records.map(|it| it.key.as_str()).collect()
}

/// The terminals whose site on record is not the configured one.
pub(crate) fn terminals_elsewhere<'a>(config: &'a Config, fleet: &Fleet) -> Vec<&'a str> {
    let Some(configured) = &config.site else {
        return Vec::new();
    };
    let serials = config.terminals.keys().map(String::as_str);
    serials
        .filter(|serial| site_on_record(fleet, serial).is_some_and(|site| site != *configured))
        .collect()
}

#[cfg(test)]
mod tests {
    use chargetap_fleet::fleet::Change;

    use super::*;

    const TERMINAL: &str = r#"{"kind": "terminal", "record": {
        "serial": "P66-0001", "details": {"model": "p66", "order": "SO-1", "site": "soho", "station": "CT-1",
            "connectors": [1], "users": []},
        "origin": "factory-fitted", "processor": "platform", "domain": "platform",
        "state": "activated", "since": "2026-01-01T00:00:00Z", "routing": {},
        "licences": {"waiting": [], "software": []}, "checks": {}, "inspections": []}}"#;
    const SITE: &str = r#"{"kind": "site", "record": {"key": "soho", "details": {
        "customer": "c", "name": "Soho Car Park", "address": "Brewer Street", "time_zone": "Europe/London"}}}"#;

    fn fleet(items: &[&str]) -> Fleet {
        let mut fleet = Fleet::default();
        for item in items {
            let item: chargetap_fleet::fleet::Item = serde_json::from_str(item).unwrap();
            fleet.apply(Change::from(item), 1);
        }
        fleet
    }

    #[test]
    fn a_terminal_stands_where_its_record_says_or_else_where_the_configuration_says() {
        let mut config =
            Config::parse(include_str!("../../../gateway/examples/chargetap.toml")).unwrap();
        let name = |config: &Config, fleet: &Fleet| {
            let served = served(config, fleet, "P66-0001", 0).unwrap().unwrap();
            served.site.map(|it| (it.name, it.time_zone))
        };
        let on_record = fleet(&[TERMINAL, SITE]);
        let soho = || Some(("Soho Car Park".to_owned(), "Europe/London".to_owned()));
        assert_eq!(name(&config, &on_record), soho());
        assert_eq!(terminals_elsewhere(&config, &on_record), ["P66-0001"]);
        let torget = Some(("Stora Torget".to_owned(), "Europe/Stockholm".to_owned()));
        assert_eq!(name(&config, &Fleet::default()), torget);
        assert_eq!(terminals_elsewhere(&config, &Fleet::default()), [""; 0]);

        config.site = None;
        assert_eq!(name(&config, &on_record), soho());
        assert_eq!(terminals_elsewhere(&config, &on_record), [""; 0]);
        // A hold that is found at it is released all the same: its policy needs no site.
        assert_eq!(name(&config, &Fleet::default()), None);
        let served = served(&config, &Fleet::default(), "P66-0001", 0);
        let terms = served.unwrap().unwrap().terms();
        let offsets = terms.policy_at(0).unwrap().utc_offsets;
        assert!(offsets.iter().all(|it| it.minutes == 0), "{offsets:?}");
    }

    const TARIFF: &str = r#"{"kind": "tariff", "record": {"key": "standard", "details": {
        "prices": {"currency": "EUR", "per_kwh": "0.98", "vat_percent": "25"},
        "changes": [{"from": "2027-01-01", "prices": {"currency": "EUR", "per_kwh": "0.55", "vat_percent": "25"}}]}}}"#;

    /// The price of a kilowatt-hour at a moment, in thousandths of a cent.
    fn price(config: &Config, fleet: &Fleet, now: u64) -> u64 {
        let served = served(config, fleet, "P66-0001", now).unwrap().unwrap();
        let element = &served.terminal.policy.tariff.elements[0];
        element.components[0].price
    }

    // Midnight of 1 January 2027 in London is 1,798,761,600 seconds after 1970.
    #[test]
    fn a_tariff_on_record_counts_before_the_configured_one_and_changes_at_the_sites_midnight() {
        const MIDNIGHT: u64 = 1_798_761_600_000;
        let example = include_str!("../../../gateway/examples/chargetap.toml");
        let config = Config::parse(example).unwrap();
        assert_eq!(price(&config, &fleet(&[TERMINAL, SITE]), MIDNIGHT), 49_000);
        let fleet = fleet(&[TERMINAL, SITE, TARIFF]);
        assert_eq!(price(&config, &fleet, MIDNIGHT - 1), 98_000);
        assert_eq!(price(&config, &fleet, MIDNIGHT), 55_000);
    }

    #[test]
    fn a_tariff_that_does_not_fit_a_terminal_leaves_it_its_configured_prices_and_says_why() {
        let example = include_str!("../../../gateway/examples/chargetap.toml");
        let mut config = Config::parse(example).unwrap();
        let in_kronor = TARIFF.replace("EUR", "SEK");
        let in_kronor = fleet(&[TERMINAL, SITE, &in_kronor]);
        assert_eq!(price(&config, &in_kronor, 0), 49_000);
        let is_fit = |config: &Config, fleet: &Fleet| {
            let served = served(config, fleet, "P66-0001", 0);
            served.unwrap().unwrap().is_fit
        };
        let why = |config: &Config, fleet: &Fleet| {
            let misfits = misfits(config, fleet, 0).unwrap().into_iter();
            let texts = misfits.map(|(_, it)| (it.from.is_some(), it.reason.text));
            texts.collect::<Vec<_>>()
        };
        assert!(!is_fit(&config, &in_kronor));
        let text = "terminal P66-0001 takes EUR, and the prices are in SEK".to_owned();
        assert_eq!(why(&config, &in_kronor), [(false, text)]);
        let on_record = fleet(&[TERMINAL, SITE, TARIFF]);
        assert!(is_fit(&config, &on_record));
        assert_eq!(why(&config, &on_record), []);
        assert_eq!(tariffs_on_record(&config, &on_record), ["standard"].into());

        // The configuration may change between two starts.
        let terminal = config.terminals.get_mut("P66-0001").unwrap();
        terminal.policy.minimum_capture = terminal.holds[0] + 1;
        assert!(!is_fit(&config, &on_record));
        terminal_holds_by_tariff(&mut config);
        let text = "terminal P66-0001 has no hold of its own: say preauthorize".to_owned();
        assert_eq!(why(&config, &on_record), [(false, text.clone())]);
        let preauthorized = r#""prices": {"preauthorize": "75.00","#;
        let until_new_year = fleet(&[
            TERMINAL,
            SITE,
            &TARIFF.replacen(r#""prices": {"#, preauthorized, 1),
        ]);
        let terminal = config.terminals.get_mut("P66-0001").unwrap();
        terminal.policy.minimum_capture = 50;
        assert!(is_fit(&config, &until_new_year));
        assert_eq!(why(&config, &until_new_year), [(true, text)]);
    }

    fn terminal_holds_by_tariff(config: &mut Config) {
        let terminal = config.terminals.get_mut("P66-0001").unwrap();
        terminal.holds_by_tariff = true;
    }

    #[test]
    fn a_terminal_holds_what_its_tariff_on_record_says_only_if_it_has_no_hold_of_its_own() {
        let example = include_str!("../../../gateway/examples/chargetap.toml");
        let mut config = Config::parse(example).unwrap();
        let preauthorized = TARIFF.replace(r#""per_kwh""#, r#""preauthorize": "75.00", "per_kwh""#);
        let fleet = fleet(&[TERMINAL, SITE, &preauthorized]);
        let holds = |config: &Config| {
            served(config, &fleet, "P66-0001", 0)
                .unwrap()
                .unwrap()
                .terminal
                .holds
        };
        let own = config.terminals["P66-0001"].holds.clone();
        assert_ne!(own, [7_500]);
        assert_eq!(holds(&config), own);
        terminal_holds_by_tariff(&mut config);
        assert_eq!(holds(&config), [7_500]);
    }
}
