//! From the hold to the end of the transaction.
//!
//! A station's times count while they can be right. A start before the tap, or after it was reported, proves the
//! station's clock wrong, and by how much; from then on the gateway's clock counts.

use chargetap_contract::receipt::NothingTakenReason;
use chargetap_contract::screen::Message;
use chargetap_contract::session::{
    Action, Attention, CommandResult, MeterReading, Refusal, StartCharging, Stopped,
};
use chargetap_contract::terminal::Hold;

use crate::command_id::CommandKind;
use crate::session::Stage;
use crate::step::Step;
use crate::{closing, hold_cover, readings, unpaid, waiting};

/// How long to wait before a start or stop that was not confirmed is repeated, in milliseconds.
const REPEAT_AFTER: u64 = 10_000;

/// How long a station has to deliver what it queued while it could not, once it can again, in milliseconds.
const DELIVERED_WITHIN: u64 = 10_000;

/// How long to wait before looking again whether the station is back, in milliseconds.
const LOOK_AGAIN_AFTER: u64 = 15_000;

/// How long before the hold expires the end of charging is known at the latest, in milliseconds: long
/// enough to capture.
const TIME_TO_CAPTURE: u64 = 60 * 60 * 1_000;

/// The money is reserved: ask the station to start. A hold of nothing is voided, and so is one that is found when
/// the driver's time to plug in is over: the vehicle at the EVSE may be another driver's by then.
pub(crate) fn begin(step: &mut Step<'_>, hold: Hold) {
    let until = step
        .session
        .tapped_at
        .saturating_add(step.policy.plug_in_timeout);
    let is_empty = hold.amount == 0;
    step.session.hold = Some(hold);
    if is_empty {
        return closing::void(step, NothingTakenReason::PaymentFailed);
    }
    if step.now >= until {
        return closing::void(step, NothingTakenReason::NotPluggedIn);
    }
    step.session.stage = Stage::Starting {
        until,
        answer_lost: false,
        accepted: false,
        repeat_at: None,
    };
    step.deadline = Some(until);
    request_start(step);
}

fn request_start(step: &mut Step<'_>) {
    // Always there: without an EVSE no hold was asked for.
    let Some(evse) = step.session.evse.clone() else {
        return;
    };
    // The session's id is used once, and short enough for an idTag of OCPP 1.6.
    let id_tag = step.session.id.clone();
    step.command(
        CommandKind::Start,
        Action::StartCharging(StartCharging { evse, id_tag }),
    );
}

/// Maps the station's answer to a start:
///
/// | result                         | what happens           | why                                    |
/// |--------------------------------|------------------------|----------------------------------------|
/// | `Declined`                     | the hold is voided     | the station refused                    |
/// | `Declined` after a lost answer | wait until the timeout | an earlier start may have taken effect |
/// | `Done`                         | wait until the timeout | the driver is to plug in               |
/// | any other                      | repeat the start       | the station may come back              |
pub(crate) fn start_ended(step: &mut Step<'_>, result: CommandResult) -> Result<(), Refusal> {
    let Stage::Starting {
        answer_lost,
        accepted,
        repeat_at,
        ..
    } = &mut step.session.stage
    else {
        return step.not_applicable();
    };
    *answer_lost |= result == CommandResult::Unknown;
    *accepted |= result == CommandResult::Done;
    match result {
        CommandResult::Declined(_) if !*answer_lost => {
            closing::void(step, NothingTakenReason::StartFailed);
            return Ok(());
        }
        CommandResult::Declined(_) | CommandResult::Done => {}
        _ => *repeat_at = Some(step.now.saturating_add(REPEAT_AFTER)),
    }
    waiting::go_on(step);
    Ok(())
}

/// The driver's time is over, or it is time to repeat the start. A station that may have started and has not been
/// able to say so is awaited, as long again as the driver had.
pub(crate) fn start_deadline_reached(step: &mut Step<'_>, reachable_for: Option<u64>) {
    let Stage::Starting {
        until,
        answer_lost,
        accepted,
        repeat_at,
    } = &mut step.session.stage
    else {
        return;
    };
    let (until, may_have_started) = (*until, *answer_lost || *accepted);
    if step.now < until {
        *repeat_at = None;
        step.deadline = Some(until);
        return request_start(step);
    }
    let awaited_until = until.saturating_add(step.policy.plug_in_timeout);
    if may_have_started && step.now < awaited_until && !has_delivered(reachable_for) {
        let again = step.now.saturating_add(LOOK_AGAIN_AFTER).min(awaited_until);
        *repeat_at = Some(again);
        step.deadline = Some(again);
    } else {
        closing::void(step, NothingTakenReason::NotPluggedIn);
    }
}

/// Whether the station could deliver what it had queued.
fn has_delivered(reachable_for: Option<u64>) -> bool {
    reachable_for.is_some_and(|duration| duration >= DELIVERED_WITHIN)
}

