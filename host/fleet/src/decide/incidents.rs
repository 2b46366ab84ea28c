//! Incidents: opening, describing, reporting and closing.

#[cfg(test)]
mod tests;

use super::terminals::lifecycle;
use super::{Decision, records};
use crate::context::DecisionContext;
use crate::fleet::{Change, Fleet};
use crate::incident::{Closing, Incident, IncidentDetails, Outcome, Photograph, SignOff, missing};
use crate::lifecycle::Transition;
use crate::refusal::{Obstacle, Refusal};
use crate::terminal::Terminal;
use crate::text::{Key, Prose};

/// The maximum number of pictures of an incident.
const MOST_PICTURES: usize = 20;

pub(super) fn open(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    details: IncidentDetails,
) -> Decision {
    let terminal = records::find::<Terminal>(fleet, details.terminal.as_str())?;
    records::refuse_future(context.now, details.discovered)?;
    opened(fleet, context, terminal.clone(), details)
}

/// Opens an incident, and stores the terminal as reported.
pub(super) fn opened(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    terminal: Terminal,
    details: IncidentDetails,
) -> Decision {
    let incident = Incident {
        key: Key::counted("I", fleet.write.saturating_add(1)),
        details,
        opened: context.now,
        photographs: Vec::new(),
        reported: None,
        closed: None,
    };
    let reported = lifecycle::apply(context, &terminal, Transition::Report, Vec::new())?;
    Ok(vec![Change::put(reported), Change::put(incident)])
}

pub(super) fn put(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    key: &Key,
    details: IncidentDetails,
) -> Decision {
    let incident = find_open(fleet, key)?;
    records::refuse_future(context.now, details.discovered)?;
    if details.terminal != incident.details.terminal {
        let text = "an incident stays with its terminal";
        return Err(Refusal::conflict("other-terminal", text));
    }
    if details.discovered > incident.details.discovered {
        let text = "the clock runs since the moment of discovery, which cannot become later";
        return Err(Refusal::conflict("discovered-later", text));
    }
    Ok(vec![Change::put(Incident {
        details,
        ..incident.clone()
    })])
}

pub(super) fn attach(fleet: &Fleet, key: &Key, photograph: Photograph) -> Decision {
    let incident = find_open(fleet, key)?;
    let mut photographs = incident.photographs.clone();
    if photographs.iter().any(|it| it.hash == photograph.hash) {
        return Ok(Vec::new());
    }
    if photographs.len() >= MOST_PICTURES {
        let text = format!("an incident has at most {MOST_PICTURES} photographs");
        return Err(Refusal::conflict("too-many-photographs", text));
    }
    photographs.push(photograph);
    Ok(vec![Change::put(Incident {
        photographs,
        ..incident.clone()
    })])
}

/// Only the first report counts, unless a clock that was ahead dated it in the future.
pub(super) fn report(fleet: &Fleet, context: &DecisionContext<'_>, key: &Key) -> Decision {
    let incident = find_open(fleet, key)?;
    let reported = incident.reported.as_ref();
    if reported.is_some_and(|it| it.at <= context.now) {
        return Ok(Vec::new());
    }
    Refusal::unless_none(Obstacle::Conflict, missing(&incident.details))?;
    Ok(vec![Change::put(Incident {
        reported: Some(signed(context)),
        ..incident.clone()
    })])
}

pub(super) fn close(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    key: &Key,
    outcome: Outcome,
    note: Prose,
) -> Decision {
    let incident = find_open(fleet, key)?;
    if incident.reported.is_none() {
        let text = "hand the full report on first";
        return Err(Refusal::conflict("not-reported", text));
    }
    let serial = &incident.details.terminal;
    let closed = Incident {
        closed: Some(Closing {
            signed: signed(context),
            outcome,
            note,
        }),
        ..incident.clone()
    };
    let mut changes = vec![Change::put(closed)];
    let terminal = records::find::<Terminal>(fleet, serial.as_str())?;
    let mut others = fleet.each::<Incident>();
    let is_last = !others
        .any(|it| it.closed.is_none() && it.details.terminal == *serial && it.key != incident.key);
    if is_last {
        let transition = Transition::Close(outcome);
        let terminal = lifecycle::apply(context, terminal, transition, Vec::new())?;
        // A terminal that was reported from storage leaves storage: it is back in use, returned or
        // retired.
        changes.push(Change::put(terminal.out_of_storage(context.now)));
    }
    Ok(changes)
}

/// The incident, unless it is closed.
fn find_open<'a>(fleet: &'a Fleet, key: &Key) -> Result<&'a Incident, Refusal> {
    let incident = records::find::<Incident>(fleet, key.as_str())?;
    match &incident.closed {
        None => Ok(incident),
        Some(_) => Err(Refusal::conflict("closed", "the incident is closed")),
    }
}

fn signed(context: &DecisionContext<'_>) -> SignOff {
    SignOff {
        at: context.now,
        by: context.actor.key.clone(),
    }
}
