//! Which records a token that is limited to sites may see and change.

use std::borrow::Cow;

use super::problem::{Problem, ProblemKind};
use crate::access::AccessScope;
use crate::fleet::{Change, Fleet, Item};
use crate::order::Order;
use crate::site::{Customer, Site};
use crate::terminal::Terminal;

/// Whether a record may be seen: records of the sites, the customers that own the sites, and the
/// orders of terminals there.
pub(super) fn may_see(fleet: &Fleet, access: &AccessScope, item: &Item) -> bool {
    match (access, item) {
        (AccessScope::Everywhere, _) => true,
        (AccessScope::Sites(sites), Item::Customer(Customer { key, .. })) => {
            let mut sites = sites
                .iter()
                .filter_map(|site| fleet.get::<Site>(site.as_str()));
            sites.any(|site| site.details.customer == *key)
        }
        (AccessScope::Sites(_), Item::Order(Order { key, .. })) => fleet
            .each::<Terminal>()
            .any(|it| it.details.order == *key && access.includes(&it.details.site)),
        _ => fleet.is_accessible(access, item),
    }
}

/// Whether a record may be changed: all sites that it belongs to must be in the access scope.
fn may_change(fleet: &Fleet, access: &AccessScope, item: &Item) -> bool {
    let sites = item.sites(fleet);
    match access {
        AccessScope::Everywhere => true,
        AccessScope::Sites(_) => {
            !sites.is_empty() && sites.iter().all(|site| access.includes(site))
        }
    }
}

/// Checks that every changed record is in the access scope, both before and after the change.
pub(super) fn check(
    fleet: &Fleet,
    access: &AccessScope,
    changes: &[Change],
) -> Result<(), Problem> {
    let is_within = |change: &Change| {
        let before = fleet.item(change.kind, &change.key);
        let after = change.after.as_ref();
        before.is_none_or(|(_, item)| may_change(fleet, access, &item))
            && after.is_none_or(|item| may_change(fleet, access, item))
    };
    match changes.iter().all(is_within) {
        true => Ok(()),
        false => Err(Problem::new(
            ProblemKind::Forbidden,
            "this would change what is not at the token's sites alone",
        )),
    }
}

/// The fleet without the terminals outside the access scope. Cloning a fleet is cheap.
pub(super) fn with_terminals_within<'a>(fleet: &'a Fleet, access: &AccessScope) -> Cow<'a, Fleet> {
    if *access == AccessScope::Everywhere {
        return Cow::Borrowed(fleet);
    }
    let mut within = fleet.clone();
    let others = fleet
        .each::<Terminal>()
        .filter(|it| !access.includes(&it.details.site));
    for terminal in others {
        within.apply(Change::remove::<Terminal>(terminal.serial.as_str()), 0);
    }
    Cow::Owned(within)
}
