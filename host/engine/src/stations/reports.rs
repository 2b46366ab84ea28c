//! What stations report. It is stored before the station is answered, and may be reported again.
//!
//! Stations say less, and other things, than they should. What was meant is found out here:
//!
//! | a station says                                    | what is made of it                                   |
//! |---------------------------------------------------|------------------------------------------------------|
//! | no time                                           | it was now; of an end, see [`super::untimed_ends`]   |
//! | a transaction that is none here, or none at all   | see [`super::matching`]                              |
//! | an end without a reading                          | the last reading is billed, and a person is told     |
//! | a start under no token of ours                    | it gets a number, and is told to stop; below a central system, it is that system's |
//! | a connector with a transaction is free            | see [`super::tending`]                               |
//! | its register, without end                         | see [`super::readings`]                              |
//!
//! Texts of stations may be anything: they are kept as a log may have them.

use chargetap_contract::session::{Event, Evse, MeterReading, Stopped};
use chargetap_fleet::text::loggable;
use chargetap_ocpp::message::TransactionResponse;
use chargetap_ocpp::report::{
    Boot, ConnectorStatus, Readings, Start, Status, Stop, TransactionEvent,
};
use serde::{Deserialize, Serialize};

use crate::config;
use crate::error::EngineError;
use crate::event::{EventEnvelope, EventOutcome};
use crate::fleet::alerts::{self, Unpaid};
use crate::fleet::records;
use crate::fleet::terminals::Terminals;
use crate::gateway::Gateway;
use crate::platform::{Platform, Work};
use crate::sessions::apply::apply;
use crate::stations::access::{self, RecordedAccess};
use crate::stations::limits::MOST_CONNECTORS;
use crate::stations::matching::{ReportOutcome, find_read, find_stopped};
use crate::stations::readings;
use crate::stations::setup::{StationSetup, setup};
use crate::stations::signed_values::keep_signed;
use crate::stations::tariffs::{EvseTariff, tariffs};
use crate::stations::tokens::{is_local_token, is_of_others, session_of_token};
use crate::stations::transaction_events;
use crate::stations::untimed_ends;
use crate::store;
use crate::store::named_transactions::Said;
use crate::store::sessions::Reported;
use crate::store::transactions::{NewTransaction, Transaction};

/// What a station says of itself, as it is kept.
#[must_use]
pub fn loggable_boot(boot: &Boot) -> Boot {
    let text = |text: &Option<String>| text.as_deref().map(loggable);
    Boot {
        vendor: loggable(&boot.vendor),
        model: loggable(&boot.model),
        serial: text(&boot.serial),
        firmware: text(&boot.firmware),
    }
}

/// A transaction as the station is to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionAnswer {
    /// Its number, from 1.
    pub number: i64,
    /// Whether it may charge. If not, it is told to stop.
    pub is_accepted: bool,
}

impl<P: Platform> Gateway<P> {
    /// What the EVSEs of a station cost at which drivers can pay, for the station to show.
    ///
    /// # Errors
    /// The store cannot be used, or a site's time zone is not known.
    pub async fn station_tariffs(&self, station: &str) -> Result<Vec<EvseTariff>, EngineError> {
        tariffs(self, station).await
    }

