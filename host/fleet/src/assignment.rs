//! Which terminals have a tariff, and by which clocks its changes begin.

use std::collections::BTreeMap;

use chargetap_contract::money;
use jiff::tz::TimeZone;

use crate::context::GatewayFacts;
use crate::fleet::Fleet;
use crate::moment::Moment;
use crate::refusal::Reason;
use crate::site::Site;
use crate::tariff::{Misfit, Tariff, TariffNeeds};
use crate::terminal::Terminal;
use crate::text::Key;

/// Why a terminal at a site cannot have its tariff, now or from a change on: that on record, or else the configured one.
pub fn misfit(
    fleet: &Fleet,
    tariffs: &BTreeMap<String, money::Tariff>,
    (serial, needs): (&str, &TariffNeeds),
    zone: &TimeZone,
    now: Moment,
) -> Option<Misfit> {
    let id = needs.tariff.as_str();
    let reason = match (fleet.get::<Tariff>(id), tariffs.get(id)) {
        (Some(tariff), _) => return tariff.details.misfit(serial, needs, zone, now),
        (None, Some(tariff)) => needs.holds(serial, tariff).err()?,
        (None, None) => {
            let text = format!("there is no tariff {id:?}, on record or in the configuration");
            Reason::new("no-such-tariff", text)
        }
    };
    Some(Misfit { from: None, reason })
}

/// The time zone of the site of a terminal on record; UTC if it is not known.
#[must_use]
pub fn zone(fleet: &Fleet, site: &Key) -> TimeZone {
    let site = fleet.get::<Site>(site.as_str());
    site.map_or(TimeZone::UTC, |it| it.details.time_zone.rules().clone())
}

/// The terminals that have a tariff, by serial number, with what they ask of it. Where a record says how a terminal takes
/// cards, its configuration does not count.
pub(crate) fn terminals(
    fleet: &Fleet,
    gateway: &GatewayFacts,
    tariff: &Key,
) -> Vec<(String, TariffNeeds)> {
    let on_record = fleet.each::<Terminal>().filter_map(|terminal| {
        let charging = terminal.details.charging.as_ref()?;
        let is_meant = charging.tariff == *tariff && terminal.state.is_current();
        let needs = is_meant.then(|| charging.needs(&gateway.minimum_capture))?;
        Some((terminal.serial.to_string(), needs.ok()?))
    });
    let configured = gateway.configured.iter().filter_map(|(serial, it)| {
        let terminal = fleet.get::<Terminal>(serial.as_str());
        let is_on_record = terminal.is_some_and(|it| it.details.charging.is_some());
        let is_meant = it.needs.tariff == tariff.as_str() && !is_on_record;
        is_meant.then(|| (serial.to_string(), it.needs.clone()))
    });
    on_record.chain(configured).collect()
}

/// The time zones of the sites on record where these terminals stand; UTC, if there is none.
pub(crate) fn zones<'a>(
    fleet: &'a Fleet,
    terminals: &[(String, TariffNeeds)],
) -> Vec<&'a TimeZone> {
    let mut zones: Vec<&TimeZone> = Vec::new();
    for (serial, _) in terminals {
        let terminal = fleet.get::<Terminal>(serial);
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
