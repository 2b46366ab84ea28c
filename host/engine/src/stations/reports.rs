//! What stations report. It is stored before the station is answered, and may be reported again.
//!
//! Stations say less, and other things, than they should. What was meant is found out here:
//!
//! | a station says                                    | what is made of it                                   |
//! |---------------------------------------------------|------------------------------------------------------|
//! | no time                                           | it was now                                           |
//! | a transaction that is none here, or none at all   | the one that runs at that connector, or at the station |
//! | the end of one that began later, or at a higher register | nothing: it is another's                      |
//! | an end without a reading                          | the last reading is billed, and a person is told     |
//! | a start under no token of ours                    | it gets a number, and is told to stop                |
//! | a connector with a transaction is free            | see [`super::tending`]                               |
//!
//! Texts of stations may be anything: they are kept as a log may have them.

use chargetap_contract::session::{Event, Evse, MeterReading, Stopped};
use chargetap_fleet::text::loggable;
use chargetap_ocpp::report::{
    Boot, ConnectorStatus, Readings, Start, Status, Stop, TransactionRef,
};

use crate::config;
use crate::error::EngineError;
use crate::event::{EventEnvelope, EventOutcome};
use crate::fleet::alerts;
use crate::gateway::Gateway;
use crate::platform::{Platform, Work};
use crate::sessions::apply::apply;
use crate::store;
use crate::store::sessions::Reported;
use crate::store::transactions::{NewTransaction, Transaction};

/// How a packet of the Open Charge Metering Format begins.
const OCMF: &str = "OCMF|";
/// Longer than any that a meter signs, in bytes.
const LONGEST_PACKET: usize = 16 * 1024;

/// A transaction as the station is to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionAnswer {
    /// Its number, from 1.
    pub number: i64,
    /// Whether it may charge. If not, it is told to stop.
    pub is_accepted: bool,
}

/// How the transaction of a report was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// By its number.
    ByNumber,
    /// It is the only one that can be meant.
    ByPlace,
    /// It was not.
    None,
}

impl<P: Platform> Gateway<P> {
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
        let platform = &self.platform;
        let text = |text: &Option<String>| text.as_deref().map(loggable);
        let boot = Boot {
            vendor: loggable(&boot.vendor),
            model: loggable(&boot.model),
            serial: text(&boot.serial),
            firmware: text(&boot.firmware),
        };
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
        let Some(new) = status.status else {
            return Ok(());
        };
        let now = platform.now();
        let error = status.error.as_deref().map(loggable);
        let error = error.as_deref();
        let before = store::stations::status_reported(platform, &evse, new, error, now).await?;
        if status.connector > 0 {
            vehicle(self, &evse, new, before.is_first_since_connected).await?;
            match shows_transaction(new, before.is_first_since_boot) {
                Some(true) => store::transactions::confirm(platform, &evse).await?,
                Some(false) => store::transactions::doubt(platform, &evse, now).await?,
                None => {}
            }
        }
        if before.status != Some(new) {
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
            {
                let number = store::transactions::begin(platform, &new).await?;
                let is_accepted = store::sessions::is_charging(platform, &found.session).await?;
                return Ok(TransactionAnswer {
                    number,
                    is_accepted,
                });
            }
        }
        let is_accepted = is_local_token(self, station, &start.token);
        let new = NewTransaction {
            session: None,
            is_local: is_accepted,
            ..new
        };
        let number = store::transactions::begin(platform, &new).await?;
        if !is_accepted {
            tracing::warn!(
                station,
                connector = new.connector,
                transaction = number,
                "a transaction began that nobody pays for: the station is told to stop it"
            );
            store::transactions::stop_from(platform, number, now).await?;
        }
        announce(self, station);
        Ok(TransactionAnswer {
            number,
            is_accepted,
        })
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
    ) -> Result<Match, EngineError> {
        let platform = &self.platform;
        let (found, how) = find(self, station, &readings.transaction, None, None).await?;
        let Some(found) = found else {
            return Ok(how);
        };
        for sample in &readings.samples {
            keep_signed(self, station, &found, &sample.signed).await?;
            let Some(energy) = sample.register else {
                continue;
            };
            let at = sample.at.unwrap_or_else(|| platform.now());
            store::transactions::read(platform, found.number, energy, platform.now()).await?;
            if let Some(session) = &found.session {
                let reading = Event::MeterRead(MeterReading { energy, at });
                report(self, session, reading, None).await?;
            }
        }
        if found.session.is_none()
            && let Some(found) = store::transactions::load(platform, station, found.number).await?
        {
            alerts::raise_for_unpaid(self, station, &found, false).await?;
        }
        Ok(how)
    }

    /// A station ended a transaction.
    ///
    /// # Errors
    /// It could not be stored: the station must report it again.
    pub async fn station_stopped(&self, station: &str, stop: &Stop) -> Result<Match, EngineError> {
        let platform = &self.platform;
        let (found, how) = find(self, station, &stop.transaction, stop.at, stop.register).await?;
        let Some(found) = found else {
            return Ok(how);
        };
        let now = platform.now();
        keep_signed(self, station, &found, &stop.signed).await?;
        if let Some(energy) = stop.register {
            store::transactions::read(platform, found.number, energy, now).await?;
        }
        match &found.session {
            Some(session) => {
                let dedupe = format!("station-stopped/{}", session.session);
                let stopped = Event::ChargingStopped(Stopped {
                    at: stop.at.unwrap_or(now),
                    energy: stop.register,
                    reason: stop.reason.name().to_owned(),
                });
                report(self, session, stopped, Some(&dedupe)).await?;
            }
            None => {
                let found = store::transactions::load(platform, station, found.number).await?;
                if let Some(found) = found {
                    alerts::raise_for_unpaid(self, station, &found, true).await?;
                }
            }
        }
        store::transactions::end(platform, found.number, now).await?;
        announce(self, station);
        Ok(how)
    }
}

