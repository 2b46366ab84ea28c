//! The stations, each with one connector, and the vehicles at them. What they report of transactions is in
//! `transaction` and `cable`, and how they say it in `speech`.

mod cable;
mod speech;
mod transaction;

use std::collections::BTreeMap;
use std::sync::Arc;

use chargetap_ocpp::report::ConnectorStatus;
use chargetap_ocpp::{StopReason, Version};
use serde_json::{Value, json};
use tokio::sync::Notify;

use self::cable::Cable;
use self::speech::Report;
use crate::faults::Fault;
use crate::line;
use crate::rng::Rng;
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

/// What registers show at least that were never set anew, in watt-hours: more than any transaction delivers.
const LIFETIME: u64 = 20_000_000;

#[derive(Debug)]
struct Connector {
    /// The version of OCPP that its station speaks.
    version: Version,
    /// Its transactions begin when a vehicle is plugged in, and end when that leaves (2.x).
    begins_by_plug: bool,
    /// How many messages the station sent.
    said: u64,
    /// How many transactions there were.
    transactions: u64,
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
    waiting: Option<Waiting>,
    running: Option<Running>,
    /// The transaction of the vehicle that is plugged in, where it began with that.
    cable: Option<Cable>,
    offline_until: u64,
    stopping: Arc<Notify>,
    /// How many transactions the gateway has not heard of to their end.
    untold: u32,
}

/// An accepted start that waits for a vehicle.
#[derive(Debug)]
struct Waiting {
    token: String,
    until: u64,
    /// The station does not wait for an answer about the token.
    may_charge: bool,
}

#[derive(Clone, Debug)]
struct Running {
    id_tag: String,
    /// The id by which the station knows it: null until the gateway gave it one (1.6).
    id: Value,
    /// The gateway may be told of it by its id.
    is_told: bool,
    began_by_plug: bool,
    /// The register at its begin, as the gateway was told.
    begin: u64,
    /// Its readings count from its begin.
    is_relative: bool,
    /// Another transaction began under its token before.
    is_repeated: bool,
    /// Why it is to stop, if it is.
    stop_reason: Option<StopReason>,
}

