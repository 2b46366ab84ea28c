//! The station's behaviour. Input and time go in, messages come out; no input or output.

use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

use super::outbox::{Outbox, Outgoing};
use super::register::Register;
use crate::FaultKind;
use crate::faults::FaultQueue;

/// What a new station's registers show: not zero, so that a reading is not taken for an amount.
const FIRST_READING: u64 = 12_345;
/// How long a connector that was started remotely waits for a vehicle, in milliseconds.
const PLUG_IN_TIMEOUT_MS: u64 = 600_000;

/// How the station, the vehicles and their drivers behave. Times are in milliseconds of real time.
#[derive(Debug, Clone)]
pub(super) struct Behaviour {
    pub(super) connectors: u32,
    /// How fast the registers count, in watts.
    pub(super) watts: u64,
    pub(super) sample_interval: u64,
    pub(super) plug_in_after: Option<u64>,
    /// In watt-hours.
    pub(super) unplug_after: Option<u64>,
}

/// The states of OCPP that the station's connectors have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum ChargePointStatus {
    Available,
    Preparing,
    Charging,
    Finishing,
}

/// The reasons of OCPP for which the station ends a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum Reason {
    DeAuthorized,
    EVDisconnected,
    Remote,
}

#[derive(Debug)]
struct Connector {
    plugged: bool,
    plug_in_at: Option<u64>,
    /// The token of a remote start that waits for a vehicle, and until when it waits.
    authorised: Option<(String, u64)>,
    /// The index of the running transaction.
    running: Option<usize>,
    sample_at: u64,
    register: Register,
    status: ChargePointStatus,
}

/// A transaction as the control API shows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Transaction {
    pub(super) connector: u32,
    pub(super) id_tag: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) transaction_id: Option<i32>,
    pub(super) meter_start: u64,
    #[serde(skip)]
    pub(super) started_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meter_stop: Option<u64>,
    #[serde(skip)]
    pub(super) stopped_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<Reason>,
}

#[derive(Debug, Serialize)]
struct ConnectorView {
    connector: u32,
    plugged: bool,
    status: ChargePointStatus,
    meter_wh: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<i32>,
}

/// The station as the control API shows it.
#[derive(Debug, Serialize)]
pub(super) struct StationView {
    connected: bool,
    connectors: Vec<ConnectorView>,
    transactions: Vec<Transaction>,
}

/// Why a cable was not moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum CableError {
    #[error("there is no such connector")]
    UnknownConnector,
    #[error("the cable is already there")]
    Already,
}

#[derive(Debug)]
pub(super) struct ChargePoint {
    behaviour: Behaviour,
    connected: bool,
    heartbeat: Option<Heartbeat>,
    connectors: BTreeMap<u32, Connector>,
    transactions: Vec<Transaction>,
    pub(super) outbox: Outbox,
    pub(super) faults: FaultQueue,
}

#[derive(Debug)]
struct Heartbeat {
    interval: u64,
    next: u64,
}

impl ChargePoint {
    pub(super) fn new(behaviour: Behaviour) -> Self {
        let connectors = (1..=behaviour.connectors)
            .map(|number| (number, Connector::new()))
            .collect();
        Self {
            behaviour,
            connected: false,
            heartbeat: None,
            connectors,
            transactions: Vec::new(),
            outbox: Outbox::default(),
            faults: FaultQueue::default(),
        }
    }

    pub(super) fn view(&self) -> StationView {
        let connectors = self.connectors.iter();
        StationView {
            connected: self.connected,
            connectors: connectors
                .map(|(&connector, state)| ConnectorView {
                    connector,
                    plugged: state.plugged,
                    status: state.status,
                    meter_wh: state.register.watt_hours(),
                    transaction_id: state
                        .running
                        .and_then(|running| self.transaction(running)?.transaction_id),
                })
                .collect(),
            transactions: self.transactions.clone(),
        }
    }

    /// How fast the registers count.
    pub(super) fn watts(&self) -> u64 {
        self.behaviour.watts
    }

    pub(super) fn transaction(&self, index: usize) -> Option<&Transaction> {
        self.transactions.get(index)
    }

    pub(super) fn connected(&mut self) {
        self.connected = true;
        let mut first = vec![Outgoing::Boot];
        first.extend(
            self.connectors
                .iter()
                .map(|(&connector, state)| Outgoing::Status {
                    connector,
                    status: state.status,
                }),
        );
        self.outbox.connected(first);
    }

    pub(super) fn disconnected(&mut self) {
        self.connected = false;
        self.heartbeat = None;
        self.outbox.disconnected();
    }

    /// The central system accepted the station and wants a heartbeat at this interval.
    pub(super) fn booted(&mut self, interval: u64, now: u64) {
        self.heartbeat = (interval > 0).then_some(Heartbeat {
            interval,
            next: now.saturating_add(interval),
        });
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, now: u64) {
        if let Some(heartbeat) = self.heartbeat.as_mut().filter(|beat| beat.next <= now) {
            heartbeat.next = now.saturating_add(heartbeat.interval);
            self.outbox.push(Outgoing::Heartbeat, 1);
        }
        for number in 1..=self.behaviour.connectors {
            self.tick_connector(number, now);
        }
    }