/// Something changed at a station: its terminals may have to show something else.
fn announce(gateway: &Gateway<impl Platform>, station: &str) {
    for (serial, terminal) in &gateway.config.terminals {
        if terminal.evses.iter().any(|it| it.evse.station == station) {
            gateway.platform.notify(Work::Terminal(serial));
        }
    }
}

/// The id of the session that may have this token: stations may change its capitals.
fn session_of_token(token: &str) -> String {
    token.trim().to_ascii_uppercase()
}

fn is_local_token(gateway: &Gateway<impl Platform>, station: &str, token: &str) -> bool {
    let found = gateway.config.stations.get(station);
    found.is_some_and(|station| {
        let mut tokens = station.local_tokens.iter();
        tokens.any(|it| it.eq_ignore_ascii_case(token.trim()))
    })
}

/// Whether a transaction runs at a connector with this status; absent if it may or may not. A station that has just
/// booted may have lost one while the vehicle stayed plugged in; otherwise it may say late that it was preparing.
fn shows_transaction(status: ConnectorStatus, is_first_since_boot: bool) -> Option<bool> {
    match status {
        ConnectorStatus::Charging => Some(true),
        ConnectorStatus::Available | ConnectorStatus::Finishing => Some(false),
        ConnectorStatus::Preparing => is_first_since_boot.then_some(false),
        _ => None,
    }
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
    let starts_by_plugging_in = gateway
        .config
        .terminals
        .values()
        .any(|it| it.start == config::Start::PlugIn && it.evse(evse).is_some());
    if !starts_by_plugging_in {
        return Ok(());
    }
    match status {
        ConnectorStatus::Preparing => {
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

/// The transaction that a station means. `at` and `register` are those of its end, by which it is found out
/// whether another one can be meant than the one of that number.
async fn find(
    gateway: &Gateway<impl Platform>,
    station: &str,
    meant: &TransactionRef,
    at: Option<u64>,
    register: Option<u64>,
) -> Result<(Option<Transaction>, Match), EngineError> {
    let platform = &gateway.platform;
    if let Some(number) = meant.id.filter(|id| *id > 0)
        && let Some(found) = store::transactions::load(platform, station, number).await?
    {
        return Ok((Some(found), Match::ByNumber));
    }
    let connector = meant.connector.filter(|connector| *connector > 0);
    let token = meant.token.as_deref().map(loggable);
    let running = store::transactions::running(platform, station).await?;
    let mut meant: Vec<_> = running
        .into_iter()
        .filter(|it| connector.is_none_or(|connector| it.connector == connector))
        .filter(|it| at.zip(it.started_at).is_none_or(|(at, start)| at >= start))
        .filter(|it| {
            register
                .zip(it.start_energy)
                .is_none_or(|(end, start)| end >= start)
        })
        .collect();
    if let Some(by_token) = meant.iter().position(|it| {
        token
            .as_ref()
            .is_some_and(|token| it.token.eq_ignore_ascii_case(token))
    }) {
        return Ok((Some(meant.swap_remove(by_token)), Match::ByPlace));
    }
    match (meant.pop(), meant.is_empty()) {
        (Some(found), true) => Ok((Some(found), Match::ByPlace)),
        _ => Ok((None, Match::None)),
    }
}

async fn keep_signed(
    gateway: &Gateway<impl Platform>,
    station: &str,
    transaction: &Transaction,
    packets: &[String],
) -> Result<(), EngineError> {
    let Some(Reported { session, .. }) = &transaction.session else {
        return Ok(());
    };
    for packet in packets {
        if packet.starts_with(OCMF) && packet.len() <= LONGEST_PACKET {
            store::receipts::insert_signed_value(&gateway.platform, session, packet).await?;
        } else {
            tracing::warn!(station, session, "signed values are not OCMF");
        }
    }
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
