//! Licences: bought in quantities on an order, assigned to terminals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::fleet::Fleet;
use crate::moment::Day;
use crate::order::Order;
use crate::terminal::Terminal;
use crate::text::Key;

/// A kind of licence.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub enum Sku {
    /// The activation of one terminal.
    #[serde(rename = "PAYMENT-TERMINAL-ACTIVATION")]
    Activation,
    /// A year of software for one terminal.
    #[serde(rename = "CPCLD-PAYMENT-TERMINAL-1")]
    Software,
}

/// A terminal's licences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Licences {
    /// The order that its activation was bought with.
    pub activation: Option<Key>,
    /// Years of software that begin when it is activated, as the orders they were bought with.
    pub waiting: Vec<Key>,
    /// Years of software that have begun or follow one another, in their order.
    pub software: Vec<Year>,
}

/// A prepaid year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Year {
    /// The order that it was bought with.
    pub order: Key,
    /// Its first day.
    pub from: Day,
    /// The first day after it.
    pub until: Day,
}

impl Sku {
    /// Its name in orders.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Activation => "PAYMENT-TERMINAL-ACTIVATION",
            Self::Software => "CPCLD-PAYMENT-TERMINAL-1",
        }
    }
}

impl Licences {
    /// Whether its software is paid for on a day. Days before the first year count too, so that a
    /// clock that was set back stops nobody.
    #[must_use]
    pub fn is_licensed(&self, day: Day) -> bool {
        self.until().is_some_and(|until| day < until)
    }

    /// The first day on which its software is not paid for.
    #[must_use]
    pub fn until(&self) -> Option<Day> {
        self.software.iter().map(|year| year.until).max()
    }

    /// Whether it was ever activated. The first activation begins the first year.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        !self.software.is_empty()
    }

    /// Whether it has a year of software on this day, or one that waits for activation.
    #[must_use]
    pub fn has_software(&self, day: Day) -> bool {
        !self.waiting.is_empty() || self.is_licensed(day)
    }

    /// Begins the waiting years on this day.
    pub fn begin(&mut self, today: Day) {
        for order in std::mem::take(&mut self.waiting) {
            self.renew(order, today);
        }
    }

    /// Assigns a year of this order. It waits for activation, or follows the last year.
    pub fn add_year(&mut self, order: Key, today: Day) {
        match self.has_begun() {
            false => self.waiting.push(order),
            true => self.renew(order, today),
        }
    }

    /// Adds a year that begins where the last one ends, or today if that has passed.
    fn renew(&mut self, order: Key, today: Day) {
        let from = self.until().map_or(today, |until| until.max(today));
        self.software.push(Year {
            order,
            from,
            until: from.plus_years(1),
        });
    }

    /// How many licences of this kind it has of an order.
    #[must_use]
    pub fn of(&self, sku: Sku, order: &Key) -> u64 {
        let count = match sku {
            Sku::Activation => self.activation.iter().filter(|it| *it == order).count(),
            Sku::Software => {
                let begun = self.software.iter().map(|year| &year.order);
                begun.chain(&self.waiting).filter(|it| *it == order).count()
            }
        };
        count as u64
    }
}

/// The licences of a kind on an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stock {
    /// Which kind.
    pub sku: Sku,
    /// The number that was bought.
    pub bought: u64,
    /// The number that is assigned, to terminals of this order or of others.
    pub assigned: u64,
    /// The number that is left.
    pub left: u64,
}

impl Stock {
    /// The licences of a kind that an order has.
    #[must_use]
    pub fn of(fleet: &Fleet, order: &Order, sku: Sku) -> Self {
        let bought = u64::from(match sku {
            Sku::Activation => order.details.activations,
            Sku::Software => order.details.software_years,
        });
        let terminals = fleet.each::<Terminal>();
        let assigned = terminals.map(|it| it.licences.of(sku, &order.key)).sum();
        Self {
            sku,
            bought,
            assigned,
            left: bought.saturating_sub(assigned),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::text;

    fn day(text: &str) -> Day {
        serde_json::from_value(text.into()).unwrap()
    }

    fn years(licences: &Licences) -> Vec<(Day, Day)> {
        let years = licences.software.iter();
        years.map(|year| (year.from, year.until)).collect()
    }

    #[test]
    fn years_that_wait_begin_one_after_another() {
        let mut licences = Licences::default();
        licences.add_year(text("O-1"), day("2026-01-01"));
        licences.add_year(text("O-1"), day("2026-01-01"));
        assert!(licences.has_software(day("2026-01-01")) && !licences.has_begun());
        licences.begin(day("2026-11-25"));
        assert_eq!(
            years(&licences),
            [
                (day("2026-11-25"), day("2027-11-25")),
                (day("2027-11-25"), day("2028-11-25")),
            ]
        );
    }

    #[test]
    fn renewed_late_a_year_begins_today() {
        let mut licences = Licences::default();
        licences.add_year(text("O-1"), day("2026-11-25"));
        licences.begin(day("2026-11-25"));
        licences.add_year(text("O-1"), day("2028-02-29"));
        assert_eq!(
            years(&licences).last(),
            Some(&(day("2028-02-29"), day("2029-02-28")))
        );
    }

    proptest! {
        /// Under any clock: years never overlap, and there is no gap if they were renewed in time.
        #[test]
        fn years_neither_overlap_nor_leave_a_gap(days in prop::collection::vec(0..4_000_i32, 1..8)) {
            let first = day("2026-11-25");
            let mut licences = Licences::default();
            licences.add_year(text("O-1"), first);
            licences.begin(first);
            for today in days.into_iter().map(|days| first.plus_days(days)) {
                let in_time = licences.software.iter().any(|year| today <= year.until);
                licences.add_year(text("O-1"), today);
                let [.., last, new] = licences.software.as_slice() else {
                    unreachable!("there were two")
                };
                prop_assert!(last.until <= new.from);
                prop_assert!(!in_time || last.until == new.from);
                prop_assert!(in_time || new.from == today);
                prop_assert!(new.until == new.from.plus_years(1));
            }
        }
    }
}
