//! The stations, each with one connector, and the vehicles at them.

use std::collections::BTreeMap;
use std::sync::Arc;

use chargetap_contract::session::MeterReading;
use chargetap_engine::platform::StationAnswer;
use chargetap_engine::{EngineError, TransactionAnswer};
use chargetap_ocpp::StopReason;
use chargetap_ocpp::report::{
    Boot, ConnectorStatus, Readings, Sample, Start, Status, Stop, TransactionRef,
};
use tokio::sync::Notify;

use crate::faults::Fault;
use crate::gateway::SimulatedGateway;
use crate::site::{self, Way, terminal_of};
use crate::world::{State, World, pass, within};

/// The time between two meter values, in milliseconds.
const METER_INTERVAL: u64 = 5 * 60_000;
/// The time until a report that was not taken is repeated, in milliseconds.
const REPEAT: u64 = 15_000;
const HOUR: u64 = 3_600_000;
/// For how long a line fails at most while a vehicle is being plugged in, in milliseconds: as long as a driver
/// and the wait for the station may take together.
const LINE_FAILS_FOR: u64 = 600_000;
/// By how much registers jump, in watt-hours: by a counter of 32 bits, or because a decimal point moved.
const COUNTER: u64 = 4_294_967_295;
const MOVED_POINT: u64 = 10_000_000;

#[derive(Debug)]
pub(crate) struct Stations(BTreeMap<u32, Connector>);

#[derive(Debug)]
struct Connector {
    /// The cumulative register, in watt-hours.
    register: u64,
    /// How much less the register tells since it began anew.
    forgotten: u64,
    /// Whose vehicle it is.
    owner: String,
    plugged: bool,
    /// How often a vehicle was plugged in.
    vehicles: u64,
    /// What was last reported of the vehicle, and whether a report is under way.
    reported: Option<ConnectorStatus>,
    reporting: bool,
    /// An accepted start that waits for a vehicle: its token, and until when.
    waiting: Option<(String, u64)>,
    running: Option<Running>,
    offline_until: u64,
    stopping: Arc<Notify>,
    /// How many transactions the gateway has not heard of to their end.
    untold: u32,
}

#[derive(Clone, Debug)]
struct Running {
    id_tag: String,
    number: Option<i64>,
    /// Why it is to stop, if it is.
    stop_reason: Option<StopReason>,
}

impl Stations {
    pub(crate) fn new(connectors: u32) -> Self {
        let free = |number| {
            let connector = Connector {
                register: 1_000 * u64::from(number),
                forgotten: 0,
                owner: String::new(),
                plugged: false,
                vehicles: 0,
                reported: None,
                reporting: false,
                waiting: None,
                running: None,
                offline_until: 0,
                stopping: Arc::default(),
                untold: 0,
            };
            (number, connector)
        };
        Self((1..=connectors).map(free).collect())
    }
}

impl State {
    fn connector(&mut self, connector: u32) -> Option<&mut Connector> {
        self.stations.0.get_mut(&connector)
    }

    fn take_offline(&mut self, connector: u32, until: u64) {
        if let Some(connector) = self.connector(connector) {
            connector.offline_until = connector.offline_until.max(until);
        }
    }

    /// Whether the station is connected when this connector needs it.
    pub(crate) fn is_reachable(&mut self, connector: u32) -> bool {
        let now = self.now();
        let is_online = self
            .connector(connector)
            .is_some_and(|connector| connector.offline_until <= now);
        if is_online && self.fault_seldom(Fault::StationOffline) {
            let until = now + self.rng.pick(10_000..2 * HOUR);
            self.take_offline(connector, until);
        }
        self.connector(connector)
            .is_some_and(|connector| connector.offline_until <= now)
    }

    /// For how long a station has been connected.
    pub(crate) fn connected_for(&mut self, station: &str) -> Option<u64> {
        let now = self.now();
        let connector = self.connector(site::connector_at(station)?)?;
        now.checked_sub(connector.offline_until)
    }

