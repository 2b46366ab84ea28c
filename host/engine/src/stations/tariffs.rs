//! The tariffs of a station's EVSEs, as the station can show them. They are for display: what is paid is priced by the
//! tariff of the tap.

mod conversion;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chargetap_contract::Components;
use chargetap_contract::money::{Restriction, Tariff};
use chargetap_contract::screen::{Message, Quote};
use chargetap_ocpp::tariff::{self, Description, LONGEST_DESCRIPTION, MOST_DESCRIPTIONS};
use serde::{Deserialize, Serialize};

pub use self::conversion::Untold;
use self::conversion::converted;
use crate::config::Terminal;
use crate::error::EngineError;
use crate::fleet::terminals::Terminals;
use crate::fleet::{records, terms};
use crate::gateway::Gateway;
use crate::platform::{ComponentFault, Platform, Purpose};
use crate::terminals::words::in_language;

/// What an EVSE costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvseTariff {
    /// Its number at the station.
    pub evse: u32,
    /// What the station can show of it.
    pub tariff: Result<tariff::Tariff, Untold>,
}

/// The tariffs of those EVSEs of a station at which drivers can pay.
///
/// # Errors
/// The store cannot be used, or a site's time zone is not known.
pub(crate) async fn tariffs(
    gateway: &Gateway<impl Platform>,
    station: &str,
) -> Result<Vec<EvseTariff>, EngineError> {
    let (fleet, now) = (records::current(gateway).await?, gateway.platform.now());
    let mut evses: BTreeMap<u32, Vec<Terminal>> = BTreeMap::new();
    let terminals = Terminals::new(&gateway.config, &fleet).at(station);
    for (serial, terminal) in &terminals {
        let here = terminal.evses.iter();
        for evse in here.filter(|it| it.evse.station == station) {
            let serving = evses.entry(evse.evse.connector).or_default();
            let served = terms::served(&gateway.config, &fleet, serial, now)?;
            if let Some(served) = served.filter(|it| it.is_fit) {
                serving.push(served.terminal);
            }
        }
    }
    let mut tariffs = Vec::new();
    for (evse, serving) in evses {
        let tariff = tariff(gateway, &serving).await;
        tariffs.push(EvseTariff { evse, tariff });
    }
    Ok(tariffs)
}

/// The tariff of an EVSE that these terminals serve.
async fn tariff(
    gateway: &Gateway<impl Platform>,
    serving: &[Terminal],
) -> Result<tariff::Tariff, Untold> {
    let policies = serving.iter().map(|terminal| &terminal.policy);
    let mut tariffs: Vec<_> = policies
        .map(|policy| converted(&policy.tariff, policy.currency_decimals))
        .collect();
    tariffs.dedup();
    let tariff = match tariffs.pop() {
        None => return Err(Untold::NoTariff),
        Some(only) if tariffs.is_empty() => only?,
        Some(_) => return Err(Untold::SeveralTariffs),
    };
    let descriptions = descriptions(gateway, serving)
        .await
        .unwrap_or_else(|error| {
            tracing::error!(%error, "a tariff is told without words");
            Vec::new()
        });
    Ok(tariff::Tariff {
        descriptions,
        ..tariff
    })
}

/// What the terminals of an EVSE show, in each of their languages; nothing where that is not always the same.
async fn descriptions(
    gateway: &Gateway<impl Platform>,
    serving: &[Terminal],
) -> Result<Vec<Description>, EngineError> {
    let holds = serving.iter().flat_map(|it| &it.holds);
    let holds: BTreeSet<u64> = holds.copied().collect();
    let (Some(terminal), Some(hold), 1) = (serving.first(), holds.first(), holds.len()) else {
        return Ok(Vec::new());
    };
    if changes_with_time(&terminal.policy.tariff) {
        return Ok(Vec::new());
    }
    let platform = &gateway.platform;
    let now = platform.now();
    let languages = serving.iter().flat_map(|it| &it.languages);
    let languages = languages.map(String::as_str);
    let described = platform.call(Purpose::Words, |components| {
        described(
            components,
            components.offer(&terminal.policy, *hold, now)?,
            languages,
        )
    });
    Ok(described.await??)
}

/// An offer in each of these languages.
fn described<'a>(
    components: &impl Components,
    offer: Quote,
    languages: impl Iterator<Item = &'a str>,
) -> Result<Vec<Description>, ComponentFault> {
    let offer = Message::Offer(offer);
    let mut descriptions: Vec<Description> = Vec::new();
    for language in languages {
        let content = in_language(components, &offer, language)?;
        let is_new = descriptions.iter().all(|it| it.language != language);
        if is_new && content.chars().count() <= LONGEST_DESCRIPTION {
            descriptions.push(Description {
                language: language.to_owned(),
                content,
            });
        }
    }
    descriptions.truncate(MOST_DESCRIPTIONS);
    Ok(descriptions)
}

/// Whether a session that begins later may have other prices.
fn changes_with_time(tariff: &Tariff) -> bool {
    let mut restrictions = tariff.elements.iter().flat_map(|it| &it.restrictions);
    restrictions.any(|it| {
        matches!(
            it,
            Restriction::TimeOfDay(_) | Restriction::Date(_) | Restriction::Weekday(_)
        )
    })
}
