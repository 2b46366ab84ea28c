//! What is due about incidents, and about sessions that went wrong.

use super::look::Look;
use super::{Due, Subject, What};
use crate::context::{Attention, GatewayFacts};
use crate::incident::Incident;
use crate::processor::Party;
use crate::terminal::Terminal;

pub(super) fn due(look: &Look<'_>, list: &mut Vec<Due>) {
    for incident in look.fleet.each::<Incident>() {
        let serial = incident.details.terminal.as_str();
        let terminal = look.fleet.get::<Terminal>(serial);
        let terminal = terminal.filter(|it| look.sees(&it.details.site));
        if let Some(terminal) = terminal.filter(|_| incident.closed.is_none()) {
            list.extend(report(look, terminal, incident));
            list.push(closing(look, terminal, incident));
        }
    }
}

fn report(look: &Look<'_>, terminal: &Terminal, incident: &Incident) -> Option<Due> {
    let reported = incident.reported.as_ref();
    if reported.is_some_and(|it| it.at <= look.now) {
        return None;
    }
    let (key, serial) = (&incident.key, &terminal.serial);
    let text = format!("Report incident {key} with {serial} in full.");
    let due = incident.details.report_due();
    Some(Due {
        about: Subject::Incident(key.clone()),
        ..look.by_users(terminal, What::IncidentReport, Some(due), text)
    })
}

/// Nothing is missed by waiting: the terminal takes no cards before.
fn closing(look: &Look<'_>, terminal: &Terminal, incident: &Incident) -> Due {
    let (key, serial) = (&incident.key, &terminal.serial);
    let text = format!("Close incident {key}: {serial} takes no cards until then.");
    Due {
        about: Subject::Incident(key.clone()),
        by: Party::Platform,
        ..look.at_terminal(terminal, What::IncidentClosing, None, text)
    }
}

/// Sessions that a person must look at: since when they are to be.
pub(super) fn sessions(look: &Look<'_>, gateway: &GatewayFacts, list: &mut Vec<Due>) {
    for attention in &gateway.attention {
        list.extend(session(look, attention));
    }
}

fn session(look: &Look<'_>, attention: &Attention) -> Option<Due> {
    let about = Subject::Session(attention.session.clone());
    let (id, serial) = (&attention.session, &attention.terminal);
    let text = format!("Look at session {id} at {serial}, which did not end as it should.");
    let due = Some(attention.since);
    let Some(terminal) = look.fleet.get::<Terminal>(serial.as_str()) else {
        return look.sees_all().then(|| Due {
            terminal: Some(serial.clone()),
            by: Party::Platform,
            ..look.of(about, What::Session, due, text)
        });
    };
    look.sees(&terminal.details.site).then(|| Due {
        about,
        by: terminal.processor.parts(terminal.origin).captures,
        ..look.at_terminal(terminal, What::Session, due, text)
    })
}
