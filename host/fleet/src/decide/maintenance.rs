//! Maintenance records: checks, inspections, battery charges and test transactions.

#[cfg(test)]
mod tests;

use super::{Decision, incidents, records};
use crate::context::DecisionContext;
use crate::fleet::{Change, Fleet};
use crate::incident::IncidentDetails;
use crate::maintenance::{Check, Finding, Inspection, MaintenanceRecord, checklist};
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::site::Person;
use crate::terminal::Terminal;
use crate::text::{Prose, Serial};

pub(super) fn check(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: &Serial,
    check: Check,
    done: MaintenanceRecord,
) -> Decision {
    let terminal = maintained_terminal(fleet, context, serial, &done)?;
    if !checklist(terminal.origin).contains(&check) {
        let text = "this check is not on the list for a terminal of this origin";
        return Err(Refusal::invalid("other-checklist", text));
    }
    let mut checks = terminal.checks.clone();
    checks.insert(check, done);
    Ok(vec![Change::put(Terminal {
        checks,
        ..terminal.clone()
    })])
}

/// All checks of the list of a terminal that are not on record. Nothing if all are.
pub(super) fn check_all(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    terminal: &Terminal,
    done: &MaintenanceRecord,
) -> Result<Option<Terminal>, Refusal> {
    let list = checklist(terminal.origin).iter();
    let mut lacking = list
        .filter(|it| !terminal.checks.contains_key(it))
        .peekable();
    if lacking.peek().is_none() {
        return Ok(None);
    }
    let mut checks = maintained_terminal(fleet, context, &terminal.serial, done)?
        .checks
        .clone();
    checks.extend(lacking.map(|it| (*it, done.clone())));
    Ok(Some(Terminal {
        checks,
        ..terminal.clone()
    }))
}

/// An inspection with findings opens an incident.
pub(super) fn inspect(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: &Serial,
    inspection: Inspection,
) -> Decision {
    let terminal = maintained_terminal(fleet, context, serial, &inspection.done)?;
    let mut inspections = terminal.inspections.clone();
    inspections.retain(|it| it.occasion != inspection.occasion);
    inspections.push(inspection.clone());
    let terminal = Terminal {
        inspections,
        ..terminal.clone()
    };
    if inspection.findings.is_empty() {
        return Ok(vec![Change::put(terminal)]);
    }
    let description = findings_text(&inspection)?;
    let details = IncidentDetails::tampering(serial.clone(), inspection.done.at, description);
    incidents::opened(fleet, context, terminal, details)
}

pub(super) fn charge(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: &Serial,
    done: MaintenanceRecord,
) -> Decision {
    let terminal = maintained_terminal(fleet, context, serial, &done)?;
    if !terminal.details.model.traits().has_battery {
        let label = terminal.details.model.traits().label;
        let text = format!("a {label} has no battery to charge");
        return Err(Refusal::invalid("no-battery", text));
    }
    Ok(vec![Change::put(Terminal {
        charged: Some(done),
        ..terminal.clone()
    })])
}

pub(super) fn test(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: &Serial,
    done: MaintenanceRecord,
) -> Decision {
    let terminal = maintained_terminal(fleet, context, serial, &done)?;
    Ok(vec![Change::put(Terminal {
        tested: Some(done),
        ..terminal.clone()
    })])
}

/// The terminal, if it is in use and the person was trained and works at its site.
fn maintained_terminal<'a>(
    fleet: &'a Fleet,
    context: &DecisionContext<'_>,
    serial: &Serial,
    done: &MaintenanceRecord,
) -> Result<&'a Terminal, Refusal> {
    let terminal = records::find::<Terminal>(fleet, serial.as_str())?;
    if !terminal.state.is_current() {
        let text = format!("the terminal is {}", terminal.state.label());
        return Err(Refusal::conflict("not-in-use", text));
    }
    records::refuse_future(context.now, done.at)?;
    let by = done.by.as_str();
    let mut reasons = Vec::new();
    match fleet.get::<Person>(by) {
        None => reasons.push(Reason::new(
            "no-such-person",
            format!("there is no person {by}"),
        )),
        Some(person) => {
            let site = &terminal.details.site;
            if !person.details.sites.contains(site) {
                let text = format!("{by} does not work at {site}");
                reasons.push(Reason::new("other-site", text));
            }
            let is_trained = person.training.as_ref().is_some_and(|it| it.at <= done.at);
            if !is_trained {
                let text = format!("{by} was not trained by then: put the training on record");
                reasons.push(Reason::new("user-untrained", text));
            }
        }
    }
    let reasons = reasons.into_iter().map(|reason| reason.at("by"));
    Refusal::unless_none(Obstacle::Invalid, reasons.collect())?;
    Ok(terminal)
}

/// The findings of an inspection, as text.
fn findings_text(inspection: &Inspection) -> Result<Prose, Refusal> {
    let findings = inspection.findings.iter().map(|finding| match finding {
        Finding::OddCable => "a cable that does not belong there",
        Finding::Sticker => "a sticker that does not belong there",
        Finding::Casing => "a casing that is damaged or was opened",
        Finding::MissingLogo => "a logo that does not come up or is gone",
    });
    let findings: Vec<_> = findings.collect();
    let note = inspection.note.as_ref().map_or("", Prose::as_str);
    let text = format!("An inspection found {}. {note}", findings.join(", "));
    text.trim()
        .parse()
        .map_err(|error| Refusal::invalid("too-long", format!("with the findings, {error}")))
}
