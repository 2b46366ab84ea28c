//! Monitoring: derives the alerts to raise and to end from how terminals and sessions stand.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::alert::{Alert, AlertKind};
use crate::command::Command;
use crate::context::{GatewayFacts, SessionStatus};
use crate::fleet::Fleet;
use crate::moment::{Day, Moment};
use crate::terminal::{State, Terminal};
use crate::text::Serial;

/// How long an activated terminal may be silent, in milliseconds.
const SILENT_AFTER: u64 = 15 * 60 * 1_000;

/// The days before its end at which a licence alert is raised, the nearest first.
const LICENCE_ENDS: [(i32, AlertKind); 4] = [
    (0, AlertKind::LicenceEnded),
    (7, AlertKind::LicenceEndsIn7Days),
    (30, AlertKind::LicenceEndsIn30Days),
    (60, AlertKind::LicenceEndsIn60Days),
];

/// The commands that raise and end alerts. Only commands that change something are returned. Alerts
/// are ended first, so that another one of the same kind can follow.
#[must_use]
pub fn alert_commands(fleet: &Fleet, gateway: &GatewayFacts, now: Moment) -> Vec<Command> {
    let mut alerts: BTreeMap<&Serial, Vec<&Alert>> = BTreeMap::new();
    for alert in fleet.each::<Alert>().filter(|it| it.is_of_terminal()) {
        if let Some(terminal) = &alert.terminal {
            alerts.entry(terminal).or_default().push(alert);
        }
    }
    let mut commands = Vec::new();
    for terminal in fleet.each::<Terminal>() {
        let monitored = MonitoredTerminal {
            gateway,
            now,
            today: fleet.day(now, &terminal.details.site),
            terminal,
            alerts: alerts.get(&terminal.serial).map_or(&[], Vec::as_slice),
        };
        monitored.end(&mut commands);
        monitored.raise(&mut commands);
    }
    commands
}

/// The sessions with an open alert.
#[must_use]
pub fn monitored_sessions(fleet: &Fleet) -> BTreeSet<&str> {
    open_session_alerts(fleet)
        .map(|(session, _)| session)
        .collect()
}

/// The commands that end the alerts of sessions that need no person any more:
///
/// | alert                 | ends by itself                                                         |
/// |-----------------------|------------------------------------------------------------------------|
/// | authorisation-unknown | when the session is not authorising any more                           |
/// | end-not-reported      | when the station reported the end after all                            |
/// | refund-due            | when the session needs no attention: all of the refund is on record    |
/// | any other             | never: the gateway cannot know what a person found out; it is resolved |
///
/// A session that is not known any more ends no alert.
#[must_use]
pub fn session_alert_commands(
    fleet: &Fleet,
    sessions: &BTreeMap<String, SessionStatus>,
) -> Vec<Command> {
    open_session_alerts(fleet)
        .filter(|(session, alert)| {
            let status = sessions.get(*session);
            status.is_some_and(|status| is_settled(alert.kind, *status))
        })
        .map(|(_, alert)| Command::EndAlert(alert.key.clone()))
        .collect()
}

fn open_session_alerts(fleet: &Fleet) -> impl Iterator<Item = (&str, &Alert)> {
    let open = fleet.each::<Alert>().filter(|it| it.ended.is_none());
    open.filter_map(|it| Some((it.session.as_deref()?, it)))
}

fn is_settled(kind: AlertKind, session: SessionStatus) -> bool {
    match kind {
        AlertKind::AuthorisationUnknown => !session.is_authorising,
        AlertKind::EndNotReported => session.was_reported_late,
        AlertKind::RefundDue => !session.needs_attention,
        _ => false,
    }
}

/// The inputs for monitoring one terminal.
struct MonitoredTerminal<'a> {
    gateway: &'a GatewayFacts,
    now: Moment,
    today: Day,
    terminal: &'a Terminal,
    alerts: &'a [&'a Alert],
}

impl MonitoredTerminal<'_> {
    fn end(&self, commands: &mut Vec<Command>) {
        let open = self.alerts.iter().filter(|it| it.ended.is_none());
        let mut kinds: Vec<_> = open
            .filter(|it| self.is_over(it))
            .map(|it| it.kind)
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        let serial = &self.terminal.serial;
        commands.extend(
            kinds
                .into_iter()
                .map(|kind| Command::End(serial.clone(), kind)),
        );
    }

    fn raise(&self, commands: &mut Vec<Command>) {
        if !self.terminal.state.is_current() {
            return;
        }
        let kinds = [
            Some(AlertKind::Silent).filter(|kind| self.is_silent() && !self.is_open(*kind)),
            Some(AlertKind::Tampered)
                .filter(|kind| self.is_tampered() == Some(true) && !self.is_open(*kind)),
            self.licence_ends(),
        ];
        let serial = &self.terminal.serial;
        let raised = kinds.into_iter().flatten();
        commands.extend(raised.map(|kind| Command::Raise(serial.clone(), kind)));
    }

    fn is_open(&self, kind: AlertKind) -> bool {
        let mut alerts = self.alerts.iter();
        alerts.any(|it| it.kind == kind && it.ended.is_none())
    }

    fn is_over(&self, alert: &Alert) -> bool {
        if !self.terminal.state.is_current() {
            return true;
        }
        match alert.kind {
            AlertKind::Silent => self.terminal.state != State::Activated || self.is_back(alert),
            AlertKind::Tampered => self.is_tampered() == Some(false),
            kind => kind.is_about_licence() && alert.about != self.terminal.licences.until(),
        }
    }

    /// Whether it was offline for too long. A last-online moment in the future means that the clock
    /// was set back since; then it counts as silent if it is offline.
    fn is_silent(&self) -> bool {
        // One that was tampered with is about to be taken out of service.
        if self.terminal.state != State::Activated || self.is_tampered() == Some(true) {
            return false;
        }
        let status = self.gateway.statuses.get(&self.terminal.serial);
        let online_at = status.and_then(|it| it.online_at);
        let since = online_at.unwrap_or(self.terminal.since);
        let is_online = status.is_some_and(|it| it.online);
        let is_too_long = |silence: Option<u64>| silence.is_some_and(|it| it > SILENT_AFTER);
        is_too_long(self.now.millis_after(since))
            || is_too_long(since.millis_after(self.now)) && !is_online
    }

    /// Whether it is online again: it was online at another moment than the alert already knew.
    fn is_back(&self, alert: &Alert) -> bool {
        let status = self.gateway.statuses.get(&self.terminal.serial);
        let online = status.filter(|it| it.online && it.online_at != alert.online_at);
        online.is_some() && !self.is_silent()
    }

    /// Whether it reports tampering; none if its status was never recorded.
    fn is_tampered(&self) -> Option<bool> {
        let status = self.gateway.statuses.get(&self.terminal.serial)?;
        Some(status.state.as_str().to_uppercase().contains("TAMPER"))
    }

    /// The licence alert to raise, unless it was raised for this end date.
    fn licence_ends(&self) -> Option<AlertKind> {
        let until = self.terminal.licences.until()?;
        let mut ends = LICENCE_ENDS.iter();
        let (_, kind) = ends.find(|(days, _)| self.today >= until.plus_days(-days))?;
        let mut alerts = self.alerts.iter();
        let is_raised = alerts.any(|it| it.kind == *kind && it.about == Some(until));
        (!is_raised).then_some(*kind)
    }
}
