//! When a transaction ended whose end is told without a time.
//!
//! It was now, if the station could have told it ever since it last reported on the transaction. Otherwise the end may
//! have waited, and the driver does not pay for that: then it is the earliest moment at which the register can have come
//! to where it is said to stand. If it cannot have come there from a reading by now, that is of another register, such as one
//! of the transaction alone. It still tells that the transaction went on at its moment.

use chargetap_contract::session::MeterReading;

use crate::error::EngineError;
use crate::fleet::terms;
use crate::gateway::Gateway;
use crate::platform::Platform;
use crate::store;
use crate::store::events::Read;
use crate::store::sessions::Reported;

/// By how much a reading's moment may differ from its arrival if it was told at once, in milliseconds.
const AT_ONCE: u64 = 2 * 60_000;
/// Watt-milliseconds in a watt-hour.
const PER_WATT_HOUR: u64 = 3_600_000;

/// When the transaction of this session ended, by an end that arrives now with this register.
pub(super) async fn ended_at(
    gateway: &Gateway<impl Platform>,
    station: &str,
    Reported { session, terminal }: &Reported,
    register: Option<u64>,
) -> Result<u64, EngineError> {
    let platform = &gateway.platform;
    let now = platform.now();
    let readings = store::events::readings(platform, session).await?;
    let connected_for = platform.station_connected_for(station).await;
    let could_tell_for = connected_for.map_or(0, |it| it.min(gateway.undisturbed_for()));
    let of_now = |last: &Read| {
        last.arrived_at.abs_diff(last.reading.at) <= AT_ONCE
            && last.arrived_at >= now.saturating_sub(could_tell_for)
    };
    if readings.last().is_none_or(of_now) {
        return Ok(now);
    }
    let terms = match store::sessions::load(platform, session).await? {
        Some(stored) => terms::of_stored(gateway, &stored).await?,
        None => terms::current(gateway, terminal).await?,
    };
    Ok(earliest(&readings, register, terms.maximum_power(), now))
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
        // A station whose clock is ahead tells moments that have not come.
        let at = at.min(read.arrived_at);
        let reached = at.saturating_add(takes);
        if reached > now { at } else { reached }
    };
    let latest = readings.iter().map(after).max();
    latest.unwrap_or_default().min(now)
}

#[cfg(test)]
mod tests;
