//! Who the host talks to: the payment provider and the charging station.

use std::collections::BTreeSet;

use crate::store::{Close, Order};
use crate::world::{Answer, Report, World};

/// The payment provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Provider {
    /// Holds in the order in which they were made; a payment session's id is its place.
    pub holds: Vec<Hold>,
    /// How many authorisations the host sent.
    pub authorisations: u8,
}

/// A hold, and what was done about it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Hold {
    /// Whether it is an earlier driver's.
    pub is_earlier: bool,
    /// What the host requested, whether it took effect or not.
    pub requested: BTreeSet<Close>,
    /// What took effect.
    pub closed: Vec<Close>,
}

impl Provider {
    /// A provider at which an earlier driver's hold may be open.
    #[must_use]
    pub fn with_a_hold(earlier_hold: bool) -> Self {
        let hold = Hold {
            is_earlier: earlier_hold,
            ..Hold::default()
        };
        Self {
            holds: earlier_hold.then_some(hold).into_iter().collect(),
            authorisations: 0,
        }
    }

    /// The payment sessions whose hold is open.
    #[must_use]
    pub fn open(&self) -> Vec<String> {
        (0..)
            .zip(&self.holds)
            .filter(|(_, hold)| hold.closed.is_empty())
            .map(|(place, _): (u8, _)| place.to_string())
            .collect()
    }

    /// What was captured of all holds, in minor units.
    #[must_use]
    pub fn captured(&self) -> u64 {
        let closed = self.holds.iter().flat_map(|hold| &hold.closed);
        closed
            .map(|close| match close {
                Close::Capture(amount) => *amount,
                Close::Void => 0,
            })
            .sum()
    }

    fn authorise(&mut self) -> Answer {
        let payment = self.holds.len().to_string();
        self.holds.push(Hold::default());
        Answer::Authorised(payment)
    }

    fn close(&mut self, payment: &str, how: Close, refuses: bool) -> Answer {
        let place: usize = payment.parse().expect("a payment session's id");
        let hold = self.holds.get_mut(place).expect("a payment session");
        hold.requested.insert(how);
        if !hold.closed.is_empty() {
            Answer::Conflict
        } else if refuses {
            Answer::NotDone
        } else {
            hold.closed.push(how);
            Answer::Done
        }
    }
}

/// The charging station.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Station {
    /// In kilowatt-hours.
    pub register: u64,
    /// What it is doing.
    pub stage: Stage,
}

/// What the station is doing. It takes one start; the token is good for one transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Nothing.
    #[default]
    Idle,
    /// It accepted a start and waits for a car.
    Expecting,
    /// It reported the start and waits for the transaction's number.
    Starting,
    /// The transaction runs.
    Charging,
    /// The transaction ended, or was not allowed.
    Ended,
}

/// A request arrives: the provider or the station carries it out.
pub(crate) fn arrive(world: &mut World, order: &Order, provider_closes_nothing: bool) -> Answer {
    match order {
        Order::Authorise => world.provider.authorise(),
        Order::Close(payment, how) => world.provider.close(payment, *how, provider_closes_nothing),
        Order::LookUp(payment) => {
            let mut open = world.provider.open();
            open.retain(|open| payment.as_ref().is_none_or(|payment| payment == open));
            Answer::Open(open)
        }
        Order::Start if world.station.stage == Stage::Idle => {
            world.station.stage = Stage::Expecting;
            Answer::Done
        }
        Order::Stop if world.station.stage == Stage::Charging => {
            end(world);
            Answer::Done
        }
        Order::Start | Order::Stop => Answer::Declined,
        Order::Receipt(_) | Order::Alert => unreachable!("nobody is asked"),
    }
}

/// The transaction ends.
pub(crate) fn end(world: &mut World) {
    world.station.stage = Stage::Ended;
    world.report(Report::Stopped(world.reading()));
}
