//! Routes for tokens and calendars.

#[cfg(test)]
mod tests;

use super::{Decision, records};
use crate::access::{AccessScope, Calendar, CalendarDetails, Scope, Token, TokenDetails};
use crate::context::DecisionContext;
use crate::fleet::{Change, Fleet};
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::site::Site;
use crate::text::Key;

pub(super) fn issue_token(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    details: TokenDetails,
    hash: String,
) -> Decision {
    refuse_unknown_sites(fleet, &details.access)?;
    if details
        .expires
        .is_some_and(|expires| expires <= context.now)
    {
        let text = "the token would count no longer: name a moment that comes";
        return Err(Refusal::invalid("expired", text));
    }
    Ok(vec![Change::put(Token {
        key: Key::counted("K", fleet.write.saturating_add(1)),
        details,
        hash,
        issued: context.now,
    })])
}

/// One operator token without site limits and expiry must remain, so that nobody locks themselves
/// out.
pub(super) fn revoke_token(fleet: &Fleet, key: &Key) -> Decision {
    records::find::<Token>(fleet, key.as_str())?;
    let mut others = fleet.each::<Token>().filter(|it| it.key != *key);
    let someone_is_left = others.any(|it| {
        it.details.scope == Scope::Operator
            && it.details.access == AccessScope::Everywhere
            && it.details.expires.is_none()
    });
    if !someone_is_left {
        let text = "this is the last token that lets everything be done: issue another one first";
        return Err(Refusal::conflict("last-operator", text));
    }
    Ok(vec![Change::remove::<Token>(key.as_str())])
}

pub(super) fn issue_calendar(fleet: &Fleet, details: CalendarDetails, hash: String) -> Decision {
    refuse_unknown_sites(fleet, &details.access)?;
    Ok(vec![Change::put(Calendar {
        key: Key::counted("C", fleet.write.saturating_add(1)),
        details,
        hash,
    })])
}

pub(super) fn revoke_calendar(fleet: &Fleet, key: &Key) -> Decision {
    records::find::<Calendar>(fleet, key.as_str())?;
    Ok(vec![Change::remove::<Calendar>(key.as_str())])
}

fn refuse_unknown_sites(fleet: &Fleet, access: &AccessScope) -> Result<(), Refusal> {
    let AccessScope::Sites(sites) = access else {
        return Ok(());
    };
    let unknown = sites
        .iter()
        .filter(|site| fleet.get::<Site>(site.as_str()).is_none());
    let reasons = unknown.map(|site| {
        Reason::new("no-such-site", format!("there is no site {site}")).at("reach.sites")
    });
    Refusal::unless_none(Obstacle::Invalid, reasons.collect())
}
