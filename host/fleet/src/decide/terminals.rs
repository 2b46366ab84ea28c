//! Terminals: registration, licences, transfers and lifecycle.

mod charging;
mod import;
mod licensing;
pub(super) mod lifecycle;
mod of_order;
mod placement;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
mod transfer;

pub(super) use import::import;
pub(super) use of_order::act_on_order;

use std::collections::BTreeSet;

use placement::Occupancy;

use super::{Decision, maintenance, records};
use crate::command::TerminalAction;
use crate::context::DecisionContext;
use crate::fleet::{Change, Fleet};
use crate::model::Model;
use crate::moment::Moment;
use crate::order::Order;
use crate::readiness;
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::terminal::{Domain, State, Terminal, TerminalDetails};
use crate::text::Serial;

pub(super) fn register(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: Serial,
    details: TerminalDetails,
    domain: Domain,
) -> Decision {
    if fleet.get::<Terminal>(serial.as_str()).is_some() {
        let text = format!("terminal {serial} is on record already");
        return Err(Refusal::conflict("serial-taken", text));
    }
    let mut reasons =
        placement::wrong(fleet, &Occupancy::of_others(fleet, Some(&serial)), &details);
    reasons.extend(charging::wrong(fleet, context, &serial, &details));
    Refusal::unless_none(Obstacle::Invalid, reasons)?;
    let order = records::find::<Order>(fleet, details.order.as_str())?;
    let terminal = Terminal::new(serial, details, order, domain, context.now);
    Ok(vec![Change::put(terminal)])
}

/// The essential details cannot change while the terminal is activated, nor while a session is open
/// there.
pub(super) fn put(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: &Serial,
    details: TerminalDetails,
) -> Decision {
    let terminal = find_usable(fleet, serial)?;
    let occupied = match terminal.state.is_current() {
        true => Occupancy::of_others(fleet, Some(serial)),
        false => Occupancy::default(),
    };
    let mut reasons = placement::wrong(fleet, &occupied, &details);
    reasons.extend(charging::wrong(fleet, context, serial, &details));
    reasons.extend(other_order(fleet, terminal, &details));
    Refusal::unless_none(Obstacle::Invalid, reasons)?;

    let changed = essentials_changed(context, terminal, &details);
    let mut reasons = Vec::new();
    if terminal.state == State::Activated {
        reasons.extend(changed.iter().map(|field| {
            let text = format!("the terminal takes cards: suspend it before its {field} changes");
            Reason::new("suspend-first", text).at(*field)
        }));
        reasons.extend(unfit_users(fleet, context.now, &terminal.details, &details));
    }
    if !changed.is_empty() {
        reasons.extend(session_open(context, serial));
    }
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    Ok(vec![Change::put(Terminal {
        details,
        ..terminal.clone()
    })])
}

/// The essential fields that differ. A terminal needs them to be activated. How it takes cards may change while it does,
/// but for its currency: amounts are sent to the provider without one.
fn essentials_changed(
    context: &DecisionContext<'_>,
    terminal: &Terminal,
    new: &TerminalDetails,
) -> Vec<&'static str> {
    let (old, serial) = (&terminal.details, &terminal.serial);
    let [before, after] = [old, new].map(|details| Counting::of(context, serial, details));
    let currencies = (&before.currency, &after.currency);
    let fields = [
        (
            "model",
            old.model != new.model || before.model != after.model,
        ),
        ("order", old.order != new.order),
        ("site", old.site != new.site),
        ("station", old.station != new.station),
        (
            "connectors",
            old.connectors != new.connectors || before.evses != after.evses,
        ),
        (
            "charging.currency",
            matches!(currencies, (Some(before), Some(after)) if before != after),
        ),
        ("charging", matches!(currencies, (Some(_), None))),
        ("sim", old.sim != new.sim),
    ];
    let changed = fields.into_iter().filter(|(_, is_changed)| *is_changed);
    changed.map(|(field, _)| field).collect()
}

/// What counts of a terminal: as its record says if that says how it takes cards, or as the configuration says.
struct Counting<'a> {
    model: Model,
    /// Nothing if neither says how it takes cards.
    currency: Option<&'a str>,
    evses: BTreeSet<(&'a str, u32)>,
}

