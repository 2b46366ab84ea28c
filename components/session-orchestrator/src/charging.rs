//! From the hold to the end of the transaction.

use chargetap_contract::money::Tariff;
use chargetap_contract::receipt::{Charging, NothingTakenReason};
use chargetap_contract::session::{
    Action, Attention, CommandResult, MeterReading, Policy, Refusal, StartCharging, Stopped,
};
use chargetap_contract::terminal::Hold;

use crate::meter::Meter;
use crate::pricing::{Terms, price};
use crate::session::Stage;
use crate::step::Step;
use crate::{closing, covering, paper};

/// How long to wait before telling a station again what it did not confirm, in milliseconds.
const TELL_AGAIN_AFTER: u64 = 10_000;

/// How long before a hold expires the end of charging is known at the latest, in milliseconds: long
/// enough to capture.
const TIME_TO_CAPTURE: u64 = 60 * 60 * 1_000;

/// The money is reserved: ask the station to start. A hold that guarantees nothing is none.
pub(crate) fn begin(step: &mut Step<'_>, hold: Hold) {
    let until = step.now.saturating_add(step.policy.plug_in_timeout);
    let guarantees_nothing = hold.amount == 0;
    step.session.hold = Some(hold);
    if guarantees_nothing {
        return closing::void(step, NothingTakenReason::PaymentFailed);
    }
    step.session.stage = Stage::Starting {
        until,
        answer_lost: false,
    };
    step.deadline = Some(until);
    tell_to_start(step);
}

fn tell_to_start(step: &mut Step<'_>) {
    // No hold was asked for without an EVSE.
    let Some(evse) = step.session.evse.clone() else {
        return;
    };
    // The session's id is made for one use and short enough for OCPP 1.6.
    let id_tag = step.session.id.clone();
    step.command(
        "start",
        Action::StartCharging(StartCharging { evse, id_tag }),
    );
}

/// The station answered the start. Only a clear no ends the session: a station that could not be
/// reached may come back before the driver's time is up, and one that says no after an answer was
/// lost may say so because it took the start of which the answer was lost.
pub(crate) fn start_ended(step: &mut Step<'_>, result: CommandResult) -> Result<(), Refusal> {
    let Stage::Starting { until, answer_lost } = &mut step.session.stage else {
        return step.not_applicable();
    };
    *answer_lost |= result == CommandResult::Unknown;
    match result {
        CommandResult::Declined(_) if !*answer_lost => {
            closing::void(step, NothingTakenReason::StartFailed);
        }
        CommandResult::Declined(_) | CommandResult::Done => step.deadline = Some(*until),
        _ => {
            let again = step.now.saturating_add(TELL_AGAIN_AFTER);
            step.deadline = Some(again.min(*until));
        }
    }
    Ok(())
}

pub(crate) fn start_deadline_reached(step: &mut Step<'_>, until: u64) {
    if step.now >= until {
        closing::void(step, NothingTakenReason::NotPluggedIn);
    } else {
        step.deadline = Some(until);
        tell_to_start(step);
    }
}

pub(crate) fn started(step: &mut Step<'_>, reading: MeterReading) -> Result<(), Refusal> {
    let Stage::Starting { .. } = step.session.stage else {
        return step.not_applicable();
    };
    let hold_expires_at = step
        .session
        .held_at
        .saturating_add(step.policy.hold_lifetime);
    let ends_by = hold_expires_at
        .saturating_sub(TIME_TO_CAPTURE)
        .saturating_sub(step.policy.stop_timeout);
    let until = step
        .now
        .saturating_add(step.policy.maximum_duration)
        .min(ends_by);
    let offset = clock_offset(step, reading.at);
    let reading = timed(step, reading, offset);
    step.session.meter = Some(Meter::starting_at(reading, offset));
    step.session.stage = Stage::Charging { until };
    step.deadline = Some(covering::covered_until(step, until));
    step.show("Charging has begun.");
    Ok(())
}

pub(crate) fn metered(step: &mut Step<'_>, reading: MeterReading, until: u64) {
    read(step, reading);
    go_on(step, until);
}

pub(crate) fn metered_while_stopping(step: &mut Step<'_>, reading: MeterReading) {
    await_end(step);
    read(step, reading);
}

