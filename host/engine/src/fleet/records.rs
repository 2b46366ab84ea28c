//! The fleet's records at this gateway: kept up with the store, changed by one statement at a time, and
//! asked whether a terminal may take cards.
//!
//! - A terminal takes cards while it is activated, licensed and not being transferred (`chargetap_fleet::activation_check`).
//!   Arming tells one that may not to rest, a card that was on its way is refused, and the statement that begins a
//!   session checks once more whether the terminal is activated.
//! - Who charges may still end that by the card, unless an incident is open: then no card is read.
//! - Changes count only if no other write came since the records that they were decided on; otherwise they are
//!   decided again. So every rule about several records is decided in memory.
//! - Records in memory are caught up by the number of the last write, also under Spin, where another instance may
//!   have written.

use std::collections::BTreeSet;
use std::sync::Arc;

use chargetap_fleet::activation_check::{self, ActivationCheck};
use chargetap_fleet::charging::Charging;
use chargetap_fleet::command::Command;
use chargetap_fleet::context::{Actor, DecisionContext, GatewayFacts, TerminalConfig};
use chargetap_fleet::fleet::{Change, Fleet, Kind};
use chargetap_fleet::moment::Moment;
use chargetap_fleet::terminal::Terminal;
use chargetap_fleet::text::StationId;

use crate::config::ServedEvse;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::{Platform, Work};
use crate::store;
use crate::store::fleet::{Repetition, Write};

/// How often a decision is made again because another write came first.
pub(super) const ATTEMPTS: u32 = 20;

/// The records as they are now.
pub(crate) async fn current(gateway: &Gateway<impl Platform>) -> Result<Arc<Fleet>, EngineError> {
    let known = gateway.fleet.records();
    if store::fleet::last_write(&gateway.platform).await? == known.write {
        return Ok(known);
    }
    let mut fleet = Fleet::clone(&known);
    store::fleet::catch_up(&gateway.platform, &mut fleet).await?;
    let fleet = Arc::new(fleet);
    gateway.fleet.replace_records(fleet.clone());
    Ok(fleet)
}

/// The gateway's facts besides the records: configuration, statuses, sessions.
pub(super) async fn gateway_facts(
    gateway: &Gateway<impl Platform>,
) -> Result<GatewayFacts, EngineError> {
    let (platform, config) = (&gateway.platform, &gateway.config);
    let configured = config.terminals.iter().filter_map(|(serial, it)| {
        let evse =
            |served: &ServedEvse| Some((served.evse.station.parse().ok()?, served.evse.connector));
        let configured = TerminalConfig {
            model: it.model,
            evses: it.evses.iter().filter_map(evse).collect(),
            needs: it.needs(),
        };
        Some((serial.parse().ok()?, configured))
    });
    let busy = store::sessions::terminals_in_use(platform).await?;
    Ok(GatewayFacts {
        configured: configured.collect(),
        stations: config
            .stations
            .keys()
            .filter_map(|it| it.parse().ok())
            .collect(),
        tariffs: config.tariffs.clone(),
        minimum_capture: config.minimum_capture.clone(),
        issuers: config.issuers.keys().copied().collect(),
        statuses: store::monitoring::statuses(platform).await?,
        busy: busy.iter().filter_map(|it| it.parse().ok()).collect(),
    })
}

/// Store changes. Whether they were: they are not when another write came first. `next` are the
/// records with the changes.
pub(super) async fn write(
    gateway: &Gateway<impl Platform>,
    next: Fleet,
    changes: &[Change],
    actor: &Actor,
    at: Moment,
    repetition: Option<Repetition<'_>>,
) -> Result<bool, EngineError> {
    let write = Write {
        after: next.write.saturating_sub(1),
        at: at.millis(),
        actor: actor.key.as_str(),
        changes,
        repetition,
    };
    if !store::fleet::write(&gateway.platform, &write).await? {
        return Ok(false);
    }
    let next = Arc::new(next);
    gateway.fleet.replace_records(next.clone());
    // No terminal must go on showing a prompt that no longer holds.
    for serial in concerned(gateway, &next, changes) {
        gateway.platform.notify(Work::Terminal(&serial));
    }
    Ok(true)
}

