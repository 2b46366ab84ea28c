//! Due: incident reports and incident closings.

use super::deadline_context::DeadlineContext;
use super::{Due, DueKind, Subject};
use crate::incident::Incident;
use crate::processor::Party;
use crate::terminal::Terminal;

pub(super) fn due(context: &DeadlineContext<'_>, list: &mut Vec<Due>) {
    for incident in context.fleet.each::<Incident>() {
        let serial = incident.details.terminal.as_str();
        let terminal = context.fleet.get::<Terminal>(serial);
        let terminal = terminal.filter(|it| context.includes(&it.details.site));
        if let Some(terminal) = terminal.filter(|_| incident.closed.is_none()) {
            list.extend(report(context, terminal, incident));
            list.push(closing(context, terminal, incident));
        }
    }
}

fn report(context: &DeadlineContext<'_>, terminal: &Terminal, incident: &Incident) -> Option<Due> {
    let reported = incident.reported.as_ref();
    if reported.is_some_and(|it| it.at <= context.now) {
        return None;
    }
    let (key, serial) = (&incident.key, &terminal.serial);
    let text = format!("Report incident {key} with {serial} in full.");
    let due = incident.details.report_due();
    Some(Due {
        about: Subject::Incident(key.clone()),
        ..context.by_users(terminal, DueKind::IncidentReport, Some(due), text)
    })
}

/// There is no deadline: the terminal takes no cards until this is done.
fn closing(context: &DeadlineContext<'_>, terminal: &Terminal, incident: &Incident) -> Due {
    let (key, serial) = (&incident.key, &terminal.serial);
    let text = format!("Close incident {key}: {serial} takes no cards until then.");
    Due {
        about: Subject::Incident(key.clone()),
        by: Party::Platform,
        ..context.at_terminal(terminal, DueKind::IncidentClosing, None, text)
    }
}
