//! Compares a contract with a version of it that was released.
//!
//! A version that is compatible with the released one by the component model's rules (0.1.1 with 0.1.0, but not 0.2.0)
//! may have more types, interfaces and worlds, and nothing else: hosts and components of both versions then work with
//! each other as they are. An interface that is exported may have no more of anything: a component exports it as a
//! whole, with its types, and one that exists lacks what a host of the new version would look for. A record has no
//! optional field: one that is added changes how every value is laid out.
//!
//! A version that is not compatible may change all of this. A host takes older components by an adapter.

use std::fmt;

use wit_parser::{PackageName, Resolve};

use crate::parts::{Kind, Part, Parts, parts};

/// A change that is not allowed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Such as `chargetap:types/money.price-component.vat-rate`.
    pub(crate) place: String,
    pub(crate) change: Change,
}

/// What was changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is gone.
    Removed,
    /// It was one thing, and is another: as WIT writes them, types by their full names.
    Altered { released: String, current: String },
    /// Its members stand in another order.
    Reordered,
    /// It is a field, a case or a parameter of what was released without it.
    AddedMember,
    /// It is a function, a resource or, where the interface is exported, a type of an interface that was released
    /// without it.
    AddedToInterface,
    /// A world that was released has one more import.
    AddedImport,
    /// A world that was released has one more export.
    AddedExport,
    /// It has the version of a release that is without it.
    AddedToRelease,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.place)?;
        f.write_str(match &self.change {
            Change::Removed => "was released and is gone: put it back",
            Change::Altered { released, current } => {
                return write!(
                    f,
                    "was released as `{released}` and is `{current}`: leave it, and add a type or function of \
                     another name"
                );
            }
            Change::Reordered => "has its members in another order than was released: put them back",
            Change::AddedMember => {
                "is new in what was released without it: leave that, and add a type or function of another name"
            }
            Change::AddedToInterface => {
                "is new, and components that exist do not export it: put it into an interface of its own, in a world \
                 of its own"
            }
            Change::AddedImport => {
                "is new, and hosts that exist do not provide it: take it out, or put it into a world of its own"
            }
            Change::AddedExport => {
                "is new, and components that exist do not export it: put it into a world of its own"
            }
            Change::AddedToRelease => "is new: give the contract the next version",
        })
    }
}

/// What the current contract changes of a released one and may not.
pub(crate) fn findings(released: &Resolve, current: &Resolve) -> Vec<Finding> {
    let [was, is] = [released, current].map(|it| types(it).version.as_ref());
    if was.map(PackageName::version_compat_track) != is.map(PackageName::version_compat_track) {
        return Vec::new();
    }
    let is_the_release = was == is;
    let [released, current] = [released, current].map(parts);
    let mut found = Vec::new();
    for (place, was) in &released {
        match current.get(place) {
            Some(is) => compare(place, was, is, &mut found),
            // What is in it is gone with it.
            None if was.is_in(&current) => found.push(finding(place, Change::Removed)),
            None => {}
        }
    }
    for (place, is) in &current {
        // What is in something new is new with it.
        if !released.contains_key(place) && is.is_in(&released) {
            let change = match is_the_release {
                true => Some(Change::AddedToRelease),
                false => addition(is, &released),
            };
            found.extend(change.map(|change| finding(place, change)));
        }
    }
    found
}

/// The name of `chargetap:types`, whose version is that of the contract.
fn types(resolve: &Resolve) -> &PackageName {
    let mut names = resolve.package_names.keys();
    let types = names.find(|it| it.namespace == "chargetap" && it.name == "types");
    types.unwrap()
}

/// What is wrong with something new in what was released.
fn addition(part: &Part, released: &Parts) -> Option<Change> {
    match part.kind {
        Kind::Import => Some(Change::AddedImport),
        Kind::Export => Some(Change::AddedExport),
        Kind::Function(_) | Kind::Type("resource") => Some(Change::AddedToInterface),
        Kind::Type(_) if is_exported(&part.parent, released) => Some(Change::AddedToInterface),
        Kind::Package | Kind::Interface | Kind::World | Kind::Type(_) => None,
    }
}

fn is_exported(interface: &str, released: &Parts) -> bool {
    let export = format!(" export {interface}");
    let mut exports = released.iter().filter(|(_, it)| it.kind == Kind::Export);
    exports.any(|(place, _)| place.ends_with(&export))
}

fn compare(place: &str, was: &Part, is: &Part, found: &mut Vec<Finding>) {
    if was.kind != is.kind {
        let [released, current] = [was, is].map(|it| it.kind.words().to_owned());
        found.push(finding(place, Change::Altered { released, current }));
        return;
    }
    let places = |name: &str| match name {
        "" => place.to_owned(),
        _ => format!("{place}.{name}"),
    };
    let find = |part: &Part, name: &str| part.members.iter().position(|it| it.0 == name);
    let mut last = None;
    let mut is_in_order = true;
    for (name, released) in &was.members {
        let Some(at) = find(is, name) else {
            found.push(finding(&places(name), Change::Removed));
            continue;
        };
        is_in_order &= last < Some(at);
        last = Some(at);
        let (_, current) = &is.members[at];
        if current != released {
            let [released, current] = [released, current].map(Clone::clone);
            found.push(finding(
                &places(name),
                Change::Altered { released, current },
            ));
        }
    }
    if !is_in_order {
        found.push(finding(place, Change::Reordered));
    }
    let added = is
        .members
        .iter()
        .filter(|(name, _)| find(was, name).is_none());
    found.extend(added.map(|(name, _)| finding(&places(name), Change::AddedMember)));
}

fn finding(place: &str, change: Change) -> Finding {
    let place = place.to_owned();
    Finding { place, change }
}
