//! Monitoring of the terminals: their status at the vendor is recorded, and alerts are raised for what
//! a person should know. Alerts of sessions are ended when their reason is gone.
//!
//! A clock that is set back loses no deadline: what was done at a moment that has not come counts as not done,
//! and each warning of a licence's end is raised once for that end.

use chargetap_fleet::alert::Alert;
use chargetap_fleet::command::Command;
use chargetap_fleet::context::{Actor, StatusRecord};
use chargetap_fleet::moment::Moment;
use chargetap_fleet::monitoring;
use chargetap_fleet::text::{Line, Prose};

use super::records;
use crate::error::EngineError;
use crate::gateway::Gateway;
use crate::payter::TerminalStatus;
use crate::platform::{Metric, Platform};
use crate::store;

/// How old a recorded status may become while nothing changes, in milliseconds.
const STATUS_LASTS: u64 = 60_000;

/// Poll a terminal at the vendor, and record its status.
pub(super) async fn poll(
    gateway: &Gateway<impl Platform>,
    serial: &str,
) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    match gateway.payter.terminal_status(platform, serial).await {
        Ok(status) => record_status(platform, serial, &status).await,
        Err(error) => {
            tracing::warn!(terminal = serial, %error, "the terminal cannot be polled");
            Ok(())
        }
    }
}

/// Record the status of a terminal, if it is news.
pub(crate) async fn record_status(
    platform: &impl Platform,
    serial: &str,
    status: &TerminalStatus,
) -> Result<(), EngineError> {
    let now = platform.now();
    let before = store::monitoring::status_of(platform, serial).await?;
    let at = Moment::from_millis(now);
    let seen = StatusRecord {
        online: status.online,
        state: Line::shortened(status.name()),
        online_at: match status.online {
            true => Some(at),
            false => before.as_ref().and_then(|before| before.online_at),
        },
        at,
    };
    let is_news = before.is_none_or(|before| {
        before.online != seen.online
            || before.state != seen.state
            || before.at.millis().abs_diff(now) >= STATUS_LASTS
    });
    if is_news {
        store::monitoring::record_status(platform, serial, &seen).await?;
    }
    Ok(())
}

/// Raise the alerts that are due, and end those that are over, if it is time to look.
pub(crate) async fn raise_alerts_if_due(gateway: &Gateway<impl Platform>) {
    if gateway.fleet.monitoring.is_due(gateway.platform.now()) {
        if let Err(error) = raise_alerts(gateway).await {
            tracing::error!(%error, "alerts cannot be raised");
        }
        if let Err(error) = end_session_alerts(gateway).await {
            tracing::error!(%error, "alerts of sessions cannot be ended");
        }
    }
}

/// End the alerts of sessions that need no person any more.
pub(super) async fn end_session_alerts(
    gateway: &Gateway<impl Platform>,
) -> Result<(), EngineError> {
    let fleet = records::current(gateway).await?;
    let monitored: Vec<&str> = monitoring::monitored_sessions(&fleet).into_iter().collect();
    if monitored.is_empty() {
        return Ok(());
    }
    let statuses = store::monitoring::session_statuses(&gateway.platform, &monitored).await?;
    for command in monitoring::session_alert_commands(&fleet, &statuses) {
        records::command(gateway, &command).await?;
    }
    Ok(())
}

/// Resolve the open alerts of a session on behalf of whoever found out what became of it.
pub(super) async fn resolve_session_alerts(
    gateway: &Gateway<impl Platform>,
    actor: &Actor,
    session: &str,
    note: &Prose,
) -> Result<(), EngineError> {
    let fleet = records::current(gateway).await?;
    let open = fleet.each::<Alert>();
    let open = open.filter(|it| it.ended.is_none() && it.session.as_deref() == Some(session));
    for alert in open {
        let resolve = Command::Resolve(alert.key.clone(), note.clone());
        records::command_by(gateway, actor, &resolve, None).await?;
    }
    Ok(())
}

async fn raise_alerts(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let now = Moment::from_millis(gateway.platform.now());
    let fleet = records::current(gateway).await?;
    let gateway_facts = records::gateway_facts(gateway).await?;
    for command in monitoring::alert_commands(&fleet, &gateway_facts, now) {
        let is_done = records::command(gateway, &command).await?;
        if let Command::Raise(_, kind) = command
            && is_done
        {
            gateway.platform.count(Metric::Alerts, kind.name());
        }
    }
    Ok(())
}
