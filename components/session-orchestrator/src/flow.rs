//! Hands each event to the stage of the flow that it belongs to.

use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::session::{
    CommandResult, Decision, Event, MeterReading, Policy, Refusal, Requester, Stopped,
};
use chargetap_contract::terminal::CardRead;

use crate::command_id::{CommandId, CommandKind};
use crate::session::{Session, Stage};
use crate::step::Step;
use crate::{authorisation, charging, clock, closing, correction, resolution, unpaid};

/// Decide what an event means for a session; see `orchestration.step` in the contract.
///
/// # Errors
/// A [`Refusal`] leaves the session as it was.
pub fn step(
    policy: &Policy,
    state: Option<&[u8]>,
    event: Event,
    now: u64,
) -> Result<Decision, Refusal> {
    let step = match state {
        None => begin(policy, event, now)?,
        Some(state) => {
            let mut session = Session::decode(state)?;
            session.steps = session.steps.saturating_add(1);
            let mut step = Step::new(policy, session, now);
            apply(&mut step, event)?;
            step
        }
    };
    step.decision()
}

fn begin(policy: &Policy, event: Event, now: u64) -> Result<Step<'_>, Refusal> {
    match event {
        Event::CardPresented(tap) => Ok(authorisation::begin(policy, tap, now)),
        Event::EvseOccupied(read) => Ok(authorisation::reject_occupied(policy, read, now)),
        Event::OrphanHoldFound(orphan) => Ok(closing::begin_with_orphan(policy, orphan, now)),
        _ => Err(Refusal::NoSession),
    }
}

fn apply(step: &mut Step<'_>, event: Event) -> Result<(), Refusal> {
    match event {
        Event::CardPresented(tap) => card_presented(step, &tap.read),
        Event::CommandEnded(outcome) => command_ended(step, &outcome.command, outcome.result),
        Event::PaymentHinted => authorisation::payment_hinted(step),
        Event::ChargingStarted(reading) => charging::started(step, reading),
        Event::MeterRead(reading) => meter_read(step, reading),
        Event::ChargingStopped(stopped) => charging_stopped(step, &stopped),
        Event::StopRequested(requester) => stop_requested(step, requester),
        Event::Refunded(amount) => correction::refunded(step, amount),
        Event::InvoiceRequested(buyer) => correction::invoice_requested(step, buyer),
        Event::DeadlineReached(reachable_for) => deadline_reached(step, reachable_for),
        Event::ClockSet(by) => {
            clock::set(step, by);
            Ok(())
        }
        Event::Resolved(resolution) => resolution::resolved(step, resolution),
        Event::EvseOccupied(_) | Event::OrphanHoldFound(_) => step.not_applicable(),
    }
}

fn command_ended(step: &mut Step<'_>, id: &str, result: CommandResult) -> Result<(), Refusal> {
    let Ok(CommandId { kind, .. }) = id.parse() else {
        return step.not_applicable();
    };
    match kind {
        CommandKind::LookUpBefore => authorisation::open_holds_checked(step, result),
        CommandKind::Authorise | CommandKind::LookUpTerminal => {
            authorisation::command_ended(step, result)
        }
        CommandKind::Start => charging::start_ended(step, result),
        CommandKind::Stop => charging::stop_ended(step, result),
        CommandKind::Capture | CommandKind::Cancel | CommandKind::LookUpPayment => {
            closing::command_ended(step, result)
        }
        CommandKind::Receipt
        | CommandKind::Invoice
        | CommandKind::RefundReceipt { .. }
        | CommandKind::Alert { .. }
        | CommandKind::Message { .. } => step.not_applicable(),
    }
}

/// The same card again ends the session. Another card changes nothing.
fn card_presented(step: &mut Step<'_>, read: &CardRead) -> Result<(), Refusal> {
    let is_same = step
        .session
        .card
        .is_some_and(|card| card.reference == read.card.reference);
    match step.session.stage {
        _ if !is_same => return step.not_applicable(),
        Stage::Starting { .. } => closing::void(step, NothingTakenReason::CancelledByDriver),
        Stage::Charging { .. } => charging::stop(step),
        _ => return step.not_applicable(),
    }
    Ok(())
}

fn meter_read(step: &mut Step<'_>, reading: MeterReading) -> Result<(), Refusal> {
    match step.session.stage {
        Stage::Charging { until } => charging::meter_read(step, reading, until),
        Stage::Stopping { .. } => charging::meter_read_while_stopping(step, reading),
        _ => return unpaid::meter_read(step, reading),
    }
    Ok(())
}

fn charging_stopped(step: &mut Step<'_>, stopped: &Stopped) -> Result<(), Refusal> {
    match step.session.stage {
        Stage::Charging { .. } | Stage::Stopping { .. } => charging::stopped(step, stopped),
        _ if step.session.meter.is_none() => return unpaid::stopped(step, stopped),
        _ => return correction::stopped_late(step, stopped),
    }
    Ok(())
}

/// There is a way out of every stage before the price is final.
fn stop_requested(step: &mut Step<'_>, requester: Requester) -> Result<(), Refusal> {
    let reason = match requester {
        Requester::Operator => NothingTakenReason::CancelledByOperator,
        Requester::Driver => NothingTakenReason::CancelledByDriver,
        // A host asks so of sessions that charge only.
        Requester::Station => NothingTakenReason::StartFailed,
    };
    match step.session.stage {
        Stage::Checking { .. } | Stage::Authorising { .. } => authorisation::fail(step, reason),
        Stage::Starting { .. } => closing::void(step, reason),
        Stage::Charging { .. } => charging::stop(step),
        Stage::Stopping { until, .. } => charging::request_stop(step, until),
        Stage::Closing(_) | Stage::Ended(_) => return step.not_applicable(),
    }
    Ok(())
}

fn deadline_reached(step: &mut Step<'_>, reachable_for: Option<u64>) -> Result<(), Refusal> {
    match step.session.stage {
        Stage::Checking { until } => authorisation::check_deadline_reached(step, until),
        Stage::Authorising { .. } => authorisation::deadline_reached(step),
        Stage::Starting { .. } => charging::start_deadline_reached(step, reachable_for),
        Stage::Charging { until } => charging::continue_or_stop(step, until),
        Stage::Stopping { until, .. } => {
            charging::stop_deadline_reached(step, until, reachable_for);
        }
        Stage::Closing(_) => closing::deadline_reached(step),
        Stage::Ended(_) => return step.not_applicable(),
    }
    Ok(())
}