    /// What the record of a station says of its access; nothing if there is none that does. Then the configuration counts.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn station_access(
        &self,
        station: &str,
    ) -> Result<Option<RecordedAccess>, EngineError> {
        access::recorded(self, station).await
    }

    /// Whether a station may connect, by its record or by the configuration.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn station_may_connect(&self, station: &str) -> Result<bool, EngineError> {
        let is_configured = self.config.stations.contains_key(station);
        Ok(is_configured || access::recorded(self, station).await?.is_some())
    }

    /// Every station that may connect, by the records as they were last read.
    pub fn stations(&self) -> Vec<String> {
        let records = self.fleet.records();
        let all = access::all(&self.config, &records).into_iter();
        all.map(str::to_owned).collect()
    }

    /// What the terminals of a station ask of it.
    ///
    /// # Errors
    /// The store cannot be used.
    pub async fn station_setup(&self, station: &str) -> Result<StationSetup, EngineError> {
        setup(self, station).await
    }

    /// A station connected. What it reported before may have changed since.
    ///
    /// # Errors
    /// It could not be stored.
    pub async fn station_connected(&self, station: &str) -> Result<(), EngineError> {
        let platform = &self.platform;
        store::stations::connected(platform, station, platform.now()).await?;
        announce(self, station);
        Ok(())
    }

    /// A station's connection ended.
    pub fn station_disconnected(&self, station: &str) {
        announce(self, station);
    }

    /// A station started. It may have lost the transactions that ran.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_booted(&self, station: &str, boot: &Boot) -> Result<(), EngineError> {
        let (platform, boot) = (&self.platform, loggable_boot(boot));
        store::stations::booted(platform, station, &boot, platform.now()).await?;
        Ok(())
    }

    /// The status of a connector, or of the station as a whole.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_status(&self, station: &str, status: &Status) -> Result<(), EngineError> {
        let platform = &self.platform;
        let evse = Evse {
            station: station.to_owned(),
            connector: status.connector,
        };
        let Some(new) = status
            .status
            .filter(|_| status.connector <= MOST_CONNECTORS)
        else {
            return Ok(());
        };
        let now = platform.now();
        let known = store::stations::known_status(platform, &evse).await?;
        let mut denies = false;
        if status.connector > 0 {
            vehicle(self, &evse, new, known.is_new_connection).await?;
            denies = denies_transaction(new, known.is_new_boot)
                && !began_after(platform, &evse, status.at).await?;
        }
        // Last, so that what it leads to is not lost if it cannot be stored.
        let error = status.error.as_deref().map(loggable);
        store::stations::put_status(platform, &evse, new, denies, error.as_deref(), now).await?;
        if known.status != Some(new) {
            announce(self, station);
        }
        Ok(())
    }

    /// Whether a token may charge at a station: that of a session that waits for its start there, or
    /// one that the operator lets charge without paying.
    ///
    /// # Errors
    /// The store cannot be read: the station must ask again.
    pub async fn station_authorizes(
        &self,
        station: &str,
        token: &str,
    ) -> Result<bool, EngineError> {
        if is_local_token(self, station, token) {
            return Ok(true);
        }
        let token = session_of_token(token);
        Ok(store::sessions::awaits_start(&self.platform, station, &token).await?)
    }

    /// A station began a transaction under a token. A repeated report is answered the same.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_started(
        &self,
        station: &str,
        start: &Start,
    ) -> Result<TransactionAnswer, EngineError> {
        let platform = &self.platform;
        let now = platform.now();
        let connector = start.connector.filter(|connector| *connector > 0);
        let session = session_of_token(&start.token);
        let found = store::sessions::of_start(platform, station, connector, &session).await?;
        let token = loggable(&start.token);
        let new = NewTransaction {
            station,
            connector: match &found {
                Some((_, connector)) => *connector,
                None => connector.unwrap_or(1),
            },
            token: &token,
            is_local: false,
            session: found.as_ref().map(|(found, _)| found.session.as_str()),
            started_at: start.at,
            energy: start.register,
            now,
        };
        if let Some((found, _)) = &found {
            // A second start under the same token is another one, and none of ours. One without a time
            // cannot be told from a repeated one.
            let at = start.at.map_or_else(|| "-".to_owned(), |at| at.to_string());
            let energy = start.register.unwrap_or_default();
            let dedupe = format!("station-started/{}/{at}/{energy}", found.session);
            let started = Event::ChargingStarted(MeterReading {
                energy,
                at: start.at.unwrap_or(now),
            });
            if report(self, found, started, Some(&dedupe))
                .await?
                .is_on_record()
                && let Some(number) = store::transactions::begin(platform, &new).await?
            {
                forget_name(self, station, number).await?;
                // In 2.x its status may say what it said before.
                let began_at = start.at.unwrap_or(now);
                store::stations::overrule_status(platform, station, new.connector, began_at)
                    .await?;
                let is_accepted = store::sessions::is_charging(platform, &found.session).await?;
                return Ok(TransactionAnswer {
                    number,
                    is_accepted,
                });
            }
        }
        let is_accepted = is_local_token(self, station, &start.token);
        let is_local = is_accepted || is_of_others(self, station, &start.token).await?;
        let new = NewTransaction {
            session: None,
            is_local,
            ..new
        };
        let number = store::transactions::begin(platform, &new).await?;
        let without = || EngineError::Store("a transaction without a session got no number".into());
        let number = number.ok_or_else(without)?;
        forget_name(self, station, number).await?;
        if !is_local {
            tracing::warn!(
                station,
                connector = new.connector,
                transaction = number,
                "a transaction began that nobody pays for: the station is told to stop it"
            );
        }
        announce(self, station);
        Ok(TransactionAnswer {
            number,
            is_accepted,
        })
    }

    /// Something happened to a transaction (OCPP 2.x). It may be reported again.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_transaction(
        &self,
        station: &str,
        event: &TransactionEvent,
    ) -> Result<TransactionResponse, EngineError> {
        transaction_events::take_in(self, station, event).await
    }

    /// The station knows a transaction of this number by this id, which a central system above the gateway gave it.
    ///
    /// Returns whether it is so now. It is not if another transaction that runs there is known by the same id.
    ///
    /// # Errors
    /// It could not be stored: the station must not be told of the id.
    pub async fn station_transaction_named(
        &self,
        station: &str,
        number: i64,
        name: &str,
    ) -> Result<bool, EngineError> {
        let platform = &self.platform;
        let now = platform.now();
        let known = store::named_transactions::number(platform, station, name).await?;
        if let Some(other) = known.filter(|other| *other != number) {
            let running = store::transactions::running(platform, station).await?;
            if running.iter().any(|it| it.number == other) {
                return Ok(false);
            }
        }
        let nothing = Said::default();
        store::named_transactions::heard(platform, station, name, &nothing, now).await?;
        store::named_transactions::put_number(platform, station, name, number).await?;
        Ok(true)
    }

    /// A station read its register during a transaction, or a meter signed values of it. Signed values
    /// in OCMF are kept for the receipt, character for character.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_read(
        &self,
        station: &str,
        readings: &Readings,
    ) -> Result<ReportOutcome, EngineError> {
        let platform = &self.platform;
        let (found, how) = find_read(self, station, &readings.transaction).await?;
        let outcome = ReportOutcome::new(found.as_ref(), how);
        let Some(found) = found else {
            return Ok(outcome);
        };
        for sample in &readings.samples {
            keep_signed(self, station, &found, &sample.signed).await?;
            let Some(energy) = sample.register else {
                continue;
            };
            let at = sample.at.unwrap_or_else(|| platform.now());
            readings::take_in(self, station, &found, MeterReading { energy, at }).await?;
        }
        if found.session.is_none()
            && let Some(found) = store::transactions::load(platform, station, found.number).await?
        {
            alerts::raise_for_unpaid(self, station, &found, Unpaid::Running).await?;
        }
        Ok(outcome)
    }

    /// A station ended a transaction.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_stopped(
        &self,
        station: &str,
        stop: &Stop,
    ) -> Result<ReportOutcome, EngineError> {
        let platform = &self.platform;
        let (found, how) = find_stopped(self, station, stop).await?;
        let outcome = ReportOutcome::new(found.as_ref(), how);
        let Some(found) = found else {
            return Ok(outcome);
        };
        let now = platform.now();
        keep_signed(self, station, &found, &stop.signed).await?;
        readings::tell_untold_if_possible(self, found.number).await?;
        match &found.session {
            Some(session) => {
                // Its end may tell more than that it was stopped.
                let what = if stop.goes_on { "paused" } else { "stopped" };
                let dedupe = format!("station-{what}/{}", session.session);
                let at = match stop.at {
                    Some(at) => at,
                    None => untimed_ends::ended_at(self, station, session, stop.register).await?,
                };
                let stopped = Event::ChargingStopped(Stopped {
                    at,
                    energy: stop.register,
                    reason: stop.reason.name().to_owned(),
                });
                report(self, session, stopped, Some(&dedupe)).await?;
            }
            None => {
                let ended = Transaction {
                    energy: found.energy.max(stop.register),
                    ..found.clone()
                };
                alerts::raise_for_unpaid(self, station, &ended, Unpaid::Ended).await?;
            }
        }
        store::transactions::end(platform, found.number, stop, now).await?;
        announce(self, station);
        Ok(outcome)
    }
}

