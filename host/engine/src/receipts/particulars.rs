//! What a receipt says besides its session and its numbers.

use chargetap_contract::receipt::{
    Buyer, Document, Measurement, MeasurementProblem, MeasurementVerdict, Original, Site, Slip,
    Subject, Summary,
};
use chargetap_contract::session::Evse;

use crate::apply::EngineError;
use crate::asks::Ask;
use crate::gateway::Gateway;
use crate::journal;
use crate::platform::Platform;

/// What a receipt says besides its session.
pub(super) struct Particulars {
    pub(super) site: Site,
    pub(super) evse_id: Option<String>,
    pub(super) original: Option<Original>,
    /// In whose name the original is.
    pub(super) buyer: Option<Buyer>,
    pub(super) slip: Option<Slip>,
    pub(super) tariff: Option<String>,
    pub(super) measurement: Option<Measurement>,
}

impl Particulars {
    /// Those of a receipt that refers to this one: what it says stays true, whatever was configured
    /// since.
    pub(super) fn of(original: Document) -> Self {
        Self {
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
}

impl<P: Platform> Gateway<P> {
    /// What a session's first receipt says besides the session.
    pub(super) async fn particulars(&self, summary: &Summary) -> Result<Particulars, EngineError> {
        Ok(Particulars {
            site: self.config.site.clone(),
            evse_id: self.evse_id(summary),
            original: None,
            buyer: None,
            slip: self.slip(&summary.session).await?,
            tariff: self.told_price(summary).await?,
            measurement: self.measurement(summary).await?,
        })
    }

    /// What of a card slip Payter tells.
    async fn slip(&self, session: &str) -> Result<Option<Slip>, EngineError> {
        let application = journal::card_application(&self.platform, session).await?;
        Ok(application.map(|application| Slip {
            entry_mode: None,
            application: Some(application),
            authorisation_code: None,
            sequence_number: None,
            tvr: None,
            tsi: None,
        }))
    }

    /// What the terminal said of the price. A session has the id of its ask.
    async fn told_price(&self, summary: &Summary) -> Result<Option<String>, EngineError> {
        let told = journal::ask_of(&self.platform, &summary.terminal, &summary.session).await?;
        Ok(told.and_then(|told| match told.ask {
            Ask::Card(card) => Some(card.text),
            Ask::Choice { .. } | Ask::Nothing { .. } => None,
        }))
    }

    /// What the meter signed, and whether it is genuine.
    async fn measurement(&self, summary: &Summary) -> Result<Option<Measurement>, EngineError> {
        let packets = journal::signed_values(&self.platform, &summary.session).await?;
        if packets.is_empty() {
            return Ok(None);
        }
        let public_key = self.meter_key(summary);
        let checked = self
            .platform
            .check_measurement(&packets, public_key.as_deref());
        let verdict = checked.unwrap_or_else(|error| {
            // A receipt must not wait for what takes longer to check than a component may.
            tracing::error!(%error, session = summary.session, "a measurement was not checked");
            MeasurementVerdict::Refused(MeasurementProblem::TooLarge)
        });
        Ok(Some(Measurement {
            packets,
            public_key,
            verdict,
        }))
    }

    fn evse_id(&self, summary: &Summary) -> Option<String> {
        let terminal = self.terminal(&summary.terminal).ok()?;
        terminal.evse(&evse(summary)?)?.id.clone()
    }

    /// The public key of the meter at the session's EVSE.
    fn meter_key(&self, summary: &Summary) -> Option<String> {
        let Evse { station, connector } = evse(summary)?;
        let station = self.config.stations.get(&station)?;
        station.meter_keys.get(&connector).cloned()
    }
}

/// The EVSE that a summary names as `STATION/1`.
fn evse(summary: &Summary) -> Option<Evse> {
    let (station, connector) = summary.evse.rsplit_once('/')?;
    Some(Evse {
        station: station.to_owned(),
        connector: connector.parse().ok()?,
    })
}
