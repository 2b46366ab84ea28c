//! How the gateway is, for operators.

use std::collections::BTreeMap;

use chargetap_fleet::activation_check::{self, ActivationCheck};
use chargetap_fleet::alert::{Alert, AlertKind};
use chargetap_fleet::api::{
    AlertCount, Answer, CommandCounts, GatewayStatus, PhaseCount, StationCounts, TerminalCounts,
};
use chargetap_fleet::bundle::BundlePlace;
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::moment::Moment;
use chargetap_fleet::text::Serial;

use super::terminals::Terminals;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::stations::access;
use crate::{readiness, store};

/// How the gateway is.
pub(super) async fn show(
    gateway: &Gateway<impl Platform>,
    fleet: &Fleet,
) -> Result<Answer, EngineError> {
    let platform = &gateway.platform;
    let parts = readiness::parts(gateway).await;
    let phases = store::status::unresolved_phases(platform).await?;
    let status = GatewayStatus {
        ready: readiness::is_ready(&parts),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        uptime_s: gateway.clock.open_for(platform.elapsed()) / 1_000,
        parts,
        components: platform
            .bundled_components()
            .unwrap_or_default()
            .into_iter()
            .filter(|it| it.bundle == BundlePlace::Running)
            .map(|it| it.component)
            .collect(),
        commits_per_minute: platform.commits_per_minute(),
        commands: commands(gateway).await?,
        sessions: phases
            .into_iter()
            .map(|(phase, count)| PhaseCount { phase, count })
            .collect(),
        stations: stations(gateway, fleet).await?,
        terminals: terminals(gateway, fleet).await?,
        alerts: alerts(fleet),
    };
    Ok(Answer::json(200, &status))
}

async fn commands(gateway: &Gateway<impl Platform>) -> Result<CommandCounts, EngineError> {
    let now = gateway.platform.now();
    let waiting = store::status::waiting_commands(&gateway.platform).await?;
    Ok(CommandCounts {
        waiting: waiting.pending,
        sent: waiting.sent,
        oldest_age_s: waiting.oldest_at.map(|at| now.saturating_sub(at) / 1_000),
    })
}

async fn stations(
    gateway: &Gateway<impl Platform>,
    fleet: &Fleet,
) -> Result<StationCounts, EngineError> {
    let platform = &gateway.platform;
    let configured = access::all(&gateway.config, fleet);
    let mut connected = 0;
    for id in configured.iter().copied() {
        connected += u64::from(platform.station_connected_for(id).await.is_some());
    }
    let out_of_order = store::status::stations_out_of_order(platform).await?;
    let out_of_order = out_of_order
        .iter()
        .filter(|id| configured.contains(id.as_str()));
    Ok(StationCounts {
        configured: count(configured.len()),
        connected,
        out_of_order: count(out_of_order.count()),
        pending: count(platform.pending_stations().await.len()),
    })
}

async fn terminals(
    gateway: &Gateway<impl Platform>,
    fleet: &Fleet,
) -> Result<TerminalCounts, EngineError> {
    let platform = &gateway.platform;
    let now = platform.now();
    let served = Terminals::new(&gateway.config, fleet).serials(now);
    let configured: Vec<&str> = served.into_iter().collect();
    let statuses = store::monitoring::statuses(platform).await?;
    let armed = store::status::armed(platform, &configured, now).await?;
    let serials = || configured.iter().filter_map(|it| it.parse::<Serial>().ok());
    let moment = Moment::from_millis(now);
    let is_activated = |serial: &Serial| {
        activation_check::check_activation(fleet, moment, serial) == ActivationCheck::Allowed
    };
    // One that is not activated is told to rest, which is no prompt for a card.
    let armed = armed.iter().filter_map(|it| it.parse::<Serial>().ok());
    let is_online = |serial: &Serial| statuses.get(serial).is_some_and(|it| it.online);
    Ok(TerminalCounts {
        configured: count(configured.len()),
        activated: count(serials().filter(is_activated).count()),
        online: count(serials().filter(is_online).count()),
        armed: count(armed.filter(is_activated).count()),
    })
}

fn alerts(fleet: &Fleet) -> Vec<AlertCount> {
    let mut counts: BTreeMap<AlertKind, u64> = BTreeMap::new();
    for alert in fleet.each::<Alert>().filter(|it| it.ended.is_none()) {
        *counts.entry(alert.kind).or_default() += 1;
    }
    let counts = counts.into_iter();
    counts
        .map(|(kind, count)| AlertCount { kind, count })
        .collect()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