/// The terminals that may have to show something else after these changes. It is asked at every write, so that it goes by
/// the records as they are.
fn concerned(
    gateway: &Gateway<impl Platform>,
    fleet: &Fleet,
    changes: &[Change],
) -> BTreeSet<String> {
    let changed = |kind: Kind| -> BTreeSet<&str> {
        let changes = changes.iter().filter(|change| change.kind == kind);
        changes.map(|change| change.key.as_str()).collect()
    };
    let [terminals, sites, stations, tariffs] =
        [Kind::Terminal, Kind::Site, Kind::Station, Kind::Tariff].map(changed);
    let mut concerned: BTreeSet<String> = terminals.into_iter().map(str::to_owned).collect();
    if sites.is_empty() && stations.is_empty() && tariffs.is_empty() {
        return concerned;
    }
    for record in fleet.each::<Terminal>() {
        let details = &record.details;
        let is_at = |station: &StationId| stations.contains(station.as_str());
        let has = |charging: &Charging| tariffs.contains(charging.tariff.as_str());
        let is_concerned = sites.contains(details.site.as_str())
            || details.station.as_ref().is_some_and(is_at)
            || details.charging.as_ref().is_some_and(has);
        if is_concerned {
            concerned.insert(record.serial.to_string());
        }
    }
    let configured = gateway.config.terminals.iter();
    let having = configured.filter(|(_, it)| tariffs.contains(it.tariff.as_str()));
    concerned.extend(having.map(|(serial, _)| serial.clone()));
    concerned
}

/// Have something done by the gateway itself. Whether that changed anything: nothing comes of a command
/// that is refused.
pub(super) async fn command(
    gateway: &Gateway<impl Platform>,
    command: &Command,
) -> Result<bool, EngineError> {
    command_by(gateway, &Actor::gateway(), command, None).await
}

/// The same on behalf of a caller.
pub(super) async fn command_by(
    gateway: &Gateway<impl Platform>,
    actor: &Actor,
    command: &Command,
    repetition: Option<Repetition<'_>>,
) -> Result<bool, EngineError> {
    for _ in 0..ATTEMPTS {
        let fleet = current(gateway).await?;
        let context = DecisionContext {
            now: Moment::from_millis(gateway.platform.now()),
            actor,
            gateway: &GatewayFacts::default(),
        };
        let changes = match chargetap_fleet::decide(&fleet, &context, command.clone()) {
            Ok(changes) if !changes.is_empty() => changes,
            Ok(_) => return Ok(false),
            Err(refusal) => {
                tracing::info!(%refusal, "the gateway's own command is refused");
                return Ok(false);
            }
        };
        let next = after(&fleet, &changes);
        if write(gateway, next, &changes, actor, context.now, repetition).await? {
            return Ok(true);
        }
    }
    Err(EngineError::Contended("of the fleet".into()))
}

/// Whether a terminal may take cards now.
pub(crate) async fn check_activation(
    gateway: &Gateway<impl Platform>,
    serial: &str,
) -> Result<ActivationCheck, EngineError> {
    let fleet = current(gateway).await?;
    Ok(activation(&fleet, serial, gateway.platform.now()))
}

/// The same by these records, at a moment.
pub(crate) fn activation(fleet: &Fleet, serial: &str, now: u64) -> ActivationCheck {
    match serial.parse() {
        Ok(serial) => activation_check::check_activation(fleet, Moment::from_millis(now), &serial),
        Err(_) => ActivationCheck::Refused,
    }
}

/// The records once these changes are stored.
pub(super) fn after(fleet: &Fleet, changes: &[Change]) -> Fleet {
    let mut next = fleet.clone();
    next.write = next.write.saturating_add(1);
    for change in changes {
        next.apply(change.clone(), next.write);
    }
    next
}
