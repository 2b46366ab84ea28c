//! Transitions of a terminal's lifecycle, with their preconditions.

use super::charging;
use super::placement::{self, Occupancy};
use super::session_open;
use crate::activation_check::has_open_incident;
use crate::context::DecisionContext;
use crate::fleet::Fleet;
use crate::lifecycle::{Transition, next};
use crate::maintenance::Occasion;
use crate::processor::Party;
use crate::readiness::{NOT_SEEN_ONLINE, missing};
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::terminal::{State, Storage, Terminal};
use crate::text::Line;

type TerminalDecision = Result<Terminal, Refusal>;

/// The terminal after a transition, or every reason against it.
pub(in crate::decide) fn apply(
    context: &DecisionContext<'_>,
    terminal: &Terminal,
    transition: Transition,
    mut reasons: Vec<Reason>,
) -> TerminalDecision {
    let Some(state) = next(terminal.state, transition) else {
        let text = format!(
            "the terminal is {} and cannot be {}",
            terminal.state.label(),
            transition.label()
        );
        let reason = Reason::new("not-in-this-state", text);
        let reason = match step_before(terminal.state, transition) {
            Some(command) => reason.next(&command.replace("{serial}", terminal.serial.as_str())),
            None => reason,
        };
        reasons.insert(0, reason);
        return Err(Refusal {
            obstacle: Obstacle::Conflict,
            reasons,
        });
    };
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    let since = match terminal.state == state {
        true => terminal.since,
        false => context.now,
    };
    Ok(Terminal {
        state,
        since,
        reason: None,
        ..terminal.clone()
    })
}

/// The command after which a transition may be possible.
const fn step_before(state: State, transition: Transition) -> Option<&'static str> {
    use Transition::{Activate, Ready, Retire, Return, Store};
    Some(match (transition, state) {
        (Activate, State::Ordered) => "terminal ready {serial}",
        (Activate | Ready, State::InStorage) => "terminal unstore {serial}",
        (Activate | Ready, State::Returned) => "terminal receive {serial}",
        (Activate | Ready | Store, State::Reported) => {
            "incident list --terminal {serial} --open true"
        }
        (Return | Retire, State::Activated) => "terminal suspend {serial} --reason REASON",
        (Ready, State::Ready | State::Suspended) => "terminal activate {serial}",
        _ => return None,
    })
}

pub(super) fn ready(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    terminal: &Terminal,
) -> TerminalDecision {
    let mut missing = missing(fleet, context.gateway, context.now, terminal);
    missing.retain(|it| it.code != NOT_SEEN_ONLINE);
    apply(context, terminal, Transition::Ready, missing)
}

pub(super) fn activate(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    terminal: &Terminal,
) -> TerminalDecision {
    let missing = missing(fleet, context.gateway, context.now, terminal);
    let mut terminal = apply(context, terminal, Transition::Activate, missing)?;
    let today = fleet.day(context.now, &terminal.details.site);
    terminal.licences.begin(today);
    Ok(terminal)
}

pub(super) fn store(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    terminal: &Terminal,
) -> TerminalDecision {
    let now = context.now;
    let mut reasons: Vec<_> = session_open(context, &terminal.serial)
        .into_iter()
        .collect();
    let site = &terminal.details.site;
    let inspected = terminal.inspected(Occasion::BeforeStorage, now);
    let today = fleet.day(now, site);
    if inspected.is_none_or(|at| fleet.day(at, site).plus_days(1) < today) {
        let text = "inspect the terminal before it is stored, on that day or the day before";
        reasons.push(Reason::new("not-inspected-before-storage", text).owed_by(Party::Customer));
    }
    let mut stored = apply(context, terminal, Transition::Store, reasons)?;
    let tested = terminal.tested.as_ref().filter(|it| it.at <= now);
    let owes_test = |it: Storage| {
        it.needs_test && tested.is_none_or(|test| it.until.is_none_or(|until| test.at < until))
    };
    stored.stored = Some(Storage {
        from: now,
        until: None,
        needs_test: terminal.stored.is_some_and(owes_test),
    });
    Ok(stored)
}

/// The checks before deployment must be repeated after storage.
pub(super) fn unstore(context: &DecisionContext<'_>, terminal: &Terminal) -> TerminalDecision {
    let now = context.now;
    let mut terminal = apply(context, terminal, Transition::Unstore, Vec::new())?;
    terminal.checks.clear();
    Ok(terminal.out_of_storage(now))
}

pub(super) fn suspend(
    context: &DecisionContext<'_>,
    terminal: &Terminal,
    reason: Line,
) -> TerminalDecision {
    let terminal = apply(context, terminal, Transition::Suspend, Vec::new())?;
    Ok(because(terminal, reason))
}

/// A terminal is returned only if the platform verified that it may be.
pub(super) fn send_back(
    context: &DecisionContext<'_>,
    terminal: &Terminal,
    reason: Line,
    verified_by: Party,
) -> TerminalDecision {
    let mut reasons: Vec<_> = session_open(context, &terminal.serial)
        .into_iter()
        .collect();
    if verified_by != Party::Platform {
        let text = "the platform verifies whether a terminal may be returned";
        reasons.push(Reason::new("not-verified", text).owed_by(Party::Platform));
    }
    let terminal = apply(context, terminal, Transition::Return, reasons)?;
    Ok(because(terminal, reason))
}

/// Its place may be gone or taken by another terminal, and its checks must be repeated.
pub(super) fn receive(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    terminal: &Terminal,
) -> TerminalDecision {
    let mut reasons = Vec::new();
    if terminal.state == State::Returned {
        let occupied = Occupancy::of_others(fleet, Some(&terminal.serial));
        reasons = placement::wrong(fleet, &occupied, &terminal.details);
        let (serial, details) = (&terminal.serial, &terminal.details);
        reasons.extend(charging::wrong(fleet, context, serial, details));
        if has_open_incident(fleet, &terminal.serial) {
            let text = "an incident with the terminal is open: close it first";
            reasons.push(Reason::new("incident-open", text));
        }
    }
    let mut terminal = apply(context, terminal, Transition::Receive, reasons)?;
    terminal.checks.clear();
    Ok(terminal)
}

pub(super) fn retire(
    context: &DecisionContext<'_>,
    terminal: &Terminal,
    reason: Line,
) -> TerminalDecision {
    let reasons = session_open(context, &terminal.serial)
        .into_iter()
        .collect();
    let terminal = apply(context, terminal, Transition::Retire, reasons)?;
    Ok(because(terminal, reason))
}

fn because(terminal: Terminal, reason: Line) -> Terminal {
    Terminal {
        reason: Some(reason),
        ..terminal
    }
}
