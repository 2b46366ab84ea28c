//! Which terminals have a tariff, and by which clocks its changes begin.

use jiff::tz::TimeZone;

use crate::context::{GatewayFacts, TerminalConfig};
use crate::fleet::Fleet;
use crate::site::Site;
use crate::terminal::Terminal;
use crate::text::{Key, Serial};

/// The terminals that are configured to have a tariff.
pub(crate) fn terminals<'a>(
    gateway: &'a GatewayFacts,
    tariff: &'a Key,
) -> impl Iterator<Item = (&'a Serial, &'a TerminalConfig)> {
    let configured = gateway.configured.iter();
    configured.filter(move |(_, it)| it.needs.tariff == tariff.as_str())
}

/// The time zones of the sites on record where they stand; UTC, if there is none.
pub(crate) fn zones<'a>(
    fleet: &'a Fleet,
    gateway: &'a GatewayFacts,
    tariff: &'a Key,
) -> Vec<&'a TimeZone> {
    let mut zones: Vec<&TimeZone> = Vec::new();
    for (serial, _) in terminals(gateway, tariff) {
        let terminal = fleet.get::<Terminal>(serial.as_str());
        let site = terminal.and_then(|it| fleet.get::<Site>(it.details.site.as_str()));
        if let Some(site) = site {
            let zone = site.details.time_zone.rules();
            if !zones.contains(&zone) {
                zones.push(zone);
            }
        }
    }
    if zones.is_empty() {
        const UTC: &TimeZone = &TimeZone::UTC;
        zones.push(UTC);
    }
    zones
}
