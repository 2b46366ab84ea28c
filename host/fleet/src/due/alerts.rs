//! Due: alerts of sessions and of payments, since they were raised and until they end.

use super::deadline_context::DeadlineContext;
use super::{Due, DueKind, Subject};
use crate::alert::{Alert, ReportedPayment};
use crate::processor::Party;
use crate::terminal::Terminal;
use crate::text::Line;

pub(super) fn due(context: &DeadlineContext<'_>, list: &mut Vec<Due>) {
    let open = context
        .fleet
        .each::<Alert>()
        .filter(|it| it.ended.is_none());
    list.extend(open.filter_map(
        |alert| match (&alert.session, &alert.payment, &alert.evse) {
            (Some(id), ..) => session(context, alert, id),
            (None, Some(reported), _) => payment(context, alert, reported),
            (None, None, Some(evse)) => evse_alert(context, alert, evse),
            (None, None, None) => None,
        },
    ));
}

/// For the party that captures the terminal's money. At a terminal that is not on record, it is for
/// callers with access to the whole fleet.
fn session(context: &DeadlineContext<'_>, alert: &Alert, id: &str) -> Option<Due> {
    let about = Subject::Session(id.to_owned());
    let serial = alert.terminal.as_ref();
    let at = serial.map_or_else(String::new, |serial| format!(" at {serial}"));
    let text = instruction(alert, &format!("Session {id}{at}"));
    let due = Some(alert.raised);
    let terminal = serial.and_then(|it| context.fleet.get::<Terminal>(it.as_str()));
    let Some(terminal) = terminal else {
        return context.is_whole_fleet().then(|| Due {
            terminal: alert.terminal.clone(),
            by: Party::Platform,
            alert: Some(alert.key.clone()),
            ..context.of(about, DueKind::Session, due, text)
        });
    };
    context.includes(&terminal.details.site).then(|| Due {
        about,
        by: terminal.processor.parts(terminal.origin).captures,
        alert: Some(alert.key.clone()),
        ..context.at_terminal(terminal, DueKind::Session, due, text)
    })
}

/// A payment belongs to no site.
fn payment(
    context: &DeadlineContext<'_>,
    alert: &Alert,
    reported: &ReportedPayment,
) -> Option<Due> {
    let name = reported.id.as_ref().or(reported.reference.as_ref());
    let name = name.map_or_else(String::new, |name| format!(" {name}"));
    let text = instruction(alert, &format!("Payment{name} at {}", reported.endpoint));
    let about = Subject::Alert(alert.key.clone());
    context.is_whole_fleet().then(|| Due {
        by: Party::Platform,
        alert: Some(alert.key.clone()),
        ..context.of(about, DueKind::Payment, Some(alert.raised), text)
    })
}

/// An EVSE is on no site's record.
fn evse_alert(context: &DeadlineContext<'_>, alert: &Alert, evse: &Line) -> Option<Due> {
    let text = instruction(alert, &format!("EVSE {evse}"));
    let about = Subject::Alert(alert.key.clone());
    context.is_whole_fleet().then(|| Due {
        by: Party::Platform,
        alert: Some(alert.key.clone()),
        ..context.of(about, DueKind::Evse, Some(alert.raised), text)
    })
}

/// What happened, and what to do next.
fn instruction(alert: &Alert, subject: &str) -> String {
    let what = alert.kind.predicate();
    match &alert.next_action {
        Some(next_action) => format!("{subject} {what}. {next_action}"),
        None => format!("{subject} {what}."),
    }
}
