//! The context of a receipt: what it says besides its session and its numbers.

use chargetap_contract::Components;
use chargetap_contract::money::Prices;
use chargetap_contract::receipt::{
    Buyer, Document, Measurement, MeasurementProblem, MeasurementVerdict, Original, Site, Slip,
    Subject, Summary,
};
use chargetap_contract::session::Evse;
use chargetap_fleet::fleet::Fleet;
use chargetap_fleet::site::{EvseDetails, Station};

use super::subject::session;
use crate::config::Config;
use crate::error::EngineError;
use crate::fleet::{records, terms};
use crate::gateway::Gateway;
use crate::platform::{ComponentFault, Platform, Purpose};
use crate::store;
use crate::store::receipts::Beginning;
use crate::terminals::prompt::Prompt;

/// For how long after its session a receipt waits for a check of what the meter signed that fails, in milliseconds.
const CHECKED_WITHIN: u64 = 15 * 60_000;

/// What a receipt says besides its session.
pub(super) struct ReceiptContext {
    pub(super) site: Site,
    pub(super) evse_id: Option<String>,
    pub(super) original: Option<Original>,
    /// In whose name the original is.
    pub(super) buyer: Option<Buyer>,
    /// The prices on the original.
    pub(super) prices: Option<Prices>,
    pub(super) slip: Option<Slip>,
    pub(super) tariff: Option<String>,
    pub(super) measurement: Option<Measurement>,
}

impl ReceiptContext {
    /// That of a receipt which refers to this one: it stays as it was, whatever was configured since.
    pub(super) fn of_original(original: Document) -> Self {
        Self {
            prices: session(&original.subject).prices.clone(),
            site: original.site,
            evse_id: original.evse_id,
            original: Some(Original {
                id: original.id,
                number: original.number,
                issued_at: original.issued_at,
            }),
            buyer: match original.subject {
                Subject::Invoice(invoice) => Some(invoice.buyer),
                _ => None,
            },
            slip: original.slip,
            tariff: original.tariff,
            measurement: original.measurement,
        }
    }

    /// That of a session's first receipt.
    pub(super) async fn of_session(
        gateway: &Gateway<impl Platform>,
        summary: &Summary,
    ) -> Result<Self, EngineError> {
        let (platform, config) = (&gateway.platform, &gateway.config);
        let Beginning { told_price, terms } =
            store::receipts::beginning(platform, &summary.session).await?;
        let site = match terms {
            Some(terms) => terms.site,
            None => terms::current(gateway, &summary.terminal).await?.site,
        };
        let records = records::current(gateway).await?;
        let meter_key = meter_key(config, &records, summary);
        let site = site.ok_or_else(|| EngineError::NoSite(summary.terminal.clone()))?;
        Ok(Self {
            site,
            evse_id: evse_id(config, &records, summary),
            original: None,
            buyer: None,
            prices: summary.prices.clone(),
            slip: slip(platform, &summary.session).await?,
            tariff: match told_price {
                None => price_sent(platform, summary).await?,
                told => told,
            },
            measurement: measurement(platform, meter_key, summary).await?,
        })
    }
}

/// The part of a card slip that Payter tells.
async fn slip(platform: &impl Platform, session: &str) -> Result<Option<Slip>, EngineError> {
    let application = store::receipts::card_application(platform, session).await?;
    Ok(application.map(|application| Slip {
        entry_mode: None,
        application: Some(application),
        authorisation_code: None,
        sequence_number: None,
        tvr: None,
        tsi: None,
    }))
}

/// The price that the terminal showed in a session which began before it was kept there: it is found for a day with what
/// the terminal was told. A session has the arming's id.
async fn price_sent(
    platform: &impl Platform,
    summary: &Summary,
) -> Result<Option<String>, EngineError> {
    let sent = store::prompts::load(platform, &summary.terminal, &summary.session).await?;
    Ok(sent.and_then(|sent| match sent.prompt {
        Prompt::Card(card) => Some(card.text),
        Prompt::Choice { .. } | Prompt::Nothing { .. } => None,
    }))
}

