//! The station's readings, on our clock, of one register, and at the session's tariff.

use std::cmp::Ordering;

use chargetap_contract::money::Tariff;
use chargetap_contract::receipt::Charging;
use chargetap_contract::session::{Attention, MeterReading, Policy, Stopped};

use crate::meter::Meter;
use crate::pricing::{Terms, price};
use crate::register::{Register, Verdict};
use crate::step::Step;

/// The reading at the start of the transaction. It also shows whether the station's clock is right.
pub(crate) fn begin(step: &mut Step<'_>, reading: MeterReading) {
    let offset = clock_offset_at_start(step, reading.at);
    let reading = timed(step, reading, offset, step.now);
    step.session.register = Register::default();
    step.session.meter = Some(Meter::starting_at(reading, offset));
}

/// A reading during the transaction.
pub(crate) fn add(step: &mut Step<'_>, reading: MeterReading) {
    correct_clock(step, reading.at, movement(step, reading));
    let reading = on_our_clock(step, reading);
    let power = step.policy.maximum_power;
    let session = &mut step.session;
    let Some(meter) = &mut session.meter else {
        return;
    };
    match session.register.read(meter.last(), reading, power) {
        Verdict::Counts(reading) => {
            let terms = terms(step.policy, &session.tariff, meter);
            meter.read(&terms, reading);
        }
        Verdict::Old => {}
        Verdict::Implausible => doubt(step),
    }
}

/// The reading at the end of the transaction.
pub(crate) fn end(step: &mut Step<'_>, reading: MeterReading) {
    correct_clock(step, reading.at, movement(step, reading));
    let reading = on_our_clock(step, reading);
    let (reading, is_plausible) = of_end(step, reading);
    let session = &mut step.session;
    if let Some(meter) = &mut session.meter {
        let terms = terms(step.policy, &session.tariff, meter);
        meter.end(&terms, reading);
    }
    if !is_plausible {
        doubt(step);
    }
}

/// The transaction ended at this moment, by the station's clock, without a reading: the register stands at the last
/// one.
pub(crate) fn end_unread(step: &mut Step<'_>, at: u64) {
    correct_clock(step, at, Ordering::Equal);
    let reading = on_our_clock(step, MeterReading { energy: 0, at });
    let session = &mut step.session;
    if let Some(meter) = &mut session.meter {
        let energy = meter.last().energy;
        let terms = terms(step.policy, &session.tariff, meter);
        meter.end(&terms, MeterReading { energy, ..reading });
    }
}

/// The reading with which a transaction ended, if it was reported.
pub(crate) fn of_stop(stopped: &Stopped) -> Option<MeterReading> {
    let energy = stopped.energy?;
    let at = stopped.at;
    Some(MeterReading { energy, at })
}

/// A reading that came when the price was final: as it would have counted. Our clock may have been set back since then,
/// to before the last reading. Then it does not say when this one was made, and only the station's does.
pub(crate) fn late(step: &mut Step<'_>, reading: MeterReading) -> MeterReading {
    let meter = step.session.meter.as_ref();
    let was_set_back = meter.is_some_and(|meter| meter.last().at > step.now);
    let now = if was_set_back { u64::MAX } else { step.now };
    let offset = meter.map_or(0, |meter| meter.clock_offset);
    let reading = timed(step, reading, offset, now);
    let (reading, is_plausible) = of_end(step, reading);
    if !is_plausible {
        doubt(step);
    }
    reading
}

/// The reading at the end as it counts, and whether what the station reported can be right.
fn of_end(step: &mut Step<'_>, reading: MeterReading) -> (MeterReading, bool) {
    let power = step.policy.maximum_power;
    let session = &mut step.session;
    match &session.meter {
        Some(meter) => session
            .register
            .end(meter.start(), meter.last(), reading, power),
        None => (reading, true),
    }
}

/// The readings cannot all be right: a person is told, once.
fn doubt(step: &mut Step<'_>) {
    if !step.session.implausible {
        step.session.implausible = true;
        step.alert(
            Attention::MeterImplausible,
            "The station's register moved by more than its connector can deliver, or went back. \
             Compare it with what is billed.",
        );
    }
}