/// Without a central system above, a number is no other transaction's name.
async fn forget_name(
    gateway: &Gateway<impl Platform>,
    station: &str,
    number: i64,
) -> Result<(), EngineError> {
    if gateway.config.upstream.is_none() {
        store::named_transactions::forget_name(&gateway.platform, station, number).await?;
    }
    Ok(())
}

/// Something changed at a station: its terminals may have to show something else.
pub(super) fn announce(gateway: &Gateway<impl Platform>, station: &str) {
    let records = gateway.fleet.records();
    for (serial, _) in Terminals::new(&gateway.config, &records).at(station) {
        gateway.platform.notify(Work::Terminal(serial));
    }
}

/// Whether a connector with this status has no transaction. A station that has just booted may have lost one while
/// the vehicle stayed plugged in; otherwise it may say late that it was preparing. Of an occupied connector it may
/// still tell that its transaction goes on, and is given longer.
fn denies_transaction(status: ConnectorStatus, is_new_boot: bool) -> bool {
    match status {
        ConnectorStatus::Available | ConnectorStatus::Finishing => true,
        ConnectorStatus::Preparing | ConnectorStatus::Occupied => is_new_boot,
        _ => false,
    }
}

/// Whether a transaction that runs at the connector began after a moment of the station's clock.
async fn began_after(
    platform: &impl Platform,
    evse: &Evse,
    at: Option<u64>,
) -> Result<bool, EngineError> {
    let Some(at) = at else {
        return Ok(false);
    };
    let running = store::transactions::running(platform, &evse.station).await?;
    let mut here = running.iter().filter(|it| it.connector == evse.connector);
    Ok(here.any(|it| it.started_at.is_some_and(|start| start > at)))
}

/// A vehicle came to a connector, or left it. It matters where sessions start by plugging in. After the station was
/// away, a vehicle that waits may be another one than before.
async fn vehicle(
    gateway: &Gateway<impl Platform>,
    evse: &Evse,
    status: ConnectorStatus,
    is_first_since_connected: bool,
) -> Result<(), EngineError> {
    let platform = &gateway.platform;
    // Another process may have put a terminal on record.
    let records = records::current(gateway).await?;
    let serving = Terminals::new(&gateway.config, &records).at(&evse.station);
    let mut here = serving.iter().filter(|(_, it)| it.evse(evse).is_some());
    let starts_by_plugging_in = here.any(|(_, it)| it.start == config::Start::PlugIn);
    if !starts_by_plugging_in {
        return Ok(());
    }
    match status {
        ConnectorStatus::Preparing | ConnectorStatus::Occupied => {
            if is_first_since_connected {
                store::stations::forget_served_vehicle(platform, evse).await?;
            }
            store::stations::vehicle_arrived(platform, evse, platform.now()).await?;
        }
        ConnectorStatus::Available => store::stations::vehicle_left(platform, evse).await?,
        _ => {}
    }
    announce(gateway, &evse.station);
    Ok(())
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