    /// Whether a station has something to tell of a transaction.
    pub(crate) fn has_untold_transactions(&self) -> bool {
        self.stations
            .0
            .values()
            .any(|connector| connector.untold > 0)
    }

    /// Whether a transaction runs at this connector.
    pub(crate) fn is_charging(&mut self, connector: u32) -> bool {
        self.connector(connector)
            .is_some_and(|connector| connector.running.is_some())
    }
}

/// A remote start has arrived.
pub(crate) fn start(world: &Arc<World>, connector: u32, id_tag: String) -> StationAnswer {
    let mut state = world.state();
    let now = state.now();
    if state.fault_often(Fault::StationRefuses) {
        return StationAnswer::Rejected;
    }
    let Some(found) = state.connector(connector) else {
        return StationAnswer::Rejected;
    };
    let is_waiting = found
        .waiting
        .as_ref()
        .is_some_and(|(_, until)| *until > now);
    if found.running.is_some() || is_waiting {
        return StationAnswer::Rejected;
    }
    found.waiting = Some((id_tag, now + start_valid_for(connector)));
    if found.plugged {
        begin(world, &mut state, connector);
    }
    StationAnswer::Accepted
}

/// How long an accepted start waits for a vehicle, in milliseconds: at some stations as long as a driver may
/// take, at others longer, as somebody set them once.
fn start_valid_for(connector: u32) -> u64 {
    match connector.is_multiple_of(2) {
        true => HOUR,
        false => 5 * 60_000,
    }
}

/// A remote stop has arrived.
pub(crate) fn stop(world: &Arc<World>, transaction: i64) -> StationAnswer {
    let mut state = world.state();
    let goes_on = state.fault_often(Fault::GoesOn);
    let found = state.stations.0.iter_mut().find_map(|(number, connector)| {
        let running = connector.running.as_mut()?;
        (running.number == Some(transaction)).then_some((*number, running))
    });
    match found {
        Some(_) if goes_on => StationAnswer::Accepted,
        Some((number, running)) => {
            running.stop_reason.get_or_insert(StopReason::Remote);
            if let Some(connector) = state.connector(number) {
                connector.stopping.notify_one();
            }
            StationAnswer::Accepted
        }
        None => StationAnswer::Rejected,
    }
}

/// The vehicle of somebody with this card is plugged in.
pub(crate) fn plug_in(world: &Arc<World>, connector: u32, owner: &str) {
    let mut state = world.state();
    state.note(format_args!("connector {connector} is plugged in"));
    let now = state.now();
    // Some lines fail just when they are needed.
    if state.fault_often(Fault::StationOffline) {
        let until = now + state.rng.pick(10_000..LINE_FAILS_FOR);
        state.take_offline(connector, until);
    }
    if let Some(found) = state.connector(connector) {
        found.plugged = true;
        owner.clone_into(&mut found.owner);
        found.vehicles += 1;
        if found
            .waiting
            .as_ref()
            .is_some_and(|(_, until)| *until > now)
        {
            begin(world, &mut state, connector);
        }
    }
    drop(state);
    report_vehicle(world, connector);
}

/// The vehicle leaves.
pub(crate) fn unplug(world: &Arc<World>, connector: u32) {
    request_stop(world, connector, StopReason::EvDisconnected);
    if let Some(connector) = world.state().connector(connector) {
        connector.plugged = false;
    }
    report_vehicle(world, connector);
}

/// Report the vehicle's state to the gateway until it is acknowledged, where drivers plug in first.
fn report_vehicle(world: &Arc<World>, connector: u32) {
    let (_, way) = terminal_of(connector);
    let mut state = world.state();
    let Some(found) = state.connector(connector) else {
        return;
    };
    if way != Way::PlugIn || found.reporting {
        return;
    }
    found.reporting = true;
    let world = world.clone();
    tokio::spawn(async move {
        while let Some(vehicle) = unreported_vehicle(&world, connector) {
            let report = move |gateway: Arc<SimulatedGateway>| async move {
                let status = Status {
                    connector,
                    status: Some(vehicle),
                    error: None,
                    at: None,
                };
                gateway
                    .station_status(&site::station(connector), &status)
                    .await
            };
            match send(&world, connector, report).await {
                Some(()) => {
                    if let Some(found) = world.state().connector(connector) {
                        found.reported = Some(vehicle);
                    }
                }
                None => pass(REPEAT).await,
            }
        }
    });
}

