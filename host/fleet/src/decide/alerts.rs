//! Routes for alerts and webhooks.

#[cfg(test)]
mod tests;

use url::{Host, Url};

use super::{Decision, records};
use crate::alert::{Alert, AlertKind, Secret, Webhook, WebhookDetails};
use crate::context::DecisionContext;
use crate::fleet::{Change, Fleet};
use crate::incident::SignOff;
use crate::moment::{Day, Moment};
use crate::refusal::Refusal;
use crate::terminal::Terminal;
use crate::text::{Key, Serial};

/// An alert is raised once while its condition lasts, and a licence alert once for each end date.
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
    Ok(vec![Change::put(Alert {
        key: Key::counted("A", fleet.write.saturating_add(1)),
        kind,
        terminal: serial,
        about,
        online_at,
        raised: context.now,
        text,
        ended: None,
        acknowledged: None,
    })])
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
    alert.terminal == *serial && alert.kind == kind
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
