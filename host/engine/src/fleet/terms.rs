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
    at_terminal(&gateway.config, &fleet, serial)
}

/// The same by these records. A terminal that was taken out of the configuration while a session is open there has the
/// policy of all. One that is not on record stands at the configured site.
pub(crate) fn at_terminal(
    config: &Config,
    fleet: &Fleet,
    serial: &str,
) -> Result<Terms, EngineError> {
    let terminal = config.terminals.get(serial);
    let policy = terminal.map_or(&config.policy, |terminal| &terminal.policy);
    let site = site_on_record(fleet, serial).or_else(|| config.site.clone());
    let site = site.ok_or_else(|| EngineError::NoSite(serial.to_owned()))?;
    Ok(Terms::new(policy, site))
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
pub(crate) fn site_on_record(fleet: &Fleet, serial: &str) -> Option<Site> {
    let terminal = fleet.get::<Terminal>(serial)?;
    let site = fleet.get::<site::Site>(terminal.details.site.as_str())?;
    Some(Site {
        name: site.details.name.as_str().to_owned(),
        address: site.details.address.as_str().to_owned(),
        time_zone: site.details.time_zone.name().to_owned(),
    })
}
