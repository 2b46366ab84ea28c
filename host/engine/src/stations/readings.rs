//! What becomes of a reading of a register.
//!
//! A station that reports without end must not fill the disk: each of its connectors has a budget. Of what is over it,
//! the last register of each transaction is kept in the place of the one before, and its session is told of that one
//! once there is room again, and before its deadline and its end, unless its component fails at it. So every station is
//! answered once nothing can be lost that money needs.

use chargetap_contract::session::{Event, Evse, MeterReading};

use crate::error::EngineError;
use crate::event::EventOutcome;
use crate::fleet::alerts;
use crate::gateway::Gateway;
use crate::platform::{Metric, Platform};
use crate::sessions::apply::apply;
use crate::store;
use crate::store::sessions::Reported;
use crate::store::transactions::{Transaction, Untold};

/// A reading that is older was queued, in milliseconds.
const OF_NOW: u64 = 2 * 60_000;

/// Take in a reading of a transaction's register.
pub(super) async fn take_in(
    gateway: &Gateway<impl Platform>,
    station: &str,
    found: &Transaction,
    reading: MeterReading,
) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    let now = platform.now();
    let MeterReading { energy, at } = reading;
    let evse = Evse {
        station: station.to_owned(),
        connector: found.connector,
    };
    if !gateway.stations.has_room(&evse, now) {
        store::transactions::put_untold(platform, found.number, energy, at, now).await?;
        over_budget(gateway, &evse).await;
        return Ok(());
    }
    // One that was queued says nothing of how it is now.
    let is_of_now = now.abs_diff(at) <= OF_NOW;
    if is_of_now && found.energy.is_some_and(|before| before < energy) {
        store::stations::overrule_status(platform, station, evse.connector, now).await?;
    }
    store::transactions::read(platform, found.number, energy, now).await?;
    if let Some(session) = &found.session {
        tell(gateway, session, reading).await?;
    }
    Ok(())
}

/// A reading is over the connector's budget: it is counted, and a person gets to know. The station need not repeat it
/// if nobody can be told now.
async fn over_budget(gateway: &Gateway<impl Platform>, evse: &Evse) {
    let (platform, station) = (&gateway.platform, &evse.station);
    platform.count(Metric::ReadingsOverBudget, station);
    if !gateway.stations.is_to_be_told(station, platform.now()) {
        return;
    }
    if let Err(error) = alerts::raise_for_readings(gateway, evse).await {
        tracing::error!(station, %error, "it reports too much, and the alert cannot be raised");
    }
}

/// Tell sessions of registers of which they were not told, where the connectors' budgets have room again.
pub(super) async fn tell_untold(gateway: &Gateway<impl Platform>) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    for untold in store::transactions::untold(platform).await? {
        if !gateway.stations.has_room(&untold.evse, platform.now()) {
            continue;
        }
        if let Err(error) = tell_of(gateway, &untold).await {
            let (evse, transaction) = (&untold.evse, untold.number);
            tracing::error!(%evse, transaction, %error, "a reading cannot be told to its session");
        }
    }
    Ok(())
}

/// Tell the session of a transaction of its last register, if it was not told. A component that fails at it twice does not
/// keep the session from its deadline or its end.
pub(crate) async fn tell_untold_if_possible(
    gateway: &Gateway<impl Platform>,
    transaction: i64,
) -> Result<(), EngineError> {
    let mut told = tell_untold_of(gateway, transaction).await;
    if let Err(EngineError::Component(_)) = told {
        told = tell_untold_of(gateway, transaction).await;
    }
    match told {
        Err(EngineError::Component(error)) => {
            tracing::error!(transaction, %error, "a reading cannot be told to its session");
            Ok(())
        }
        told => told,
    }
}

async fn tell_untold_of(
    gateway: &Gateway<impl Platform>,
    transaction: i64,
) -> Result<(), EngineError> {
    match store::transactions::untold_of(&gateway.platform, transaction).await? {
        Some(untold) => tell_of(gateway, &untold).await,
        None => Ok(()),
    }
}

async fn tell_of(gateway: &Gateway<impl Platform>, untold: &Untold) -> Result<(), EngineError> {
    if let Some(session) = &untold.session {
        let reading = MeterReading {
            energy: untold.energy,
            at: untold.at,
        };
        tell(gateway, session, reading).await?;
    }
    // Last, so that it is done again if it cannot be stored. To be told twice changes nothing.
    store::transactions::put_told(&gateway.platform, untold).await?;
    Ok(())
}

async fn tell(
    gateway: &Gateway<impl Platform>,
    Reported { session, terminal }: &Reported,
    reading: MeterReading,
) -> Result<EventOutcome, EngineError> {
    let told = apply(gateway, session, terminal, Event::MeterRead(reading).into()).await;
    if told.is_err() {
        gateway.clock.disturbed(gateway.platform.elapsed());
    }
    told
}