impl Stations {
    pub(crate) fn new(connectors: u32, rng: &mut Rng) -> Self {
        let free = |number| {
            let version = match rng.pick(0..4) {
                0 => Version::V201,
                1 => Version::V21,
                _ => Version::V16,
            };
            let connector = Connector {
                version,
                begins_by_plug: version != Version::V16 && rng.happens(500_000),
                said: 0,
                transactions: 0,
                register: LIFETIME * u64::from(number),
                forgotten: 0,
                owner: String::new(),
                plugged: false,
                vehicles: 0,
                reported: None,
                reporting: false,
                waiting: None,
                running: None,
                cable: None,
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

    /// The version of OCPP that a connector's station speaks.
    pub(crate) fn version(&mut self, connector: u32) -> Version {
        self.connector(connector)
            .map_or(Version::V16, |connector| connector.version)
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

/// A call of the gateway has arrived. Returns the answer.
pub(crate) fn order(world: &Arc<World>, connector: u32, text: &str) -> String {
    let call: Value = serde_json::from_str(text).unwrap_or_default();
    let part = |place: &str| call.pointer(place).cloned().unwrap_or_default();
    let is_accepted = match part("/2").as_str() {
        Some("RemoteStartTransaction") => {
            let is_here = part("/3/connectorId") == connector;
            is_here && start(world, connector, &part("/3/idTag"))
        }
        Some("RequestStartTransaction") => {
            let is_here = part("/3/evseId") == connector;
            is_here && start(world, connector, &part("/3/idToken/idToken"))
        }
        Some("RemoteStopTransaction" | "RequestStopTransaction") => {
            stop(world, connector, &part("/3/transactionId"))
        }
        _ => false,
    };
    speech::write_answer(&mut world.state(), &part("/1"), is_accepted)
}

/// A remote start has arrived.
fn start(world: &Arc<World>, connector: u32, token: &Value) -> bool {
    let mut state = world.state();
    let now = state.now();
    if state.fault_often(Fault::StationRefuses) {
        return false;
    }
    let (Some(id_tag), Some(found)) = (token.as_str(), state.connector(connector)) else {
        return false;
    };
    let is_waiting = found.waiting.as_ref().is_some_and(|it| it.until > now);
    if found.running.is_some() || is_waiting {
        return false;
    }
    let asks_first = state.fault_often(Fault::AsksFirst);
    if let Some(found) = state.connector(connector) {
        found.waiting = Some(Waiting {
            token: id_tag.to_owned(),
            until: now + start_valid_for(connector),
            may_charge: !asks_first,
        });
    }
    if asks_first {
        tokio::spawn(ask(world.clone(), connector, id_tag.to_owned()));
    } else {
        begin(world, &mut state, connector);
    }
    true
}

/// Ask whether a token may charge, until that is answered.
async fn ask(world: Arc<World>, connector: u32, token: String) {
    let answer = loop {
        {
            let mut state = world.state();
            let now = state.now();
            let waiting = state
                .connector(connector)
                .and_then(|found| found.waiting.as_ref());
            if waiting.is_none_or(|it| it.token != token || it.until <= now) {
                return;
            }
        }
        match send(&world, connector, &Report::Token(token.clone())).await {
            Some(answer) => break answer,
            None => pass(REPEAT).await,
        }
    };
    let mut state = world.state();
    let may_charge = speech::may_charge(state.version(connector), &answer);
    {
        let State { oracle, disk, .. } = &mut *state;
        match may_charge {
            true => oracle.token_accepted(disk, &token),
            false => oracle.token_refused(disk, &token),
        }
    }
    let Some(found) = state.connector(connector) else {
        return;
    };
    if let Some(waiting) = found.waiting.take_if(|it| it.token == token)
        && may_charge
    {
        found.waiting = Some(Waiting {
            may_charge,
            ..waiting
        });
        begin(&world, &mut state, connector);
    }
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
fn stop(world: &Arc<World>, connector: u32, id: &Value) -> bool {
    let mut state = world.state();
    let goes_on = state.fault_often(Fault::GoesOn);
    let Some(found) = state.connector(connector) else {
        return false;
    };
    let Some(running) = found.running.as_mut().filter(|it| it.id == *id) else {
        return false;
    };
    if !goes_on {
        running.stop_reason.get_or_insert(StopReason::Remote);
        found.stopping.notify_one();
    }
    true
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
        cable::plug_in(world, &mut state, connector);
        begin(world, &mut state, connector);
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
    cable::unplug(world, connector);
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
            match send(&world, connector, &Report::Status(vehicle)).await {
                Some(_) => {
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

/// Begin the transaction for which everything is there.
fn begin(world: &Arc<World>, state: &mut State, connector: u32) {
    let now = state.now();
    let Some(found) = state.connector(connector) else {
        return;
    };
    if !found.plugged {
        return;
    }
    let Some(Waiting { token: id_tag, .. }) =
        found.waiting.take_if(|it| it.may_charge && it.until > now)
    else {
        return;
    };
    found.transactions += 1;
    let id = match (&found.cable, found.version) {
        (Some(cable), _) => cable.id.clone(),
        (None, Version::V16) => Value::Null,
        (None, _) => json!(format!("T-{connector}-{}", found.transactions)),
    };
    let began_by_plug = found.cable.is_some();
    let is_named = !id.is_null();
    found.untold += 1;
    let (register, shown) = (found.register, found.register - found.forgotten);
    let owner = found.owner.clone();
    // A lower register could be that of the transaction as well, and nobody could tell.
    let is_told_apart = shown >= LIFETIME;
    let begins_at_zero = is_told_apart && !began_by_plug && state.fault_often(Fault::ZeroStart);
    let told = if begins_at_zero { 0 } else { shown };
    let is_repeated = !state
        .oracle
        .transaction_started(&id_tag, register, told, &owner, now);
    let running = Running {
        id_tag: id_tag.clone(),
        id,
        is_told: is_named && state.fault_often(Fault::EarlyEvents),
        began_by_plug,
        begin: told,
        is_relative: is_told_apart && !begins_at_zero && state.fault_often(Fault::RelativeReadings),
        is_repeated,
        stop_reason: None,
    };
    state.note(format_args!(
        "connector {connector} starts for {id_tag} at {register} Wh"
    ));
    let Some(found) = state.connector(connector) else {
        return;
    };
    found.running = Some(running.clone());
    let told_before = found.cable.as_mut().and_then(|it| it.telling.take());
    let world = world.clone();
    let telling = tokio::spawn(async move {
        let register =
            transaction::transaction(world.clone(), connector, running, told_before).await;
        if let Some(found) = world.state().connector(connector) {
            found.untold -= 1;
        }
        register
    });
    if let Some(cable) = &mut found.cable {
        cable.telling = Some(telling);
    }
}

/// Send a report to the gateway. Returns what it answered; nothing if it did not take it, or if its answer is lost.
async fn send(world: &Arc<World>, connector: u32, report: &Report) -> Option<Value> {
    let (fate, reachable, twice, version, text) = {
        let mut state = world.state();
        let fate = state.fate();
        let reachable = state.is_reachable(connector);
        let twice = state.fault_often(Fault::Duplicated);
        let text = speech::write(&mut state, connector, report);
        (fate, reachable, twice, state.version(connector), text)
    };
    pass(fate.out).await;
    if !reachable || fate.not_sent || fate.request_lost {
        return None;
    }
    if let Some(token) = report.untimed_token() {
        let mut state = world.state();
        let now = state.now();
        if matches!(report, Report::Stop(..) | Report::Pause(_)) {
            let connected_for = state.connected_for(&site::station(connector));
            state.oracle.untimed_end_told(token, now, connected_for);
        } else {
            let is_start = matches!(report, Report::Start(_));
            state.oracle.untimed_told(token, now, is_start);
        }
    }
    let sabotage = world.sabotage;
    let take_in = move |gateway| line::take_in(gateway, version, connector, text, sabotage);
    if twice {
        let _ = world.process.call(take_in.clone()).await;
    }
    let answer = world.process.call(take_in).await??;
    pass(fate.back).await;
    let is_here = !fate.answer_lost;
    is_here.then(|| speech::read_answer(&answer)).flatten()
}