impl<'a> Counting<'a> {
    fn of(context: &DecisionContext<'a>, serial: &Serial, details: &'a TerminalDetails) -> Self {
        match (&details.charging, context.gateway.configured.get(serial)) {
            (None, Some(configured)) => Self {
                model: configured.model,
                currency: Some(&configured.needs.currency),
                evses: configured
                    .evses
                    .iter()
                    .map(|(it, number)| (it.as_str(), *number))
                    .collect(),
            },
            (charging, _) => Self {
                model: details.model,
                currency: charging.as_ref().map(|it| it.currency.as_str()),
                evses: placement::evses(details)
                    .map(|(it, number)| (it.as_str(), number))
                    .collect(),
            },
        }
    }
}

/// Why the new users may not use the terminal.
fn unfit_users(
    fleet: &Fleet,
    now: Moment,
    old: &TerminalDetails,
    new: &TerminalDetails,
) -> Vec<Reason> {
    match old.users == new.users {
        true => Vec::new(),
        false => readiness::users(fleet, now, &new.users),
    }
}

/// A terminal can move to another order only if customer, origin and processor are the same.
fn other_order(fleet: &Fleet, terminal: &Terminal, details: &TerminalDetails) -> Option<Reason> {
    let old = fleet.get::<Order>(terminal.details.order.as_str())?;
    let new = fleet.get::<Order>(details.order.as_str())?;
    let fits = new.details.customer == old.details.customer
        && new.details.origin == terminal.origin
        && new.details.processor == terminal.processor;
    let reason = || {
        let text = "the order has another customer, origin or processor than the terminal";
        Reason::new("order-differs", text).at("order")
    };
    (old.key != new.key && !fits).then(reason)
}

/// The terminal, unless it is retired.
fn find_usable<'a>(fleet: &'a Fleet, serial: &Serial) -> Result<&'a Terminal, Refusal> {
    let terminal = records::find::<Terminal>(fleet, serial.as_str())?;
    match terminal.state {
        State::Retired => Err(Refusal::conflict("retired", "the terminal is retired")),
        _ => Ok(terminal),
    }
}

fn session_open(context: &DecisionContext<'_>, serial: &Serial) -> Option<Reason> {
    let text = "a session is open at the terminal: wait until it has ended";
    let is_busy = context.gateway.busy.contains(serial);
    is_busy.then(|| Reason::new("session-open", text))
}

pub(super) fn act(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    serial: &Serial,
    action: TerminalAction,
) -> Decision {
    let found = || find_usable(fleet, serial);
    let after = match action {
        TerminalAction::Check(check, done) => {
            return maintenance::check(fleet, context, serial, check, done);
        }
        TerminalAction::Inspect(inspection) => {
            return maintenance::inspect(fleet, context, serial, inspection);
        }
        TerminalAction::Charge(done) => return maintenance::charge(fleet, context, serial, done),
        TerminalAction::Test(done) => return maintenance::test(fleet, context, serial, done),
        TerminalAction::License(sku, order) => {
            licensing::license(fleet, context, found()?, sku, &order)
        }
        TerminalAction::AskRouting => transfer::ask_routing(context, found()?),
        TerminalAction::ConfirmRouting => transfer::confirm_routing(context, found()?),
        TerminalAction::BeginTransfer(to) => transfer::begin(context, found()?, to),
        TerminalAction::NumberTransfer(number) => transfer::number(found()?, number),
        TerminalAction::CompleteTransfer => transfer::complete(context, found()?),
        TerminalAction::CancelTransfer => transfer::cancel(found()?),
        TerminalAction::Ready => lifecycle::ready(fleet, context, found()?),
        TerminalAction::Activate => lifecycle::activate(fleet, context, found()?),
        TerminalAction::Store => lifecycle::store(fleet, context, found()?),
        TerminalAction::Unstore => lifecycle::unstore(context, found()?),
        TerminalAction::Suspend(reason) => lifecycle::suspend(context, found()?, reason),
        TerminalAction::Return(reason, by) => lifecycle::send_back(context, found()?, reason, by),
        TerminalAction::Receive => lifecycle::receive(fleet, context, found()?),
        TerminalAction::Retire(reason) => lifecycle::retire(context, found()?, reason),
    };
    let after = after.map_err(|refusal| match fleet.get::<Terminal>(serial.as_str()) {
        Some(terminal) => refusal.map(|it| readiness::for_terminal(fleet, terminal, it)),
        None => refusal,
    });
    after.map(|terminal| vec![Change::put(terminal)])
}
