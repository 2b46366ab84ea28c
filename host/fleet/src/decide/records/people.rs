//! People who may use terminals.

use std::collections::BTreeSet;

use super::{find, refuse_future, unknown};
use crate::context::DecisionContext;
use crate::decide::Decision;
use crate::fleet::{Change, Fleet};
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::site::{Person, PersonDetails, Site, Training};
use crate::terminal::{State, Terminal};
use crate::text::Key;

/// The maximum number of sites of a person.
const SITES: usize = 100;

pub(in crate::decide) fn put_person(fleet: &Fleet, key: Key, details: PersonDetails) -> Decision {
    let mut reasons = Vec::new();
    let sites: BTreeSet<_> = details.sites.iter().collect();
    if sites.is_empty() || sites.len() != details.sites.len() || sites.len() > SITES {
        let text = "a person works at 1 to 100 sites, each named once";
        reasons.push(Reason::new("sites", text).at("sites"));
    }
    let sites = details.sites.iter();
    reasons.extend(sites.filter_map(|site| unknown::<Site>(fleet, site, "sites")));
    Refusal::unless_none(Obstacle::Invalid, reasons)?;

    let is_away =
        |it: &&Terminal| it.state.is_current() && !details.sites.contains(&it.details.site);
    let away = used_by(fleet, &key).filter(is_away).map(|it| {
        let (serial, site) = (&it.serial, &it.details.site);
        let text = format!("{key} may use terminal {serial} at {site}: take them off it first");
        Reason::new("still-user", text).at("sites")
    });
    Refusal::unless_none(Obstacle::Conflict, away.collect())?;

    let person = match fleet.get::<Person>(key.as_str()) {
        Some(person) => Person {
            details,
            ..person.clone()
        },
        None => Person {
            key,
            details,
            training: None,
        },
    };
    Ok(vec![Change::put(person)])
}

pub(in crate::decide) fn train(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    key: &Key,
    training: Training,
) -> Decision {
    let person = find::<Person>(fleet, key.as_str())?;
    refuse_future(context.now, training.at)?;
    Ok(vec![Change::put(Person {
        training: Some(training),
        ..person.clone()
    })])
}

/// An activated terminal must keep at least one user.
pub(in crate::decide) fn remove_person(fleet: &Fleet, key: &Key) -> Decision {
    find::<Person>(fleet, key.as_str())?;
    let is_last = |it: &&Terminal| {
        it.state == State::Activated && it.details.users.iter().all(|it| it == key)
    };
    let last = used_by(fleet, key).filter(is_last).map(|it| {
        let serial = &it.serial;
        let text = format!("nobody but {key} may use terminal {serial}: name somebody else first");
        Reason::new("last-user", text).at(format!("terminals/{serial}"))
    });
    Refusal::unless_none(Obstacle::Conflict, last.collect())?;

    let without = used_by(fleet, key).map(|it| {
        let mut terminal = it.clone();
        terminal.details.users.retain(|user| user != key);
        Change::put(terminal)
    });
    let removed = std::iter::once(Change::remove::<Person>(key.as_str()));
    Ok(removed.chain(without).collect())
}

fn used_by<'a>(fleet: &'a Fleet, key: &'a Key) -> impl Iterator<Item = &'a Terminal> {
    let all = fleet.each::<Terminal>();
    all.filter(move |it| it.details.users.contains(key))
}
