//! The stations, each with one connector, and the vehicles at them. What they report of transactions is in
//! `transaction`.

mod transaction;

use std::collections::BTreeMap;
use std::sync::Arc;

use chargetap_engine::EngineError;
use chargetap_engine::platform::StationAnswer;
use chargetap_ocpp::StopReason;
use chargetap_ocpp::report::{ConnectorStatus, Status};
use tokio::sync::Notify;

use crate::faults::Fault;
use crate::gateway::SimulatedGateway;
use crate::site::{self, Way, terminal_of};
use crate::world::{State, World, pass};

/// The time until a report that was not taken is repeated, in milliseconds.
const REPEAT: u64 = 15_000;
const HOUR: u64 = 3_600_000;
/// For how long a line fails at most while a vehicle is being plugged in, in milliseconds: as long as a driver
/// and the wait for the station may take together.
const LINE_FAILS_FOR: u64 = 600_000;

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
                    plug: None,
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
            transaction::transaction(world.clone(), connector, id_tag).await;
            if let Some(found) = world.state().connector(connector) {
                found.untold -= 1;
            }
        });
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
