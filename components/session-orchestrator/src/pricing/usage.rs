//! How much a session has used of each price component.

use chargetap_contract::money::{Dimension, PriceComponent, Tariff};
use serde::{Deserialize, Serialize};

const MS_PER_SECOND: u64 = 1_000;

/// One sum for each component that was used. The component used last comes last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Usage(Vec<Used>);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Used {
    /// Which element of the tariff, from 0.
    pub(super) element: usize,
    pub(super) dimension: Dimension,
    /// Watt-hours, milliseconds, or 1.
    pub(super) quantity: u64,
}

impl Used {
    pub(super) fn component<'a>(&self, tariff: &'a Tariff) -> Option<&'a PriceComponent> {
        component(
            &tariff.elements.get(self.element)?.components,
            self.dimension,
        )
    }
}

pub(super) fn component(
    components: &[PriceComponent],
    dimension: Dimension,
) -> Option<&PriceComponent> {
    components.iter().find(|it| it.dimension == dimension)
}

impl Usage {
    pub(super) fn add(&mut self, element: usize, dimension: Dimension, quantity: u64) {
        let mut used = Used {
            element,
            dimension,
            quantity,
        };
        let same = |it: &Used| it.element == element && it.dimension == dimension;
        if let Some(position) = self.0.iter().position(same) {
            let before = self.0.remove(position);
            used.quantity = used.quantity.saturating_add(before.quantity);
        }
        self.0.push(used);
    }

    pub(super) fn has(&self, dimension: Dimension) -> bool {
        self.0.iter().any(|it| it.dimension == dimension)
    }

    /// Whether anything but parking time was priced.
    pub(super) fn is_charging(&self) -> bool {
        self.0
            .iter()
            .any(|it| it.dimension != Dimension::ParkingTime)
    }

    /// The sums rounded up to step sizes, by dimension and then in the order of the tariff.
    pub(super) fn billed(&self, tariff: &Tariff) -> Vec<Used> {
        let mut billed = self.0.clone();
        round_up(&mut billed, tariff, Dimension::Energy);
        let rounded_time = if self.has(Dimension::ParkingTime) {
            Dimension::ParkingTime
        } else {
            Dimension::Time
        };
        round_up(&mut billed, tariff, rounded_time);
        billed.sort_unstable_by_key(|it| (it.dimension as u8, it.element));
        billed
    }
}

/// Round the sum of a dimension up to the step size of the component that was used last.
fn round_up(used: &mut [Used], tariff: &Tariff, dimension: Dimension) {
    let sum = used
        .iter()
        .filter(|it| it.dimension == dimension)
        .fold(0, |sum: u64, it| sum.saturating_add(it.quantity));
    let Some(last) = used.iter_mut().rfind(|it| it.dimension == dimension) else {
        return;
    };
    let step = last.component(tariff).map_or(1, |it| it.step_size.max(1));
    let unit = match dimension {
        Dimension::Time | Dimension::ParkingTime => MS_PER_SECOND,
        Dimension::Energy | Dimension::Flat => 1,
    };
    let rounded = sum.saturating_add(u64::from(step) * unit - 1);
    let rounded = rounded - rounded % (u64::from(step) * unit);
    last.quantity = last.quantity.saturating_add(rounded.saturating_sub(sum));
}