fn read(step: &mut Step<'_>, reading: MeterReading) {
    let reading = on_our_clock(step, reading);
    let session = &mut step.session;
    if let Some(meter) = &mut session.meter {
        let terms = terms(step.policy, &session.tariff, meter);
        meter.read(&terms, reading);
    }
}

pub(crate) fn terms<'a>(policy: &'a Policy, tariff: &'a Tariff, meter: &Meter) -> Terms<'a> {
    Terms {
        tariff,
        utc_offsets: &policy.utc_offsets,
        start: meter.start(),
    }
}

/// A transaction cannot begin before the tap or after it was reported. A station that says so has a
/// wrong clock, and by how much is known from then on.
fn clock_offset(step: &Step<'_>, started_at: u64) -> i64 {
    if (step.session.tapped_at..=step.now).contains(&started_at) {
        0
    } else {
        i64::try_from(i128::from(step.now) - i128::from(started_at)).unwrap_or_default()
    }
}

pub(crate) fn on_our_clock(step: &Step<'_>, reading: MeterReading) -> MeterReading {
    let offset = step.session.meter.as_ref().map(|meter| meter.clock_offset);
    timed(step, reading, offset.unwrap_or_default())
}

fn timed(step: &Step<'_>, reading: MeterReading, clock_offset: i64) -> MeterReading {
    let at = reading.at.saturating_add_signed(clock_offset);
    MeterReading {
        at: at.max(step.session.tapped_at).min(step.now),
        ..reading
    }
}

/// What the session would be, had it ended with this reading.
pub(crate) fn ended_at(step: &Step<'_>, reading: MeterReading) -> Option<Charging> {
    let session = &step.session;
    let mut meter = session.meter.clone()?;
    let terms = terms(step.policy, &session.tariff, &meter);
    meter.end(&terms, reading);
    let cost = price(&session.tariff, meter.usage());
    Some(paper::charging(&meter, cost))
}

/// What the session costs, VAT included, if it ended with this reading.
pub(crate) fn gross_at(step: &Step<'_>, reading: MeterReading) -> u64 {
    ended_at(step, reading).map_or(0, |charging| charging.cost.gross)
}

/// Charge on until then, or for as long as the hold covers it.
pub(crate) fn go_on(step: &mut Step<'_>, until: u64) {
    let until = covering::covered_until(step, until);
    if step.now >= until || covering::next_movement_exceeds_hold(step) {
        stop(step);
    } else {
        step.deadline = Some(until);
    }
}

/// Ask the station to stop.
pub(crate) fn stop(step: &mut Step<'_>) {
    tell_to_stop(step, step.now.saturating_add(step.policy.stop_timeout));
}

fn tell_to_stop(step: &mut Step<'_>, until: u64) {
    step.session.stage = Stage::Stopping {
        until,
        tell_at: None,
    };
    if let Some(evse) = step.session.evse.clone() {
        step.command("stop", Action::StopCharging(evse));
    }
    await_end(step);
}

fn await_end(step: &mut Step<'_>) {
    if let Stage::Stopping { until, tell_at } = step.session.stage {
        step.deadline = Some(tell_at.map_or(until, |tell_at| tell_at.min(until)));
    }
}

/// The station answered the stop. Whatever it said, only its report of the end ends the session,
/// and until then it is told again.
pub(crate) fn stop_ended(step: &mut Step<'_>, _: CommandResult) -> Result<(), Refusal> {
    let Stage::Stopping { tell_at, .. } = &mut step.session.stage else {
        return step.not_applicable();
    };
    *tell_at = Some(step.now.saturating_add(TELL_AGAIN_AFTER));
    await_end(step);
    Ok(())
}

pub(crate) fn stop_deadline_reached(step: &mut Step<'_>, until: u64) {
    if step.now < until {
        return tell_to_stop(step, until);
    }
    step.alert(
        Attention::EndNotReported,
        "Compare the station's register with the last reading that was billed.",
    );
    step.session.estimated = true;
    closing::settle(step);
}

/// The station reported the end: the price is final.
pub(crate) fn stopped(step: &mut Step<'_>, stopped: Stopped) {
    let reading = on_our_clock(step, stopped.reading);
    let session = &mut step.session;
    if let Some(meter) = &mut session.meter {
        let terms = terms(step.policy, &session.tariff, meter);
        meter.end(&terms, reading);
    }
    closing::settle(step);
}
