//! The station's behaviour. Input and time go in, messages come out; no input or output.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use super::connector::{ChargePointStatus, Connector};
use super::outbox::{EventKind, Outbox, Outgoing, TransactionEvent};
use super::tariffs::Tariffs;
use super::transaction::{Authorisation, EventAnswer, Reason, Transaction, TransactionId, Trigger};
use super::version::Version;
use crate::FaultKind;
use crate::faults::FaultQueue;

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

#[derive(Debug, Serialize)]
struct ConnectorView {
    connector: u32,
    plugged: bool,
    status: ChargePointStatus,
    meter_wh: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_id: Option<TransactionId>,
    /// What is shown to drivers, as it was told.
    #[serde(skip_serializing_if = "Option::is_none")]
    tariff: Option<Value>,
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
    /// How what is told and received here is written.
    pub(super) version: Version,
    behaviour: Behaviour,
    connected: bool,
    heartbeat: Option<Heartbeat>,
    connectors: BTreeMap<u32, Connector>,
    transactions: Vec<Transaction>,
    pub(super) tariffs: Tariffs,
    pub(super) outbox: Outbox,
    pub(super) faults: FaultQueue,
}

#[derive(Debug)]
struct Heartbeat {
    interval: u64,
    next: u64,
}

impl ChargePoint {
    pub(super) fn new(version: Version, behaviour: Behaviour) -> Self {
        let connectors = (1..=behaviour.connectors)
            .map(|number| (number, Connector::new()))
            .collect();
        Self {
            version,
            tariffs: Tariffs::new(behaviour.connectors),
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
                        .and_then(|running| self.transaction(running)?.transaction_id.clone()),
                    tariff: self.tariffs.of(connector).cloned(),
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
        first.extend(self.statuses(None));
        self.outbox.connected(first);
    }

    /// The status of one connector, or of all.
    fn statuses(&self, number: Option<u32>) -> Vec<Outgoing> {
        let connectors = self.connectors.iter();
        connectors
            .filter(|(candidate, _)| number.is_none_or(|number| number == **candidate))
            .map(|(&connector, state)| Outgoing::Status {
                connector,
                status: state.told_status(self.version),
            })
            .collect()
    }

    /// Tells the status of one connector again, or of all. Says whether there is any.
    pub(super) fn repeat_status(&mut self, number: Option<u32>) -> bool {
        let statuses = self.statuses(number);
        let any = !statuses.is_empty();
        for status in statuses {
            self.outbox.push(status, 1);
        }
        any
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
                let watt_hours = connector.register.watt_hours();
                self.tell(
                    running,
                    EventKind::Metered {
                        watt_hours,
                        at: now,
                    },
                );
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
        self.change(number, |connector| {
            connector.plugged = true;
            connector.status = ChargePointStatus::Preparing;
        });
        self.begin_if_ready(number, Trigger::CablePluggedIn, now);
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
        self.change(number, |connector| {
            connector.plugged = false;
            connector.authorised = None;
            connector.status = ChargePointStatus::Available;
        });
        Ok(())
    }

    /// Whether the station begins a transaction under this token, now or when a vehicle comes.
    pub(super) fn remote_start(
        &mut self,
        number: Option<u32>,
        authorisation: Authorisation,
        now: u64,
    ) -> bool {
        let plug_in_after = self.behaviour.plug_in_after;
        let mut connectors = self.connectors.iter_mut();
        let Some((&number, connector)) = connectors.find(|(candidate, state)| {
            number.is_none_or(|number| number == **candidate) && state.is_free()
        }) else {
            return false;
        };
        connector.authorised = Some((authorisation, now.saturating_add(PLUG_IN_TIMEOUT_MS)));
        if !connector.plugged {
            connector.plug_in_at = plug_in_after.map(|after| now.saturating_add(after));
        }
        self.set_status(number, ChargePointStatus::Preparing);
        self.begin_if_ready(number, Trigger::RemoteStart, now);
        true
    }

    /// Whether the transaction was running and is now ended.
    pub(super) fn remote_stop(&mut self, transaction_id: &TransactionId, now: u64) -> bool {
        let running = self.connectors.values().filter_map(|state| state.running);
        let found = running.into_iter().find(|&running| {
            self.transaction(running)
                .is_some_and(|found| found.transaction_id.as_ref() == Some(transaction_id))
        });
        if let Some(running) = found {
            self.end(running, Reason::Remote, now);
        }
        found.is_some()
    }

    /// The central system's answer to what it was told of a transaction.
    pub(super) fn answered(&mut self, index: usize, answer: EventAnswer, now: u64) {
        let Some(transaction) = self.transactions.get_mut(index) else {
            return;
        };
        let refused = answer.refused;
        transaction.take_in(answer);
        if refused && transaction.meter_stop.is_none() {
            self.end(index, Reason::DeAuthorized, now);
        }
    }

    /// The central system told what a transaction costs so far, in whole units of the currency.
    pub(super) fn cost_updated(&mut self, transaction_id: &TransactionId, total_cost: f64) {
        let mut transactions = self.transactions.iter_mut();
        match transactions.find(|found| found.transaction_id.as_ref() == Some(transaction_id)) {
            Some(transaction) => transaction.total_cost = Some(total_cost),
            None => tracing::warn!(
                ?transaction_id,
                "ignoring the cost of no transaction of ours"
            ),
        }
    }

    fn begin_if_ready(&mut self, number: u32, trigger: Trigger, now: u64) {
        let Some(connector) = self.connectors.get_mut(&number) else {
            return;
        };
        if !connector.plugged {
            return;
        }
        let Some((authorisation, _)) = connector.authorised.take() else {
            return;
        };
        let index = self.transactions.len();
        connector.running = Some(index);
        connector.sample_at = now.saturating_add(self.behaviour.sample_interval);
        connector.register.begin(now, self.behaviour.unplug_after);
        self.transactions.push(Transaction {
            connector: number,
            authorisation,
            trigger,
            transaction_id: self.version.transaction_id(index, now),
            events: 0,
            meter_start: connector.register.watt_hours(),
            started_at: now,
            meter_stop: None,
            stopped_at: 0,
            reason: None,
            total_cost: None,
            message: None,
            cost_limit: None,
        });
        self.tell(index, EventKind::Started);
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
        self.tell(index, EventKind::Ended);
        self.set_status(number, ChargePointStatus::Finishing);
    }

    /// Tells what happened in a transaction.
    fn tell(&mut self, index: usize, kind: EventKind) {
        let Some(transaction) = self.transactions.get_mut(index) else {
            return;
        };
        let seq_no = transaction.events;
        transaction.events = seq_no.saturating_add(1);
        let twice = match kind {
            EventKind::Metered { .. } => None,
            EventKind::Started | EventKind::Ended => {
                self.faults.take(|kind| kind == FaultKind::Duplicate)
            }
        };
        let event = TransactionEvent {
            transaction: index,
            seq_no,
            offline: !self.connected,
            kind,
        };
        self.outbox
            .push(Outgoing::Event(event), if twice.is_some() { 2 } else { 1 });
    }

    fn set_status(&mut self, number: u32, status: ChargePointStatus) {
        self.change(number, |connector| connector.status = status);
    }

    /// Changes a connector, and tells its status if that is another one now.
    fn change(&mut self, number: u32, change: impl FnOnce(&mut Connector)) {
        let Some(connector) = self.connectors.get_mut(&number) else {
            return;
        };
        let before = connector.told_status(self.version);
        change(connector);
        let status = connector.told_status(self.version);
        if self.connected && status != before {
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
