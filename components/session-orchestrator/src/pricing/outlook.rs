//! The prices that a session may have if it begins at a moment.

use chargetap_contract::money::{Dimension, PriceComponent, PriceTime, Restriction, Tariff};
use chargetap_contract::session::{MeterReading, Policy};

use super::intervals::{MOST_PIECES, Terms};
use super::restrictions::{self, Interval, Moment};
use super::usage::component;

/// Every price that a dimension of a tariff may have during a session that begins now, in the order of time.
pub(super) fn outlook<'a>(
    tariff: &'a Tariff,
    policy: &Policy,
    dimension: Dimension,
    now: u64,
) -> Vec<(PriceTime, &'a PriceComponent)> {
    let start = MeterReading { energy: 0, at: now };
    let terms = Terms {
        tariff,
        utc_offsets: &policy.utc_offsets,
        start,
    };
    let end = MeterReading {
        at: now.saturating_add(policy.maximum_duration),
        ..start
    };
    let mut moment = terms.moment(start, Interval::NONE);
    // The power is not known at the start, and the energy is not known later.
    let is_power = |it: &Restriction| matches!(it, Restriction::Power(_));
    let is_open = |it: &Restriction| is_power(it) || matches!(it, Restriction::Energy(_));
    let mut prices: Vec<_> = possible(tariff, dimension, &moment, is_power)
        .map(|component| (PriceTime::ByPower, component))
        .collect();
    if let Some((when, _)) = prices.first_mut() {
        *when = PriceTime::Now;
    }
    let mut reached = start;
    for _ in 0..MOST_PIECES {
        let when = if is_duration_bound(tariff, moment.elapsed) {
            PriceTime::After(moment.elapsed)
        } else {
            PriceTime::Later
        };
        let components = possible(tariff, dimension, &moment, is_open);
        prices.extend(components.map(|component| (when, component)));
        let Some(next) = terms.next_cut(&moment, reached, end) else {
            break;
        };
        reached = next;
        moment = terms.moment(reached, Interval::NONE);
    }
    prices
}

/// The components that may price a dimension at a moment: up to the first one that surely applies.
fn possible<'a>(
    tariff: &'a Tariff,
    dimension: Dimension,
    moment: &Moment,
    is_unknown: impl Fn(&Restriction) -> bool,
) -> impl Iterator<Item = &'a PriceComponent> {
    let mut is_settled = false;
    tariff.elements.iter().filter_map(move |element| {
        let component = component(&element.components, dimension)?;
        let restrictions = &element.restrictions;
        let holds = |it| is_unknown(it) || restrictions::holds(it, moment);
        if is_settled || !restrictions.iter().all(holds) {
            return None;
        }
        is_settled = !restrictions.iter().any(&is_unknown);
        Some(component)
    })
}

fn is_duration_bound(tariff: &Tariff, elapsed: u64) -> bool {
    let mut restrictions = tariff.elements.iter().flat_map(|it| &it.restrictions);
    elapsed > 0
        && restrictions.any(|it| match it {
            Restriction::Duration(range) => [range.min, range.max].contains(&Some(elapsed)),
            _ => false,
        })
}
