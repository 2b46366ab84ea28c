//! Decides about alerts and webhooks.

#[cfg(test)]
mod tests;

use url::{Host, Url};

use super::{Decision, incidents, records};
use crate::activation_check::has_open_incident;
use crate::alert::{Alert, AlertKind, NewAlert, Resolution, Secret, Webhook, WebhookDetails};
use crate::context::DecisionContext;
use crate::fleet::{Change, Fleet};
use crate::incident::{IncidentDetails, SignOff};
use crate::moment::{Day, Moment};
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::terminal::Terminal;
use crate::text::{Key, Prose, Serial, TextError};

/// An alert is raised once while its condition lasts, and a licence alert once for each end date. One of tampering opens
/// an incident, so that the terminal takes no card until somebody has looked at it and closed that.
pub(super) fn raise(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: Serial,
    kind: AlertKind,
) -> Decision {
    let terminal = records::find::<Terminal>(fleet, serial.as_str())?;
    let about = about(terminal, kind);
    let mut known = fleet
        .each::<Alert>()
        .filter(|it| is_about(it, &serial, kind));
    let is_known = known.any(|it| match about {
        Some(_) => it.about == about,
        None => it.ended.is_none(),
    });
    if is_known {
        return Ok(Vec::new());
    }
    let text = kind.text(&serial, &terminal.details.site);
    let online_at = online_at(context, &serial, kind);
    let mut changes = match kind {
        AlertKind::Tampered => tampering(fleet, context, terminal)?,
        _ => Vec::new(),
    };
    changes.push(Change::put(Alert {
        key: next_key(fleet),
        kind,
        terminal: Some(serial),
        session: None,
        payment: None,
        evse: None,
        cause: None,
        about,
        online_at,
        raised: context.now,
        text,
        next_action: None,
        ended: None,
        acknowledged: None,
        resolved: None,
    }));
    Ok(changes)
}

/// The incident with a terminal that says that it was tampered with, unless one is open.
fn tampering(fleet: &Fleet, context: &DecisionContext<'_>, terminal: &Terminal) -> Decision {
    if has_open_incident(fleet, &terminal.serial) {
        return Ok(Vec::new());
    }
    let description = "The terminal says that it was tampered with, as the vendor shows it."
        .parse()
        .map_err(|error: TextError| Refusal::invalid("wrong-value", error.to_string()))?;
    let details = IncidentDetails::tampering(terminal.serial.clone(), context.now, description);
    incidents::opened(fleet, context, terminal.clone(), details)
}

/// An alert of a session or of a payment report is raised once for its cause, also if it has ended
/// since.
pub(super) fn raise_once(fleet: &Fleet, context: &DecisionContext<'_>, new: NewAlert) -> Decision {
    let mut known = fleet.each::<Alert>();
    if known.any(|it| it.cause.as_ref() == Some(&new.cause)) {
        return Ok(Vec::new());
    }
    let text = new.text();
    Ok(vec![Change::put(Alert {
        key: next_key(fleet),
        kind: new.kind,
        terminal: new.terminal,
        session: new.session,
        payment: new.payment,
        evse: new.evse,
        cause: Some(new.cause),
        about: None,
        online_at: None,
        raised: context.now,
        text,
        next_action: Some(new.next_action),
        ended: None,
        acknowledged: None,
        resolved: None,
    })])
}

fn next_key(fleet: &Fleet) -> Key {
    Key::counted("A", fleet.write.saturating_add(1))
}

pub(super) fn end(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: &Serial,
    kind: AlertKind,
) -> Decision {
    let known = fleet
        .each::<Alert>()
        .filter(|it| is_about(it, serial, kind));
    let open = known.filter(|it| it.ended.is_none());
    let ended = open.map(|it| {
        Change::put(Alert {
            ended: Some(context.now),
            ..it.clone()
        })
    });
    Ok(ended.collect())
}

pub(super) fn end_alert(fleet: &Fleet, context: &DecisionContext<'_>, key: &Key) -> Decision {
    let alert = records::find::<Alert>(fleet, key.as_str())?;
    if alert.ended.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![Change::put(Alert {
        ended: Some(context.now),
        ..alert.clone()
    })])
}

/// An alert is resolved once. One of a terminal is not resolved: it ends with its condition, and
/// would be raised again before that.
pub(super) fn resolve(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    key: &Key,
    note: Prose,
) -> Decision {
    let alert = records::find::<Alert>(fleet, key.as_str())?;
    if alert.is_of_terminal() {
        let text = format!("alert {key} ends by itself when the terminal is in order");
        return Err(Refusal::conflict("ends-by-itself", text));
    }
    if alert.ended.is_some() {
        let text = format!("alert {key} has ended already");
        return Err(Refusal::conflict("alert-ended", text));
    }
    if note.as_str().trim().is_empty() {
        let reason = Reason::new("no-note", "say what was done").at("note");
        return Err(Refusal {
            obstacle: Obstacle::Invalid,
            reasons: vec![reason],
        });
    }
    Ok(vec![Change::put(Alert {
        ended: Some(context.now),
        resolved: Some(Resolution {
            signed: SignOff {
                at: context.now,
                by: context.actor.key.clone(),
            },
            note,
        }),
        ..alert.clone()
    })])
}

pub(super) fn acknowledge(fleet: &Fleet, context: &DecisionContext<'_>, key: &Key) -> Decision {
    let alert = records::find::<Alert>(fleet, key.as_str())?;
    if alert.acknowledged.is_some() {
        return Ok(Vec::new());
    }
    Ok(vec![Change::put(Alert {
        acknowledged: Some(SignOff {
            at: context.now,
            by: context.actor.key.clone(),
        }),
        ..alert.clone()
    })])
}

pub(super) fn put_webhook(
    fleet: &Fleet,
    key: Key,
    details: WebhookDetails,
    secret: Secret,
) -> Decision {
    if !is_safe(details.url.as_str()) {
        let text = "an alert goes to an https address, or to an http one on this machine";
        return Err(Refusal::invalid("unsafe-address", text));
    }
    let known = fleet.get::<Webhook>(key.as_str());
    let secret = known.map_or(secret, |known| known.secret.clone());
    Ok(vec![Change::put(Webhook {
        key,
        details,
        secret,
    })])
}

pub(super) fn remove_webhook(fleet: &Fleet, key: &Key) -> Decision {
    records::find::<Webhook>(fleet, key.as_str())?;
    Ok(vec![Change::remove::<Webhook>(key.as_str())])
}

fn is_about(alert: &Alert, serial: &Serial, kind: AlertKind) -> bool {
    alert.is_of_terminal() && alert.terminal.as_ref() == Some(serial) && alert.kind == kind
}

/// For a licence alert: the end of the licence.
fn about(terminal: &Terminal, kind: AlertKind) -> Option<Day> {
    let year = terminal.licences.software.last();
    year.map(|year| year.until)
        .filter(|_| kind.is_about_licence())
}

/// For a silent terminal: when it was last online.
fn online_at(context: &DecisionContext<'_>, serial: &Serial, kind: AlertKind) -> Option<Moment> {
    let status = context.gateway.statuses.get(serial);
    status.filter(|_| kind == AlertKind::Silent)?.online_at
}

/// Whether an address is safe from eavesdropping: `https`, or this machine.
fn is_safe(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    match url.scheme() {
        "https" => true,
        "http" => is_here,
        _ => false,
    }
}