pub(crate) fn terms<'a>(policy: &'a Policy, tariff: &'a Tariff, meter: &Meter) -> Terms<'a> {
    Terms {
        tariff,
        utc_offsets: &policy.utc_offsets,
        start: meter.start(),
    }
}

/// A transaction begins after the tap and before it is reported. If the station says otherwise, its
/// clock is wrong, and the difference corrects its times from then on.
fn clock_offset_at_start(step: &Step<'_>, started_at: u64) -> i64 {
    if (step.session.tapped_at..=step.now).contains(&started_at) {
        0
    } else {
        difference(step.now, started_at)
    }
}

/// A reading comes after the last one and before it is reported. If the station says otherwise of a register that
/// moved, one of the clocks was set: then its times differ from ours by what was last trusted, or not at all, or by
/// another difference.
fn correct_clock(step: &mut Step<'_>, at: u64, movement: Ordering) {
    let now = step.now;
    let Some(meter) = &mut step.session.meter else {
        return;
    };
    let last = meter.last().at;
    let by = |offset| at.saturating_add_signed(offset);
    let fits = |offset: &i64| (last..=now).contains(&by(*offset));
    // A sample of before shows nothing of the clock.
    if movement == Ordering::Less && by(meter.clock_offset) <= now {
        return;
    }
    // Most readings are told at once. So of a difference that one reading led to, and the one trusted before, the one
    // counts that makes this reading the later.
    let known = [meter.clock_offset, meter.trusted_offset];
    let fitting = known.into_iter().filter(fits).max();
    if let Some(fitting) = fitting.or_else(|| Some(0).filter(fits)) {
        meter.clock_offset = fitting;
        // A reading that comes twice shows nothing, either.
        if by(fitting) > last {
            meter.trusted_offset = fitting;
        }
    } else if by(meter.clock_offset) > now
        || (by(meter.clock_offset) < last && movement == Ordering::Greater)
    {
        meter.clock_offset = difference(now, at);
    }
}

/// How a reading's register compares with the last one.
fn movement(step: &Step<'_>, reading: MeterReading) -> Ordering {
    let energy = step.session.register.shifted(reading).energy;
    let last = step.session.meter.as_ref().map(|meter| meter.last().energy);
    energy.cmp(&last.unwrap_or_default())
}

/// What to add to the second moment to get the first, in milliseconds.
fn difference(to: u64, from: u64) -> i64 {
    i64::try_from(i128::from(to) - i128::from(from)).unwrap_or_default()
}

pub(crate) fn on_our_clock(step: &Step<'_>, reading: MeterReading) -> MeterReading {
    let offset = step.session.meter.as_ref().map(|meter| meter.clock_offset);
    timed(step, reading, offset.unwrap_or_default(), step.now)
}

/// Nothing comes after now, nothing before the tap, and nothing later than a session lasts. The tap counts more
/// than now, should the clock have been set back since.
fn timed(step: &Step<'_>, reading: MeterReading, clock_offset: i64, now: u64) -> MeterReading {
    let at = reading.at.saturating_add_signed(clock_offset);
    let ends_by = step.session.meter.as_ref().map_or(u64::MAX, |meter| {
        let policy = step.policy;
        [
            policy.maximum_duration,
            policy.stop_timeout,
            policy.offline_timeout,
        ]
        .into_iter()
        .fold(meter.start().at, u64::saturating_add)
    });
    MeterReading {
        at: at.min(now).min(ends_by).max(step.session.tapped_at),
        ..reading
    }
}

/// What the session would be if it ended with this reading.
pub(crate) fn ended_at(step: &Step<'_>, reading: MeterReading) -> Option<Charging> {
    let session = &step.session;
    let mut meter = session.meter.clone()?;
    let terms = terms(step.policy, &session.tariff, &meter);
    meter.end(&terms, reading);
    let cost = price(&session.tariff, meter.usage());
    Some(meter.charging(cost))
}

/// What the session would cost, VAT included, if it ended with this reading.
pub(crate) fn gross_at(step: &Step<'_>, reading: MeterReading) -> u64 {
    ended_at(step, reading).map_or(0, |charging| charging.cost.gross)
}
