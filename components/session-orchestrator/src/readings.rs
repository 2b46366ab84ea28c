//! The station's readings, on our clock and at the session's tariff.

use chargetap_contract::money::Tariff;
use chargetap_contract::receipt::Charging;
use chargetap_contract::session::{MeterReading, Policy};

use crate::meter::Meter;
use crate::pricing::{Terms, price};
use crate::step::Step;

/// The reading at the start of the transaction. It also shows whether the station's clock is right.
pub(crate) fn begin(step: &mut Step<'_>, reading: MeterReading) {
    let offset = clock_offset(step, reading.at);
    let reading = timed(step, reading, offset);
    step.session.meter = Some(Meter::starting_at(reading, offset));
}

/// A reading during the transaction.
pub(crate) fn add(step: &mut Step<'_>, reading: MeterReading) {
    let reading = on_our_clock(step, reading);
    let session = &mut step.session;
    if let Some(meter) = &mut session.meter {
        let terms = terms(step.policy, &session.tariff, meter);
        meter.read(&terms, reading);
    }
}

/// The reading at the end of the transaction.
pub(crate) fn end(step: &mut Step<'_>, reading: MeterReading) {
    let reading = on_our_clock(step, reading);
    let session = &mut step.session;
    if let Some(meter) = &mut session.meter {
        let terms = terms(step.policy, &session.tariff, meter);
        meter.end(&terms, reading);
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
/// clock is wrong, and the difference corrects all its times from then on.
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
