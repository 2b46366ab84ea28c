//! When a transaction ended whose end is told without a time.
//!
//! It was now, if the station could have told it ever since it last reported on the transaction. Otherwise the end may
//! have waited, and the driver does not pay for that: then it is the earliest moment at which the register can have come
//! to where it is said to stand. If it cannot have come there from a reading by now, that is of another register, such as one
//! of the transaction alone. It still tells that the transaction went on at its moment.
//!
//! Either clock may be wrong, and ours may have been set since. Everything here is by our clock as it is now, and the
//! answer by the station's, as if it had told it.

use chargetap_contract::session::MeterReading;

use crate::clock::state;
use crate::error::EngineError;
use crate::fleet::terms;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::store;
use crate::store::events::{Read, Readings};
use crate::store::sessions::Reported;

/// By how much a reading's moment may differ from its arrival if it was told at once, in milliseconds.
const AT_ONCE: u64 = 2 * 60_000;
/// Watt-milliseconds in a watt-hour.
const PER_WATT_HOUR: u64 = 3_600_000;

/// When the transaction of this session ended by the station's clock, by an end that arrives now with this register.
pub(super) async fn ended_at(
    gateway: &Gateway<impl Platform>,
    station: &str,
    Reported { session, terminal }: &Reported,
    register: Option<u64>,
) -> Result<u64, EngineError> {
    let platform = &gateway.platform;
    let now = platform.now();
    let readings = store::events::readings(platform, session).await?;
    let offset = clock_offset(&readings);
    let reads = on_our_clock(readings.reads, offset);
    let on_its_clock = |moment: u64| moment.saturating_add_signed(offset.saturating_neg());
    let connected_for = platform.station_connected_for(station).await;
    let could_tell_for = connected_for.map_or(0, |it| it.min(gateway.undisturbed_for()));
    let of_now = |last: &Read| {
        last.arrived_at.abs_diff(last.reading.at) <= AT_ONCE
            && last.arrived_at >= now.saturating_sub(could_tell_for)
    };
    if reads.last().is_none_or(of_now) {
        return Ok(on_its_clock(now));
    }
    let terms = match store::sessions::load(platform, session).await? {
        Some(stored) => terms::of_stored(gateway, &stored).await?,
        None => terms::current(gateway, terminal).await?,
    };
    let ended_at = earliest(&reads, register, terms.maximum_power(), now);
    Ok(on_its_clock(ended_at))
}

/// What to add to a moment by the station's clock to have it by ours, in milliseconds. The station's is right if it told
/// of the start before that arrived, and the difference is that by which ours was set since; otherwise the start was told
/// at once. The component that prices the session takes it to be the same.
fn clock_offset(readings: &Readings) -> i64 {
    let Some(start) = readings.reads.first() else {
        return 0;
    };
    let by = readings.clock_set_by;
    let arrived_at = start.arrived_at.saturating_add_signed(by.saturating_neg());
    match start.reading.at <= arrived_at {
        true => by,
        false => state::difference(start.arrived_at, start.reading.at),
    }
}

/// The readings with their moments by our clock. None was made after it arrived.
fn on_our_clock(reads: Vec<Read>, offset: i64) -> Vec<Read> {
    let timed = |read: Read| {
        let at = read.reading.at.saturating_add_signed(offset);
        let at = at.min(read.arrived_at);
        let reading = MeterReading { at, ..read.reading };
        Read { reading, ..read }
    };
    reads.into_iter().map(timed).collect()
}

/// The earliest moment at which a register can stand here after each of these readings, at a power in watts. The latest
/// of these counts, so that a reading that is wrong makes it no earlier.
fn earliest(readings: &[Read], register: Option<u64>, maximum_power: u32, now: u64) -> u64 {
    let after = |read: &Read| {
        let MeterReading { energy, at } = read.reading;
        let moved = register.map_or(0, |register| register.saturating_sub(energy));
        let takes = moved
            .saturating_mul(PER_WATT_HOUR)
            .div_ceil(u64::from(maximum_power.max(1)));
        let reached = at.saturating_add(takes);
        if reached > now { at } else { reached }
    };
    let latest = readings.iter().map(after).max();
    latest.unwrap_or_default().min(now)
}

#[cfg(test)]
mod tests;
