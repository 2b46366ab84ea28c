//! Tariffs. A change counts for the next driver at each terminal that has the tariff.

use chargetap_contract::money;

use super::find;
use crate::assignment;
use crate::context::DecisionContext;
use crate::decide::Decision;
use crate::fleet::{Change, Fleet};
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::tariff::{PriceChange, Tariff, TariffDetails, TariffNeeds};
use crate::text::Key;

/// It must fit the terminals that have it, and leave prices that are over as they are, or out.
pub(in crate::decide) fn put_tariff(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    key: Key,
    details: TariffDetails,
) -> Decision {
    let tariffs = details.read().map_err(|mistakes| Refusal {
        obstacle: Obstacle::Invalid,
        reasons: mistakes.into_iter().map(Reason::from).collect(),
    })?;
    let terminals = assignment::terminals(fleet, context.gateway, &key);
    let zones = assignment::zones(fleet, &terminals);
    let begun = details.begun(context.now, &zones);
    let mut reasons = misfits(&terminals, &tariffs, begun.len());
    let present = fleet.get::<Tariff>(key.as_str()).map(|it| &it.details);
    reasons.extend(rewritten(present, &details, begun));
    reasons.extend(confused(context, &key));
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    Ok(vec![Change::put(Tariff { key, details })])
}

/// A key that differs from a configured one in its capitals only would count nowhere.
fn confused(context: &DecisionContext<'_>, key: &Key) -> Option<Reason> {
    let configured = &context.gateway.tariffs;
    if configured.contains_key(key.as_str()) {
        return None;
    }
    let mut ids = configured.keys();
    let meant = ids.find(|id| id.eq_ignore_ascii_case(key.as_str()))?;
    let text = format!("the configuration has a tariff {meant}: write it as there");
    Some(Reason::new("other-capitals", text))
}

/// Why terminals that have the tariff cannot have it: the first prices, or those of a change, of which so many have begun.
fn misfits(
    terminals: &[(String, TariffNeeds)],
    tariffs: &[money::Tariff],
    begun: usize,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for (serial, needs) in terminals {
        for (number, tariff) in tariffs.iter().enumerate().skip(begun) {
            let Err(reason) = needs.holds(serial, tariff) else {
                continue;
            };
            let prices = match number.checked_sub(1) {
                None => "prices".to_owned(),
                Some(change) => format!("changes.{change}.prices"),
            };
            let member = reason.at.clone().unwrap_or_default();
            reasons.push(reason.at(format!("{prices}.{member}")));
        }
    }
    reasons
}

/// Changes that have begun at every site, and the prices before them, cannot be edited: no driver pays by them any more.
fn rewritten(
    present: Option<&TariffDetails>,
    details: &TariffDetails,
    begun: &[PriceChange],
) -> Option<Reason> {
    let last = begun.last()?;
    let number = begun.len().saturating_sub(1);
    let is_kept = present.is_some_and(|present| {
        present.prices == details.prices && present.changes.get(..begun.len()) == Some(begun)
    });
    if is_kept {
        return None;
    }
    let text = format!(
        "{} has come, so that the prices before it count no more: say the prices from then on as prices, \
         and leave out this change and those before it",
        last.from
    );
    Some(Reason::new("has-begun", text).at(format!("changes.{number}.from")))
}

/// The terminals that have it must fit the configured one of its id.
pub(in crate::decide) fn remove_tariff(
    fleet: &Fleet,
    context: &DecisionContext<'_>,
    key: &Key,
) -> Decision {
    find::<Tariff>(fleet, key.as_str())?;
    let configured = context.gateway.tariffs.get(key.as_str());
    let mut reasons = Vec::new();
    for (serial, needs) in assignment::terminals(fleet, context.gateway, key) {
        reasons.extend(match configured {
            Some(tariff) => needs.holds(&serial, tariff).err(),
            None => {
                let text = format!("terminal {serial} has it: give it another one first");
                Some(Reason::new("tariff-in-use", text))
            }
        });
    }
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    Ok(vec![Change::remove::<Tariff>(key.as_str())])
}