/// The station began its transaction. One that is heard of after the driver's time to plug in counts if it began
/// before: later, the vehicle may be another driver's.
pub(crate) fn started(step: &mut Step<'_>, reading: MeterReading) -> Result<(), Refusal> {
    let Stage::Starting { until, .. } = step.session.stage else {
        return unpaid::started(step, reading);
    };
    if step.now >= until && !(step.session.tapped_at..=until).contains(&reading.at) {
        closing::void(step, NothingTakenReason::NotPluggedIn);
        return unpaid::started(step, reading);
    }
    let ends_by = capture_by(step).saturating_sub(step.policy.stop_timeout);
    let until = step
        .now
        .saturating_add(step.policy.maximum_duration)
        .min(ends_by);
    readings::begin(step, reading);
    step.session.stage = Stage::Charging { until };
    let mut covered = hold_cover::covered_until(step, until);
    // The readings that were queued with a start that comes late come after it.
    let started_at = step.session.meter.as_ref().map(|meter| meter.start().at);
    let is_late = started_at.is_some_and(|at| at.saturating_add(DELIVERED_WITHIN) < step.now);
    if is_late && hold_cover::could_be_used_up_unread(step) {
        covered = covered
            .max(step.now.saturating_add(DELIVERED_WITHIN))
            .min(until);
    }
    step.deadline = Some(covered);
    step.show(Message::ChargingBegun);
    Ok(())
}

/// When the end of charging has to be known so that there is time to capture before the hold expires.
fn capture_by(step: &Step<'_>) -> u64 {
    let expires_at = step
        .session
        .held_at
        .saturating_add(step.policy.hold_lifetime);
    expires_at.saturating_sub(TIME_TO_CAPTURE)
}

pub(crate) fn meter_read(step: &mut Step<'_>, reading: MeterReading, until: u64) {
    readings::add(step, reading);
    continue_or_stop(step, until);
}

pub(crate) fn meter_read_while_stopping(step: &mut Step<'_>, reading: MeterReading) {
    waiting::go_on(step);
    readings::add(step, reading);
}

/// Charge on until then, or for as long as the hold covers it.
pub(crate) fn continue_or_stop(step: &mut Step<'_>, until: u64) {
    let until = hold_cover::covered_until(step, until);
    if step.now < until && !hold_cover::next_movement_exceeds_hold(step) {
        step.deadline = Some(until);
        return;
    }
    if hold_cover::could_be_used_up_unread(step) {
        step.alert(
            Attention::NotMetered,
            "The station reported no reading that can be used. Have it send its energy register every minute.",
        );
    }
    stop(step);
}

/// Ask the station to stop.
pub(crate) fn stop(step: &mut Step<'_>) {
    request_stop(step, step.now.saturating_add(step.policy.stop_timeout));
}

/// Ask the station, which has until then to report the end.
pub(crate) fn request_stop(step: &mut Step<'_>, until: u64) {
    step.session.stage = Stage::Stopping {
        until,
        repeat_at: None,
    };
    if let Some(evse) = step.session.evse.clone() {
        step.command(CommandKind::Stop, Action::StopCharging(evse));
    }
    waiting::go_on(step);
}

/// The station answered the stop. Whatever the answer, only the station's report of the end ends the
/// transaction. The stop is repeated until then.
pub(crate) fn stop_ended(step: &mut Step<'_>, _: CommandResult) -> Result<(), Refusal> {
    let Stage::Stopping { repeat_at, .. } = &mut step.session.stage else {
        return step.not_applicable();
    };
    *repeat_at = Some(step.now.saturating_add(REPEAT_AFTER));
    waiting::go_on(step);
    Ok(())
}

/// The station's time to report the end is over, or it is time to repeat the stop. A station that has not been
/// able to report it is awaited, but not for so long that the hold could expire.
pub(crate) fn stop_deadline_reached(step: &mut Step<'_>, until: u64, reachable_for: Option<u64>) {
    if step.now < until {
        return request_stop(step, until);
    }
    let awaited_until = until
        .saturating_add(step.policy.offline_timeout)
        .min(capture_by(step));
    if step.now < awaited_until && !has_delivered(reachable_for) {
        if reachable_for.is_some() {
            request_stop(step, until);
        }
        let again = step.now.saturating_add(LOOK_AGAIN_AFTER).min(awaited_until);
        step.session.stage = Stage::Stopping {
            until,
            repeat_at: Some(again),
        };
        step.deadline = Some(again);
        return;
    }
    step.alert(
        Attention::EndNotReported,
        "Compare the station's register with the last reading that was billed.",
    );
    step.session.estimated = true;
    closing::settle(step);
}

/// The station reported the end: the price is final. Without a reading, the last one is billed.
pub(crate) fn stopped(step: &mut Step<'_>, stopped: &Stopped) {
    match readings::of_stop(stopped) {
        Some(reading) => readings::end(step, reading),
        None => {
            readings::end_unread(step, stopped.at);
            step.alert(
                Attention::EndNotReported,
                "The station ended the transaction without a reading. Compare its register with the last \
                 reading that was billed.",
            );
            step.session.estimated = true;
        }
    }
    closing::settle(step);
}
