//! Customers, sites, stations, tariffs, people and orders.

mod order;
mod people;
mod place;
mod tariff;
#[cfg(test)]
mod tests;

pub(super) use order::put_order;
pub(super) use people::{put_person, remove_person, train};
pub(super) use place::{operate, put_site, put_station, set_station_password};
pub(super) use tariff::{put_tariff, remove_tariff};

use std::borrow::Borrow;

use super::Decision;
use crate::bundle::{BundleSwap, Replacement};
use crate::context::DecisionContext;
use crate::fleet::{Change, Fleet, Record};
use crate::moment::Moment;
use crate::refusal::{Reason, Refusal};
use crate::site::{Acceptance, Customer, CustomerDetails, SelfAssessment};
use crate::text::Key;

/// The record with this key, or a refusal.
pub(super) fn find<'a, T: Record>(fleet: &'a Fleet, key: &str) -> Result<&'a T, Refusal> {
    let found = fleet.get::<T>(key);
    found.ok_or_else(|| Refusal::not_found(T::KIND.name(), key))
}

/// The reason, if a record that is referred to does not exist.
pub(super) fn unknown<T: Record>(
    fleet: &Fleet,
    key: &impl Borrow<str>,
    at: &str,
) -> Option<Reason> {
    let name = T::KIND.name();
    let reason = || {
        let text = format!("there is no {name} {:?}", key.borrow());
        Reason::new(&format!("no-such-{name}"), text).at(at)
    };
    fleet.get::<T>(key.borrow()).is_none().then(reason)
}

pub(super) fn refuse_future(now: Moment, at: Moment) -> Result<(), Refusal> {
    match at > now {
        false => Ok(()),
        true => {
            let text = format!("{at} has not come yet: it is {now}");
            Err(Refusal::invalid("in-the-future", text))
        }
    }
}

pub(super) fn put_customer(fleet: &Fleet, key: Key, details: CustomerDetails) -> Decision {
    let customer = match fleet.get::<Customer>(key.as_str()) {
        Some(customer) => Customer {
            details,
            ..customer.clone()
        },
        None => Customer {
            key,
            details,
            terms: None,
            self_assessment: None,
        },
    };
    Ok(vec![Change::put(customer)])
}

pub(super) fn accept_terms(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    key: &Key,
    acceptance: Acceptance,
) -> Decision {
    let customer = find::<Customer>(fleet, key.as_str())?;
    refuse_future(context.now, acceptance.at)?;
    Ok(vec![Change::put(Customer {
        terms: Some(acceptance),
        ..customer.clone()
    })])
}

pub(super) fn assess(fleet: &Fleet, key: &Key, assessment: SelfAssessment) -> Decision {
    let customer = find::<Customer>(fleet, key.as_str())?;
    Ok(vec![Change::put(Customer {
        self_assessment: Some(assessment),
        ..customer.clone()
    })])
}

/// Who swapped the components.
pub(super) fn swap_bundle(
    context: &DecisionContext<'_>,
    replacement: Replacement,
    differences: u64,
) -> Decision {
    Ok(vec![Change::put(BundleSwap {
        key: Key::components(),
        replacement,
        differences,
        at: context.now,
    })])
}
