//! The terms that count at a terminal.

use chargetap_contract::receipt::Site;
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::site;
use chargetap_fleet::terminal::Terminal;

use super::records;
use crate::config::Config;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::store::sessions::StoredSession;
use crate::terms::Terms;

/// The terms on which a session would begin at a terminal now.
pub(crate) async fn current(
    gateway: &Gateway<impl Platform>,
    serial: &str,
) -> Result<Terms, EngineError> {
    let fleet = records::current(gateway).await?;
    Ok(at_terminal(&gateway.config, &fleet, serial))
}

/// The same by these records. A terminal that was taken out of the configuration while a session is open there has the
/// policy of all. One that is not on record stands at the configured site, if there is one.
pub(crate) fn at_terminal(config: &Config, fleet: &Fleet, serial: &str) -> Terms {
    let terminal = config.terminals.get(serial);
    let policy = terminal.map_or(&config.policy, |terminal| &terminal.policy);
    let site = site_on_record(fleet, serial).or_else(|| config.site.clone());
    Terms::new(policy, site)
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

/// Where a terminal stands, by the records.
fn site_on_record(fleet: &Fleet, serial: &str) -> Option<Site> {
    let terminal = fleet.get::<Terminal>(serial)?;
    let site = fleet.get::<site::Site>(terminal.details.site.as_str())?;
    Some(Site {
        name: site.details.name.as_str().to_owned(),
        address: site.details.address.as_str().to_owned(),
        time_zone: site.details.time_zone.name().to_owned(),
    })
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
            let site = at_terminal(config, fleet, "P66-0001").site;
            site.map(|it| (it.name, it.time_zone))
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
        let terms = at_terminal(&config, &Fleet::default(), "P66-0001");
        let offsets = terms.policy_at(0).unwrap().utc_offsets;
        assert!(offsets.iter().all(|it| it.minutes == 0), "{offsets:?}");
    }
}
