//! Energy that flows on a session's start after the session is over: nobody pays for it.
//!
//! It comes about if a station begins its transaction later than is waited for, or goes on after its end was given
//! up waiting for. The station is told to stop whenever it is heard of, and a person is told.

use chargetap_contract::session::{Action, Attention, MeterReading, Refusal, Stopped};

use crate::command_id::CommandKind;
use crate::session::{Close, Closing, Ended, Stage, Unpaid, Void};
use crate::step::Step;
use crate::{readings, waiting};

/// The station began the transaction when its session had ended, or was ending, without one.
pub(crate) fn started(step: &mut Step<'_>, reading: MeterReading) -> Result<(), Refusal> {
    let was_started = match &step.session.stage {
        Stage::Closing(Closing { how, .. }) => matches!(how, Close::Void(Void::Unused(_))),
        Stage::Ended(ended) => matches!(
            ended,
            Ended::Voided(Void::Unused(_)) | Ended::NeedsAttention(_)
        ),
        _ => false,
    };
    let session = &step.session;
    if !was_started || session.hold.is_none() || session.meter.is_some() || session.unpaid.is_some()
    {
        return step.not_applicable();
    }
    let reading = readings::on_our_clock(step, reading);
    begin(step, reading.energy, reading.energy);
    Ok(())
}

/// The station reported its register when the session had ended, or was ending.
pub(crate) fn meter_read(step: &mut Step<'_>, reading: MeterReading) -> Result<(), Refusal> {
    let goes_on = step.session.estimated && step.session.late.is_none();
    match (step.session.unpaid, &step.session.meter) {
        (Some(_), _) => {
            let reading = readings::late(step, reading);
            move_on(step, reading);
            stop(step);
        }
        (None, Some(meter)) if goes_on => {
            let billed = meter.last();
            let reading = readings::late(step, reading);
            if reading.energy > billed.energy {
                begin(step, billed.energy, reading.energy);
            } else {
                stop(step);
            }
        }
        _ => return step.not_applicable(),
    }
    Ok(())
}

/// The station ended a transaction that nobody paid for.
pub(crate) fn stopped(step: &mut Step<'_>, stopped: &Stopped) -> Result<(), Refusal> {
    let Some(unpaid) = step.session.unpaid else {
        return step.not_applicable();
    };
    let energy = match readings::of_stop(stopped) {
        Some(reading) => {
            let reading = readings::late(step, reading);
            move_on(step, reading)
        }
        None => unpaid.energy(),
    };
    waiting::go_on(step);
    if energy > 0 {
        step.alert(
            Attention::EnergyWithoutPayment,
            format!("{energy} Wh were delivered without payment. Decide whether to claim them."),
        );
    }
    Ok(())
}

fn begin(step: &mut Step<'_>, from: u64, to: u64) {
    step.session.unpaid = Some(Unpaid { from, to });
    stop(step);
    step.alert(
        Attention::EnergyWithoutPayment,
        "The station charges although the session is over. See that it stops.",
    );
}

/// How much energy nobody pays for by now, in watt-hours.
fn move_on(step: &mut Step<'_>, reading: MeterReading) -> u64 {
    let Some(unpaid) = &mut step.session.unpaid else {
        return 0;
    };
    unpaid.to = unpaid.to.max(reading.energy);
    unpaid.energy()
}

fn stop(step: &mut Step<'_>) {
    waiting::go_on(step);
    if let Some(evse) = step.session.evse.clone() {
        step.command(CommandKind::Stop, Action::StopCharging(evse));
    }
}