/// The signed meter values, and whether they are genuine.
async fn measurement(
    platform: &impl Platform,
    public_key: Option<String>,
    summary: &Summary,
) -> Result<Option<Measurement>, EngineError> {
    let packets = store::receipts::signed_values(platform, &summary.session).await?;
    if packets.is_empty() {
        return Ok(None);
    }
    let checked = platform.call(Purpose::Words, |components| {
        components.check_measurement(&packets, public_key.as_deref())
    });
    let checked = checked.await?.inspect_err(|fault| {
        tracing::error!(%fault, session = summary.session, "a measurement was not checked");
    });
    let waited = platform.now().saturating_sub(summary.settled_at);
    let verdict = verdict(checked, waited)?;
    Ok(Some(Measurement {
        packets,
        public_key,
        verdict,
    }))
}

/// What is put on record of a check. That a component failed says nothing of the values: the receipt is issued when its
/// command is taken up again. It does not wait for ever, as what a meter signed may be more than a component can check
/// in the time that it has. `waited` is since the session ended, in milliseconds.
fn verdict(
    checked: Result<MeasurementVerdict, ComponentFault>,
    waited: u64,
) -> Result<MeasurementVerdict, ComponentFault> {
    checked.or_else(|fault| match waited < CHECKED_WITHIN {
        true => Err(fault),
        false => Ok(MeasurementVerdict::Refused(MeasurementProblem::TooLarge)),
    })
}

/// The EVSE's id for roaming, by its station's record, or else by the configuration.
fn evse_id(config: &Config, records: &Fleet, summary: &Summary) -> Option<String> {
    let evse = evse(summary)?;
    let on_record = recorded_evse(records, &evse).and_then(|it| it.id.as_ref());
    let mut configured = config.terminals.values();
    let configured = || configured.find_map(|it| it.evse(&evse)?.id.clone());
    on_record
        .map(|it| it.as_str().to_owned())
        .or_else(configured)
}

/// The public key of the meter at the session's EVSE, likewise.
fn meter_key(config: &Config, records: &Fleet, summary: &Summary) -> Option<String> {
    let evse = evse(summary)?;
    let on_record = recorded_evse(records, &evse).and_then(|it| it.meter_key.as_ref());
    let is_on_record = records
        .get::<Station>(&evse.station)
        .is_some_and(Station::may_connect);
    let configured = || {
        let station = config.stations.get(&evse.station);
        let station = station.filter(|_| !is_on_record)?;
        station.meter_keys.get(&evse.connector).cloned()
    };
    on_record
        .map(|it| it.as_str().to_owned())
        .or_else(configured)
}

fn recorded_evse<'a>(records: &'a Fleet, evse: &Evse) -> Option<&'a EvseDetails> {
    let station = records.get::<Station>(&evse.station)?;
    let mut evses = station.details.evses.iter();
    evses.find(|it| it.connector == evse.connector)
}

fn evse(summary: &Summary) -> Option<Evse> {
    summary.evse.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::FaultCause;

    #[test]
    fn a_component_that_fails_gives_no_verdict_until_the_receipt_has_waited_long_enough() {
        let fault = || ComponentFault {
            component: "receipt-generator",
            cause: FaultCause::Busy,
        };
        assert!(verdict(Err(fault()), 0).is_err());
        assert!(verdict(Err(fault()), CHECKED_WITHIN - 1).is_err());
        let too_large = MeasurementVerdict::Refused(MeasurementProblem::TooLarge);
        assert_eq!(verdict(Err(fault()), CHECKED_WITHIN).unwrap(), too_large);
        let verified = MeasurementVerdict::Verified(5);
        assert_eq!(verdict(Ok(verified), 0).unwrap(), verified);
    }
}
