//! What stations report. It is stored before the station is answered.

use chargetap_contract::session::{Event, Evse, MeterReading, Stopped};

use super::apply::apply;
use crate::config::Start;
use crate::error::EngineError;
use crate::event::{EventEnvelope, EventOutcome};
use crate::gateway::Gateway;
use crate::platform::{Platform, Work};
use crate::store;
use crate::store::sessions::Reported;

/// How a packet of the Open Charge Metering Format begins.
const OCMF: &str = "OCMF|";
/// Longer than any that a meter signs, in bytes.
const LONGEST_PACKET: usize = 16 * 1024;

/// What a station says of a connector on which no transaction needs to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vehicle {
    /// It is plugged in, and could be charged.
    Waits,
    /// There is none.
    IsGone,
}

impl<P: Platform> Gateway<P> {
    /// A vehicle came to a connector, or left it. It matters where sessions start by plugging in.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_has(
        &self,
        station: &str,
        connector: u32,
        vehicle: Vehicle,
    ) -> Result<(), EngineError> {
        let evse = Evse {
            station: station.to_owned(),
            connector,
        };
        let terminals = self.config.terminals.iter();
        let serving: Vec<_> = terminals
            .filter(|(_, it)| it.start == Start::PlugIn && it.evse(&evse).is_some())
            .map(|(serial, _)| serial)
            .collect();
        if serving.is_empty() {
            return Ok(());
        }
        match vehicle {
            Vehicle::Waits => {
                store::sessions::vehicle_arrived(&self.platform, &evse, self.platform.now())
                    .await?;
            }
            Vehicle::IsGone => store::sessions::vehicle_left(&self.platform, &evse).await?,
        }
        for serial in serving {
            self.platform.notify(Work::Terminal(serial));
        }
        Ok(())
    }

    /// A station began a transaction under a token. The answer is the transaction's number, or
    /// `None` if no session of ours waits for that start. A repeated report is answered the same.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_started(
        &self,
        station: &str,
        connector: u32,
        id_tag: &str,
        reading: MeterReading,
    ) -> Result<Option<i32>, EngineError> {
        let found = store::sessions::of_start(&self.platform, station, connector, id_tag).await?;
        let Some(found) = found else {
            return Ok(None);
        };
        // A second start under the same token is another one, and none of ours.
        let MeterReading { energy, at } = reading;
        let dedupe = format!("station-started/{}/{at}/{energy}", found.session);
        let started = Event::ChargingStarted(reading);
        if !report(self, &found, started, Some(&dedupe))
            .await?
            .is_on_record()
        {
            return Ok(None);
        }
        let number = store::sessions::transaction(&self.platform, &found.session).await?;
        Ok(number.and_then(|number| i32::try_from(number).ok()))
    }

    /// A station reported its register during a transaction.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_metered(
        &self,
        station: &str,
        transaction: i32,
        reading: MeterReading,
    ) -> Result<(), EngineError> {
        let found = store::sessions::of_transaction(&self.platform, station, transaction).await?;
        if let Some(found) = found {
            report(self, &found, Event::MeterRead(reading), None).await?;
        }
        Ok(())
    }

    /// A meter signed values of a transaction. Those in OCMF are kept for the receipt, character for
    /// character.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_signed(
        &self,
        station: &str,
        transaction: i32,
        packets: &[String],
    ) -> Result<(), EngineError> {
        let found = store::sessions::of_transaction(&self.platform, station, transaction).await?;
        let Some(found) = found else {
            return Ok(());
        };
        for packet in packets {
            if packet.starts_with(OCMF) && packet.len() <= LONGEST_PACKET {
                store::receipts::insert_signed_value(&self.platform, &found.session, packet)
                    .await?;
            } else {
                tracing::warn!(
                    station,
                    session = found.session,
                    "signed values are not OCMF"
                );
            }
        }
        Ok(())
    }

    /// A station ended a transaction.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_stopped(
        &self,
        station: &str,
        transaction: i32,
        stopped: Stopped,
    ) -> Result<(), EngineError> {
        let found = store::sessions::of_transaction(&self.platform, station, transaction).await?;
        if let Some(found) = found {
            let dedupe = format!("station-stopped/{}", found.session);
            report(self, &found, Event::ChargingStopped(stopped), Some(&dedupe)).await?;
        }
        Ok(())
    }
}

async fn report(
    gateway: &Gateway<impl Platform>,
    Reported { session, terminal }: &Reported,
    event: Event,
    dedupe: Option<&str>,
) -> Result<EventOutcome, EngineError> {
    if let Some(dedupe) = dedupe
        && store::events::is_duplicate(&gateway.platform, dedupe).await?
    {
        return Ok(EventOutcome::Duplicate);
    }
    let envelope = EventEnvelope {
        dedupe,
        ..event.into()
    };
    let applied = apply(gateway, session, terminal, envelope).await;
    if applied.is_err() {
        gateway.clock.disturbed(gateway.platform.elapsed());
    }
    applied
}
