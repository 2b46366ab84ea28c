//! Due at terminals: licences, inspections and battery charges.

use super::deadline_context::{DeadlineContext, LocalCalendar};
use super::{Due, DueKind};
use crate::maintenance::Occasion;
use crate::terminal::{State, Terminal};

/// How many days before it ends a licence is due.
const LICENCE_AHEAD: i32 = 60;
/// The days from one inspection to the next.
const INSPECTED_EVERY: i32 = 7;
/// How many days before its deadline an inspection is due.
const INSPECTION_AHEAD: i32 = 1;
/// The months from one battery charge to the next.
const CHARGED_EVERY: i32 = 3;
/// How many days before its deadline a charge is due.
const CHARGE_AHEAD: i32 = 14;

pub(super) fn due(context: &DeadlineContext<'_>, list: &mut Vec<Due>) {
    for terminal in context.fleet.each::<Terminal>() {
        let site = &terminal.details.site;
        if terminal.state.is_current() && context.includes(site) {
            let calendar = context.calendar(site);
            list.extend(licence(context, calendar, terminal));
            list.extend(inspection(context, calendar, terminal));
            list.extend(after_storage(context, terminal));
            list.extend(battery(context, calendar, terminal));
        }
    }
}

fn licence(
    context: &DeadlineContext<'_>,
    calendar: LocalCalendar<'_>,
    terminal: &Terminal,
) -> Option<Due> {
    let until = terminal.licences.until()?;
    if calendar.today < until.plus_days(-LICENCE_AHEAD) {
        return None;
    }
    let (serial, last) = (&terminal.serial, until.plus_days(-1));
    let text = format!("Renew the software licence of {serial}: its last day is {last}.");
    let due = until.begins(calendar.zone);
    Some(context.at_terminal(terminal, DueKind::Licence, Some(due), text))
}

/// The week counts from the latest inspection, or from the first activation if there was none.
fn inspection(
    context: &DeadlineContext<'_>,
    calendar: LocalCalendar<'_>,
    terminal: &Terminal,
) -> Option<Due> {
    if !matches!(terminal.state, State::Activated | State::Suspended) {
        return None;
    }
    let weekly = terminal.inspected(Occasion::Weekly, context.now);
    let inspected = weekly.max(terminal.inspected(Occasion::AfterStorage, context.now));
    let begun = || terminal.licences.software.iter().map(|it| it.from).min();
    let from = match inspected {
        Some(at) => at.day(calendar.zone),
        None => begun().unwrap_or_else(|| terminal.since.day(calendar.zone)),
    };
    let last = from.plus_days(INSPECTED_EVERY);
    if calendar.today < last.plus_days(-INSPECTION_AHEAD) {
        return None;
    }
    let what = "odd cables, stickers, its casing and the maker's logo";
    let text = format!("Look at {} for {what}.", terminal.serial);
    let due = last.ends(calendar.zone);
    Some(context.by_users(terminal, DueKind::Inspection, Some(due), text))
}

/// There is no deadline: the terminal takes no cards until this is done.
fn after_storage(context: &DeadlineContext<'_>, terminal: &Terminal) -> Option<Due> {
    let until = terminal.stored?.until?;
    let inspected = terminal.inspected(Occasion::AfterStorage, context.now);
    if inspected.is_some_and(|at| at >= until) {
        return None;
    }
    let text = format!("Inspect {}, which was in storage.", terminal.serial);
    Some(context.by_users(terminal, DueKind::InspectionAfterStorage, None, text))
}

/// The three months count from the latest charge, or from the beginning of storage if that is
/// later.
fn battery(
    context: &DeadlineContext<'_>,
    calendar: LocalCalendar<'_>,
    terminal: &Terminal,
) -> Option<Due> {
    if terminal.state != State::InStorage || !terminal.details.model.traits().has_battery {
        return None;
    }
    let stored = terminal.stored.map_or(terminal.since, |it| it.from);
    let charged = terminal.charged.as_ref().map(|it| it.at);
    let charged = charged.filter(|at| *at <= context.now);
    let from = charged.map_or(stored, |at| at.max(stored));
    let last = from.day(calendar.zone).plus_months(CHARGED_EVERY);
    if calendar.today < last.plus_days(-CHARGE_AHEAD) {
        return None;
    }
    let text = format!("Charge the battery of {} in storage.", terminal.serial);
    let due = last.ends(calendar.zone);
    Some(context.by_users(terminal, DueKind::Battery, Some(due), text))
}