/// The vehicle's state, if it is not reported yet. During a transaction there is nothing to report.
fn unreported_vehicle(world: &Arc<World>, connector: u32) -> Option<ConnectorStatus> {
    let mut state = world.state();
    let found = state.connector(connector)?;
    let vehicle = match (found.plugged, &found.running) {
        (false, _) => Some(ConnectorStatus::Available),
        (true, None) => Some(ConnectorStatus::Preparing),
        (true, Some(_)) => None,
    };
    let unreported = vehicle.filter(|vehicle| found.reported != Some(*vehicle));
    found.reporting = unreported.is_some();
    unreported
}

fn request_stop(world: &Arc<World>, connector: u32, reason: StopReason) {
    let mut state = world.state();
    if let Some(found) = state.connector(connector)
        && let Some(running) = &mut found.running
    {
        running.stop_reason.get_or_insert(reason);
        found.stopping.notify_one();
    }
}

fn begin(world: &Arc<World>, state: &mut State, connector: u32) {
    let Some(found) = state.connector(connector) else {
        return;
    };
    if let Some((id_tag, _)) = found.waiting.take() {
        found.running = Some(Running {
            id_tag: id_tag.clone(),
            number: None,
            stop_reason: None,
        });
        found.untold += 1;
        let (register, told) = (found.register, found.register - found.forgotten);
        let owner = found.owner.clone();
        state.note(format_args!(
            "connector {connector} starts for {id_tag} at {register} Wh"
        ));
        let now = state.now();
        state
            .oracle
            .transaction_started(&id_tag, register, told, &owner, now);
        let world = world.clone();
        tokio::spawn(async move {
            transaction(world.clone(), connector, id_tag).await;
            if let Some(found) = world.state().connector(connector) {
                found.untold -= 1;
            }
        });
    }
}

/// A transaction from its start to its last report.
async fn transaction(world: Arc<World>, connector: u32, id_tag: String) {
    let power = {
        let mut state = world.state();
        match state.rng.pick(0..3) {
            0 => 11_000,
            1 => 50_000,
            _ => 150_000,
        }
    };
    let mut readings_until_forgotten = {
        let mut state = world.state();
        let forgets = state.fault_often(Fault::ForgetsTransaction);
        forgets.then(|| state.rng.pick(0..4))
    };
    let started = reading(&world, connector);
    let report = report_start(world.clone(), connector, id_tag.clone(), started);
    let report = tokio::spawn(report);
    let stopping = world
        .state()
        .connector(connector)
        .map(|found| found.stopping.clone());
    let Some(stopping) = stopping else { return };
    let reason = loop {
        let since = world.state().now();
        let interrupted = within(METER_INTERVAL, stopping.notified()).await;
        let mut state = world.state();
        let delivered = power * (state.now() - since) / HOUR;
        let Some(found) = state.connector(connector) else {
            return;
        };
        found.register += delivered;
        let stop_reason = found
            .running
            .as_ref()
            .and_then(|running| running.stop_reason);
        let number = found.running.as_ref().and_then(|running| running.number);
        drop(state);
        if let Some(reason) = stop_reason {
            break Some(reason);
        }
        if let Some(number) = number.filter(|_| interrupted.is_none()) {
            if readings_until_forgotten == Some(0) {
                break None;
            }
            readings_until_forgotten = readings_until_forgotten.map(|left| left - 1);
            tokio::spawn(report_meter(world.clone(), connector, number));
        }
    };
    let Some(reason) = reason else {
        return forget(&world, connector, &id_tag).await;
    };
    let at = reading(&world, connector);
    {
        let mut state = world.state();
        if let Some(found) = state.connector(connector) {
            found.running = None;
            // Some stations now report again that a vehicle is there.
            found.reported = None;
        }
        state.note(format_args!(
            "connector {connector} stops at {} Wh",
            at.energy
        ));
        let register = state.connector(connector).map_or(0, |found| found.register);
        let now = state.now();
        state
            .oracle
            .transaction_stopped(&id_tag, register, at.energy, now);
    }
    report_vehicle(&world, connector);
    // Stations report in order.
    let Ok(Some(number)) = report.await else {
        return;
    };
    let stop = Stop {
        transaction: numbered(number),
        register: Some(at.energy),
        at: Some(at.at),
        reason,
        signed: Vec::new(),
    };
    report_stop(&world, connector, &id_tag, stop).await;
}

