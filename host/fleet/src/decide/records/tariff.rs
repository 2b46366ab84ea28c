//! Tariffs. A change counts for the next driver at each terminal that has the tariff.

use chargetap_contract::money;

use super::find;
use crate::assignment;
use crate::context::DecisionContext;
use crate::decide::Decision;
use crate::fleet::{Change, Fleet};
use crate::refusal::{Obstacle, Reason, Refusal};
use crate::tariff::{PriceChange, Tariff, TariffDetails};
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
    let zones = assignment::zones(fleet, context.gateway, &key);
    let begun = details.begun(context.now, &zones);
    let mut reasons = misfits(context, &key, &tariffs, begun.len())?;
    let present = fleet.get::<Tariff>(key.as_str()).map(|it| &it.details);
    reasons.extend(rewritten(present, &details, begun));
    Refusal::unless_none(Obstacle::Conflict, reasons)?;
    Ok(vec![Change::put(Tariff { key, details })])
}

/// Why terminals that have the tariff cannot have it: the first prices, or those of a change, of which so many have begun.
fn misfits(
    context: &DecisionContext<'_>,
    key: &Key,
    tariffs: &[money::Tariff],
    begun: usize,
) -> Result<Vec<Reason>, Refusal> {
    let mut having = assignment::terminals(context.gateway, key).peekable();
    if having.peek().is_none() {
        let configured = context.gateway.configured.values();
        let mut ids: Vec<_> = configured.map(|it| &*it.needs.tariff).collect();
        ids.sort_unstable();
        ids.dedup();
        let text = match ids.is_empty() {
            true => "no terminal is configured".to_owned(),
            false => format!(
                "no terminal is configured to have the tariff {key}, they have: {}",
                ids.join(", ")
            ),
        };
        return Err(Refusal::conflict("nobody-has-it", text));
    }
    let mut reasons = Vec::new();
    for (serial, terminal) in having {
        for (number, tariff) in tariffs.iter().enumerate().skip(begun) {
            let Err(reason) = terminal.needs.holds(serial.as_str(), tariff) else {
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
    Ok(reasons)
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

pub(in crate::decide) fn remove_tariff(fleet: &Fleet, key: &Key) -> Decision {
    find::<Tariff>(fleet, key.as_str())?;
    Ok(vec![Change::remove::<Tariff>(key.as_str())])
}