    fn tick_connector(&mut self, number: u32, now: u64) {
        let Some(connector) = self.connectors.get_mut(&number) else {
            return;
        };
        if let Some(running) = connector.running {
            let full = connector.register.count(now, self.behaviour.watts);
            if connector.sample_at <= now {
                connector.sample_at = now.saturating_add(self.behaviour.sample_interval);
                let sample = Outgoing::Sample {
                    transaction: running,
                    watt_hours: connector.register.watt_hours(),
                    at: now,
                };
                self.outbox.push(sample, 1);
            }
            if full {
                // The connector exists and is plugged in, so this cannot be refused.
                let _ = self.unplug(number, now);
            }
        } else if connector.plug_in_at.is_some_and(|at| at <= now) {
            // Refused only if somebody was faster, which is as good.
            let _ = self.plug_in(number, now);
        } else if connector
            .authorised
            .as_ref()
            .is_some_and(|(_, until)| *until <= now)
        {
            connector.authorised = None;
            let status = if connector.plugged {
                ChargePointStatus::Preparing
            } else {
                ChargePointStatus::Available
            };
            self.set_status(number, status);
        }
    }

    pub(super) fn plug_in(&mut self, number: u32, now: u64) -> Result<(), CableError> {
        let connector = self.connector(number)?;
        connector.plug_in_at = None;
        if connector.plugged {
            return Err(CableError::Already);
        }
        connector.plugged = true;
        self.set_status(number, ChargePointStatus::Preparing);
        self.begin_if_ready(number, now);
        Ok(())
    }

    pub(super) fn unplug(&mut self, number: u32, now: u64) -> Result<(), CableError> {
        let connector = self.connector(number)?;
        if !connector.plugged {
            return Err(CableError::Already);
        }
        if let Some(running) = connector.running {
            self.end(running, Reason::EVDisconnected, now);
        }
        let connector = self.connector(number)?;
        connector.plugged = false;
        connector.authorised = None;
        self.set_status(number, ChargePointStatus::Available);
        Ok(())
    }

    /// Whether the station begins a transaction under this token, now or when a vehicle comes.
    pub(super) fn remote_start(&mut self, number: Option<u32>, id_tag: String, now: u64) -> bool {
        let plug_in_after = self.behaviour.plug_in_after;
        let mut connectors = self.connectors.iter_mut();
        let Some((&number, connector)) = connectors.find(|(candidate, state)| {
            number.is_none_or(|number| number == **candidate) && state.is_free()
        }) else {
            return false;
        };
        connector.authorised = Some((id_tag, now.saturating_add(PLUG_IN_TIMEOUT_MS)));
        if !connector.plugged {
            connector.plug_in_at = plug_in_after.map(|after| now.saturating_add(after));
        }
        self.set_status(number, ChargePointStatus::Preparing);
        self.begin_if_ready(number, now);
        true
    }

    /// Whether the transaction was running and is now ended.
    pub(super) fn remote_stop(&mut self, transaction_id: i32, now: u64) -> bool {
        let running = self.connectors.values().filter_map(|state| state.running);
        let found = running.into_iter().find(|&running| {
            self.transaction(running)
                .is_some_and(|found| found.transaction_id == Some(transaction_id))
        });
        if let Some(running) = found {
            self.end(running, Reason::Remote, now);
        }
        found.is_some()
    }

    /// The central system's answer to the start of a transaction.
    pub(super) fn started(&mut self, index: usize, id: i32, accepted: bool, now: u64) {
        let Some(transaction) = self.transactions.get_mut(index) else {
            return;
        };
        transaction.transaction_id = Some(id);
        if !accepted && transaction.meter_stop.is_none() {
            self.end(index, Reason::DeAuthorized, now);
        }
    }

    fn begin_if_ready(&mut self, number: u32, now: u64) {
        let Some(connector) = self.connectors.get_mut(&number) else {
            return;
        };
        if !connector.plugged {
            return;
        }
        let Some((id_tag, _)) = connector.authorised.take() else {
            return;
        };
        let index = self.transactions.len();
        connector.running = Some(index);
        connector.sample_at = now.saturating_add(self.behaviour.sample_interval);
        connector.register.begin(now, self.behaviour.unplug_after);
        self.transactions.push(Transaction {
            connector: number,
            id_tag,
            transaction_id: None,
            meter_start: connector.register.watt_hours(),
            started_at: now,
            meter_stop: None,
            stopped_at: 0,
            reason: None,
        });
        self.tell(Outgoing::Start { transaction: index });
        self.set_status(number, ChargePointStatus::Charging);
    }

    fn end(&mut self, index: usize, reason: Reason, now: u64) {
        let Some(transaction) = self.transactions.get_mut(index) else {
            return;
        };
        let number = transaction.connector;
        let Some(connector) = self.connectors.get_mut(&number) else {
            return;
        };
        connector.register.count(now, self.behaviour.watts);
        connector.running = None;
        transaction.meter_stop = Some(connector.register.watt_hours());
        transaction.stopped_at = now;
        transaction.reason = Some(reason);
        self.tell(Outgoing::Stop { transaction: index });
        self.set_status(number, ChargePointStatus::Finishing);
    }

    fn tell(&mut self, message: Outgoing) {
        let twice = self.faults.take(|kind| kind == FaultKind::Duplicate);
        self.outbox
            .push(message, if twice.is_some() { 2 } else { 1 });
    }

    fn set_status(&mut self, number: u32, status: ChargePointStatus) {
        let Some(connector) = self.connectors.get_mut(&number) else {
            return;
        };
        if connector.status == status {
            return;
        }
        connector.status = status;
        if self.connected {
            let connector = number;
            self.outbox.push(Outgoing::Status { connector, status }, 1);
        }
    }

    fn connector(&mut self, number: u32) -> Result<&mut Connector, CableError> {
        self.connectors
            .get_mut(&number)
            .ok_or(CableError::UnknownConnector)
    }
}

impl Connector {
    fn new() -> Self {
        Self {
            plugged: false,
            plug_in_at: None,
            authorised: None,
            running: None,
            sample_at: 0,
            register: Register::new(FIRST_READING),
            status: ChargePointStatus::Available,
        }
    }

    fn is_free(&self) -> bool {
        self.running.is_none() && self.authorised.is_none()
    }
}