/// The station restarts. It has forgotten the transaction, and tells how the connector is now.
async fn forget(world: &Arc<World>, connector: u32, id_tag: &str) {
    let told = reading(world, connector).energy;
    let status = {
        let mut state = world.state();
        state.note(format_args!("connector {connector} forgets {id_tag}"));
        let now = state.now();
        let Some(found) = state.connector(connector) else {
            return;
        };
        found.running = None;
        let (register, is_plugged) = (found.register, found.plugged);
        let status = match is_plugged {
            true => ConnectorStatus::Preparing,
            false => ConnectorStatus::Available,
        };
        found.reported = Some(status);
        state
            .oracle
            .transaction_stopped(id_tag, register, told, now);
        status
    };
    let boot = move |gateway: Arc<SimulatedGateway>| async move {
        let station = site::station(connector);
        gateway.station_booted(&station, &Boot::default()).await?;
        let status = Status {
            connector,
            status: Some(status),
            error: None,
            at: None,
        };
        gateway.station_status(&station, &status).await
    };
    while send(world, connector, boot).await.is_none() {
        pass(REPEAT).await;
    }
    let mut state = world.state();
    let now = state.now();
    state.oracle.transaction_forgotten(id_tag, now);
}

fn numbered(number: i64) -> TransactionRef {
    TransactionRef {
        id: Some(number),
        ..TransactionRef::default()
    }
}

fn reading(world: &World, connector: u32) -> MeterReading {
    let at = world.station_clock();
    let mut state = world.state();
    let energy = state
        .connector(connector)
        .map_or(0, |found| found.register - found.forgotten);
    MeterReading { energy, at }
}

/// Report the start until it is acknowledged. Returns the transaction's number.
async fn report_start(
    world: Arc<World>,
    connector: u32,
    id_tag: String,
    reading: MeterReading,
) -> Option<i64> {
    let TransactionAnswer {
        number,
        is_accepted,
    } = loop {
        let start = Start {
            connector: Some(connector),
            token: id_tag.clone(),
            register: Some(reading.energy),
            at: Some(reading.at),
        };
        let report = move |gateway: Arc<SimulatedGateway>| async move {
            gateway
                .station_started(&site::station(connector), &start)
                .await
        };
        if let Some(answer) = send(&world, connector, report).await {
            break answer;
        }
        pass(REPEAT).await;
    };
    let accepted = is_accepted.then_some(number);
    let mut state = world.state();
    let (now, back_for) = (state.now(), state.connected_for(&site::station(connector)));
    {
        let State { oracle, disk, .. } = &mut *state;
        oracle.start_acknowledged(disk, &id_tag, accepted, now, back_for);
    }
    let found = state.connector(connector)?;
    let vehicle = found.vehicles;
    if let Some(running) = &mut found.running
        && running.id_tag == id_tag
    {
        running.number = Some(number);
        if !is_accepted {
            running.stop_reason.get_or_insert(StopReason::DeAuthorized);
            found.stopping.notify_one();
        }
        // The vehicle of a transaction that is over by now may have left.
        if is_accepted && terminal_of(connector).1 == Way::PlugIn {
            let State { oracle, disk, .. } = &mut *state;
            oracle.vehicle_served(disk, connector, vehicle, &id_tag);
        }
    }
    Some(number)
}

