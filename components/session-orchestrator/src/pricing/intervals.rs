//! Divides the interval between two meter readings among the elements of a tariff.

use chargetap_contract::money::{Dimension, Tariff, UtcOffset};
use chargetap_contract::session::MeterReading;

use super::calendar::{self, Local};
use super::restrictions::{self, Interval, Moment};
use super::usage::{Usage, component};

/// Into how many pieces an interval is divided at most. A week in one interval needs a few dozen. The
/// rest of a longer one is priced like its last piece.
pub(super) const MOST_PIECES: usize = 1_000;

/// By which terms a session is priced.
pub(crate) struct Terms<'a> {
    pub(crate) tariff: &'a Tariff,
    pub(crate) utc_offsets: &'a [UtcOffset],
    /// The reading at the start of the session.
    pub(crate) start: MeterReading,
}

impl Usage {
    /// Add the interval between two readings, of which `to` is the later one. It is part of the
    /// interval `whole`, which says whether the car was charging, and at what power.
    pub(crate) fn add_interval(
        &mut self,
        terms: &Terms<'_>,
        from: MeterReading,
        to: MeterReading,
        whole: Interval,
    ) {
        let mut reached = from;
        for piece in 1..=MOST_PIECES {
            let moment = terms.moment(reached, whole);
            let next = match terms.next_cut(&moment, reached, to) {
                Some(cut) if piece < MOST_PIECES => cut,
                _ => to,
            };
            self.add_piece(terms.tariff, &moment, Interval::between(reached, next));
            if next == to {
                break;
            }
            reached = next;
        }
    }

    fn add_piece(&mut self, tariff: &Tariff, moment: &Moment, piece: Interval) {
        let charging = moment.interval.energy > 0;
        let time = if charging {
            Dimension::Time
        } else {
            Dimension::ParkingTime
        };
        let flat = u64::from(charging && !self.has(Dimension::Flat));
        for (dimension, quantity) in [
            (Dimension::Energy, piece.energy),
            (time, piece.duration),
            (Dimension::Flat, flat),
        ] {
            let first = tariff.elements.iter().position(|element| {
                component(&element.components, dimension).is_some()
                    && element
                        .restrictions
                        .iter()
                        .all(|it| restrictions::holds(it, moment))
            });
            if let Some(element) = first.filter(|_| quantity > 0) {
                self.add(element, dimension, quantity);
            }
        }
    }
}

impl Terms<'_> {
    pub(super) fn moment(&self, reading: MeterReading, interval: Interval) -> Moment {
        let since_start = Interval::between(self.start, reading);
        Moment {
            local: Local::of(reading.at, self.utc_offsets),
            energy: since_start.energy,
            elapsed: since_start.duration,
            interval,
        }
    }

    /// Where between `reached` and `to` the next restriction may begin or cease to hold.
    pub(super) fn next_cut(
        &self,
        moment: &Moment,
        reached: MeterReading,
        to: MeterReading,
    ) -> Option<MeterReading> {
        let all = || self.tariff.elements.iter().flat_map(|it| &it.restrictions);
        let Interval { energy, duration } = Interval::between(reached, to);
        let offset = calendar::next_change(reached.at, self.utc_offsets)
            .map(|at| at.saturating_sub(reached.at));
        let by_time = all()
            .filter_map(|it| restrictions::next_change_in(it, moment))
            .chain(offset)
            .min()
            .filter(|passed| *passed < duration)
            .map(|passed| (passed, share(energy, passed, duration, 0)));
        let by_energy = all()
            .filter_map(|it| restrictions::next_change_after(it, moment))
            .min()
            .filter(|delivered| *delivered < energy)
            .map(|delivered| (share(duration, delivered, energy, energy - 1), delivered));
        let (passed, delivered) = by_energy.into_iter().chain(by_time).min_by_key(|it| it.0)?;
        Some(MeterReading {
            energy: reached.energy.saturating_add(delivered),
            at: reached.at.saturating_add(passed),
        })
    }
}

/// `whole * part / parts`, rounded down after `extra` was added to the product.
fn share(whole: u64, part: u64, parts: u64, extra: u64) -> u64 {
    let product = u128::from(whole) * u128::from(part) + u128::from(extra);
    u64::try_from(product / u128::from(parts.max(1))).unwrap_or(u64::MAX)
}