/// Whether the register jumps, and whether that is because it begins anew.
fn register_jumps(world: &World, connector: u32) -> (bool, bool) {
    let mut state = world.state();
    if !state.fault_often(Fault::RegisterJumps) {
        return (false, false);
    }
    let begins_anew = state.rng.happens(500_000);
    if begins_anew && let Some(found) = state.connector(connector) {
        found.forgotten = found.register;
        let id_tag = found.running.as_ref().map(|running| running.id_tag.clone());
        if let Some(id_tag) = id_tag {
            state.oracle.register_began_anew(&id_tag);
        }
    }
    (true, begins_anew)
}

/// Report the register once. It may be lost.
async fn report_meter(world: Arc<World>, connector: u32, number: i64) {
    let (jumps, begins_anew) = register_jumps(&world, connector);
    let mut reading = reading(&world, connector);
    if jumps && !begins_anew {
        let of = world.state().rng.pick(0..2);
        reading.energy += if of == 0 { COUNTER } else { MOVED_POINT };
    }
    let odd = world.state().fault_often(Fault::OddReading);
    if odd {
        let mut state = world.state();
        let back = state.rng.pick(0..2_000);
        match state.rng.pick(0..3) {
            0 => reading.energy = reading.energy.saturating_sub(back),
            1 => reading.at = reading.at.saturating_sub(60 * back),
            _ => reading.at += 3_600 * back,
        }
        let id_tag = state.connector(connector).and_then(|found| {
            let running = found.running.as_ref()?;
            Some(running.id_tag.clone())
        });
        if let Some(id_tag) = id_tag {
            state.oracle.wrong_time_told(&id_tag);
        }
    }
    let MeterReading { energy, at } = reading;
    world.state().note(format_args!(
        "connector {connector} tells {energy} Wh at {at}"
    ));
    let readings = Readings {
        transaction: numbered(number),
        samples: vec![Sample {
            at: Some(at),
            register: Some(energy),
            signed: Vec::new(),
        }],
    };
    let report = move |gateway: Arc<SimulatedGateway>| async move {
        gateway
            .station_read(&site::station(connector), &readings)
            .await
    };
    let _ = send(&world, connector, report).await;
}

/// Report the end until it is taken.
async fn report_stop(world: &Arc<World>, connector: u32, id_tag: &str, stop: Stop) {
    if world.state().fault_often(Fault::ReportLost) {
        return;
    }
    let late = {
        let mut state = world.state();
        let is_late = state.fault_often(Fault::ReportLate);
        is_late.then(|| state.rng.pick(HOUR..20 * HOUR))
    };
    if let Some(late) = late {
        pass(late).await;
    }
    loop {
        let stop = stop.clone();
        let report = move |gateway: Arc<SimulatedGateway>| async move {
            gateway
                .station_stopped(&site::station(connector), &stop)
                .await
        };
        if send(world, connector, report).await.is_some() {
            let mut state = world.state();
            let State { oracle, disk, .. } = &mut *state;
            return oracle.stop_acknowledged(disk, id_tag);
        }
        pass(REPEAT).await;
    }
}

/// Send a report to the gateway. Returns nothing if it was not taken, or if its answer is lost.
async fn send<T, F>(
    world: &Arc<World>,
    connector: u32,
    report: impl FnOnce(Arc<SimulatedGateway>) -> F + Clone,
) -> Option<T>
where
    T: Send + 'static,
    F: Future<Output = Result<T, EngineError>> + Send + 'static,
{
    let (fate, reachable, twice) = {
        let mut state = world.state();
        let fate = state.fate();
        let reachable = state.is_reachable(connector);
        (fate, reachable, state.fault_often(Fault::Duplicated))
    };
    pass(fate.out).await;
    if !reachable || fate.not_sent || fate.request_lost {
        return None;
    }
    if twice {
        let _ = world.process.call(report.clone()).await;
    }
    let answer = world.process.call(report).await?.ok()?;
    pass(fate.back).await;
    (!fate.answer_lost).then_some(answer)
}
